"""What the page of a listing shows of likes, shares and quotes."""

from dataclasses import dataclass

from fedicoop.access import Act, Member, OfCoop, may
from fedicoop.db import Tx
from fedicoop.listings import seeing
from fedicoop.listings.listing import Listing
from fedicoop.reactions import store
from fedicoop.reactions.actions import speaker
from fedicoop.reactions.reaction import Counts, Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """How many, and what the viewer said; `coop_shared` is None for who may not share for the coop."""

    counts: Counts
    liked: bool = False
    shared: bool = False
    coop_shared: bool | None = None
    shareable: bool = False


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
    )
