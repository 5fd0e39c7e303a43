"""What a made-up coop is made of: people, offers and needs, as somebody would type them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    handle: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A listing as the file of `fedicoop listing publish` has it, and the drawn photo that goes with it."""

    fields: Mapping[str, Any]
    picture: str | None = None
    days: tuple[int, int] | None = None  # available from, to: days after today


@dataclass(frozen=True, slots=True)
class Coop:
    """`about` is the sentence on its page."""

    handle: str
    name: str
    kind: str
    about: str
    people: tuple[Person, ...]
    seeds: tuple[Seed, ...]

    def count(self, kind: str) -> int:
        return sum(seed.fields["kind"] == kind for seed in self.seeds)


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
    "Marcq-en-Barœul": (50.672, 3.097),
    "Loos": (50.613, 3.014),
    "Ronchin": (50.604, 3.088),
    "Roubaix": (50.690, 3.174),
}
"""Where people say that they live, and where that is: quarters are too small for the gazetteer."""


def offer(mode: str, title: str, text: str, category: str, place: str, **more: Any) -> Seed:
    return _seed("offer", mode, title, text, category, place, more)


def need(mode: str, title: str, text: str, category: str, place: str, **more: Any) -> Seed:
    return _seed("need", mode, title, text, category, place, more)


def _seed(
    kind: str, mode: str, title: str, text: str, category: str, place: str, more: dict[str, Any]
) -> Seed:
    """Prices and deposits in whole euros: `price=15, unit="hour"`, `deposit=50`."""
    picture, days = more.pop("picture", None), more.pop("days", None)
    latitude, longitude = PLACES[place]
    fields: dict[str, Any] = {"kind": kind, "mode": mode, "title": title, "text": text, "language": "fr"}
    fields |= {"category": category, "place": {"name": place, "latitude": latitude, "longitude": longitude}}
    for name in ("price", "deposit"):
        if name in more:
            fields[name] = {"amount": str(more.pop(name)), "currency": "EUR"}
    return Seed(fields | more, picture, days)
