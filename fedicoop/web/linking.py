"""Plain text with addresses in it, as HTML."""

import html
import re

from fedicoop.web.clean import clean_html

_ADDRESS = re.compile(
    r"https?://[^\s<>\"]{1,300}[^\s<>\".,;:!?)]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
)


def linked(text: str) -> str:
    """A line of plain text as HTML, its addresses made links."""
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = html.escape(found[0])
        target = address if "://" in found[0] else f"mailto:{address}"
        pieces += [html.escape(text[end : found.start()]), f'<a href="{target}">{address}</a>']
        end = found.end()
    return clean_html("".join([*pieces, html.escape(text[end:])]))
