"""What a member takes along of what they wrote, and its end when they leave."""

from typing import Any

from fedicoop.access import Member
from fedicoop.actors import keyring
from fedicoop.db import Tx
from fedicoop.follows import store as follows
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import actions, drafts, own, photos
from fedicoop.listings.listing import Listing
from fedicoop.members.keeping import plain
from fedicoop.members.leaving import Bury
from fedicoop.node import Node
from fedicoop.outbox import store as outbox

_FIELDS = (
    *("id", "url", "kind", "mode", "title", "text", "language", "category", "tags", "quantity", "unit"),
    *("counterpart", "condition", "available_from", "available_to", "visibility", "status", "created_at"),
    *("published_at", "updated_at", "expires_at", "outcome"),
)


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    """Every listing in every status with the place as it was given, and the forms that are half filled in."""
    written = await own.every(tx, who.id)
    begun = await drafts.of_member(tx, who.id)
    return {
        "listings": [_told(listing) for listing in written],
        "drafts": [
            {name: " / ".join(values) for name, values in draft.content.items()}
            | plain(draft, "updated_at")
            | {"photos": [photo.name for photo in draft.photos]}
            for draft in begun
        ],
    }


def _told(listing: Listing) -> dict[str, Any]:
    where, money = listing.where, {"price": listing.price, "deposit": listing.deposit}
    return {
        **plain(listing, *_FIELDS),
        **{name: f"{one.amount} {one.currency}" if one else None for name, one in money.items()},
        "place": where.name if where else None,
        "latitude": where.latitude if where else None,
        "longitude": where.longitude if where else None,
        "photos": [photo.name for photo in listing.photos],
        "photo_texts": [photo.alt for photo in listing.photos],
    }


async def names_of_photos(tx: Tx, who: Member) -> list[str]:
    listings = [photo.name for listing in await own.every(tx, who.id) for photo in listing.photos]
    return listings + [photo.name for draft in await drafts.of_member(tx, who.id) for photo in draft.photos]


async def forget(tx: Tx, who: Member) -> None:
    """Each listing is deleted for everybody who ever got it.

    Who got one in the member's own name knows them, and is told of their end too (GDPR, art. 19).
    """
    for draft in await drafts.all_of(tx, who.id):
        await photos.let_go(tx, draft.photos, of=draft.id)
        await drafts.remove(tx, draft.id)
    for listing in await own.every(tx, who.id):
        if listing.actor_id == who.actor_id:
            await outbox.reach_as(tx, listing.id, who.actor_id)
        await actions.delete(tx, who, listing.id)


async def bury(node: Node, job: Job, task: Bury) -> None:
    """Its farewell has reached whom it could: nothing is signed in its name any more (security case 139)."""
    async with node.db.write() as tx:
        await follows.end_all_of(tx, task.actor_id)
        await keyring.drop(tx, task.actor_id)
        await queue.done(tx, job)
