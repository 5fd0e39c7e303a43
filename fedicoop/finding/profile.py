"""A listing as data for other programs: the one profile of the JSON, CSV and GeoJSON (docs/data.md).

Public listings only; the place is that which everybody may know.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fedicoop.listings.listing import EVENT, Listing, Mode
from fedicoop.listings.terms import description
from fedicoop.places import gazetteer
from fedicoop.places.geometry import blur
from fedicoop.vocabulary.types import Actor
from fedicoop.web.clean import plain

FIELDS = (
    *(
        "id",
        "type",
        "kind",
        "mode",
        "title",
        "description",
        "language",
        "category",
        "tags",
        "photos",
        "terms",
    ),
    *("price", "currency", "unit", "quantity", "counterpart", "deposit", "condition", "place_name", "insee"),
    *("lat", "lon", "precision", "available_from", "available_to", "visibility", "status", "published"),
    *("updated", "expires", "owner", "owner_name", "url"),
)
PRECISION = 1000
"""Metres: a place is the middle of a square of at least this width."""
_LONGEST = 20_000
_TERMS = {Mode.GIFT: "free", Mode.LOAN: "loan", Mode.EXCHANGE: "barter", Mode.SALE: "price"}


def item(listing: Listing, owner: Actor | None, origin: str) -> dict[str, Any]:
    """Every field of the profile, in its order; null where nothing is said."""
    said = {
        "id": listing.id,
        "type": listing.kind.value,
        "kind": _kind(listing),
        "mode": listing.mode.value,
        "title": listing.title,
        "description": plain(description(listing), _LONGEST),
        "language": listing.language,
        "category": listing.category,
        "tags": list(listing.tags),
        "photos": [_photo(photo.name, photo.alt, origin) for photo in listing.photos if photo.name],
        "terms": _terms(listing),
        "price": _number(listing.price.amount) if listing.price else None,
        "currency": listing.price.currency if listing.price else None,
        "unit": listing.unit,
        "quantity": _number(listing.quantity),
        "counterpart": listing.counterpart,
        "deposit": _number(listing.deposit.amount) if listing.deposit else None,
        "condition": listing.condition,
        **_place(listing),
        "available_from": _moment(listing.available_from),
        "available_to": _moment(listing.available_to),
        "visibility": listing.visibility.value,
        "status": listing.status.value,
        "published": _moment(listing.published_at),
        "updated": _moment(listing.updated_at or listing.published_at),
        "expires": _moment(listing.expires_at),
        "owner": listing.coop_id or listing.actor_id,
        "owner_name": (owner.name or owner.handle) if owner else None,
        "url": page_of(listing, origin),
    }
    return {name: said[name] for name in FIELDS}


def page_of(listing: Listing, origin: str) -> str:
    """Its page at this house, for people."""
    return f"{origin}/l/{listing.key}"


def _kind(listing: Listing) -> str:
    if listing.event:
        return EVENT
    if listing.category and listing.category.partition(".")[0] == "places":
        return "place"
    return {Mode.SERVICE: "service", Mode.SKILL: "skill"}.get(listing.mode, "object")


def _terms(listing: Listing) -> str:
    if listing.counterpart:
        return "barter"
    if listing.price and listing.price.amount:
        return "price" if listing.mode is not Mode.LOAN else "loan"
    return _TERMS.get(listing.mode, "free")


def _photo(name: str, alt: str, origin: str) -> dict[str, str]:
    return {"url": f"{origin}/media/{name}", "alt": alt}


def _place(listing: Listing) -> dict[str, Any]:
    where = listing.where
    nowhere = {"place_name": where.name if where else None, "insee": None, "lat": None, "lon": None}
    if where is None or where.latitude is None or where.longitude is None:
        return nowhere | {"precision": None}
    latitude, longitude = blur(where.latitude, where.longitude)
    code = _insee(where.name, round(latitude, 1), round(longitude, 1))
    return nowhere | {"insee": code, "lat": latitude, "lon": longitude, "precision": PRECISION}


@lru_cache(maxsize=5_000)
def _insee(name: str, latitude: float, longitude: float) -> str | None:
    """The code of a French town of that name thereabouts."""
    town = gazetteer.find_town(name, near=(latitude, longitude), country="FR")
    near = town and abs(town.latitude - latitude) < 0.3 and abs(town.longitude - longitude) < 0.4
    return town.code if town and near else None


def _number(number: Decimal | None) -> float | int | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _moment(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
