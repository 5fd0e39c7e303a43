"""Spelling an audience out: one delivery for each distinct inbox, in one commit."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import store
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job, Promise
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Deliver, FanOut
from fedicoop.vocabulary.hosts import normal_host


async def fan_out(node: Node, job: Job, task: FanOut) -> None:
    """Promise one `Deliver` per distinct inbox; the lane is the host, the order is per object."""
    async with node.db.write() as tx:
        await queue.enqueue_all(tx, [_promise(task, inbox) for inbox in sorted(await _inboxes(tx, task))])
        await queue.done(tx, job)


def _promise(task: FanOut, inbox: str) -> Promise:
    deliver = Deliver(task.activity_id, task.object_id, task.thread, inbox)
    return Promise(deliver, lane=f"to {normal_host(inbox)}", thread=task.thread)


async def _inboxes(tx: Tx, task: FanOut) -> set[str]:
    """Followers read in shared inboxes where there are any; those named in person in their own."""
    found = set(task.inboxes)
    for actor_id in task.followers_of:
        found |= {row.shared_inbox or row.inbox for row in await store.follower_inboxes(tx, actor_id)}
    for actor_id in task.actors:
        actor = await actors.find(tx, actor_id)
        if actor and not await actors.own(tx, actor_id):
            found.add(actor.inbox)
    if task.everyone_reached:
        found |= set(await outbox.reached(tx, task.object_id))
    return found
