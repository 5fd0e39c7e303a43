"""Reading a list of coops at its address, and following those that stand in it."""

from dataclasses import dataclass

from fedicoop.access import Act, Member, OfCoop, require
from fedicoop.actors import names
from fedicoop.actors import store as actors
from fedicoop.actors.fetching import fetch_json
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Malformed, Misused, NotFound, Problem
from fedicoop.follows import actions as follows
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import check_id
from fedicoop.watches import lookups, pack, packs
from fedicoop.watches.neighbours import PATH
from fedicoop.watches.pack import Pack
from fedicoop.watches.packs import Entry
from fedicoop.web import limits

LANE = "network"


@dataclass(frozen=True, slots=True)
class FollowEntry:
    """A steward wishes that their coop follows one coop of a list."""

    pack_id: str
    place: int
    member_id: str


def address_of(node: Node, typed: str) -> str:
    """Where a list is read: an address as it is, or of a domain alone its own list of its neighbours.

    Raises Misused `pack.address` for what is neither.
    """
    text = typed.strip()
    try:
        scheme, _, rest = text.rpartition("://")
        host, _, path = rest.partition("/")
        if scheme and path:
            return check_id(text, plain_http_hosts=node.settings.allowed_peers)
        return f"{names.house_of(node, host)}{PATH}"
    except (Malformed, Misused) as problem:
        raise Misused("pack.address", text[:100], address=text[:100]) from problem


async def read(node: Node, who: Member, typed: str) -> str:
    """Read a list and keep it for the steward's coop; its id.

    Raises Misused, TooMany, Malformed where it is no list, and what asking another house raises.
    """
    require(who, Act.COOP_FOLLOW, OfCoop(who.coop_id))
    source = address_of(node, typed)
    await limits.take(node.db, (lookups.LOOK_UPS, who.id))
    found = await _fetched(node, source)
    async with node.db.write() as tx:
        return await packs.keep(tx, who.coop_id, source, found)


async def _fetched(node: Node, source: str) -> Pack:
    try:
        return pack.read(await fetch_json(node, source, accept="application/json"))
    except NotFound as problem:
        raise NotFound("pack.not_there", source, address=source) from problem
    except Malformed as problem:
        if problem.key.startswith("pack."):
            raise
        raise Malformed("pack.unreadable", problem.detail) from problem


async def follow_all(tx: Tx, who: Member, entries: list[Entry]) -> int:
    """Promise to follow each, one after the other; how many."""
    require(who, Act.COOP_FOLLOW, OfCoop(who.coop_id))
    for entry in entries:
        task = FollowEntry(entry.pack_id, entry.place, who.id)
        await queue.enqueue(tx, task, lane=LANE, thread=entry.pack_id)
    return len(entries)


async def follow_entry(node: Node, job: Job, task: FollowEntry) -> None:
    """Keep that promise; what stands in the way is noted beside the coop, and the steward may try again."""
    async with node.db.read() as tx:
        who = await members.present(tx, task.member_id)
        entry = await packs.find_entry(tx, task.pack_id, task.place)
    if who and entry:
        await follow_one(node, who, entry)
    async with node.db.write() as tx:
        await queue.done(tx, job)


async def follow_one(node: Node, who: Member, entry: Entry) -> Problem | None:
    """Look a coop of a list up and follow it; what stood in the way."""
    actor_id: str | None = None
    problem: Problem | None = None
    try:
        them = await names.by_name(node, entry.address)
        actor_id = them.id
        async with node.db.write() as tx:
            await follows.follow(tx, who, await actors.get(tx, who.coop_id), them)
    except Conflict as known:  # we follow it already, or are it ourselves: nothing to do
        problem = None if known.key == "follow.already" else known
    except Problem as found:
        problem = found
    async with node.db.write() as tx:
        await packs.note(tx, entry, actor_id=actor_id, problem=problem.key if problem else None)
    return problem
