"""What the page of a listing shows of likes, shares and quotes."""

from dataclasses import dataclass

from fedicoop.access import Act, Member, OfCoop, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.listings import seeing
from fedicoop.listings.listing import Listing
from fedicoop.reactions import store
from fedicoop.reactions.actions import speaker
from fedicoop.reactions.reaction import Counts, Kind
from fedicoop.vocabulary.types import Actor

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Quote:
    """A note that quotes a listing: by whom, where it is, and our permission."""

    by: Actor
    note: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How many, and what the viewer said; `coop_shared` is None for who may not share for the coop."""

    counts: Counts
    liked: bool = False
    shared: bool = False
    coop_shared: bool | None = None
    shareable: bool = False
    quotes: tuple[Quote, ...] = ()  # for those who care for the listing


async def of(tx: Tx, listing: Listing, who: Member | None) -> Shown:
    """Of a listing that the viewer may see: whoever draws it asked before."""
    counts = await store.counts(tx, listing.id)
    if who is None or not seeing.is_open(listing):
        return Shown(counts)
    us = speaker(who)
    shareable = seeing.is_public(listing)
    of_ours = listing.coop_id == who.coop_id  # its followers have it already
    for_coop = shareable and not of_ours and may(who, Act.COOP_SHARE, OfCoop(who.coop_id))
    return Shown(
        counts,
        liked=bool(await store.of_actor_on(tx, Kind.LIKE, us, listing.id)),
        shared=bool(await store.of_actor_on(tx, Kind.SHARE, us, listing.id)),
        coop_shared=bool(await store.of_actor_on(tx, Kind.SHARE, who.coop_id, listing.id))
        if for_coop and us != who.coop_id
        else None,
        shareable=shareable,
        quotes=await _quotes(tx, listing) if listing.local and may(who, Act.LISTING_UPDATE, listing) else (),
    )


async def _quotes(tx: Tx, listing: Listing) -> tuple[Quote, ...]:
    found = await store.quotes(tx, listing.id, limit=SHOWN)
    by = await actors.several(tx, [one.actor_id for one in found])
    return tuple(
        Quote(by[one.actor_id], one.mark, one.stamp) for one in found if one.stamp and one.actor_id in by
    )
