"""Which of its listings a coop shows first: here, and on its profile elsewhere (`featured`).

The only file that writes the table.
"""

from dataclasses import dataclass

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.listings import seeing, store
from fedicoop.listings.listing import Listing
from fedicoop.outbox import profile

MOST = 5
"""What Mastodon shows of an account (M app/validators/status_pin_validator.rb)."""


@dataclass(frozen=True, slots=True)
class _Pin:
    listing_id: str


async def is_pinned(tx: Tx, listing_id: str) -> bool:
    return bool(await tx.count("SELECT count(*) FROM pins WHERE listing_id = :id", id=listing_id))


async def of_actor(tx: Tx, actor_id: str) -> list[Listing]:
    """What is pinned of what an actor wrote and shows to everybody now, the latest pinned first."""
    return await _found(tx, "actor_id = :id", actor_id)


async def of_coop(tx: Tx, coop_id: str) -> list[Listing]:
    """The same of a coop and of its members who write in their own names."""
    ours = "listing_id IN (SELECT id FROM listings WHERE coop_id = :id)"
    return await _found(tx, ours, coop_id)


async def _found(tx: Tx, where: str, id: str) -> list[Listing]:
    sql = f"SELECT listing_id FROM pins WHERE {where} ORDER BY pinned_at DESC, listing_id LIMIT 50"
    rows = await tx.all(_Pin, sql, id=id)
    found = await store.several(tx, [row.listing_id for row in rows])
    listings = [found[row.listing_id] for row in rows if row.listing_id in found]
    return [one for one in listings if one.shown and seeing.is_public(one)][:MOST]


async def pin(tx: Tx, who: Member, listing: Listing) -> None:
    """Show it first.  Pinned twice, it is pinned once.

    Raises Conflict where it is not for everybody to see, or where as many as there may be are pinned.
    """
    access.require(who, Act.COOP_EDIT, OfCoop(listing.coop_id or ""))
    if not (listing.local and listing.shown and seeing.is_public(listing)):
        raise Conflict("pin.not_shown", listing.id)
    if await is_pinned(tx, listing.id):
        return
    if len(await of_coop(tx, listing.coop_id or "")) >= MOST:
        raise Conflict("pin.too_many", listing.id, most=str(MOST))
    await tx.run(
        "INSERT INTO pins (listing_id, actor_id, pinned_at) VALUES (:id, :actor, :now)",
        id=listing.id,
        actor=listing.actor_id,
        now=tx.now,
    )
    await profile.tell(tx, listing.actor_id)  # an Update makes Mastodon read `featured` again


async def unpin(tx: Tx, who: Member, listing: Listing) -> None:
    """Show it like the others."""
    access.require(who, Act.COOP_EDIT, OfCoop(listing.coop_id or ""))
    if await tx.run("DELETE FROM pins WHERE listing_id = :id", id=listing.id):
        await profile.tell(tx, listing.actor_id)


async def tidy(tx: Tx) -> None:
    """Forget the pins of what is there no more."""
    await tx.run("DELETE FROM pins WHERE listing_id NOT IN (SELECT id FROM listings)")
