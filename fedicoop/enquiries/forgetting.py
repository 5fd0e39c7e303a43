"""The promise to forget an actor that is gone, kept with its words first."""

from fedicoop.actors.leaving import Forget
from fedicoop.enquiries import hearing
from fedicoop.jobs.queue import Job
from fedicoop.listings import tasks
from fedicoop.node import Node


async def forget(node: Node, job: Job, task: Forget) -> None:
    """Its words go, then all the rest; a second try finds less to do."""
    async with node.db.write() as tx:
        await hearing.forget_actor(tx, task.actor_id)
    await tasks.forget(node, job, task)
