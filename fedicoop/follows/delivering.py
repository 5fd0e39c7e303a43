"""The last look before something leaves: what is for followers goes to those who follow still."""

from fedicoop.follows import store
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox import deliver as outbox
from fedicoop.outbox import store as sent
from fedicoop.outbox.say import Deliver


async def deliver(node: Node, job: Job, task: Deliver) -> None:
    """Carry an activity, unless it is for followers and nobody follows at that inbox any more (case 83).

    Raises what `outbox.deliver` raises.
    """
    async with node.db.read() as tx:
        said = await sent.find(tx, task.activity_id)
        private = said is not None and not said.public and said.type in ("Create", "Update")
        stale = private and said is not None and not await store.read_at(tx, said.actor_id, task.inbox)
    if stale:
        async with node.db.write() as tx:
            await queue.done(tx, job)
        log.info("delivery_needless", activity=task.activity_id, inbox=task.inbox)
        return
    await outbox.deliver(node, job, task)
