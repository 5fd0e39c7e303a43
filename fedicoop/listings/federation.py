"""Listings on the wire: what we say of ours, what we make of theirs."""

import re
from datetime import datetime
from decimal import Decimal

from fedicoop.i18n import LANGUAGES, t
from fedicoop.listings import categories
from fedicoop.listings.listing import Kind, Listing, Mode, Money, Photo, Status, Visibility, Where
from fedicoop.listings.wording import content
from fedicoop.places.geometry import blur
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.imports import CURRENCIES
from fedicoop.vocabulary.types import (
    PUBLIC,
    Actor,
    Image,
    Intent,
    Iri,
    Measure,
    Place,
    Proposal,
    Tag,
)
from fedicoop.web.clean import clean_html, plain

ACTION = {
    Mode.GIFT: "transfer",
    Mode.SALE: "transfer",
    Mode.EXCHANGE: "transfer",
    Mode.LOAN: "transferCustody",
    Mode.SERVICE: "deliverService",
    Mode.SKILL: "deliverService",
}
_CODES = {iri: code for code, iri in CURRENCIES.items()}
_RADIUS = 1000  # metres: how much a published place is blurred
_TITLE = re.compile(r"\A\s*<p><strong>[^<]{0,400}</strong></p>\s*")
_HASHTAGS = re.compile(r"<p>(?:<a [^>]{0,600}>#(?:<span>)?[^<]{1,100}(?:</span>)?</a>\s*){1,64}</p>\s*\Z")


def to_note(listing: Listing, actor: Actor) -> Proposal:
    """The one Note that a listing is on the wire (protocol, section 6.3); `actor` is its author."""
    assert listing.published_at is not None, "a draft has no shape on the wire"
    origin = origin_of(listing.id)
    tags = _hashtags(listing, origin)
    to, cc = audience(listing, actor)
    return Proposal(
        id=Iri(listing.id),
        by=actor.id,
        content=content(listing, tags),
        language=listing.language,
        published=listing.published_at,
        updated=listing.updated_at,
        ends=listing.expires_at,
        url=Iri(listing.url or f"{origin}/l/{listing.key}"),
        to=to,
        cc=cc,
        context=Iri(f"{listing.id}/context"),
        replies=Iri(f"{listing.id}/replies"),
        tags=tuple(Tag(type="Hashtag", name=f"#{name}", href=Iri(href)) for name, href in tags),
        images=tuple(_image(photo, origin) for photo in listing.photos[:4]),
        location=_place(listing.where),
        purpose="offer" if listing.kind is Kind.OFFER else "request",
        publishes=_publishes(listing),
        reciprocal=_reciprocal(listing),
        unit_based=listing.quantity is not None and listing.quantity > 1,
        mode=listing.mode,
    )


def audience(listing: Listing, actor: Actor) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
    """`to` and `cc`: public listings are public with the followers informed, others are for followers."""
    followers = (actor.followers,) if actor.followers else ()
    coop = (Iri(listing.coop_id),) if listing.coop_id and listing.coop_id != actor.id else ()
    if listing.visibility is Visibility.PUBLIC:
        return (PUBLIC,), (*followers, *coop)
    return followers, coop


def _hashtags(listing: Listing, origin: str) -> list[tuple[str, str]]:
    kind = t(f"wire.hashtag_{listing.kind}", listing.language)
    names = dict.fromkeys([kind, *listing.tags])
    return [(name, f"{origin}/tags/{name}") for name in names]


def _publishes(listing: Listing) -> Intent:
    ended = listing.status in (Status.CLOSED, Status.EXPIRED)
    some = listing.quantity if listing.quantity is not None else Decimal(1)
    left = Decimal(0) if ended or listing.status is Status.PAUSED else some
    one, offer = (
        Measure(unit=listing.unit, amount=min(some, Decimal(1)) or Decimal(1)),
        listing.kind is Kind.OFFER,
    )
    return Intent(
        id=Iri(f"{listing.id}#primary"),
        name=listing.title,
        action=ACTION[listing.mode],
        conforms_to=categories.conforms_to(listing.category),
        classified_as=(categories.CATEGORIES[listing.category].iri,)
        if listing.category in categories.CATEGORIES
        else (),
        quantity=one if offer else Measure(unit=listing.unit, amount=some),
        available=Measure(unit=listing.unit, amount=left) if offer or ended else None,
        minimum=one if offer else None,
        begins=listing.available_from,
        ends=listing.available_to,
        finished=ended,
    )


