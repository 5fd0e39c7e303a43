"""Values in the cells of a table for spreadsheets, where no text becomes a formula (security case 68)."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_INVISIBLE = " \u00a0\u200b\u2007\u202f\ufeff"
UTF8_MARK = b"\xef\xbb\xbf"  # without it, a spreadsheet takes accents for something else


def cell(value: Any) -> str:
    """A value as a cell says it, in a spreadsheet that counts in French."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value).replace(".", ",")
    if isinstance(value, list):
        value = " ".join(part["url"] if isinstance(part, dict) else str(part) for part in value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(_INVISIBLE).startswith(_FORMULA) else text


def write_table(heads: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A mark of UTF-8, semicolons, commas in numbers, no formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(heads)
    for row in rows:
        table.writerow([cell(row.get(name)) for name in heads])
    return UTF8_MARK + out.getvalue().encode()
