"""Answering a question about the listings: what there is, how far away, and what was loosened to find it.

One visibility rule: what is published for everybody, and for a member what is published for their coop.
Distances are taken from blurred places and told in steps, so that asking often gives no place away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from fedicoop.db import Tx
from fedicoop.listings import index, ordering, store, synonyms
from fedicoop.listings import index_sqlite as engine
from fedicoop.listings.forgiving import corrections, wider
from fedicoop.listings.index_sqlite import Hit
from fedicoop.listings.listing import Listing
from fedicoop.listings.ordering import Key
from fedicoop.listings.question import Question, Sort
from fedicoop.places.geometry import shown_km
from fedicoop.words.synonyms import Synonyms, bundled
from fedicoop.words.tokens import Term, asked

PAGE = 24
COUNTED = 1000
"""Up to here results are counted exactly; beyond it is “more than”."""
_LOOKED_AT = 4000  # hits that are measured and put in order at once
_RINGS_KM = (2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Widened:
    """Nothing was found as asked: which question was answered instead, and what was loosened for it.

    “0 à 5 km — 7 à 20 km”: `asked.radius_km` is 5, `question.radius_km` 20, the found total 7.
    """

    asked: Question
    question: Question
    radius: bool = False  # goes farther
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


async def search(
    tx: Tx, question: Question, *, seen_by: str | None, limit: int = PAGE, loosen: bool = True
) -> Found:
    """The listings that answer a question, for a member of the coop `seen_by` or (None) for anybody.

    Without `loosen` exactly that is answered, be it nothing: for feeds and for whoever is told of news.
    """
    look = _Look(tx, await synonyms.of_house(tx), seen_by, limit)
    found = await look.answer(question)
    if found.total or not loosen:
        return found
    changed = await corrections(tx, question.words, look.house) if question.words else ()
    if changed:
        words = " ".join(dict(changed).get(word, word) for word in question.words.split())
        question = replace(question, words=words)
        if (found := await look.answer(question)).total:
            return replace(found, corrected=changed)
    for other in wider(question):
        if (loosened := await look.answer(other.question)).total:
            told = Widened(question, other.question, other.radius, other.words, other.dates)
            return replace(loosened, widened=told, corrected=changed)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """One search: whose words stand for each other, who looks, and how many they see at once."""

    tx: Tx
    house: Synonyms
    seen_by: str | None
    limit: int

    async def answer(self, question: Question) -> Found:
        words = [term for _, term in bundled().term(asked(question.words), self.house)]
        after = ordering.read_key(question.after) if question.after else None
        if question.sort is Sort.NEW and not question.point and not _dated(question):
            keyed, total, more = await self._newest(question, words, after)
        else:
            keyed, total, more = await self._measured(question, words, after)
        shown = keyed[: self.limit]
        following = ordering.write_key(shown[-1][0]) if len(keyed) > self.limit else ""
        return await self._found(question, [hit for _, hit in shown], total, more, following)

    async def _newest(
        self, question: Question, words: Sequence[Term], after: Key | None
    ) -> tuple[list[tuple[Key, Hit]], int, bool]:
        """The index's own order: it reads no more than the page."""
        term = index.term_of(question, words, seen_by=self.seen_by)
        total = await engine.count(self.tx, term, most=COUNTED + 1)
        before = -after[0] if after else None
        hits = await engine.hits(self.tx, term, limit=self.limit + 1, before=before) if total else []
        return ordering.newest(hits), min(total, COUNTED), total > COUNTED

    async def _measured(
        self, question: Question, words: Sequence[Term], after: Key | None
    ) -> tuple[list[tuple[Key, Hit]], int, bool]:
        """All hits are looked at one by one; where there are very many, the nearest or newest of them."""
        reach = question.radius_km if question.point else None
        hits, all_of_them = await self._within(question, words, reach)
        total, more = min(len(hits), COUNTED), len(hits) > COUNTED or not all_of_them
        keyed = _following(self._ordered(question, hits), after)
        if all_of_them or question.sort is Sort.FAIR:
            return keyed, total, more
        if question.sort is Sort.NEW and after:
            older, _ = await self._within(question, words, reach, before=-after[0])
            return ordering.newest(older), total, more
        if question.sort is Sort.NEAR:
            for ring in (ring for ring in _RINGS_KM if reach is None or ring < reach):
                near, _ = await self._within(question, words, ring, limit=5 * _LOOKED_AT)
                ringed = _following(self._ordered(question, near), after)
                if len(ringed) > self.limit:
                    return ringed, total, more
        return keyed, total, more

    async def _within(
        self,
        question: Question,
        words: Sequence[Term],
        reach: float | None,
        *,
        before: int | None = None,
        limit: int | None = None,
    ) -> tuple[list[Hit], bool]:
        """The newest hits no farther than `reach` kilometres, and whether these are all."""
        term = index.term_of(question, words, seen_by=self.seen_by, radius_km=reach)
        limit = limit or _LOOKED_AT
        hits = await engine.hits(
            self.tx, term, limit=limit + 1, before=before, free=_free(question, self.tx.now)
        )
        seen_from = question.seen_from
        if reach is None or seen_from is None:
            return hits[:limit], len(hits) <= limit
        apart = [(ordering.km(hit, seen_from), hit) for hit in hits[:limit]]
        return [hit for km, hit in apart if km is not None and km <= reach], len(hits) <= limit

    def _ordered(self, question: Question, hits: Sequence[Hit]) -> list[tuple[Key, Hit]]:
        if question.sort is Sort.NEAR and question.seen_from:
            return ordering.nearest(hits, question.seen_from)
        return ordering.fair(hits, self.tx.now) if question.sort is Sort.FAIR else ordering.newest(hits)

    async def _found(
        self, question: Question, hits: Sequence[Hit], total: int, more: bool, following: str
    ) -> Found:
        ids = await engine.listing_ids(self.tx, [hit.number for hit in hits])
        listings = await store.several(self.tx, list(ids.values()))
        seen_from = question.seen_from
        distances = dict[str, int]()
        for hit in hits:
            if seen_from and (apart := ordering.km(hit, seen_from)) is not None:
                distances[ids[hit.number]] = shown_km(apart)
        shown = [listings[ids[hit.number]] for hit in hits]
        return Found(shown, total, more, distances, next=following)


def _following(keyed: list[tuple[Key, Hit]], after: Key | None) -> list[tuple[Key, Hit]]:
    return [one for one in keyed if one[0] > after] if after else keyed


def _dated(question: Question) -> bool:
    return bool(question.this_week or question.free_from or question.free_to)


def _free(question: Question, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Between which moments a listing must be free for a moment at least."""
    if question.this_week:
        return now, now + timedelta(days=7)
    start, end = question.free_from, question.free_to
    return (
        datetime.combine(start, time(), UTC) if start else None,
        datetime.combine(end, time(23, 59, 59), UTC) if end else None,
    )
