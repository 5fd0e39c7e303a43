"""Answering a question about the listings: what there is, how far away, and what was loosened to find it.

One visibility rule: what is published for everybody, and for a member what is published for their coop.
Distances are taken from blurred places and told in steps, so that asking often gives no place away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from fedicoop.db import Tx
from fedicoop.finding import ordering, synonyms
from fedicoop.finding.forgiving import Looser, corrections, farther, looser
from fedicoop.listings import engine, index, store
from fedicoop.listings.hits import NOWHERE, Hit, Wanted, km_of
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import Question, Sort
from fedicoop.places.geometry import Point, cosine_of_km, distance_km, on_globe, shown_km
from fedicoop.words.synonyms import Synonyms, bundled
from fedicoop.words.tokens import Term, asked

PAGE = 24
COUNTED = 1000
"""Up to here results are counted exactly; beyond it is “more than”."""
_BEGINNINGS = {Sort.NEW: engine.beginning_newest, Sort.NEAR: engine.beginning_nearest}
_RINGS_KM = (5, 20, 100, 500)  # where there are very many, the nearest are looked for ring by ring


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
    changed = await corrections(tx, question.words, look.house, seen_by=seen_by) if question.words else ()
    if changed:
        words = " ".join(dict(changed).get(word, word) for word in question.words.split())
        question = replace(question, words=words)
        if (found := await look.answer(question)).total:
            return replace(found, corrected=changed)
    for other in [*await look.farther(question), *looser(question)]:
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
        wanted = self._wanted(question, words, question.radius_km if question.point else None)
        hits, total = await self._begun(question, words, wanted)
        shown = hits[: self.limit]
        listings = await store.several(self.tx, [hit.listing_id for hit in shown])
        return Found(
            [listings[hit.listing_id] for hit in shown],
            min(total, COUNTED),
            total > COUNTED,
            _distances([listings[hit.listing_id] for hit in shown], question.seen_from),
            next=ordering.write_key(shown[-1].key) if len(hits) > self.limit else "",
        )

    async def farther(self, question: Question) -> list[Looser]:
        """The question for a wider circle, if there is one in which something answers it.

        Circle by circle: one that holds something says so at its first, one that holds nothing is small.
        """
        words = [term for _, term in bundled().term(asked(question.words), self.house)]
        for wider in farther(question) if question.point else ():
            if await engine.newest(self.tx, self._wanted(question, words, wider.question.radius_km), limit=1):
                return [wider]
        return []

    def _wanted(self, question: Question, words: Sequence[Term], reach: float | None) -> Wanted:
        """What a hit must fulfil, no farther than `reach` kilometres."""
        start, end = _free(question, self.tx.now)
        seen_from = question.seen_from
        return Wanted(
            term=index.term_of(question, words, seen_by=self.seen_by, radius_km=reach),
            seen_from=on_globe(seen_from) if seen_from else None,
            cosine=cosine_of_km(reach) if seen_from and reach is not None else None,
            free_from=start,
            free_to=end,
        )

    async def _begun(
        self, question: Question, words: Sequence[Term], wanted: Wanted
    ) -> tuple[list[Hit], int]:
        """One more than a page, and how many answer in all: in one walk where that suffices."""
        if not question.after and not wanted.by_tokens_alone and question.sort in _BEGINNINGS:
            most, limit = COUNTED + 1, self.limit + 1
            begun, total = await _BEGINNINGS[question.sort](self.tx, wanted, limit=limit, most=most)
            if total <= COUNTED or question.sort is Sort.NEW:
                return begun, total
            if begun[-1].first < NOWHERE:  # a page at least is as near as the last of these
                near = self._wanted(question, words, km_of(begun[-1]) + 0.1)
                return await engine.nearest(self.tx, near, limit=limit), total
            return await self._hits(question, words, wanted, total), total
        total = await engine.count(self.tx, wanted, most=COUNTED + 1)
        return await self._hits(question, words, wanted, total) if total else [], total

    async def _hits(self, question: Question, words: Sequence[Term], wanted: Wanted, total: int) -> list[Hit]:
        """One more than a page, from where the page begins."""
        limit, after = self.limit + 1, ordering.read_key(question.after)
        if question.sort is Sort.FAIR:
            day = self.tx.now.toordinal()
            return await engine.fair(self.tx, wanted, day=day, limit=limit, after=after)
        if question.sort is Sort.NEW:
            return await engine.newest(self.tx, wanted, limit=limit, after=after)
        reach = question.radius_km if question.point else None
        for ring in _RINGS_KM if total > COUNTED else ():
            if reach is None or ring < reach:
                near = self._wanted(question, words, ring)
                hits = await engine.nearest(self.tx, near, limit=limit, after=after)
                if len(hits) == limit:
                    return hits
        return await engine.nearest(self.tx, wanted, limit=limit, after=after)


def _distances(listings: Iterable[Listing], seen_from: Point | None) -> dict[str, int]:
    if seen_from is None:
        return {}
    places = [(one.id, index.public_place(one)) for one in listings]
    return {id: shown_km(distance_km(seen_from, place)) for id, place in places if place}


def _free(question: Question, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Between which moments a listing must be free for a moment at least."""
    if question.this_week:
        return now, now + timedelta(days=7)
    start, end = question.free_from, question.free_to
    return (
        datetime.combine(start, time(), UTC) if start else None,
        datetime.combine(end, time(23, 59, 59), UTC) if end else None,
    )
