"""Colours where the style sheet cannot reach: a browser's own bars, the icon of an installed site.

Everything else takes its colour from one hue (`.hue-0`, `.hue-10` … `.hue-350`) in OKLCH, which keeps
lightness apart: text stays readable on its ground whatever hue a coop chooses.
"""

import math
from functools import cache
from zlib import crc32

HUES = tuple(range(0, 360, 10))
"""What a coop can choose from; degrees of OKLCH."""

_USUAL = (160, 190, 230, 260, 300, 340, 30, 130)


def usual_hue(host: str) -> int:
    """The hue of a host that chose none, or whose choice we do not know: the same one everywhere."""
    return _USUAL[crc32(host.encode()) % len(_USUAL)]


@cache
def rgb(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    """A colour of OKLCH on a screen; lightness from 0 to 1, the hue in degrees.

    What no screen can show is cut off channel by channel, as browsers do.
    Source: Björn Ottosson, https://bottosson.github.io/posts/oklab/.
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (round(255 * _encoded(min(max(one, 0.0), 1.0))) for one in linear)
    return red, green, blue


def _encoded(linear: float) -> float:
    """The transfer function of sRGB."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def accent(hue: int) -> tuple[int, int, int]:
    """`--accent` of the light theme: the ground of a coop's sign."""
    return rgb(0.45, 0.105, hue)


def bar(hue: int, *, dark: bool) -> str:
    """The colour of the frame's top, for `theme-color`: `--card`, as `#rrggbb`."""
    return written(rgb(0.22, 0.015, hue) if dark else (255, 255, 255))


def written(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
