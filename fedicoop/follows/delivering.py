"""The last look before something leaves: what is for followers goes to those who follow still."""

import json
from datetime import timedelta

from fedicoop.actors import leaving
from fedicoop.actors import store as actors
from fedicoop.errors import Unavailable
from fedicoop.follows import store, synchrony
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox import deliver as outbox
from fedicoop.outbox import refusals
from fedicoop.outbox.say import Deliver
from fedicoop.outbox.store import Sent
from fedicoop.outbox.trips import trips_of
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import normal_host

ASKED_EVERY = timedelta(days=1)
_MOVED, _NOT_THERE = ("301", "308"), (404, 410)


async def deliver(node: Node, job: Job, task: Deliver) -> None:
    """Carry an activity, unless it is for followers and nobody follows at that inbox any more (case 83).

    An inbox that moved is looked for; one that is not there for seven days ends what was followed there.
    Raises what `outbox.deliver` raises.
    """
    before = await trips_of(node).look(task)
    if await _is_stale(node, before.sent, task.inbox):
        async with node.db.write() as tx:
            await queue.done(tx, job)
        log.info("delivery_needless", activity=task.activity_id, inbox=task.inbox)
        return
    try:
        beside = await _beside(node, before.sent, task.inbox)
        status = await outbox.deliver(node, job, task, before, beside)
    except Unavailable as problem:
        if problem.values.get("status") in _MOVED:
            await _ask_where(node, task, refused=False)
        raise
    if status in _NOT_THERE:
        await _not_there(node, task)
    elif before.refused and status is not None and status < 300:
        async with node.db.write() as tx:
            await refusals.forget(tx, task.inbox)


async def _is_stale(node: Node, said: Sent | None, inbox: str) -> bool:
    """Whether it is for followers, and nobody follows there any more; who is named in person gets it."""
    if said is None or said.public or not said.body or said.type not in ("Create", "Update"):
        return False
    async with node.db.read() as tx:
        if await store.read_at(tx, said.actor_id, inbox):
            return False
        document = json.loads(said.body)
        named = {*document["to"], *document["cc"]}
        return named.isdisjoint(await actors.reading_at(tx, inbox))


async def _beside(node: Node, said: Sent | None, inbox: str) -> dict[str, str]:
    """What goes along with a letter to followers alone: who of that house we think follows (FEP-8fcf)."""
    if said is None or said.public or not said.body:
        return {}
    async with node.db.read() as tx:
        speaker = await actors.own(tx, said.actor_id)
        if speaker is None or speaker.followers is None or f'"{speaker.followers}"' not in said.body:
            return {}
        return await synchrony.stated(tx, speaker, normal_host(inbox))


async def _ask_where(node: Node, task: Deliver, *, refused: bool) -> None:
    """Ask after those who read there, once a day: what waits, or was refused, goes where they read now."""
    letter = (task.activity_id, task.object_id, task.thread) if refused else None
    async with node.db.write() as tx:
        if await peers.take_turn(tx, f"asking where {task.inbox} is", ASKED_EVERY):
            for actor_id in await actors.reading_at(tx, task.inbox):
                await leaving.ask_after(tx, actor_id, task.inbox, letter)
                letter = None  # it goes once, whoever shares the inbox


async def _not_there(node: Node, task: Deliver) -> None:
    """Count the days; after a week of it, who read there follows us no longer (they may ask again)."""
    async with node.db.write() as tx:
        dropped = 0
        if await refusals.count(tx, task.inbox) >= refusals.MOST_DAYS:
            dropped = await store.end_those_reading_at(tx, task.inbox)
            await refusals.forget(tx, task.inbox)
    if dropped:
        log.warning("followers_dropped", inbox=task.inbox, followers=dropped)
    else:
        await _ask_where(node, task, refused=True)
