"""Who is told about a listing as its own: the member who wrote it, or those who care for its coop."""

from fedicoop.access import Member, Role
from fedicoop.actors import coops
from fedicoop.db import Tx
from fedicoop.listings.listing import Listing
from fedicoop.members import store as members


async def of(tx: Tx, listing: Listing) -> list[Member]:
    """The members here whose listing it is: nobody for a peer's, its stewards for one of the coop itself."""
    if not listing.local or not listing.coop_id:
        return []
    if listing.member_id:
        return [await members.get(tx, listing.member_id)]
    return await stewards(tx, listing.coop_id)


async def stewards(tx: Tx, coop_id: str) -> list[Member]:
    return [one for one in await members.of_coop(tx, coop_id) if one.role in (Role.STEWARD, Role.ADMIN)]


async def language(tx: Tx, member: Member) -> str:
    """In which language a member is written to: their own choice, else their coop's."""
    return await members.language_of(tx, member.id) or (await coops.get(tx, member.coop_id)).locale
