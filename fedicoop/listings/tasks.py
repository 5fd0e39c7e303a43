"""What the worker does for listings: read a newly followed coop, end what is over."""

import contextlib
from dataclasses import dataclass, field

from fedicoop.actors import directory
from fedicoop.actors.fetching import fetch, pages
from fedicoop.actors.leaving import AskAfter, Forget
from fedicoop.db import Tx
from fedicoop.errors import Gone, Malformed, NotFound, Problem, Refused, Unreachable
from fedicoop.follows import moving as following
from fedicoop.follows.back_fill import BackFill, LetGo
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import actions, boosts, hearing, store
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox import moving
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Actor, Announce, Create, Proposal, Thing

MOST = 200
"""How many listings of a newly followed coop are read at once (bounded work: invariant 12)."""


async def back_fill(node: Node, job: Job, task: BackFill) -> None:
    """Read what a coop already offers and needs; its outbox, where it publishes no such collections.

    Raises Unreachable while it sleeps, so that the worker tries again.
    """
    them = await directory.actor(node, task.followed_id, refresh=True)
    seen = await read_shelf(node, them)
    async with node.db.write() as tx:
        await following.leave_behind(tx, them.id)
        await queue.done(tx, job)
    log.info("back_filled", actor=them.id, listings=seen.kept)


@dataclass(slots=True)
class Seen:
    """What was met on a coop's shelf: the ids of all, and how many of them were new to us, or newer."""

    ids: set[str] = field(default_factory=set)
    kept: int = 0


async def read_shelf(node: Node, them: Actor) -> Seen:
    """Keep what an actor offers and needs; its outbox, where it publishes no such collections."""
    urls = [url for url in (them.offers, them.needs) if url] or [url for url in (them.outbox,) if url]
    seen = Seen()
    for url in urls:
        async for item in pages(node, url, most=MOST):
            thing = item.object if isinstance(item, (Create, Announce)) else item
            seen.ids.add(thing if isinstance(thing, str) else thing.id)
            seen.kept += await _keep(node, them, thing)
    return seen


async def _keep(node: Node, them: Actor, item: Thing | str) -> bool:
    """One item of theirs.

    What a collection embeds is believed of its own author alone; anything else, a neighbour's above
    all, is asked for by its id (security cases 24 and 26).
    """
    try:
        own = isinstance(item, Proposal) and item.by == them.id and same_origin(item.id, them.id)
        note = item if own else await _ask(node, them, item)
        if not isinstance(note, Proposal) or not same_origin(note.by, them.id):
            return False
        await directory.actor(node, note.by)
    except Unreachable:
        raise
    except Problem as problem:
        log.info("back_fill_skipped", actor=them.id, reason=str(problem))
        return False
    async with node.db.write() as tx:
        kept = await hearing.keep(tx, note)
        if kept and note.by != them.id:  # a coop lists what its member writes: that is relaying it
            await boosts.put(tx, f"{them.id}#lists {note.id}", them.id, note.id)
        return kept


async def _ask(node: Node, them: Actor, item: Thing | str) -> Proposal | None:
    id = item if isinstance(item, str) else item.id
    if not same_origin(id, them.id):
        return None
    found = await fetch(node, id)
    return found if isinstance(found, Proposal) else None


async def forget(node: Node, job: Job, task: Forget) -> None:
    """An actor is gone: nothing that it left here stays."""
    async with node.db.write() as tx:
        await hearing.forget_actor(tx, task.actor_id)
        await queue.done(tx, job)


async def ask_after(node: Node, job: Job, task: AskAfter) -> None:
    """Its inbox is not there: its own document decides.  `Forget` follows from that, or the letters do."""
    them: Actor | None = None
    with contextlib.suppress(Gone, NotFound, Malformed, Refused):
        them = await directory.actor(node, task.actor_id, refresh=True)
    moved = them is not None and task.inbox and task.inbox not in (them.inbox, them.shared_inbox)
    async with node.db.write() as tx:
        if them and moved:
            letters = await moving.redirect(tx, task.inbox, them.shared_inbox or them.inbox, task.letter)
            log.info("inbox_moved", actor=them.id, was=task.inbox, letters=letters)
        await queue.done(tx, job)


async def let_go(node: Node, job: Job, task: LetGo) -> None:
    """We no longer hear a coop: what we could not keep true of it leaves our shelf."""
    async with node.db.write() as tx:
        await hearing.let_go_of(tx, task.actor_id)
        await queue.done(tx, job)


async def end_what_is_over(node: Node) -> int:
    """Expire listings whose time has come; each with its announcement, a hundred in a commit."""
    async with node.db.write() as tx:
        return await _expire_due(tx)


async def _expire_due(tx: Tx) -> int:
    due = await store.due(tx)
    for listing in due:
        await actions.expire(tx, listing)
    return len(due)
