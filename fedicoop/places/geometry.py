"""Points on the globe: whether they exist, how far apart they are, and how to say less than we know."""

import math

from fedicoop.errors import Malformed

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84, north and east positive."""

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""

_ROW = 0.01  # degrees of latitude: 1.11 km
_KM_PER_DEGREE = EARTH_RADIUS_KM * math.pi / 180
_HALF_TURN = 18_000  # hundredths of a degree of longitude
_STEPS = tuple(step for step in range(1, _HALF_TURN + 1) if _HALF_TURN % step == 0)
_SHOWN_KM = (1, 2, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)


def point(latitude: float, longitude: float) -> Point:
    """These two numbers as a point, or `Malformed("place.not_on_earth")`: NaN, infinite or out of range."""
    if abs(latitude) <= 90 and abs(longitude) <= 180:  # false for NaN too
        return latitude, longitude
    raise Malformed("place.not_on_earth", f"{latitude!r}, {longitude!r}")


def blur(latitude: float, longitude: float) -> Point:
    """The middle of the cell that holds this point: all that others may know of where somebody lives.

    Two decimals alone would not do: 0.01° is 1.11 km from north to south everywhere, but only 0.71 km
    from west to east at Lille.  So the cells are 0.01° high and as many hundredths wide as make 1 km
    on the cell's poleward side: 0.01° up to 26° of latitude, 0.02° up to 63° (all of France), 0.03°
    up to 72°.  Every point of a cell gives the same answer, so that asking often teaches nothing,
    and the answer gives itself again.  Both numbers have at most two decimals.

    Raises `Malformed("place.not_on_earth")`.  Duty: exact coordinates never leave (GDPR, art. 5-1-c).
    """
    latitude, longitude = point(latitude, longitude)
    row = math.floor(latitude / _ROW + 0.5)
    step = _width(row)
    column = math.floor(longitude / _ROW / step + 0.5) * step
    if column == _HALF_TURN:  # one cell lies across the antimeridian and has one name
        column = -_HALF_TURN
    return row / 100, column / 100


def distance_km(a: Point, b: Point) -> float:
    """The great-circle distance in kilometres (haversine; within 0.5 % of the ellipsoid's)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    across = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    along = math.sin((lat_b - lat_a) / 2) ** 2
    root = math.sqrt(along + math.cos(lat_a) * math.cos(lat_b) * across)
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, root))


def on_globe(place: Point) -> tuple[float, float, float]:
    """The place on a globe of radius 1: of two places the products, added up, are the angle's cosine."""
    latitude, longitude = math.radians(place[0]), math.radians(place[1])
    around = math.cos(latitude)
    return around * math.cos(longitude), around * math.sin(longitude), math.sin(latitude)


def cosine_of_km(distance: float) -> float:
    """The cosine of the angle that so many kilometres span; what is nearer has a larger one."""
    return math.cos(min(math.pi, distance / EARTH_RADIUS_KM))


def km_of_cosine(cosine: float) -> float:
    """The kilometres that an angle spans, by its cosine."""
    return EARTH_RADIUS_KM * math.acos(max(-1.0, min(1.0, cosine)))


def shown_km(distance: float) -> int:
    """A distance as a page may say it, “less than 5 km”: the next of a few steps, in kilometres.

    Exact distances from three towns would give the place away that `blur` hides.
    """
    return next((step for step in _SHOWN_KM if distance < step), (math.floor(distance / 1000) + 1) * 1000)


def _width(row: int) -> int:
    """How many hundredths of a degree of longitude make at least 1 km all over this row of cells."""
    edge = min(90.0, (abs(row) + 0.5) / 100)
    hundredth_km = _KM_PER_DEGREE * _ROW * math.cos(math.radians(edge))
    return next((step for step in _STEPS if step * hundredth_km >= 1), _HALF_TURN)
