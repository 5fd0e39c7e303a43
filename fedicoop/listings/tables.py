"""Listings as JSON, as a table for spreadsheets, and as points for maps."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fedicoop.listings.profile import FIELDS

FORMAT = "fedicoop-listings/1"
"""Name and version of the profile; a version that reads otherwise gets another number."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_INVISIBLE = " \u00a0\u200b\u2007\u202f\ufeff"

Items = Sequence[Mapping[str, Any]]


def write_json(items: Items, *, title: str, url: str, total: int, more: bool, next_url: str | None) -> bytes:
    """The listings, with how many there are in all and where they go on."""
    document = {
        "format": FORMAT,
        "title": title,
        "url": url,
        "total": total,
        "more": more,
        "next": next_url,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def write_csv(items: Items) -> bytes:
    """For a spreadsheet in French: a mark of UTF-8, semicolons, commas in numbers, no formula.

    A text that a spreadsheet would calculate begins with an apostrophe (security case 68).
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(FIELDS)
    for one in items:
        table.writerow([cell(one[name]) for name in FIELDS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def cell(value: Any) -> str:
    """A value as a cell says it."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value).replace(".", ",")
    if isinstance(value, list):
        value = " ".join(part["url"] if isinstance(part, dict) else str(part) for part in value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(_INVISIBLE).startswith(_FORMULA) else text


def write_geojson(items: Items) -> bytes:
    """RFC 7946: a point each, longitude first; a listing without a place has no geometry."""
    features = [
        {
            "type": "Feature",
            "id": one["id"],
            "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]}
            if one["lat"] is not None
            else None,
            "properties": {name: one[name] for name in FIELDS if name not in ("id", "lat", "lon")},
        }
        for one in items
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
