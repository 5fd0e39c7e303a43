"""Events put into the words of a listing, so that everything that keeps and shows one keeps and shows them.

An event is no offer, and is never shown as one (`Proposal.event`): it has a day, a place, a page elsewhere.
Shapes: Mobilizon `lib/federation/activity_stream/converter/event.ex`, the Event Bridge of WordPress, Gancio
and FEP-8a8e; `startTime` and a name are what all of them have.
"""

from datetime import timedelta
from typing import Any

from fedicoop.errors import Malformed
from fedicoop.vocabulary.cursor import many
from fedicoop.vocabulary.dates import moment_text, parse_moment

Json = dict[str, Any]

_LASTS = timedelta(days=1)
"""How long an event that names no end is not over."""
_MOBILIZON = {"uuid", "draft", "anonymousParticipationEnabled", "repliesModerationOption"}


def is_event(raw: Json) -> bool:
    """Whether it is an Event that says when it begins and what it is, and is not published as a listing."""
    types = {kind.rpartition(":")[2] for kind in many(raw.get("type")) if isinstance(kind, str)}
    return "Event" in types and raw.get("publishes") is None and bool(_begins(raw)) and bool(_name(raw))


def is_mobilizons(raw: Json) -> bool:
    return is_event(raw) and raw.keys() >= _MOBILIZON


def event(raw: Json) -> Json:
    begins, ends = _begins(raw), _moment(raw.get("endTime"))
    if begins and (ends is None or ends < begins):
        ends = moment_text(parse_moment(begins) + _LASTS) if ends is None else begins
    said_end = raw.get("endTime") if _moment(raw.get("endTime")) else None
    happening: Json = {"type": "Intent", "action": "deliverService", "name": _name(raw)}
    happening |= {"hasBeginning": begins, "hasEnd": said_end, "finished": _is_cancelled(raw)}
    return {
        **raw,
        "purpose": "offer",
        "exchangeMode": "service",
        "publishes": happening,
        "reciprocal": None,
        "deposit": None,
        "content": raw.get("content") or raw.get("summary"),
        "summary": None,
        "endTime": ends,
        "location": _place(raw.get("location")),
    }


def _name(raw: Json) -> str:
    translated = raw.get("nameMap")
    first = next(iter(translated.values()), None) if isinstance(translated, dict) else None
    return next((name for name in (raw.get("name"), first) if isinstance(name, str) and name.strip()), "")


def _begins(raw: Json) -> str:
    return _moment(raw.get("startTime")) or ""


def _moment(value: object) -> str | None:
    """A time that can be read, in UTC; anything else is none."""
    try:
        return moment_text(parse_moment(value)) if isinstance(value, str) else None
    except Malformed:
        return None


def _is_cancelled(raw: Json) -> bool:
    said = (raw.get(name) for name in ("ical:status", "status", "eventStatus"))
    return any(isinstance(word, str) and "cancel" in word.lower() for word in said)


def _place(value: object) -> Json | None:
    """The first place where one can go; a link to a video call is on the event's own page."""
    places = (one for one in many(value)[:8] if isinstance(one, dict))
    place = next((one for one in places if "VirtualLocation" not in many(one.get("type"))), None)
    if place is None:
        return None
    address = place.get("address")
    town = address.get("addressLocality") if isinstance(address, dict) else address
    names = [name for name in (place.get("name"), town) if isinstance(name, str) and name.strip()]
    return {**place, "type": "Place", "name": ", ".join(dict.fromkeys(names)), "radius": None}
