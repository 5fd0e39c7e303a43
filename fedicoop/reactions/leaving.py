"""What a member takes along of what they liked and shared, and its end when they leave."""

from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.listings import store as listings
from fedicoop.members.keeping import plain
from fedicoop.reactions import actions, store


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    """What they said in their own name; what a coop shared is the coop's."""
    said = await store.of_actor(tx, who.actor_id) if who.actor_id else []
    return {"reactions": [plain(one, "kind", "listing_id", "at") for one in said]}


async def forget(tx: Tx, who: Member) -> None:
    """Each is taken back, and whoever heard it is told (GDPR, article 19)."""
    for reaction in await store.of_actor(tx, who.actor_id) if who.actor_id else []:
        listing = await listings.find(tx, reaction.listing_id)
        if listing is not None:
            await actions.take_back(tx, reaction, listing)
