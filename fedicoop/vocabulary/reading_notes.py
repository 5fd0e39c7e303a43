"""Notes, and the listings that some of them carry (FEP-0837).

A listing is known by `purpose` and `publishes`, on whatever type they stand, never by its type alone
(federation.md 6.3): Mastodon shows the Note, a coop reads the Proposal in it.
"""

import html
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.cursor import MAX_CONTENT, MAX_NAME, MAX_SUMMARY, MAX_TAGS, Cursor, local_name
from fedicoop.vocabulary.hosts import MAX_ID
from fedicoop.vocabulary.imports import PLAIN, Dialect
from fedicoop.vocabulary.reading_media import page_address, read_images, read_place, read_tags
from fedicoop.vocabulary.reading_polls import options

NOTE_TYPES = frozenset({"Note", "Article", "Page", "Question", "Event", "Proposal"})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When something was published that does not say when: older than all that does."""

_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,18})?", re.ASCII)
_URI = re.compile(r"(?!(?:javascript|data|vbscript|file|blob):)[a-z][a-z0-9+.-]*:[^\s\\<>\"]+", re.IGNORECASE)
_LINE_END = re.compile(r"</(?:p|h\d|div|li|blockquote)>|<br ?/?>|\n", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def is_note(at: Cursor) -> bool:
    """Whether `read_note` can read it: a listing on whatever type, or a type that holds text."""
    return _is_listing(at) or not NOTE_TYPES.isdisjoint(at.types())


def read_note(at: Cursor, said: Cursor | None = None, dialect: Dialect = PLAIN) -> t.Note:
    """Read a note, or the Proposal in it; `said` is the activity that brought it, `dialect` what it was.

    What the object leaves out is taken from the activity: author, audience and date.
    Raises Malformed.
    """
    seen = _note(at, said or at)
    if not _is_listing(at) and "Proposal" not in at.types():
        return t.Note(**seen)
    purpose = _purpose(at)
    publishes = _intent(at.child("publishes"), seen["id"], "primary", _title(at, seen))
    reciprocal, deposit = at.find_child("reciprocal"), at.find_child("deposit")
    ends = at.find_moment("endTime") or at.find_moment("hasEnd")
    return t.Proposal(
        **{**seen, "ends": ends},
        purpose=purpose,
        publishes=publishes,
        reciprocal=None if reciprocal is None else _intent(reciprocal, seen["id"], "reciprocal", ""),
        deposit=None if deposit is None else _intent(deposit, seen["id"], "deposit", ""),
        unit_based=at.flag("unitBased"),
        mode=at.text("exchangeMode", "", limit=64) or None,
        event=dialect.event,
        software=dialect.software,
    )


def _is_listing(at: Cursor) -> bool:
    return at.get("purpose") is not None and at.get("publishes") is not None


def _note(at: Cursor, said: Cursor) -> dict[str, Any]:
    id = at.iri("id")
    content, language = at.translated("content", MAX_CONTENT)
    updated = at.moment("updated")
    return {
        "id": id,
        "by": _author(at, said),
        "name": at.translated("name")[0].strip(),
        "summary": at.translated("summary", MAX_SUMMARY)[0],
        "content": content + options(at),
        "language": language,
        "published": at.moment("published") or updated or said.moment("published") or LONG_AGO,
        "updated": updated,
        "ends": at.find_moment("endTime"),
        "url": page_address(at, id),
        "to": (at if at.get("to") is not None else said).iris("to"),
        "cc": (at if at.get("cc") is not None else said).iris("cc"),
        "in_reply_to": at.find_iri("inReplyTo"),
        "context": at.find_iri("context"),
        "conversation": next(iter(_uris(at, "conversation")), None),
        "replies": at.find_iri("replies"),
        "tags": read_tags(at),
        "images": read_images(at),
        "location": read_place(at),
        "sensitive": at.flag("sensitive"),
        "also_known_as": at.iris("alsoKnownAs")[:8],
    }


def _author(at: Cursor, said: Cursor) -> t.Iri:
    """`attributedTo`, alone or first of many; ActivityPub (6.2) lets the activity say it for its object."""
    if at.get("attributedTo") is None and at.get("actor") is not None:
        return at.iri("actor")
    if at.get("attributedTo") is None and said is not at:
        return said.iri("actor")
    return at.iri("attributedTo")


def _purpose(at: Cursor) -> Literal["offer", "request"]:
    match at.get("purpose"):
        case "offer":
            return "offer"
        case "request":
            return "request"
    raise at.fail("purpose", "expected offer or request")


def _title(at: Cursor, seen: dict[str, Any]) -> str:
    """A listing's title: `name`, else the name of what it publishes, else the first line of its text."""
    published = at.child("publishes").translated("name")[0].strip()
    return seen["name"] or published or first_line(seen["content"])


def first_line(content: str) -> str:
    """The first line of an HTML text that says something, as plain text of at most 256 characters."""
    for line in _LINE_END.split(content[:4096]):
        if text := " ".join(html.unescape(_TAG.sub("", line)).split()):
            return text[:MAX_NAME]
    return ""


def _intent(at: Cursor, listing: t.Iri, fragment: str, name: str) -> t.Intent:
    """What is offered or asked.  Without an id it gets the one that FEP-0837 recommends."""
    action = at.get("action")
    action = action.get("id") if isinstance(action, dict) else action
    return t.Intent(
        id=at.find_iri("id") or t.Iri(f"{listing}#{fragment}"),
        name=name or at.translated("name")[0].strip(),
        action=local_name(action)[:64] if isinstance(action, str) and action else "transfer",
        conforms_to=next(iter(_uris(at, "resourceConformsTo")), None),
        classified_as=_uris(at, "resourceClassifiedAs"),
        quantity=_measure(at, "resourceQuantity"),
        available=_measure(at, "availableQuantity"),
        minimum=_measure(at, "minimumQuantity"),
        begins=at.find_moment("hasBeginning"),
        ends=at.find_moment("hasEnd") or at.find_moment("due"),
        finished=at.flag("finished"),
    )


def _uris(at: Cursor, name: str) -> tuple[t.Iri, ...]:
    """Names of kinds of things.  Any URI may name one (Mitra: caip:19:…); none is ever fetched."""
    found = (item.get("id") if isinstance(item, dict) else item for item in at.many(name)[:MAX_TAGS])
    return tuple(
        t.Iri(uri) for uri in found if isinstance(uri, str) and len(uri) <= MAX_ID and _URI.fullmatch(uri)
    )


def _measure(at: Cursor, name: str) -> t.Measure | None:
    """A quantity: a number in quotes (FEP-0837) or bare, alone or with a unit under om2 or vf."""
    value = at.get(name)
    if value is None:
        return None
    place = at.at(value if isinstance(value, dict) else {"hasNumericalValue": value}, f".{name}")
    written = place.get("hasNumericalValue")
    if written is None:
        return None
    if isinstance(written, int | float) and not isinstance(written, bool):
        written = format(Decimal(str(round(written, 9))), "f") if abs(written) < 10**15 else ""
    if not isinstance(written, str) or not _AMOUNT.fullmatch(written):
        raise place.fail("hasNumericalValue", "expected a number, 0 or more")
    return t.Measure(unit=_unit(place), amount=Decimal(written))


def _unit(at: Cursor) -> str:
    """The unit's OM2 name; Bonfire sends an object with a label, and nothing means pieces."""
    value = at.get("hasUnit")
    if isinstance(value, dict):
        value = next((value[name] for name in ("label", "symbol", "id") if value.get(name)), None)
    return local_name(value)[:64] if isinstance(value, str) and value else "one"
