"""Which listings might answer another one: a rough choice by category and words, made by the index.

What really fits is decided by matching.py, in Python, of these few.
"""

from collections.abc import Sequence

from fedicoop.db import Tx
from fedicoop.finding.topics import PLAIN, Topic
from fedicoop.listings import engine, index, store
from fedicoop.listings.categories import NARROW
from fedicoop.listings.hits import Wanted
from fedicoop.listings.listing import Kind, Listing
from fedicoop.listings.question import Question
from fedicoop.words.tokens import Term, Token, all_of, any_of

MOST = 120
MOST_ANYWHERE = 30
MOST_WORDS = 6


async def of(
    tx: Tx, listing: Listing, topic: Topic, coop_id: str | None, *, reach_km: float
) -> list[Listing]:
    """Published listings of the other kind that may be about the same: the newest of those within reach,
    and the newest of all, as some say no place.

    Those for one coop alone are among them only where that coop is `coop_id`.
    """
    alike = [] if listing.event else _alike(listing, topic)
    if not alike:
        return []
    kind, here = Kind.NEED if listing.kind is Kind.OFFER else Kind.OFFER, index.public_place(listing)
    anywhere = index.term_of(Question(kind=kind), [any_of(alike)], seen_by=coop_id)
    hits = await engine.newest(tx, Wanted(term=anywhere), limit=MOST_ANYWHERE if here else MOST)
    if here:
        around = Question(kind=kind, point=here)
        near = index.term_of(around, [any_of(alike)], seen_by=coop_id, radius_km=reach_km)
        hits = [*await engine.newest(tx, Wanted(term=near), limit=MOST), *hits]
    ids = list(dict.fromkeys(hit.listing_id for hit in hits))
    found = await store.several(tx, ids)
    listings = (found.get(id) for id in ids)
    return [one for one in listings if one and (one.expires_at is None or one.expires_at > tx.now)]


def _alike(listing: Listing, topic: Topic) -> Sequence[Term]:
    """A word that says much; or the same category and any word; or a category of one sort of thing."""
    said = sorted(topic.words, key=lambda word: -word.weight)[:MOST_WORDS]
    found = [word.term for word in said if word.weight >= PLAIN]
    if listing.category:
        same = Token(f"c{listing.category}")
        found += [all_of([same, word.term]) for word in said if word.weight < PLAIN]
        if listing.category in NARROW:
            found.append(same)
    return found
