"""What was said between a house and ours, newest first: by us, by them, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.errors import Problem
from fedicoop.follows.follow import Following, Status
from fedicoop.inbox import store as inbox
from fedicoop.inbox.store import Receipt
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.outbox import answers
from fedicoop.outbox.answers import Answered
from fedicoop.peers import readings
from fedicoop.peers.turned_away import TurnedAway
from fedicoop.peers.verdicts import of_answer, of_error
from fedicoop.relations.facts import Facts

PAGE = 30
MOST_AT_ONCE = 70
"""So many may be of one moment: letters that came together are kept in one commit."""
_PLAIN = frozenset(
    {
        *("Create", "Update", "Delete", "Announce", "Follow", "Accept", "Reject", "Undo"),
        *("Like", "EmojiReact", "Dislike", "Flag", "Block", "Move", "Add", "Remove", "Offer", "Invite"),
        *("QuoteRequest", "View", "Question"),
    }
)
"""Activities that have words of their own; any other is told by its name."""
_REASONS = {
    "nobody here follows its actor": "not_followed",
    "follows nobody of this house": "follows_nobody",
    "the server itself cannot be followed": "follows_nobody",
    "answers nothing that we asked": "answers_nothing",
    "undoes nothing that we know": "undoes_nothing",
    "what it speaks of is not there": "not_there",
    "relays what a house says that is closed here": "relays_closed",
    "speaks of nothing of ours that its actor may know": "not_there",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line: `way` is `out` or `in` for who spoke, `read` for a look, `door` for what was refused.

    `words` is a text with the `type` as its last part; `outcome` another, with its mark.  `problem` says
    why where it did not go well; `about` is a public title.
    """

    at: datetime
    way: str
    words: str
    mark: str
    outcome: str
    type: str = ""
    about: str = ""
    path: str = ""
    status: str = ""
    times: int = 1
    since: datetime | None = None
    problem: Problem | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    events: list[Event]
    older: datetime | None  # where the next page begins


async def page(tx: Tx, facts: Facts, *, before: datetime | None = None, most: int = PAGE) -> Page:
    """The events before a moment, the newest first."""
    start = before or facts.now + timedelta(days=1)
    host = facts.host
    told = await answers.of_host(tx, host, before=start, limit=most + MOST_AT_ONCE)
    heard = await inbox.of_house(
        tx, (f"https://{host}", f"http://{host}"), before=start, limit=most + MOST_AT_ONCE
    )
    read = await readings.by_host(tx, host, before=start, limit=most + MOST_AT_ONCE)
    ids = {one.object_id for one in told} | {one.object_id for one in read}
    titles = await _titles(tx, ids)
    found = [_told(one, titles) for one in told] + [_heard(one, facts) for one in heard]
    found += [_read(one, titles) for one in read]
    found += [_turned_away(one) for one in facts.turned_away if one.last_at < start]
    found += [one for one in _follows(facts) if one.at < start]
    found.sort(key=lambda one: one.at, reverse=True)
    cut = _cut(found, most)
    return Page(found[:cut], found[cut - 1].at if cut < len(found) else None)


def _cut(found: list[Event], most: int) -> int:
    """Where the page ends: not between two of the same moment, or the next page would lose one."""
    end = most
    while end < len(found) and found[end].at == found[end - 1].at:
        end += 1
    return min(end, len(found))


async def _titles(tx: Tx, ids: set[str]) -> Mapping[str, tuple[str, str]]:
    """Title and page of those that are public listings here; nothing of any other (one visibility rule)."""
    found = {}
    for id in sorted(ids)[:200]:
        listing = await listings.find(tx, id)
        if listing is not None and seeing.is_public(listing):
            found[id] = listing.title, f"/l/{listing.key}"
    return found


def _kind(type: str) -> str:
    return type.lower() if type in _PLAIN else "other"


def _told(one: Answered, titles: Mapping[str, tuple[str, str]]) -> Event:
    title, path = titles.get(one.object_id, ("", ""))
    outcome, mark, problem = "taken", "✓", None
    if not one.taken:
        host = one.host
        if one.status is None:
            outcome, problem = "no_answer", of_error(one.problem, one.said, host)
        else:
            outcome = "later" if one.problem != "delivery.refused" else "not_taken"
            problem = of_answer(one.status, one.said, host)
        mark = "✗" if outcome == "not_taken" else "!"
    status = str(one.status) if one.status else ""
    words = f"relation.out.{_kind(one.type)}"
    return Event(
        one.at, "out", words, mark, f"relation.outcome.{outcome}", one.type, title, path, status, one.tries,
        one.first_at, problem, one.said if one.status else "",
    )  # fmt: skip


def _heard(one: Receipt, facts: Facts) -> Event:
    problem, reason = None, ""
    if one.outcome == "refused" and one.reason:
        key, _, detail = one.reason.partition(" ")
        problem = of_error(key, detail.strip("()"), facts.host) if "." in key else None
        reason = "" if problem else "relation.reason.not_allowed"
    if one.outcome == "ignored":
        reason = f"relation.reason.{_REASONS.get(one.reason or '', 'unspoken')}"
    known = one.outcome if one.outcome in ("done", "ignored", "refused", "waiting") else "ignored"
    mark = {"done": "✓", "refused": "✗"}.get(known, "!" if known == "waiting" else "✓")
    words = f"relation.in.{_kind(one.type)}"
    outcome = f"relation.outcome.{known}"
    return Event(one.received_at, "in", words, mark, outcome, one.type, problem=problem, said=reason)


def _read(one: readings.Reading, titles: Mapping[str, tuple[str, str]]) -> Event:
    title, path = titles.get(one.object_id, ("", ""))
    kind = "listing" if "/listings/" in one.object_id else "actor"
    return Event(
        one.last_at, "read", f"relation.read.{kind}", "✓", "relation.outcome.given", about=title, path=path
    )


def _turned_away(one: TurnedAway) -> Event:
    problem = of_error(one.problem, one.detail, one.host)
    return Event(
        one.last_at, "door", "relation.door", "✗", "relation.outcome.turned_away",
        times=one.times, since=one.first_at, problem=problem, said=one.problem,
    )  # fmt: skip


def _follows(facts: Facts) -> list[Event]:
    """That a request was agreed or declined, on either side."""
    found = []
    for side, some in (("ours", facts.ours), ("theirs", facts.theirs)):
        for one in some[:20]:
            if one.decided_at is not None and one.status is not Status.PENDING:
                other = facts.name(_other(one, side))
                mark = "✓" if one.status is Status.ACCEPTED else "!"
                words = f"relation.follow.{side}.{one.status}"
                found.append(Event(one.decided_at, "follow", words, mark, "", about=other))
    return found


def _other(one: Following, side: str) -> str:
    return one.followed_id if side == "ours" else one.follower_id
