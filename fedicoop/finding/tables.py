"""Listings as JSON, as a table for spreadsheets, and as points for maps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fedicoop.finding.profile import FIELDS
from fedicoop.web.cells import cell, write_table

FORMAT = "fedicoop-listings/1"
"""Name and version of the profile; a version that reads otherwise gets another number."""

__all__ = ["FORMAT", "cell", "write_csv", "write_geojson", "write_json"]

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
    """For a spreadsheet in French."""
    return write_table(FIELDS, items)


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
