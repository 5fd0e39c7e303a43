"""Where a listing is, as people write it: a town, and if they like a quarter or a street in it.

Others read the name as it is published and never anything finer: a street's number is taken off, and
the coordinates, those of the town or of a place that we know already, are blurred whenever they
leave (`places/geometry.py`).
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from fedicoop.errors import Misused
from fedicoop.listings.listing import Where
from fedicoop.listings.values import LONGEST, line
from fedicoop.places import gazetteer
from fedicoop.places.folding import fold_query
from fedicoop.places.geometry import distance_km

SUGGESTIONS = 3
_NUMBER = re.compile(r"^\s*\d{1,5}\s*(?:bis|ter|quater|[a-d])?\b[\s,]*", re.IGNORECASE)
_WAY = re.compile(
    r"(rue|avenue|av|boulevard|bd|place|pl|chemin|allée|allee|quai|impasse|route|cours|square|sentier"
    r"|street|road|lane)\b|.*\b(street|road|lane|straat|strasse)$",
    re.IGNORECASE,
)
_NEAR_KM = 40


class Precision(StrEnum):
    TOWN = "town"
    QUARTER = "quarter"
    STREET = "street"


def find(
    place: str, spot: str, precision: str, known: Iterable[Where] = (), *, own: Where | None = None
) -> Where:
    """The place that these fields mean.

    `place` is the listing's `own` place, a town, or a place that is known already; `Fives, Lille` and
    `Lille-Fives` are taken as a quarter with its town.
    Raises Misused `publish.long`, `publish.place_unknown`.
    """
    named, known = line(place), tuple(known)
    if len(named) > LONGEST["place"]:
        raise Misused("publish.long", longest=str(LONGEST["place"]), length=str(len(named)))
    at = _known(named, (own,) if own else ()) or _town(named, known) or _known(named, known)
    at = at or _quarter(named, known)
    if at is None:
        raise Misused("publish.place_unknown", named, place=named[:60])
    within = line(_NUMBER.sub("", spot)) if precision in (Precision.QUARTER, Precision.STREET) else ""
    name = f"{within}, {at.name}" if within else at.name
    if len(name) > LONGEST["place"]:
        raise Misused("publish.long", longest=str(LONGEST["place"]), length=str(len(name)))
    return own if own and own.name == name else Where(name, at.latitude, at.longitude)


def _known(named: str, known: Iterable[Where]) -> Where | None:
    """A place that we have already, by the very name that it has there."""
    wanted = fold_query(named)
    found = (where for where in known if where.latitude is not None and fold_query(where.name) == wanted)
    return next(found, None)


def _town(named: str, known: tuple[Where, ...]) -> Where | None:
    """A town of the gazetteer: of several with one name, the one that is nearest to what we know."""
    points = ((one.latitude, one.longitude) for one in known)
    near = next(((north, east) for north, east in points if north is not None and east is not None), None)
    town = gazetteer.find_town(named, near=near)
    return Where(town.name, town.latitude, town.longitude) if town else None


def _quarter(named: str, known: tuple[Where, ...]) -> Where | None:
    """`Fives, Lille` and `Lille-Fives`: that name, where its town is."""
    for quarter, name in (named.rpartition(",")[::2], _halves(named)):
        if quarter.strip() and name.strip() and (town := _town(name, known)):
            return replace(town, name=named)
    return None


def _halves(named: str) -> tuple[str, str]:
    """`Lille-Fives` as Fives and Lille."""
    town, _, quarter = named.partition("-")
    return quarter, town


def fields_of(where: Where | None) -> dict[str, str]:
    """A place as the fields of the form show it: `Fives, Lille` is the quarter Fives in Lille."""
    if where is None:
        return {"place": "", "spot": "", "precision": Precision.TOWN}
    spot, _, name = (part.strip() for part in where.name.rpartition(","))
    if not spot or not _is_there(name, where):
        return {"place": where.name, "spot": "", "precision": Precision.TOWN}
    return {
        "place": name,
        "spot": spot,
        "precision": Precision.STREET if _WAY.match(spot) else Precision.QUARTER,
    }


def _is_there(name: str, where: Where) -> bool:
    if where.latitude is None or where.longitude is None:
        return False
    here = where.latitude, where.longitude
    town = gazetteer.find_town(name, near=here)
    return town is not None and distance_km(town.point, here) < _NEAR_KM


def suggestions(place: str) -> list[str]:
    """Towns that a misspelt name may mean."""
    return gazetteer.close_names(line(place), SUGGESTIONS)
