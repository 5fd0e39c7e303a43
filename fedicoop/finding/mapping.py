"""Listings on a map: grouped where they lie close, always at their blurred places, never at a door.

The frame and the groups are computed here, so that a page without script can draw them too, and a
browser never learns more than what is drawn.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedicoop.listings.listing import Listing, Sort
from fedicoop.places.geometry import Point, blur

WIDE, HIGH = 400, 300
"""Units of the drawing."""
_DEEPEST = 13  # the zoom at which a kilometre is some 60 pixels: closer would promise too much
_APART = 48  # pixels between the middles of two groups
_TILE = 256


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows: degrees, and the zoom of the usual square tiles."""

    south: float
    west: float
    north: float
    east: float
    zoom: int

    def at(self, place: Point) -> tuple[float, float]:
        """Where a place is in the drawing: x to the right, y down."""
        left, top = _pixel((self.north, self.west), self.zoom)
        right, bottom = _pixel((self.south, self.east), self.zoom)
        x, y = _pixel(place, self.zoom)
        return round((x - left) / (right - left) * WIDE, 1), round((y - top) / (bottom - top) * HIGH, 1)


@dataclass(frozen=True, slots=True)
class Group:
    """Listings that lie together: how many, of which kind if all are of one, and which if there is one."""

    place: Point
    count: int
    kind: Sort | None
    listing: Listing | None = None

    @property
    def latitude(self) -> float:
        return self.place[0]

    @property
    def longitude(self) -> float:
        return self.place[1]


def public_place(listing: Listing) -> Point | None:
    """Where a listing is for everybody; None where it says no place, or only a name."""
    where = listing.where
    if where is None or where.latitude is None or where.longitude is None:
        return None
    return blur(where.latitude, where.longitude)


def frame_of(places: Sequence[Point], *, around: Point | None = None, radius_km: float = 0) -> Frame | None:
    """The closest frame that holds all these places, or else a circle; None where there is nothing."""
    if around and not places:
        high = radius_km / 111.2
        wide = high / max(0.1, math.cos(math.radians(around[0])))
        corners = [(around[0] - high, around[1] - wide), (around[0] + high, around[1] + wide)]
    elif places:
        corners = [(min(p[0] for p in places), min(p[1] for p in places))]
        corners.append((max(p[0] for p in places), max(p[1] for p in places)))
    else:
        return None
    middle = ((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2)
    zoom = next((z for z in range(_DEEPEST, 2, -1) if _fits(corners, z)), 2)
    return _around(middle, zoom)


def groups(listings: Iterable[Listing], zoom: int, within: Frame | None = None) -> list[Group]:
    """The listings that have a place, grouped by squares of the map at this zoom, the largest group first."""
    squares: dict[tuple[int, int], list[tuple[Point, Listing]]] = {}
    for listing in listings:
        place = public_place(listing)
        if place is None or (within and not _inside(place, within)):
            continue
        x, y = _pixel(place, zoom)
        squares.setdefault((int(x // _APART), int(y // _APART)), []).append((place, listing))
    found = [_group(together) for together in squares.values()]
    return sorted(found, key=lambda group: -group.count)


def _group(together: list[tuple[Point, Listing]]) -> Group:
    count = len(together)
    middle = (sum(p[0] for p, _ in together) / count, sum(p[1] for p, _ in together) / count)
    kinds = {listing.sort for _, listing in together}
    return Group(
        (round(middle[0], 4), round(middle[1], 4)),
        count,
        next(iter(kinds)) if len(kinds) == 1 else None,
        together[0][1] if count == 1 else None,
    )


def _inside(place: Point, frame: Frame) -> bool:
    return frame.south <= place[0] <= frame.north and frame.west <= place[1] <= frame.east


def _fits(corners: Sequence[Point], zoom: int) -> bool:
    (left, bottom), (right, top) = _pixel(corners[0], zoom), _pixel(corners[1], zoom)
    return right - left <= WIDE - 60 and bottom - top <= HIGH - 60


def _around(middle: Point, zoom: int) -> Frame:
    x, y = _pixel(middle, zoom)
    north, west = _place(x - WIDE / 2, y - HIGH / 2, zoom)
    south, east = _place(x + WIDE / 2, y + HIGH / 2, zoom)
    return Frame(south, west, north, east, zoom)


def _pixel(place: Point, zoom: int) -> tuple[float, float]:
    """Web Mercator, as every tiled map has it: pixels from the upper left corner of the world."""
    size = _TILE * 2**zoom
    latitude = math.radians(max(-85.0, min(85.0, place[0])))
    x = (place[1] + 180) / 360 * size
    y = (1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2 * size
    return x, y


def _place(x: float, y: float, zoom: int) -> Point:
    size = _TILE * 2**zoom
    longitude = x / size * 360 - 180
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / size))))
    return latitude, longitude