def _reciprocal(listing: Listing) -> Intent | None:
    """What is asked in return; only when something truly is (no price of zero is ever invented)."""
    id = Iri(f"{listing.id}#reciprocal")
    if listing.price and listing.price.amount:
        conforms_to = CURRENCIES.get(listing.price.currency)
        return Intent(
            id=id,
            name=listing.counterpart or "",
            action="transfer",
            conforms_to=Iri(conforms_to) if conforms_to else None,
            quantity=Measure(unit="one", amount=listing.price.amount),
        )
    if listing.counterpart:
        one = Measure(unit="one", amount=Decimal(1))
        return Intent(id=id, name=listing.counterpart, action="transfer", quantity=one)
    return None


def _image(photo: Photo, origin: str) -> Image:
    return Image(
        url=Iri(f"{origin}/media/{photo.name}"),
        media_type="image/jpeg",
        alt=photo.alt,
        width=photo.width,
        height=photo.height,
        blurhash=photo.blurhash,
    )


def _place(where: Where | None) -> Place | None:
    """The place as anybody may know it: its coordinates on a grid of at least a kilometre."""
    if where is None:
        return None
    if where.latitude is None or where.longitude is None:
        return Place(name=where.name)
    latitude, longitude = blur(where.latitude, where.longitude)
    return Place(name=where.name, latitude=latitude, longitude=longitude, radius=_RADIUS)


def from_note(note: Proposal, *, key: str, now: datetime) -> Listing:
    """What we keep of a peer's listing, in whatever shape it came; `key` is for its page here."""
    intent, price, counterpart = note.publishes, *_asked(note.reciprocal)
    title = plain(intent.name or note.name, 200) or "…"
    quantity = intent.available or intent.quantity
    return Listing(
        id=note.id,
        key=key,
        actor_id=note.by,
        kind=Kind.OFFER if note.purpose == "offer" else Kind.NEED,
        mode=_mode(note, price, counterpart),
        title=title,
        status=_status(note, now),
        html=_body(clean_html(note.content), title),
        language=note.language if note.language in LANGUAGES else "fr",
        category=next((key for key in map(categories.from_iri, intent.classified_as) if key), None),
        tags=_tags(note),
        quantity=quantity.amount if quantity and quantity.amount else None,
        unit=quantity.unit[:32] if quantity else "one",
        price=price,
        counterpart=counterpart,
        available_from=intent.begins,
        available_to=intent.ends,
        where=_where(note.location),
        photos=tuple(
            Photo("", image.alt, image.width, image.height, None, image.url) for image in note.images
        ),
        visibility=Visibility.PUBLIC if PUBLIC in (*note.to, *note.cc) else Visibility.FOLLOWERS,
        url=note.url or note.id,
        created_at=now,
        published_at=min(note.published, now),
        updated_at=note.updated,
        expires_at=note.ends,
    )


def _asked(reciprocal: Intent | None) -> tuple[Money | None, str | None]:
    """Money where the peer names a currency we know, else words."""
    if reciprocal is None:
        return None, None
    words = plain(reciprocal.name, 200) or None
    if reciprocal.quantity and reciprocal.conforms_to in _CODES:
        return Money(reciprocal.quantity.amount, _CODES[reciprocal.conforms_to]), words
    return None, words or "…"


def _mode(note: Proposal, price: Money | None, counterpart: str | None) -> Mode:
    if note.mode in set(Mode):
        return Mode(note.mode)
    if note.publishes.action == "transferCustody":
        return Mode.LOAN
    if note.publishes.action == "deliverService":
        return Mode.SERVICE
    return Mode.SALE if price else Mode.EXCHANGE if counterpart else Mode.GIFT


def _status(note: Proposal, now: datetime) -> Status:
    if note.publishes.finished:
        return Status.CLOSED
    if note.ends and note.ends <= now:
        return Status.EXPIRED
    none_left = note.publishes.available is not None and note.publishes.available.amount <= 0
    return Status.PAUSED if none_left else Status.PUBLISHED


def _body(html: str, title: str) -> str:
    """The description without what the page shows anyway: the headline and the hashtags."""
    found = _TITLE.match(html)
    if found and plain(found.group(), 1000).endswith(title):
        html = html[found.end() :]
    return _HASHTAGS.sub("", html).strip()


def _tags(note: Proposal) -> tuple[str, ...]:
    kinds = {t(f"wire.hashtag_{kind}", language) for kind in Kind for language in LANGUAGES}
    names = (tag.name.lstrip("#").lower() for tag in note.tags if tag.type == "Hashtag")
    return tuple(dict.fromkeys(name for name in names if name and name not in kinds))


def _where(place: Place | None) -> Where | None:
    if place is None or not (place.name or place.latitude is not None):
        return None
    return Where(plain(place.name, 120) or "…", place.latitude, place.longitude)
