"""After an absence: what a coop published, changed and deleted meanwhile."""

from fedicoop.actors import directory
from fedicoop.actors.fetching import fetch
from fedicoop.errors import Gone, Problem, Unreachable
from fedicoop.follows import store as follows
from fedicoop.follows.back_fill import CatchUp
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import hearing, store
from fedicoop.listings.tasks import read_shelf
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.vocabulary.types import Proposal

MOST = 50
"""How many of theirs that are not on their shelf any more are asked for, one by one (invariant 12)."""


async def catch_up(node: Node, job: Job, task: CatchUp) -> None:
    """Read a coop's shelf again, then ask after each listing of it that is here and was not there.

    What is ended says so itself; what is deleted answers 410, and goes.  A 404 changes nothing: it may
    be kept to others, or their house may be in trouble.  Raises Unreachable while it sleeps.
    """
    async with node.db.read() as tx:
        heard = await follows.heard_by_us(tx, task.followed_id)
    if heard:
        them = await directory.actor(node, task.followed_id, refresh=True)
        seen = await read_shelf(node, them)
        async with node.db.read() as tx:
            here = await store.of_author(tx, them.id)
        missing = [one.id for one in here if one.id not in seen.ids]
        for id in missing[:MOST]:
            await _ask_after(node, id, them.id)
        log.info("caught_up", actor=them.id, listings=seen.kept, asked_after=len(missing[:MOST]))
    async with node.db.write() as tx:
        await queue.done(tx, job)


async def _ask_after(node: Node, id: str, owner_id: str) -> None:
    try:
        found = await fetch(node, id)
    except Gone:
        async with node.db.write() as tx:
            await hearing.forget(tx, id, owner_id)
        return
    except Unreachable:
        raise
    except Problem as problem:
        log.info("catch_up_skipped", listing=id, reason=str(problem))
        return
    if isinstance(found, Proposal) and found.by == owner_id:
        async with node.db.write() as tx:
            await hearing.keep(tx, found)
