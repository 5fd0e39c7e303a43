"""The values of a listing's fields, one reader for each sort: text, choice, number, date, place.

Each takes the field's name and what stands in it, and answers the changes to the listing, or raises
Misused with the name of the field.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from fedicoop.errors import Malformed, Misused
from fedicoop.listings.categories import CATEGORIES
from fedicoop.listings.listing import Kind, Mode, Money, Visibility, Where
from fedicoop.places import gazetteer
from fedicoop.vocabulary.dates import EARLIEST_YEAR, LATEST_YEAR, parse_moment
from fedicoop.vocabulary.imports import CURRENCIES

UNITS = ("one", "hour", "half-day", "day", "kg", "g", "litre", "metre", "basket", "dozen")
LONGEST = {
    "title": 120,
    "text": 20_000,
    "counterpart": 200,
    "condition": 120,
    "place": 120,
    "alt": 1_500,
    "tag": 64,
}
_TAG = re.compile(r"[\w-]+")
_UNSEEN = {
    ord(c): None for c in "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
}


def wrong(field: str, key: str, **values: str) -> Misused:
    return Misused(f"listing.{key}", field, field=field, **values)


def line(text: str) -> str:
    """One line of text as it is kept: no control or invisible characters, single spaces, NFC."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text.translate(_UNSEEN))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def lines(text: str) -> str:
    """Several lines of text as they are kept: no control or invisible characters, NFC."""
    kept = "".join(c for c in text.translate(_UNSEEN) if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", kept)


def text(field: str, value: Any, *, longest: int) -> str:
    if not isinstance(value, str):
        raise wrong(field, "field_text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise wrong(field, "field_text") from None
    if len(value) > longest:
        raise wrong(field, "field_long", longest=str(longest), length=str(len(value)))
    return value


def one_line(name: str, value: Any) -> dict[str, Any]:
    kept = line(text(name, value or "", longest=LONGEST[name]))
    if name == "title" and not kept:
        raise wrong(name, "field_missing")
    return {name: kept or (None if name != "title" else kept)}


def body(name: str, value: Any) -> dict[str, Any]:
    return {name: lines(text(name, value or "", longest=LONGEST[name]))}


def one_of(choices: type[Kind] | type[Mode] | type[Visibility]) -> Callable[[str, Any], dict[str, Any]]:
    def reader(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, str) or value not in list(choices):
            raise wrong(name, "field_choice", choices=", ".join(choices))
        return {name: choices(value)}

    return reader


def among(*choices: str) -> Callable[[str, Any], dict[str, Any]]:
    def reader(name: str, value: Any) -> dict[str, Any]:
        if value not in choices:
            raise wrong(name, "field_choice", choices=", ".join(choices))
        return {name: value}

    return reader


def category(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {name: None}
    if not isinstance(value, str) or value not in CATEGORIES:
        near = difflib.get_close_matches(str(value), CATEGORIES, n=3, cutoff=0.4)
        raise wrong(name, "field_choice", choices=", ".join(near or (k for k in CATEGORIES if "." not in k)))
    return {name: value}


def tags(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {name: ()}
    if not isinstance(value, list) or len(value) > 20:
        raise wrong(name, "field_tags")
    tags = [line(text(name, tag, longest=LONGEST["tag"])).lstrip("#").replace(" ", "") for tag in value]
    if bad := [tag for tag in tags if not _TAG.fullmatch(tag)]:
        raise wrong(name, "field_tag", tag=bad[0])
    return {name: tuple(dict.fromkeys(tag.lower() for tag in tags))}


def _number(field: str, value: Any, *, most: Decimal, places: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise wrong(field, "field_number")
    try:
        number = Decimal(str(value).strip()[:40])
    except InvalidOperation:
        raise wrong(field, "field_number") from None
    if not number.is_finite() or not 0 <= number <= most or number != round(number, places):
        raise wrong(field, "field_range", most=str(most), places=str(places))
    return round(number, places).normalize() + 0 if number else Decimal(0)


def quantity(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {name: None}
    number = _number(name, value, most=Decimal(1_000_000), places=3)
    if not number:
        raise wrong(name, "field_range", most="1000000", places="3")
    return {name: Decimal(f"{number:f}")}


def money(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {name: None}
    if not isinstance(value, dict) or not {"amount"} <= value.keys() <= {"amount", "currency"}:
        raise wrong(name, "field_money")
    amount = _number(f"{name}.amount", value["amount"], most=Decimal(10_000_000), places=2)
    currency = value.get("currency", "EUR")
    if currency not in CURRENCIES:
        raise wrong(f"{name}.currency", "field_choice", choices=", ".join(CURRENCIES))
    return {name: Money(Decimal(f"{amount:f}"), currency) if amount else None}


def _moment(field: str, value: Any, *, end: bool) -> datetime:
    """A date, or a date and time; a bare date begins at its first and ends at its last second (UTC)."""
    try:
        given = text(field, value, longest=40).strip()
        if len(given) != 10:
            return parse_moment(given)
        bare = date.fromisoformat(given)
    except (ValueError, Malformed):
        raise wrong(field, "field_date") from None
    if not EARLIEST_YEAR <= bare.year <= LATEST_YEAR:  # beyond, no zone's clock can say it (security, T9)
        raise wrong(field, "field_date")
    return datetime.combine(bare, time(23, 59, 59) if end else time(), UTC)


def available(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {"available_from": None, "available_to": None}
    if not isinstance(value, dict) or not value.keys() <= {"from", "to"}:
        raise wrong(name, "field_period")
    start = _moment("available.from", value["from"], end=False) if value.get("from") else None
    end = _moment("available.to", value["to"], end=True) if value.get("to") else None
    if start and end and end < start:
        raise wrong(name, "field_period_reversed")
    return {"available_from": start, "available_to": end}


def expires(_: str, value: Any) -> dict[str, Any]:
    return {"expires_at": None if value is None else _moment("expires", value, end=True)}


def place(name: str, value: Any) -> dict[str, Any]:
    """A town of the gazetteer, or coordinates with or without a name; an unknown town is a question."""
    if value is None:
        return {"where": None}
    raw = {"name": value} if isinstance(value, str) else value
    if not isinstance(raw, dict) or not raw.keys() <= {"name", "latitude", "longitude"}:
        raise wrong(name, "field_place")
    named = line(text("place.name", raw.get("name") or "", longest=LONGEST["place"]))
    if raw.get("latitude") is None and raw.get("longitude") is None:
        town = gazetteer.find_town(named) if named else None
        if town is None:
            near = gazetteer.close_names(named)[:3] if named else []
            raise wrong(name, "place_near" if near else "place_unknown", place=named, near=", ".join(near))
        return {"where": Where(named, town.latitude, town.longitude)}
    latitude, longitude = _coordinate("latitude", raw, 90), _coordinate("longitude", raw, 180)
    return {"where": Where(named or gazetteer.nearest_town(latitude, longitude).name, latitude, longitude)}


def _coordinate(name: str, raw: dict[str, Any], most: int) -> float:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -most <= value <= most:
        raise wrong(f"place.{name}", "field_coordinate", most=str(most))
    return float(value)
