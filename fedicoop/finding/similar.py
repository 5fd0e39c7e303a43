"""Other listings that may do: of the same kind and branch, the nearest first."""

from fedicoop.db import Tx
from fedicoop.listings import store
from fedicoop.listings.listing import Listing, Where
from fedicoop.listings.store import Filter
from fedicoop.places.geometry import Point, distance_km, shown_km

SHOWN = 4
_LOOKED_AT = 48
_NOBODY_KNOWS = 30_000  # km: farther than anything on earth


async def of(tx: Tx, listing: Listing) -> list[Listing]:
    """Some published listings for everybody that are like this one; among the latest, the nearest."""
    branch = listing.category.partition(".")[0] if listing.category else None
    found = await store.latest(tx, Filter(kind=listing.sort, branch=branch), limit=_LOOKED_AT)
    others = [other for other in found if other.id != listing.id]
    others.sort(key=lambda other: _far(listing.where, other.where))  # stable: the newest first of each ring
    return others[:SHOWN]


def _far(here: Where | None, there: Where | None) -> int:
    """How far apart, in the steps that a page may say; what has no place comes last."""
    one, other = _point(here), _point(there)
    return shown_km(distance_km(one, other)) if one and other else _NOBODY_KNOWS


def _point(where: Where | None) -> Point | None:
    if where is None or where.latitude is None or where.longitude is None:
        return None
    return where.latitude, where.longitude
