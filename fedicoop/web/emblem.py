"""The house's emblem as a picture: its logo, else its initial on its colour.  For phones and tabs.

Drawn once for each look and size; Pillow is imported when the first one is asked for.
"""

import hashlib
import io
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fedicoop.web import colours
from fedicoop.web.face import Face
from fedicoop.web.filters import initial

if TYPE_CHECKING:
    from PIL.Image import Image

SIZES = (64, 180, 192, 512)
WHOLE, MASKABLE = "whole", "maskable"
"""As it is, with round corners; or filling the square, its middle safe from whatever mask a phone has."""
_ROUND = 0.22  # of the side
_LETTER = {WHOLE: 0.62, MASKABLE: 0.46}  # how large the letter is, of the side
_LOGO = {WHOLE: 1.0, MASKABLE: 0.62}


def mark(face: Face) -> str:
    """Changes whenever the emblem does, so that its address can be kept for a year."""
    return hashlib.sha256(f"{_letter(face)} {face.hue} {face.logo}".encode()).hexdigest()[:10]


def path(face: Face, size: int, shape: str = WHOLE) -> str:
    return f"/emblem/{shape}-{size}.{mark(face)}.png"


def _letter(face: Face) -> str:
    """The initial in plain capitals, which the drawing font has; "" for another alphabet."""
    plain = unicodedata.normalize("NFKD", initial(face.name).replace("Œ", "O").replace("Æ", "A"))[:1]
    return plain if plain.isascii() else ""


@lru_cache(maxsize=32)
def drawn(media: Path, face: Face, size: int, shape: str) -> bytes:
    """A square PNG of so many pixels.  A logo whose file has gone is drawn as the initial."""
    logo = media / face.logo if face.logo else None
    image = _of_logo(logo, size, shape) if logo and logo.is_file() else _of_letter(face, size, shape)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _of_logo(logo: Path, size: int, shape: str) -> "Image":
    """On white, because a logo may be dark and see-through; our own file, made by `media/`."""
    from PIL import Image

    with Image.open(logo) as opened:
        inner = round(size * _LOGO[shape])
        picture = opened.convert("RGBA").resize((inner, inner), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", (size, size), "white")
    at = (size - inner) // 2
    ground.alpha_composite(picture, (at, at))
    return _rounded(ground) if shape == WHOLE else ground.convert("RGB")


def _of_letter(face: Face, size: int, shape: str) -> "Image":
    """The initial; two rings that meet where the font does not have it.  Four times as large at first."""
    from PIL import Image, ImageDraw, ImageFont

    large, letter = size * 4, _letter(face)
    ground = Image.new("RGB", (large, large), colours.written(colours.accent(face.hue)))
    pen, middle, reach = ImageDraw.Draw(ground), large / 2, large * _LETTER[shape]
    if letter:
        font, weight = ImageFont.load_default(size=reach), max(1, round(reach / 28))
        pen.text((middle, middle), letter, "white", font, "mm", stroke_width=weight, stroke_fill="white")
    for side in () if letter else (-1, 1):
        x, radius = middle + side * reach * 0.2, reach * 0.36
        ring = (x - radius, middle - radius, x + radius, middle + radius)
        pen.ellipse(ring, outline="white", width=round(reach * 0.1))
    small = ground.resize((size, size), Image.Resampling.LANCZOS)
    return _rounded(small.convert("RGBA")) if shape == WHOLE else small


def _rounded(image: "Image") -> "Image":
    """With round corners, drawn four times as large and made smaller, so that they are smooth."""
    from PIL import Image, ImageDraw

    large = image.width * 4
    mask = Image.new("L", (large, large), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), large * _ROUND, fill=255)
    image.putalpha(mask.resize(image.size, Image.Resampling.LANCZOS))
    return image
