"""Who wrote a listing is told before it ends, and when it has: one tap renews it, then as now."""

from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.listings import own
from fedicoop.listings.listing import Listing
from fedicoop.notices.tell import tell

BEFORE = timedelta(days=3)
"""How long before its end a listing's writer hears of it."""


async def tell_of_ends(tx: Tx) -> None:
    """Each listing that ends within days, once for each end: renewed, it may end again."""
    for listing in await own.ending(tx, BEFORE):
        await _tell(tx, listing, "listing.ends_soon", tab="active")


async def tell_of_end(tx: Tx, listing: Listing) -> None:
    """This one is over."""
    await _tell(tx, listing, "listing.ended", tab="ended")


async def _tell(tx: Tx, listing: Listing, kind: str, *, tab: str) -> None:
    if listing.member_id and listing.expires_at:
        await tell(
            tx,
            [listing.member_id],
            kind,
            path=f"/moi/annonces?tab={tab}",
            key=f"{listing.key} {listing.expires_at:%Y-%m-%d}",
            title=listing.title,
        )
