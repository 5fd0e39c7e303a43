"""Our own small drawings, put into the page itself: no request, no font, the colour of the text."""

from functools import cache, lru_cache
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup

_SHEET = Path(__file__).parents[1] / "static" / "icons.svg"
_SVG = "http://www.w3.org/2000/svg"


@cache
def _drawings() -> dict[str, str]:
    """What each `<symbol id=…>` of our own sheet holds, as the text that goes into a page."""
    ElementTree.register_namespace("", _SVG)
    symbols = ElementTree.parse(_SHEET).getroot().iter(f"{{{_SVG}}}symbol")  # noqa: S314 - our own file
    return {
        symbol.attrib["id"]: "".join(
            ElementTree.tostring(shape, encoding="unicode").strip().replace(f' xmlns="{_SVG}"', "")
            for shape in symbol
        )
        for symbol in symbols
    }


@lru_cache(maxsize=500)  # names may come from a peer
def icon(name: str, *, size: str = "") -> Markup:
    """A drawing beside words that already say it, so it is hidden from screen readers.

    A name that has no drawing (a category of tomorrow, or of a peer) gets the plain one.
    """
    drawings = _drawings()
    inside = drawings.get(name) or drawings.get(name.partition(".")[0]) or drawings["other"]
    kind = f"icon icon--{size}" if size else "icon"
    shapes = Markup(inside)  # noqa: S704 - our own sheet
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(kind, shapes)
