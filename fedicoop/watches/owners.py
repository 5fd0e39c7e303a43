"""Who is told about a listing as its own: the member who wrote it, or those who care for its coop."""

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.listings.listing import Listing
from fedicoop.members import store as members


async def of(tx: Tx, listing: Listing) -> list[Member]:
    """The members here whose listing it is: nobody for a peer's, its stewards for one of the coop itself."""
    if not listing.local or not listing.coop_id:
        return []
    if listing.member_id:
        return [await members.get(tx, listing.member_id)]
    return await members.stewards(tx, listing.coop_id)
