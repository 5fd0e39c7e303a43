"""What a made-up coop is made of: people, offers and needs, as somebody would type them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

PLACES = {
    "Lille-Fives": (50.633, 3.092),
    "Lille-Wazemmes": (50.624, 3.049),
    "Lille-Moulins": (50.619, 3.071),
    "Lille-Saint-Maurice": (50.643, 3.083),
    "Vieux-Lille": (50.641, 3.060),
    "Lille-Vauban": (50.632, 3.043),
    "Lille-Sud": (50.610, 3.047),
    "Hellemmes": (50.627, 3.110),
    "Mons-en-Barœul": (50.641, 3.110),
    "Lambersart": (50.649, 3.025),
    "La Madeleine": (50.655, 3.072),
    "Villeneuve-d’Ascq": (50.623, 3.145),
    "Loos": (50.613, 3.014),
}
"""Where people say that they live, and where that is: quarters are too small for the gazetteer."""


@dataclass(frozen=True, slots=True)
class Person:
    handle: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A listing, as `fedicoop listing publish` takes it, and the drawn photo that goes with it."""

    fields: Mapping[str, Any]
    picture: str | None


@dataclass(frozen=True, slots=True)
class Coop:
    """`about` is the sentence on its page; the rest is what it says of itself in `/admin/coop`."""

    handle: str
    name: str
    kind: str
    about: str
    hue: int
    place: str
    radius: int
    contact: str
    hours: str
    rules: str
    people: tuple[Person, ...]
    seeds: tuple[Seed, ...]

    def count(self, kind: str) -> int:
        return sum(seed.fields["kind"] == kind for seed in self.seeds)


@cache
def coop(handle: str, today: date) -> Coop:
    """`velo` or `objets`, with what is free some days after `today`."""
    table = tomllib.loads((files("fedicoop.demo") / f"{handle}.toml").read_text(encoding="utf-8"))
    people = tuple(Person(**one) for one in table.pop("people"))
    seeds = tuple(_seed(one, today) for one in table.pop("listings"))
    return Coop(**table, people=people, seeds=seeds)


def _seed(written: dict[str, Any], today: date) -> Seed:
    """Shorter in the file than on the wire: euros, names of places, days from today."""
    fields = written | {"language": "fr"}
    picture, days = fields.pop("picture", None), fields.pop("days", None)
    latitude, longitude = PLACES[fields["place"]]
    fields["place"] = {"name": fields["place"], "latitude": latitude, "longitude": longitude}
    for name in ("price", "deposit"):
        if name in fields:
            fields[name] = {"amount": str(fields[name]), "currency": "EUR"}
    if days:
        first, last = ((today + timedelta(days=one)).isoformat() for one in days)
        fields["available"] = {"from": first, "to": last}
    return Seed(fields, picture)
