"""Where one thing roughly is, drawn among the towns around it; and how far that is from somebody's own town.

The drawing is made here and stands in the page: nobody is asked, and it holds only what anybody may
know of the place, its kilometre (see places/geometry.py).
"""

from dataclasses import dataclass

from fedicoop.finding.mapping import WIDE, Frame, frame_of
from fedicoop.members.whereabouts import Whereabouts
from fedicoop.places.geometry import Point, distance_km, shown_km
from fedicoop.places.within import largest

_AROUND_KM = 6
_SHOWN_TOGETHER_KM = 60
_TOP, _BOTTOM = 50, 250
"""The part of a map's drawing that is kept: wide and low, so that it fits beside words."""
_LETTER = 8.5  # units of the drawing, about


@dataclass(frozen=True, slots=True)
class Name:
    """A town's name in the drawing; `end` where it is written to the left of its point."""

    text: str
    x: float
    y: float
    end: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """The blurred place as a circle, towns, and the viewer’s own town and how far it is, if they said one."""

    x: float
    y: float
    radius: float
    towns: list[Name]
    home: Name | None = None
    home_name: str = ""
    away_km: int | None = None


def spot(place: Point, viewer: Whereabouts | None = None) -> Spot:
    """The drawing of a place that is blurred already."""
    home = _home(viewer)
    far = distance_km(place, home) if home else None
    together = [place, home] if home and far is not None and far <= _SHOWN_TOGETHER_KM else []
    frame = frame_of(together) if together else None
    frame = frame or frame_of([], around=place, radius_km=_AROUND_KM)
    assert frame is not None, "there is a place"
    x, y = frame.at(place)
    _, above = frame.at((place[0] + 1 / 111.2, place[1]))
    name = viewer.place_name if viewer and viewer.place_name else ""
    here = _named(name, frame.at(home)) if home and together else None
    return Spot(
        x=x,
        y=y,
        radius=round(max(10.0, y - above), 1),
        towns=_towns(frame, [(x, y), *([(here.x, here.y)] if here else [])]),
        home=here,
        home_name=name,
        away_km=shown_km(far) if far is not None else None,
    )


def _home(viewer: Whereabouts | None) -> Point | None:
    if viewer is None or viewer.latitude is None or viewer.longitude is None:
        return None
    return viewer.latitude, viewer.longitude


def _towns(frame: Frame, taken: list[tuple[float, float]]) -> list[Name]:
    """Names that fit into the drawing and lie on nothing, written to the right or else to the left."""
    found: list[Name] = []
    for town in largest(frame.south, frame.west, frame.north, frame.east):
        x, y = frame.at(town.point)
        if not (_TOP + 14 < y < _BOTTOM - 6):
            continue
        ways = (Name(town.name, x, y, end) for end in (False, True))
        if name := next((way for way in ways if _free(way, taken)), None):
            found.append(name)
            taken = [*taken, (x, y), (_far_end(name), y)]
    return found


def _free(name: Name, taken: list[tuple[float, float]]) -> bool:
    """Whether the line of a name stays inside the drawing and clear of what is there."""
    left, right = sorted((name.x, _far_end(name)))
    near = [x for x, y in taken if abs(name.y - y) <= 16]
    return left > 4 and right < WIDE - 4 and not any(left - 12 < x < right + 12 for x in near)


def _far_end(name: Name) -> float:
    long = len(name.text) * _LETTER + 12
    return name.x - long if name.end else name.x + long


def _named(text: str, at: tuple[float, float]) -> Name:
    right = Name(text, *at, end=False)
    return right if _far_end(right) < WIDE else Name(text, *at, end=True)
