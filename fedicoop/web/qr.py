"""QR codes as drawings in the page: no request, no script; black on white whatever the theme."""

from functools import lru_cache

from markupsafe import Markup

_MARGIN = 2  # modules; the page adds white around it


@lru_cache(maxsize=200)
def qr(text: str) -> Markup:
    """The code of an address, for a page that says the address in words too.

    Level M: a fifteenth of it may be smudged, and it stays small enough for a strip of paper.
    """
    return Markup(_drawn(text).replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - drawn by segno from modules, no text in it


def qr_file(text: str) -> bytes:
    """The same as a file of its own, for printers and stickers."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    drawn = _drawn(text).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return (head + drawn).encode()


def _drawn(text: str) -> str:
    import segno  # 20 ms, and few pages have a code

    code = segno.make_qr(text, error="m", boost_error=False)
    return code.svg_inline(omitsize=True, border=_MARGIN, light="#fff", svgclass="qr", lineclass=None)
