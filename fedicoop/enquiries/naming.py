"""Asking once whether somebody who writes is called as they say (security case 41): beside, never before."""

from dataclasses import dataclass

from fedicoop.actors import directory, names
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Problem
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import normal_host


@dataclass(frozen=True, slots=True)
class AskName:
    """Ask the host of `actor_id` whether it is called so; until then only the host is shown."""

    actor_id: str


async def promise(tx: Tx, actor_id: str) -> None:
    """In the commit that keeps their words, if it is not known or was asked within a day."""
    known = await actors.find(tx, actor_id)
    if known is None or known.webfinger or await names.is_unconfirmed(tx, actor_id):
        return
    await names.note_unconfirmed(tx, actor_id)  # asked once, however much they write meanwhile
    await queue.enqueue(tx, AskName(actor_id), lane=f"read {normal_host(actor_id)}", thread=actor_id)


async def ask_name(node: Node, job: Job, task: AskName) -> None:
    """Whatever comes of it, it is asked once: a name is no reason to try for days."""
    try:
        await names.confirm(node, await directory.actor(node, task.actor_id))
    except Problem as problem:
        log.info("name_unconfirmed", actor=task.actor_id, reason=str(problem))
    async with node.db.write() as tx:
        await queue.done(tx, job)
