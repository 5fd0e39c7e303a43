"""What we make of a peer's listing, in whatever shape it came."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from fedicoop.i18n import LANGUAGES, t
from fedicoop.listings import categories
from fedicoop.listings.federation import WIRE_UNITS
from fedicoop.listings.listing import Kind, Listing, Mode, Money, Photo, Status, Visibility, Where
from fedicoop.listings.wording import details
from fedicoop.places.gazetteer import nearest_town
from fedicoop.places.geometry import distance_km
from fedicoop.vocabulary.imports import CURRENCIES
from fedicoop.vocabulary.types import PUBLIC, Intent, Place, Proposal
from fedicoop.web.clean import clean_html, plain

WINDOW = timedelta(minutes=65)
"""How far ahead a peer's clock may be: what it says was changed later than that was changed now, lest
one wrong clock freeze a listing for good."""

TOWN_KM = 30
"""How far from a town one may still be said to be there."""

_UNITS = {wire: ours for ours, wire in WIRE_UNITS.items()}
_CODES = {iri: code for code, iri in CURRENCIES.items()}
_TITLE = re.compile(r"\A\s*<p><strong>[^<]{0,400}</strong></p>\s*")
_HASHTAGS = re.compile(r"<p>(?:<a [^>]{0,600}>#(?:<span>)?[^<]{1,100}(?:</span>)?</a>\s*){1,64}</p>\s*\Z")
_LINES = re.compile(r"<p>((?:[^<]|<br>){1,2000})</p>\s*\Z")


def from_note(note: Proposal, *, key: str, now: datetime) -> Listing:
    """What we keep of a peer's listing, in whatever shape it came; `key` is for its page here."""
    intent, price, counterpart = note.publishes, *_asked(note.reciprocal)
    title = plain(intent.name or note.name, 200) or "…"
    quantity = intent.available or intent.quantity
    listing = Listing(
        id=note.id,
        key=key,
        actor_id=note.by,
        kind=Kind.OFFER if note.purpose == "offer" else Kind.NEED,
        mode=_mode(note, price, counterpart),
        title=title,
        status=_status(note, now),
        language=note.language if note.language in LANGUAGES else "fr",
        category=next((key for key in map(categories.from_iri, intent.classified_as) if key), None),
        tags=_tags(note),
        quantity=quantity.amount if quantity and quantity.amount else None,
        unit=_UNITS.get(quantity.unit, quantity.unit[:32]) if quantity else "one",
        price=price,
        counterpart=counterpart,
        deposit=_asked(note.deposit)[0],
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
        updated_at=min(note.updated, now + WINDOW) if note.updated else None,
        expires_at=note.ends,
        event=note.event,
        software=note.software,
    )
    return replace(listing, html=_body(clean_html(note.content), listing))


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


def _body(html: str, listing: Listing) -> str:
    """The description without what the page shows anyway: the headline, the details and the hashtags."""
    found = _TITLE.match(html)
    if found and plain(found.group(), 1000).endswith(listing.title):
        html = html[found.end() :]
    html = _HASHTAGS.sub("", html).strip()
    if found := _LINES.search(html):
        known = {plain(escape(line), 1000) for line in details(listing)}
        left = [line for line in found[1].split("<br>") if plain(line, 1000) not in known]
        html = html[: found.start()] + (f"<p>{'<br>'.join(left)}</p>" if left else "")
    return html.strip()


def _tags(note: Proposal) -> tuple[str, ...]:
    kinds = {t(f"wire.hashtag_{kind}", language) for kind in Kind for language in LANGUAGES}
    names = (tag.name.lstrip("#").lower() for tag in note.tags if tag.type == "Hashtag")
    return tuple(dict.fromkeys(name for name in names if name and name not in kinds))


def _where(place: Place | None) -> Where | None:
    if place is None or not (place.name or place.latitude is not None):
        return None
    return Where(plain(place.name, 120) or _town_at(place), place.latitude, place.longitude)


def _town_at(place: Place) -> str:
    """What to call a place that gave no name: its town, where there is one within reach."""
    if place.latitude is None or place.longitude is None:
        return "…"
    here = (place.latitude, place.longitude)
    town = nearest_town(*here)
    return town.name if distance_km(here, town.point) <= TOWN_KM else "…"
