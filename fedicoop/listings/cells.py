"""The globe in squares of four sizes: each listing is in one of each, and a circle is a handful of them.

A search within a radius asks for the squares that cover its circle, the smallest size of which a few
do; how far each listing truly is, is computed of the few that come back.
"""

import math
from collections.abc import Iterator

from fedicoop.places.geometry import Point

_SIZES = {"a": (0.045, 5333), "b": (0.18, 1333), "c": (0.72, 333), "d": (2.88, 83)}
"""Height of a square in degrees of latitude (5, 20, 80 and 320 km), and how many lie around the globe."""
_MOST = 25
_KM = 111.2  # a degree of latitude


def cells(place: Point) -> list[str]:
    """The squares that hold a place, one of each size, as tokens: `ga.1124.45`."""
    return [_name(size, *_at(size, place)) for size in _SIZES]


def covering(middle: Point, radius_km: float) -> list[str] | None:
    """Squares of one size that cover a circle; None where it is too large for that, or holds a pole."""
    high = radius_km / _KM
    south, north = middle[0] - high, middle[0] + high
    if south <= -89 or north >= 89:
        return None
    wide = high / math.cos(math.radians(max(abs(south), abs(north))))
    for size in _SIZES:
        found = list(_within(size, (south, middle[1] - wide), (north, middle[1] + wide)))
        if len(found) <= _MOST:
            return list(dict.fromkeys(found))
    return None


def _within(size: str, low: Point, high: Point) -> Iterator[str]:
    (bottom, left), (top, right) = _at(size, low), _at(size, high)
    if (top - bottom + 1) * (right - left + 1) > 2 * _MOST:
        yield from [""] * (_MOST + 1)
        return
    for row in range(bottom, top + 1):
        for column in range(left, right + 1):
            yield _name(size, row, column)


def _at(size: str, place: Point) -> tuple[int, int]:
    height, around = _SIZES[size]
    return math.floor(place[0] / height), math.floor(place[1] * around / 360)


def _name(size: str, row: int, column: int) -> str:
    """Columns count on around the globe: the last one west of the antimeridian is beside the first."""
    return f"g{size}.{row + 5000}.{column % _SIZES[size][1]}"
