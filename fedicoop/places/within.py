"""Towns to find one's way by: the largest within a frame, well apart, for a map without a map server."""

import functools
from array import array
from bisect import bisect_left, bisect_right

from fedicoop.places.table import Town, positions, table, town_at

_MOST_LOOKED_AT = 6000
_LINE, _NAME = 0.09, 0.3  # the room of a name, as shares of the height and the width of the frame


def largest(south: float, west: float, north: float, east: float, *, limit: int = 14) -> list[Town]:
    """The largest towns in a frame of degrees, the largest first, their names not upon each other.

    A frame over all of France looks at its largest towns alone, so that the answer takes a few
    milliseconds whatever the frame.
    """
    latitudes, longitudes, rows = positions()
    low, high = bisect_left(latitudes, south), bisect_right(latitudes, north)
    people = _populations()
    inside = [i for i in range(low, high) if west <= longitudes[i] <= east]
    inside.sort(key=lambda i: -people[i])
    reach = (north - south) * _LINE, (east - west) * _NAME
    found: list[int] = []
    for i in inside[:_MOST_LOOKED_AT]:
        if all(
            abs(latitudes[i] - latitudes[other]) > reach[0]
            or abs(longitudes[i] - longitudes[other]) > reach[1]
            for other in found
        ):
            found.append(i)
            if len(found) == limit:
                break
    return [town_at(rows[i]) for i in found]


@functools.cache
def _populations() -> "array[int]":
    """How many people live in each town of `positions`, in its order."""
    lines = table().lines
    return array("I", (int(lines[row].split(b"\t")[5] or 0) for row in positions()[2]))
