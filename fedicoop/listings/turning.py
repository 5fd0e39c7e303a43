"""A listing of ours ended, rests, is back or was taken down: what follows is promised here."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.listings.listing import Listing

LANE = "turns"


@dataclass(frozen=True, slots=True)
class Turned:
    """See to what hangs on the state of the listing of this id."""

    listing_id: str


async def promise(tx: Tx, before: Listing, after: Listing) -> None:
    """In the commit that turns it; nothing where it stays as it was, or was never told to anybody."""
    if before.status is not after.status and after.local and before.published_at:
        await queue.enqueue(tx, Turned(after.id), lane=LANE, thread=after.id)
