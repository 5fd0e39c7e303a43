"""Listings as a feed to subscribe to, and as a calendar of what is available when."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fedicoop.finding.profile import page_of
from fedicoop.i18n import t
from fedicoop.listings import terms
from fedicoop.listings.index import public_place
from fedicoop.listings.listing import EVENT, Listing
from fedicoop.vocabulary.types import Actor
from fedicoop.web.clean import clean, plain

_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, in whatever way it is written."""
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_IMAGES = {"webp": "image/webp", "png": "image/png"}


def write_atom(
    listings: Sequence[Listing],
    owners: Mapping[str, Actor],
    *,
    title: str,
    url: str,
    page: str,
    origin: str,
    language: str,
) -> bytes:
    """RFC 4287, with GeoRSS points and the photos as enclosures; the owner is the author of each entry."""
    feed = _feed_class()(
        title=speakable(title), link=page, description="", feed_url=url, feed_guid=url, language=language
    )
    for listing in listings:
        owner = owners.get(listing.id)
        feed.add_item(
            title=speakable(f"{t(f'kind.{listing.sort}', language)} : {listing.title}"),
            link=page_of(listing, origin),
            description=None,
            content=_content(listing, language),
            unique_id=listing.id,
            pubdate=listing.published_at,
            updateddate=listing.updated_at or listing.published_at,
            author_name=speakable((owner.name or owner.handle) if owner else listing.actor_id),
            author_link=(owner.url or owner.id) if owner else None,
            categories=[*_sorts(listing), *map(speakable, listing.tags)],
            photos=[f"{origin}/media/{photo.name}" for photo in listing.photos if photo.name],
            place=public_place(listing),
        )
    return bytes(feed.writeString("utf-8"), "utf-8")


def _sorts(listing: Listing) -> list[str]:
    return [EVENT] if listing.event else [listing.kind.value, listing.mode.value]


def speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


def _content(listing: Listing, language: str) -> str:
    facts = [terms.terms(listing, language), listing.where.name if listing.where else ""]
    facts.append(terms.availability(listing, language))
    first = plain(" · ".join(fact for fact in facts if fact), 500)
    return speakable(
        f"{clean('<p>' + first.replace('<', '&lt;') + '</p>')}{clean(terms.description(listing))}"
    )


def _feed_class() -> Any:
    """Made when asked for: the library is needed by feeds alone."""
    from feedgenerator import Atom1Feed

    class Feed(Atom1Feed):  # type: ignore[misc]
        def root_attributes(self) -> dict[str, str]:
            return {**super().root_attributes(), "xmlns:georss": "http://www.georss.org/georss"}

        def latest_post_date(self) -> datetime:
            """The newest change of what is in it: the same feed has the same date."""
            return max((item["updateddate"] for item in self.items), default=_BEGINNING)

        def add_item_elements(self, handler: Any, item: Mapping[str, Any]) -> None:
            super().add_item_elements(handler, item)
            for photo in item["photos"]:
                media_type = _IMAGES.get(photo.rpartition(".")[2], "image/jpeg")
                link = {"rel": "enclosure", "href": photo, "type": media_type}
                handler.addQuickElement("link", "", link)
            if item["place"]:
                handler.addQuickElement("georss:point", "{} {}".format(*item["place"]))

    return Feed


def write_calendar(
    listings: Sequence[Listing], owners: Mapping[str, Actor], *, title: str, origin: str, language: str
) -> bytes:
    """RFC 5545: when each listing is available, as an event that keeps nobody busy.

    Only those that say when are in it; where an end is missing, the listing's own end counts.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//fedicoop//listings//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", speakable(title))
    for listing in listings:
        if listing.available_from or listing.available_to:
            calendar.add_component(_event(listing, owners.get(listing.id), origin, language))
    return bytes(calendar.to_ical())


def _event(listing: Listing, owner: Actor | None, origin: str, language: str) -> Any:
    from icalendar import Event

    event = Event()
    changed = listing.updated_at or listing.published_at or listing.created_at
    event.add("uid", listing.id)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    start, end = _span(listing)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", speakable(f"{t(f'kind.{listing.sort}', language)} : {listing.title}"))
    facts = [terms.terms(listing, language), (owner.name or owner.handle) if owner else ""]
    facts.append(plain(terms.description(listing), 1_000))
    event.add("description", speakable("\n".join(fact for fact in facts if fact)))
    event.add("url", page_of(listing, origin))
    event.add("transp", "TRANSPARENT")
    event.add("categories", _sorts(listing))
    if listing.where:
        event.add("location", speakable(listing.where.name))
    if place := public_place(listing):
        event.add("geo", place)
    return event


def _span(listing: Listing) -> tuple[Any, Any]:
    """From when to when: whole days where it was said in days, of which an end is the day after."""
    start = listing.available_from or listing.published_at or listing.created_at
    end = listing.available_to or listing.expires_at or start + timedelta(days=1)
    end = max(start + timedelta(minutes=1), end)
    if start.time() == time() and end.time().replace(microsecond=0) in (time(), time(23, 59, 59)):
        return start.date(), max((end + timedelta(seconds=1)).date(), start.date() + timedelta(days=1))
    return start, end
