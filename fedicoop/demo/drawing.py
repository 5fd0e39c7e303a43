"""A pen for flat illustrations: every shape is a polygon, drawn large and shrunk, so that edges are soft.

Coordinates are those of a sheet of 1200 × 900, whatever its real size; y points down.
"""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as Images

WIDTH, HEIGHT = 1200, 900
FINER = 2  # drawn so many times larger than it is kept

PALETTE = {
    "cream": "#fbf1e0", "paper": "#fff8ec", "white": "#ffffff",
    "terracotta": "#d9774f", "brick": "#a9472b", "rose": "#e8a598", "blush": "#f5cfbf",
    "mustard": "#e3a72f", "honey": "#f0c660", "butter": "#f9e3a4",
    "olive": "#7f8f4e", "leaf": "#93ab5c", "sage": "#c3cf9f", "forest": "#4e6b3f",
    "teal": "#3f8f88", "pine": "#2c5f5d", "mist": "#bcd9d2", "navy": "#2f3e4e",
    "wood": "#c98f56", "oak": "#e2b77f", "bark": "#8c5e3c",
    "steel": "#8d99a0", "silver": "#cfd6d8", "iron": "#55606a", "ink": "#2b2a33",
}  # fmt: skip
"""The colours of the house by their names; a shape may also be filled with any `#rrggbb`."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """Draws on a sheet; `moved` gives another pen whose shapes are shifted, turned and scaled."""

    sheet: "Images.Image"
    unit: float  # pixels of the sheet in one of ours
    origin: complex = 0
    turn: complex = 1  # its length is the scale

    def moved(self, x: float, y: float, *, turn: float = 0, scale: float = 1) -> "Pen":
        """A pen whose (0, 0) is our (x, y), turned clockwise by `turn` degrees."""
        spin = scale * complex(math.cos(math.radians(turn)), math.sin(math.radians(turn)))
        return replace(self, origin=self.origin + self.turn * complex(x, y), turn=self.turn * spin)

    def shape(self, points: Iterable[Spot], fill: str, shade: str | None = None) -> None:
        """A polygon, flat or going over into `shade` towards its foot."""
        from PIL import Image, ImageColor, ImageDraw, ImageOps

        spots = [self._place(spot) for spot in points]
        fill = PALETTE.get(fill, fill)
        if shade is None:
            ImageDraw.Draw(self.sheet).polygon(spots, fill=fill)
            return
        left, top = (math.floor(min(spot[axis] for spot in spots)) for axis in (0, 1))
        right, foot = (math.ceil(max(spot[axis] for spot in spots)) + 1 for axis in (0, 1))
        size = (max(right - left, 1), max(foot - top, 1))
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in spots], fill=255)
        ramp = Image.linear_gradient("L").resize(size)
        colours = ImageOps.colorize(
            ramp, ImageColor.getrgb(fill), ImageColor.getrgb(PALETTE.get(shade, shade))
        )
        self.sheet.paste(colours, (left, top), mask)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str, shade: str | None = None) -> None:
        self.shape(_arc((x, y), rx, ry, 0, 360), fill, shade)

    def disc(self, x: float, y: float, r: float, fill: str, shade: str | None = None) -> None:
        self.oval(x, y, r, r, fill, shade)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        shade: str | None = None,
        *,
        r: float = 0,
    ) -> None:
        """A rectangle from its upper left corner, its corners rounded by `r`."""
        r = min(r, width / 2, height / 2)
        corners = (
            (x + width - r, y + r, -90),
            (x + width - r, y + height - r, 0),
            (x + r, y + height - r, 90),
        )
        spots = [
            spot for cx, cy, start in (*corners, (x + r, y + r, 180)) for spot in _corner(cx, cy, r, start)
        ]
        self.shape(spots, fill, shade)

    def line(self, points: Sequence[Spot], width: float, fill: str) -> None:
        """A stroke with round ends and joints."""
        for a, b in pairwise(points):
            along = complex(b[0] - a[0], b[1] - a[1])
            aside = along / (abs(along) or 1) * 1j * width / 2
            ends = (complex(*a) + aside, complex(*b) + aside, complex(*b) - aside, complex(*a) - aside)
            self.shape([(end.real, end.imag) for end in ends], fill)
        for x, y in points:
            self.disc(x, y, width / 2, fill)

    def curve(self, points: Sequence[Spot], width: float, fill: str) -> None:
        """A smooth stroke through these points."""
        self.line(_smooth(points, closed=False), width, fill)

    def blob(self, points: Sequence[Spot], fill: str, shade: str | None = None) -> None:
        """A smooth closed shape through these points."""
        self.shape(_smooth(points, closed=True), fill, shade)

    def ring(
        self, x: float, y: float, r: float, width: float, fill: str, *, start: float = 0, end: float = 360
    ) -> None:
        """A circle's line, or a part of it: degrees, clockwise from three o'clock."""
        outer, inner = (
            _arc((x, y), r + width / 2, r + width / 2, start, end),
            _arc((x, y), r - width / 2, r - width / 2, start, end),
        )
        self.shape([*outer, *reversed(inner)], fill)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: int = 70) -> None:
        """A soft shadow on the ground."""
        from PIL import Image, ImageDraw, ImageFilter

        spots = [self._place(spot) for spot in _arc((x, y), rx, ry, 0, 360)]
        mask = Image.new("L", (self.sheet.width // 4, self.sheet.height // 4))
        ImageDraw.Draw(mask).polygon([(sx / 4, sy / 4) for sx, sy in spots], fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(3 * self.unit)).resize(self.sheet.size)
        self.sheet.paste(Image.new("RGB", self.sheet.size, "#5a3b28"), (0, 0), mask)

    def _place(self, spot: Spot) -> Spot:
        placed = (self.origin + self.turn * complex(*spot)) * self.unit
        return placed.real, placed.imag


def sheet(width: int = WIDTH) -> Pen:
    """A pen on an empty sheet that will be `width` pixels wide."""
    from PIL import Image

    unit = FINER * width / WIDTH
    return Pen(Image.new("RGB", (round(WIDTH * unit), round(HEIGHT * unit)), PALETTE["cream"]), unit)


def jpeg(pen: Pen) -> bytes:
    """The finished sheet, shrunk to its size."""
    from PIL import Image

    size = (pen.sheet.width // FINER, pen.sheet.height // FINER)
    out = io.BytesIO()
    pen.sheet.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=88, progressive=True)
    return out.getvalue()


def _arc(middle: Spot, rx: float, ry: float, start: float, end: float) -> list[Spot]:
    steps = max(8, round(abs(end - start) / 4))
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(middle[0] + rx * math.cos(angle), middle[1] + ry * math.sin(angle)) for angle in angles]


def _corner(x: float, y: float, r: float, start: float) -> list[Spot]:
    return _arc((x, y), r, r, start, start + 90)


def _smooth(points: Sequence[Spot], *, closed: bool) -> list[Spot]:
    """A Catmull-Rom spline through the points."""
    around = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    spots: list[Spot] = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        for step in range(12):
            t = step / 12
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            x, y = (
                sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) / 2 for axis in (0, 1)
            )
            spots.append((x, y))
    return spots if closed else [*spots, points[-1]]
