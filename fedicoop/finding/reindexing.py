"""Taking every listing into the search anew: after a migration, or when words are understood better."""

from fedicoop.listings import index, store
from fedicoop.node import Node

BATCH = 200
"""Listings of one commit: some 0.2 s, so that nobody waits for it."""
_BATCHES = 50


async def take_in_anew(node: Node) -> int:
    """Start from the beginning and come to the end; how many listings were looked at."""
    async with node.db.write() as tx:
        await index.begin_anew(tx)
    looked_at = 0
    while number := await _next_batch(node):
        looked_at += number
    return looked_at


async def go_on(node: Node) -> None:
    """Where the tokens of another version are known, take in the next ten thousand listings at most.

    What is known already serves meanwhile; where it was interrupted, it goes on.
    """
    async with node.db.read() as tx:
        if await index.is_whole(tx):
            return
    for _ in range(_BATCHES):
        if not await _next_batch(node):
            return


async def _next_batch(node: Node) -> int:
    async with node.db.write() as tx:
        if await index.is_whole(tx):
            return 0
        batch = await store.following(tx, await index.taken_in(tx), limit=BATCH)
        for listing in batch:
            await index.keep(tx, listing)
        await index.note_taken_in(tx, batch[-1].id if batch else None)
    return len(batch)
