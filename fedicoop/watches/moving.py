"""A coop that members watch is elsewhere now: they watch it there."""

from fedicoop.db import Tx
from fedicoop.watches import store
from fedicoop.watches.waiting import of_coop
from fedicoop.watches.watch import About


async def follow_along(tx: Tx, old_id: str, new_id: str) -> None:
    """Whoever watches the old id watches the new one, in the same way; who watched both, once."""
    for watch in await store.following(tx, About.COOP, old_id):
        if await store.find(tx, watch.member_id, About.COOP, new_id):
            await store.end(tx, watch)
            continue
        await store.aim(tx, watch, new_id)
        await store.hang(tx, watch, [of_coop(new_id)])
