"""How results look: marks, aligned columns of at most 80 signs, colour for terminals only, or JSON."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

WIDTH = 80
_COLOURS = {"✓": "32", "!": "33", "✗": "31"}


def show(text: str = "") -> None:
    """One or more lines of the result, on stdout."""
    print(text, flush=True)


def tell(text: str) -> None:
    """A remark beside the result (progress, a hint), on stderr: pipes do not get it."""
    print(text, file=sys.stderr, flush=True)


def show_json(value: object) -> None:
    """The result for programs: one JSON value, keys that stay."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def marked(mark: str, text: str, stream: TextIO | None = None) -> str:
    """`text` behind ✓, ! or ✗, the mark in its colour where there is a terminal that wants it."""
    from fedicoop.log import wants_colour

    if wants_colour(stream or sys.stdout, os.environ):
        mark = f"\x1b[{_COLOURS[mark]}m{mark}\x1b[0m"
    return f"{mark} {text}"


def show_step(mark: str, label: str, text: str) -> None:
    """One line of a list of steps or checks: mark, label in its column, what is to say about it."""
    show(marked(mark, f"{padded(label, 12)} {text}") if label else marked(mark, text))


def show_table(rows: Iterable[Sequence[str]], heads: Sequence[str], *, whole: bool = False) -> None:
    """Columns as wide as what they hold; the last one is cut so that a line stays within 80 signs.

    Unless it is wanted `whole`.
    """
    lines = [tuple(heads), *(tuple(map(one_line, row)) for row in rows)]
    widths = [max(width(line[at]) for line in lines) for at in range(len(heads) - 1)]
    room = max(WIDTH - sum(widths) - 2 * len(widths), 16)
    for line in lines:
        cells = [padded(cell, size) for cell, size in zip(line, widths, strict=False)]
        show("  ".join([*cells, line[-1] if whole else cut(line[-1], room)]).rstrip())


def one_line(text: str) -> str:
    """A stranger's words for a terminal: nothing that moves its cursor, colours it or breaks the line."""
    return "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)


def width(text: str) -> int:
    """How many columns a terminal takes for it."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)


def padded(text: str, size: int) -> str:
    return text + " " * (size - width(text))


def cut(text: str, size: int) -> str:
    return text if width(text) <= size else text[: size - 1].rstrip() + "…"
