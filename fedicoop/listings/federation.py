"""Listings on the wire: what we say of ours, what we make of theirs."""

from decimal import Decimal

from fedicoop.i18n import t
from fedicoop.listings import categories
from fedicoop.listings.listing import Kind, Listing, Mode, Photo, Status, Visibility, Where
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

ACTION = {
    Mode.GIFT: "transfer",
    Mode.SALE: "transfer",
    Mode.EXCHANGE: "transfer",
    Mode.LOAN: "transferCustody",
    Mode.SERVICE: "deliverService",
    Mode.SKILL: "deliverService",
}
WIRE_UNITS = {"kg": "kilogram", "g": "gram"}
"""The units that OM2 calls otherwise than we do."""

_RADIUS = 1000  # metres: how much a published place is blurred


def to_note(listing: Listing, actor: Actor) -> Proposal:
    """The one Note that a listing is on the wire (protocol, section 6.3); `actor` is its author."""
    assert listing.published_at is not None, "a draft has no shape on the wire"
    origin = origin_of(listing.id)
    tags = hashtags(listing, origin)
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
        likes=Iri(f"{listing.id}/likes"),
        shares=Iri(f"{listing.id}/shares"),
        audience=Iri(listing.board) if listing.board and listing.visibility is Visibility.PUBLIC else None,
        tags=tuple(Tag(type="Hashtag", name=f"#{name}", href=Iri(href)) for name, href in tags),
        images=tuple(_image(photo, origin) for photo in listing.photos[:4]),
        location=_place(listing.where),
        purpose="offer" if listing.kind is Kind.OFFER else "request",
        publishes=_publishes(listing),
        reciprocal=_reciprocal(listing),
        deposit=_deposit(listing),
        unit_based=listing.quantity is not None and listing.quantity > 1,
        mode=listing.mode,
        also_known_as=(Iri(listing.former_id),) if listing.former_id else (),
    )


def audience(listing: Listing, actor: Actor) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
    """`to` and `cc`: public listings are public with the followers informed, others are for followers."""
    followers = (actor.followers,) if actor.followers else ()
    coop = (Iri(listing.coop_id),) if listing.coop_id and listing.coop_id != actor.id else ()
    if listing.visibility is Visibility.PUBLIC:
        return (PUBLIC,), (*followers, *coop, *((Iri(listing.board),) if listing.board else ()))
    return followers, coop


def hashtags(listing: Listing, origin: str) -> list[tuple[str, str]]:
    """The names that it is found by, what it is first of all, each with the page of that name here."""
    kind = t(f"wire.hashtag_{listing.kind}", listing.language)
    names = dict.fromkeys([kind, *listing.tags])
    return [(name, f"{origin}/tags/{name}") for name in names]


def _publishes(listing: Listing) -> Intent:
    ended = listing.status in (Status.CLOSED, Status.EXPIRED)
    some = listing.quantity if listing.quantity is not None else Decimal(1)
    resting = ended or listing.status is Status.PAUSED
    unit, offer = WIRE_UNITS.get(listing.unit, listing.unit), listing.kind is Kind.OFFER
    one, all_of_it = Measure(unit=unit, amount=min(some, Decimal(1))), Measure(unit=unit, amount=some)
    none = Measure(unit=unit, amount=Decimal(0))
    return Intent(
        id=Iri(f"{listing.id}#primary"),
        name=listing.title,
        action=ACTION[listing.mode],
        conforms_to=categories.conforms_to(listing.category),
        classified_as=(categories.CATEGORIES[listing.category].iri,)
        if listing.category in categories.CATEGORIES
        else (),
        quantity=one if offer else all_of_it,
        available=none if resting else all_of_it if offer else None,
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


def _deposit(listing: Listing) -> Intent | None:
    """A deposit changes hands and comes back: in ValueFlows' words, its custody is transferred."""
    if not (listing.deposit and listing.deposit.amount):
        return None
    conforms_to = CURRENCIES.get(listing.deposit.currency)
    return Intent(
        id=Iri(f"{listing.id}#deposit"),
        action="transferCustody",
        conforms_to=Iri(conforms_to) if conforms_to else None,
        quantity=Measure(unit="one", amount=listing.deposit.amount),
    )


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
