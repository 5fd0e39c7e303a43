"""A coop that members wished for is followed at last: they are told, and its listings are read."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows.back_fill import BackFill
from fedicoop.jobs.queue import Job
from fedicoop.listings import hearing, tasks
from fedicoop.listings import store as listings
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.notices.tell import tell
from fedicoop.watches import store
from fedicoop.watches.watch import About


async def back_fill(node: Node, job: Job, task: BackFill) -> None:
    """Keep the promise `BackFill`; who waited for it is told first, and once, however often it is tried."""
    async with node.db.write() as tx:
        await _tell(tx, task.followed_id)
        await hearing.settle(tx, await listings.of_author(tx, task.followed_id))
    await tasks.back_fill(node, job, task)


async def _tell(tx: Tx, followed_id: str) -> None:
    them = await actors.find(tx, followed_id)
    if them is None:
        return
    for watch in await store.following(tx, About.COOP, followed_id):
        if not watch.paused and await members.present(tx, watch.member_id):
            await tell(
                tx,
                [watch.member_id],
                "watch.heard",
                path=f"/@{them.handle}@{them.id.partition('://')[2].partition('/')[0]}",
                key=followed_id,
                pace=watch.channel.pace,
                coop=them.name or them.handle,
            )
