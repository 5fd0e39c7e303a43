"""Answering a question about the listings: what there is, how far away, and what was loosened to find it.

One visibility rule: what is published for everybody, and for a member what is published for their coop.
Distances are taken from blurred places and told in steps, so that asking often gives no place away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from fedicoop.db import Tx
from fedicoop.listings import store
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import FARTHEST_KM, RADII, Question, Sort
from fedicoop.places.geometry import Point, blur, distance_km, shown_km

PAGE = 24
COUNTED = 1000
"""Up to here results are counted exactly; beyond it is “more than”."""


@dataclass(frozen=True, slots=True)
class Widened:
    """Nothing was found as asked: which question was answered instead, and what was loosened for it.

    “0 à 5 km — 7 à 20 km”: `asked.radius_km` is 5, `question.radius_km` 20, the found total 7.
    """

    asked: Question
    question: Question
    radius: bool = False  # goes farther; everywhere, where `question.point` is None
    words: tuple[str, ...] = ()  # those that were left out
    dates: bool = False  # whenever they are free


@dataclass(frozen=True, slots=True)
class Found:
    listings: list[Listing]
    total: int  # exact up to COUNTED
    more: bool = False  # there are more than `total`
    distances_km: dict[str, int] | None = None  # by listing id, as `shown_km` tells them
    widened: Widened | None = None
    corrected: tuple[tuple[str, str], ...] = ()  # words that nobody wrote here, and what was taken for them
    next: str = ""  # `question.with_(after=found.next)` is the next page; "" on the last


async def search(tx: Tx, question: Question, *, seen_by: str | None, limit: int = PAGE) -> Found:
    """The listings that answer a question, for a member of the coop `seen_by` or (None) for anybody."""
    found = await _answer(tx, question, seen_by, limit)
    if found.total or question.after:
        return found
    for wider in _wider(question):
        if (other := await _answer(tx, wider.question, seen_by, limit)).total:
            return replace(other, widened=wider)
    return found


def _wider(question: Question) -> list[Widened]:
    """What to try when nothing is found: farther, then fewer words, then any day."""
    tries: list[Widened] = []
    if question.point:
        for radius in (*(r for r in RADII if r > question.radius_km), FARTHEST_KM):
            tries.append(Widened(question, replace(question, radius_km=radius), radius=True))
    words = question.words.split()
    for number in range(len(words) - 1, 0, -1):
        kept = replace(question, words=" ".join(words[:number]), radius_km=FARTHEST_KM)
        tries.append(Widened(question, kept, radius=bool(question.point), words=tuple(words[number:])))
    if question.this_week or question.free_from or question.free_to:
        ever = replace(question, this_week=False, free_from=None, free_to=None, radius_km=FARTHEST_KM)
        tries.append(Widened(question, ever, radius=bool(question.point), dates=True))
    return tries


async def _answer(tx: Tx, question: Question, seen_by: str | None, limit: int) -> Found:
    wanted = store.Filter(
        kind=question.kind,
        mode=question.mode,
        branch=question.category,
        words=question.words,
        source=question.source,
        seen_by=seen_by,
    )
    matching = await store.latest(tx, wanted, limit=COUNTED + 1)
    fitting = [one for one in matching if _near(one, question) and _free(one, question, tx.now)]
    ordered = _ordered(fitting, question, tx.now)
    start = next((n + 1 for n, one in enumerate(ordered) if one.key == question.after), 0)
    shown = ordered[start : start + limit]
    following = shown[-1].key if shown and start + limit < len(ordered) else ""
    more = len(fitting) > COUNTED
    distances = {
        one.id: shown_km(apart) for one in shown if (apart := _apart(one, question.seen_from)) is not None
    }
    return Found(shown, min(len(fitting), COUNTED), more, distances, next=following)


def _apart(listing: Listing, seen_from: Point | None) -> float | None:
    where = listing.where
    if seen_from is None or where is None or where.latitude is None or where.longitude is None:
        return None
    return distance_km(seen_from, blur(where.latitude, where.longitude))


def _near(listing: Listing, question: Question) -> bool:
    if question.point is None:
        return True
    apart = _apart(listing, question.point)
    return apart is not None and apart <= question.radius_km


def _free(listing: Listing, question: Question, now: datetime) -> bool:
    """Whether its availability meets the days that are asked for; who says nothing is always free."""
    start, end = (
        (now, now + timedelta(days=7)) if question.this_week else (question.free_from, question.free_to)
    )
    begins, ends = listing.available_from, listing.available_to
    late = end and begins and f"{begins:%Y-%m-%d}" > f"{end:%Y-%m-%d}"
    early = start and ends and f"{ends:%Y-%m-%d}" < f"{start:%Y-%m-%d}"
    return not (late or early)


def _ordered(listings: Sequence[Listing], question: Question, now: datetime) -> list[Listing]:
    if question.sort is Sort.NEAR and question.seen_from:
        far = float("inf")
        return sorted(listings, key=lambda one: _apart(one, question.seen_from) or far)
    if question.sort is Sort.FAIR:
        return sorted(listings, key=lambda one: sha256(f"{now:%Y-%m-%d} {one.id}".encode()).digest())
    return list(listings)
