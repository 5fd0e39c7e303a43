"""What others show of a listing before it is opened: Mastodon's card, a search engine, a chat.

Mastodon's card reads JSON-LD of the type WebPage first, with `headline`, `description`,
`inLanguage`, `author` and `publisher`, then OpenGraph (M app/lib/link_details_extractor.rb).
"""

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from fedicoop.listings.listing import Kind, Listing, Mode, Status
from fedicoop.listings.terms import description, terms
from fedicoop.vocabulary.types import Actor
from fedicoop.web.clean import plain

_SERVICES = (Mode.SERVICE, Mode.SKILL)
_FUNCTIONS = {Mode.LOAN: "LeaseOut", Mode.SERVICE: "ProvideService", Mode.SKILL: "ProvideService"}
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


@dataclass(frozen=True, slots=True)
class Preview:
    title: str
    description: str
    image: str | None
    alt: str
    locale: str  # of the listing's own words, as OpenGraph writes it
    data: Markup  # JSON-LD, safe inside a <script> element


def of(listing: Listing, coop: Actor | None, origin: str, language: str) -> Preview:
    """The preview of a listing; `language` is the page's, for the words that are ours."""
    where = listing.where.name if listing.where else ""
    facts = " · ".join(part for part in (terms(listing, language), where) if part)
    text = plain(description(listing), 160)
    summary = f"{facts} — {text}" if text else facts
    photo = next((photo for photo in listing.photos if photo.name), None)
    image = f"{origin}/media/{photo.name}" if photo else None
    document = _document(listing, coop, origin, summary, image)
    return Preview(
        title=listing.title,
        description=summary,
        image=image,
        alt=photo.alt if photo else "",
        locale=_LOCALES.get(listing.language, listing.language),
        data=in_script(document),
    )


def in_script(document: dict[str, Any]) -> Markup:
    """JSON that stays data inside a script element, whatever its strings say (security case 66)."""
    return Markup(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))  # noqa: S704 - nothing is left that could close it


def _document(
    listing: Listing, coop: Actor | None, origin: str, description: str, image: str | None
) -> dict[str, Any]:
    page = listing.url if listing.url and not listing.local else f"{origin}/l/{listing.key}"
    speaker = {"@type": "Organization", "name": coop.name, "url": coop.url or coop.id} if coop else None
    document = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "url": page,
        "headline": listing.title,
        "description": description,
        "inLanguage": listing.language,
        "datePublished": listing.published_at.isoformat() if listing.published_at else None,
        "image": image,
        "author": speaker,
        "publisher": speaker,
        "mainEntity": _main(listing, image),
    }
    return {name: value for name, value in document.items() if value is not None}


def _main(listing: Listing, image: str | None) -> dict[str, Any]:
    if listing.event:
        return _event(listing, image)
    return _demand(listing, image) if listing.kind is Kind.NEED else _offered(listing, image)


def _event(listing: Listing, image: str | None) -> dict[str, Any]:
    event = {
        "@type": "Event",
        "name": listing.title,
        "image": image,
        "startDate": listing.available_from.isoformat() if listing.available_from else None,
        "endDate": listing.available_to.isoformat() if listing.available_to else None,
        "location": {"@type": "Place", "name": listing.where.name} if listing.where else None,
    }
    return {name: value for name, value in event.items() if value is not None}


def _thing(listing: Listing, image: str | None) -> dict[str, Any]:
    thing = {
        "@type": "Service" if listing.mode in _SERVICES else "Product",
        "name": listing.title,
        "image": image,
    }
    return {name: value for name, value in thing.items() if value is not None}


def _bargain(listing: Listing) -> dict[str, Any]:
    asks = listing.kind is Kind.NEED or listing.counterpart or listing.mode in (Mode.SALE, Mode.EXCHANGE)
    stock = "InStock" if listing.status is Status.PUBLISHED else "OutOfStock"
    bargain = {
        "price": str(listing.price.amount) if listing.price else None if asks else "0",
        "priceCurrency": listing.price.currency if listing.price else None if asks else "EUR",
        "availability": f"https://schema.org/{stock}",
        "businessFunction": f"http://purl.org/goodrelations/v1#{_FUNCTIONS.get(listing.mode, 'Sell')}",
        "validThrough": listing.expires_at.isoformat() if listing.expires_at else None,
        "areaServed": listing.where.name if listing.where else None,
    }
    return {name: value for name, value in bargain.items() if value is not None}


def _offered(listing: Listing, image: str | None) -> dict[str, Any]:
    return _thing(listing, image) | {"offers": {"@type": "Offer"} | _bargain(listing)}


def _demand(listing: Listing, image: str | None) -> dict[str, Any]:
    return {"@type": "Demand", "itemOffered": _thing(listing, image)} | _bargain(listing)
