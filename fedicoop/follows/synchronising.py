"""A peer and we differ about who of ours follows whom there: its list decides, or is told what is wrong."""

from fedicoop.actors import store as actors
from fedicoop.actors.fetching import fetch
from fedicoop.db import Tx
from fedicoop.errors import Forbidden, Gone, Malformed, NotFound, Refused
from fedicoop.follows import store
from fedicoop.follows import store_between as between
from fedicoop.follows.back_fill import BackFill, LetGo
from fedicoop.follows.follow import Status
from fedicoop.follows.synchrony import Synchronise
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.types import Collection, Follow, Iri, Undo

MOST = 1000
"""Followers of ours in one list; a longer one, or one in pages, is not taken as whole, and ends no follow."""


async def synchronise(node: Node, job: Job, task: Synchronise) -> None:
    """Fetch the list and mend.  Raises Unreachable while that house sleeps."""
    try:
        found = await fetch(node, task.url)
    except (Forbidden, Gone, Malformed, NotFound, Refused) as problem:
        log.info("followers_not_listed", actor=task.actor_id, reason=str(problem))
        found = None
    mended = 0
    async with node.db.write() as tx:
        if isinstance(found, Collection):
            mended = await _mend(tx, node.settings.origin, task.actor_id, found)
        await queue.done(tx, job)
    if mended:
        log.info("followers_mended", actor=task.actor_id, follows=mended)


async def _mend(tx: Tx, origin: str, them: str, listed: Collection) -> int:
    ids = {item if isinstance(item, str) else item.id for item in listed.items}
    whole = listed.next is None and listed.first is None and len(ids) <= MOST
    if listed.total is not None and listed.total > len(ids):
        whole = False
    mended = 0
    for following in await between.asked_of(tx, them):
        known = following.follower_id in ids
        if not same_origin(following.follower_id, origin):
            continue  # an id that this house had before: that follow ends by itself
        if following.status is Status.PENDING and known:  # their yes was lost
            await store.decide(tx, following, Status.ACCEPTED)
            await queue.enqueue(tx, BackFill(them), lane=f"read {normal_host(them)}")
            mended += 1
        elif following.status is Status.ACCEPTED and not known and whole:  # their no was
            await store.decide(tx, following, Status.REJECTED)
            await queue.enqueue(tx, LetGo(them), lane="leaving", thread=them)
            mended += 1
    for id in sorted(ids)[:MOST]:
        mended += await _undo(tx, id, them)
    return mended


async def _undo(tx: Tx, id: str, them: str) -> bool:
    """One of ours stands in their list and does not follow them (any more): say so."""
    us, following = await actors.own(tx, id), await store.between(tx, id, them)
    if us is None or (following is not None and following.status is not Status.REJECTED):
        return False
    follow = Follow(id=activity_id(tx, us.id), actor=us.id, object=Iri(them))
    undo = Undo(id=activity_id(tx, us.id), actor=us.id, object=follow, to=(Iri(them),))
    await say(tx, undo, Audience(actors=(them,)))
    return True
