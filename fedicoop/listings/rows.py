"""A listing as a row of its table, both ways."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from fedicoop.listings.listing import Kind, Listing, Mode, Money, Outcome, Photo, Status, Visibility, Where

PLAIN = [
    *("id", "key", "actor_id", "local", "coop_id", "member_id", "kind", "mode", "title", "text", "html"),
    *("language", "category", "tags", "quantity", "unit", "counterpart", "condition", "available_from"),
    *(
        "available_to",
        "visibility",
        "heard_by",
        "status",
        "url",
        "created_at",
        "published_at",
        "updated_at",
        "expires_at",
        "outcome",
        "board",
        "before_veil",
        "former_id",
        "event",
        "software",
    ),
]
_OWN = ["price", "deposit", "place_name", "latitude", "longitude", "photos"]
COLUMNS = ", ".join([*PLAIN, *_OWN])
FIXED = {"id", "key", "actor_id", "local", "created_at"}
"""What never changes once written: an Update cannot move a listing to somebody else (case 27)."""


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    key: str
    actor_id: str
    local: bool
    coop_id: str | None
    member_id: str | None
    kind: Kind
    mode: Mode
    title: str
    text: str
    html: str
    language: str
    category: str | None
    tags: tuple[str, ...]
    quantity: Decimal | None
    unit: str
    counterpart: str | None
    condition: str | None
    available_from: datetime | None
    available_to: datetime | None
    visibility: Visibility
    heard_by: tuple[str, ...]
    status: Status
    url: str | None
    created_at: datetime
    published_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    outcome: Outcome | None
    board: str | None
    before_veil: str | None
    former_id: str | None
    event: bool
    software: str
    price: str | None
    deposit: str | None
    place_name: str | None
    latitude: float | None
    longitude: float | None
    photos: str


def values_of(listing: Listing) -> dict[str, Any]:
    """What is written of a listing, column by column."""
    where = listing.where or Where("")
    return {name: getattr(listing, name) for name in PLAIN} | {
        "tags": tuple(tag.lower() for tag in listing.tags),
        "price": _money_json(listing.price),
        "deposit": _money_json(listing.deposit),
        "place_name": where.name or None,
        "latitude": where.latitude,
        "longitude": where.longitude,
        "photos": [asdict(photo) for photo in listing.photos],
    }


def maybe(row: Row | None) -> Listing | None:
    return listing_of(row) if row else None


def listing_of(row: Row) -> Listing:
    plain = {field.name: getattr(row, field.name) for field in fields(row) if field.name in PLAIN}
    return Listing(
        **plain,
        price=_money(row.price),
        deposit=_money(row.deposit),
        where=Where(row.place_name, row.latitude, row.longitude) if row.place_name else None,
        photos=tuple(Photo(**photo) for photo in json.loads(row.photos)),
    )


def _money(text: str | None) -> Money | None:
    if not text:
        return None
    raw = json.loads(text)
    return Money(Decimal(raw["amount"]), raw["currency"])


def _money_json(money: Money | None) -> str | None:
    return json.dumps({"amount": str(money.amount), "currency": money.currency}) if money else None
