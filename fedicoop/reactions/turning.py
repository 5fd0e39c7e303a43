"""What hangs on the state of a listing of ours, when that has turned."""

from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import ending, seeing, store
from fedicoop.listings.turning import Turned
from fedicoop.node import Node
from fedicoop.reactions import quotes


async def turned(node: Node, job: Job, task: Turned) -> None:
    """Who cannot read its edit is told of its end; what was taken down is quoted nowhere."""
    await ending.learn(node, task.listing_id)
    async with node.db.write() as tx:
        listing = await store.find(tx, task.listing_id)
        if listing is not None:
            await ending.tell(tx, listing)
            if not seeing.is_public(listing):
                await quotes.revoke_all(tx, listing)
        await queue.done(tx, job)
