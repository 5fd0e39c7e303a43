"""The whole house takes another domain: one commit renames it, then those who know it are told.

Everything that can be undone by a kill is one transaction; everything that goes out is a promise.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from fedicoop import meta
from fedicoop.actors import addresses, changing_house, public_keys
from fedicoop.actors import store as actors
from fedicoop.db import Tx, renaming
from fedicoop.errors import Problem, Refused, Unavailable
from fedicoop.follows import moving as following
from fedicoop.follows import store_between as between
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import handing_over, index, store
from fedicoop.listings.handing_over import CHUNK
from fedicoop.listings.store_succeeding import note_former_ids
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.types import Iri, Move

LANE = "moving house"
GRACE = timedelta(hours=6)
"""How long listings are at peers under both ids, for those who take their time to come along."""
_KEPT = frozenset({"received", "sent", "reached", "follows"})
"""What was said and heard was said and heard under the old names; follows are others' knowledge too."""
_WHERE = {"jobs": "kind NOT IN ('Deliver', 'FanOut', 'Process')", "actors": "(local OR former)"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move would do, in numbers."""

    old: str
    new: str
    actors: int
    listings: int
    followers: int
    following: int
    members: int
    passkeys: int


@dataclass(frozen=True, slots=True)
class SayMoved:
    """Once the new address leads here: tell followers, ask again whom we follow, say what there is."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class EndOldIds:
    """Some hours later: the ids of listings at the old address are gone."""

    old: str


async def plan(tx: Tx, old: str, new: str) -> Plan:
    """Count what a move concerns; changes nothing."""
    local = "SELECT id FROM actors WHERE local AND gone_at IS NULL"
    return Plan(
        old,
        new,
        await tx.count("SELECT count(*) FROM actors WHERE local AND gone_at IS NULL"),
        await tx.count("SELECT count(*) FROM listings WHERE local AND published_at IS NOT NULL"),
        await tx.count(
            f"SELECT count(*) FROM follows WHERE followed_id IN ({local}) AND status = 'accepted'"
        ),
        await tx.count(f"SELECT count(*) FROM follows WHERE follower_id IN ({local})"),
        await tx.count("SELECT count(*) FROM members WHERE left_at IS NULL"),
        await tx.count("SELECT count(*) FROM passkeys"),
    )


async def move(tx: Tx, old: str, new: str) -> None:
    """Everything of ours bears the new address from this commit on, and who knows the old one will be told.

    Ids of actors, listings and exchanges, addresses in texts, what the watches hang on: whatever names the
    old origin.  The old ids of actors stay as stand-ins that say where they went.
    """
    async with renaming.references_later(tx):
        await renaming.everywhere(tx, f"{old}/", f"{new}/", but=_KEPT, where=_WHERE)
        await between.rename_inside(tx, f"{old}/", f"{new}/")
        await changing_house.become(tx, old, new)
        await note_former_ids(tx, old, new)
    await index.begin_anew(tx)
    await queue.enqueue(tx, SayMoved(old, new), lane=LANE, thread=new)
    log.warning("house_moved", old=old, new=new)


async def is_moved(tx: Tx, new: str) -> bool:
    """Whether the house lives there already."""
    return await meta.find(tx, "origin") == new


async def say_moved(node: Node, job: Job, task: SayMoved) -> None:
    """Say everything that a move makes necessary; what was said already is not said again.

    Raises Unavailable as long as the new address does not lead to this very house: a Move that Mastodon
    cannot check is lost for good.
    """
    await _require_reachable(node)
    after: str | None = ""
    while after is not None:
        async with node.db.write() as tx:
            some = await store.following(tx, after, limit=CHUNK)
            for listing in some:
                await handing_over.say_again(tx, listing)
        after = some[-1].id if some else None
    async with node.db.write() as tx:
        moved = await _say_moves(tx, task)
        asked = await following.ask_anew(tx, task.old, task.new)
        await queue.enqueue(tx, EndOldIds(task.old), lane=LANE, thread=task.old, run_at=tx.now + GRACE)
        await queue.done(tx, job)
    log.info("house_moved_told", actors=moved, follows=asked)


async def _say_moves(tx: Tx, task: SayMoved) -> int:
    """A Move for each coop and each member with a voice, by the old id, to its followers."""
    said = 0
    for old in await actors.former(tx, f"{task.old}/"):
        if old.type == "Application" or old.moved_to is None:
            continue
        activity = Move(
            id=activity_id(tx, old.id),
            actor=old.id,
            object=old.id,
            target=Iri(old.moved_to),
            to=(old.followers,) if old.followers else (),
            published=tx.now,
        )
        await say(tx, activity, Audience(followers_of=(old.id,)))
        said += 1
    return said


async def _require_reachable(node: Node) -> None:
    server = addresses.server_id(node.settings.origin)
    host = node.settings.host
    async with node.db.read() as tx:
        ours = {key.public.strip() for key in await public_keys.of(tx, server)}
    try:
        answer = await node.out.to_ourselves().get(server, {"accept": "application/activity+json"})
        if json.loads(answer.body)["publicKey"]["publicKeyPem"].strip() in ours:
            return
        raise Unavailable("moving.not_here_yet", server, host=host)
    except Refused as problem:
        if problem.key == "outward.address":  # seen from here it lies inside: nobody can tell
            return
        raise Unavailable("moving.not_here_yet", str(problem), host=host) from problem
    except (Problem, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable("moving.not_here_yet", repr(error), host=host) from error


async def end_old_ids(node: Node, job: Job, task: EndOldIds) -> None:
    ended = CHUNK
    while ended:
        async with node.db.write() as tx:
            ended = await handing_over.end_old_ids(tx, task.old)
    async with node.db.write() as tx:
        await queue.done(tx, job)
