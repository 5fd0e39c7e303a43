"""A listing is to be found from now on, or says something else: whoever waits for it is told later."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.listings.listing import Listing

LANE = "watches"


@dataclass(frozen=True, slots=True)
class Listed:
    """Look for the members who wait for the listing of this id, ours or a peer's, and tell them."""

    listing_id: str


async def promise(tx: Tx, listing: Listing) -> None:
    """Promise to tell those who wait for it, in the commit that shows it; nothing where it is not shown."""
    if listing.shown:
        await queue.enqueue(tx, Listed(listing.id), lane=LANE, thread=listing.id)
