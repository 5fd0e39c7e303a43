"""Photos for the demonstration, drawn by the program: nobody's bicycle, nobody's rights, no download."""

from collections.abc import Callable, Mapping

from fedicoop.demo import bicycles, harvest, household, outdoors, workbench
from fedicoop.demo.drawing import WIDTH, Pen, jpeg, sheet
from fedicoop.i18n import t

SCENES: Mapping[str, Callable[[Pen], None]] = (
    bicycles.SCENES | workbench.SCENES | household.SCENES | harvest.SCENES | outdoors.SCENES
)
NAMES = tuple(SCENES)


def draw(name: str, width: int = WIDTH) -> bytes:
    """The drawn photo of this name, a JPEG of `width` by three quarters of it; one takes 0.2 s.

    `name` is one of NAMES: cargo-bike, child-bike, repair-stand, drill, tools-wall, sewing-machine,
    raclette, vegetables, tent, shredder.  Raises KeyError for any other.
    """
    pen = sheet(width)
    SCENES[name](pen)
    return jpeg(pen)


def alt(name: str, language: str) -> str:
    """What there is to see, for those who do not see it."""
    return t(f"demo.picture.{name}", language)
