"""From a kept activity to its effect: look up outside, decide and write inside."""

from dataclasses import dataclass

from fedicoop import metrics
from fedicoop.actors import directory
from fedicoop.actors.fetching import for_a_letter
from fedicoop.errors import (
    Forbidden,
    Gone,
    Malformed,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from fedicoop.inbox import store, verifying
from fedicoop.inbox.dispatch import entry_for
from fedicoop.inbox.former_names import brought_up_to_date
from fedicoop.inbox.resolving import Nothing, resolve
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Activity, Thing


@dataclass(frozen=True, slots=True)
class Process:
    activity_id: str
    actor_id: str


async def process(node: Node, job: Job, task: Process) -> None:
    """Give a received activity its effect: handler's writes, answers, receipt and job in one commit.

    A refusal ends it with its reason; a sleeping house raises Unreachable and it is tried again; an
    exception of ours rolls everything back.
    """
    async with node.db.read() as tx:
        kept = await store.find(tx, task.activity_id, task.actor_id)
    if kept is None or kept.outcome != "waiting":
        return
    try:
        with for_a_letter(node.out.for_letters):
            received = await _understand(node, kept)
    except Nothing as reason:
        await _close(node, job, kept, "ignored", str(reason))
        return
    except (Forbidden, Gone, Malformed, NotFound, Refused, Unauthenticated) as problem:
        await _close(node, job, kept, "refused", str(problem))
        return
    except Unreachable as silent:  # the house asked sleeps, not the sender's: its lane stays open
        raise Unavailable("inbox.look_up_later", str(silent)) from silent
    entry = entry_for(received)
    if entry is None:
        pair = f"{type(received.activity).__name__} of {type(received.object).__name__}"
        await _close(node, job, kept, "ignored", f"we do not speak {pair}")
        return
    if not entry.allowed(received):
        await _close(node, job, kept, "refused", f"not {entry.allowed.__name__}")
        return
    try:
        async with node.db.write() as tx:
            await entry.handle(tx, received)
            await store.close(tx, kept, "done")
            await queue.done(tx, job)
    except (Forbidden, Malformed, NotFound) as problem:
        await _close(node, job, kept, "refused", str(problem))
        return
    metrics.heard.add("done")
    log.info("heard", activity=kept.id, type=kept.type, actor=kept.actor_id)


async def _understand(node: Node, kept: store.Kept) -> Received[Activity, Thing]:
    async with node.db.read() as tx:
        host = normal_host(kept.actor_id)
        if await peers.policy(tx, host) is Policy.CLOSED:  # since it came
            raise Refused("fetch.closed_house", kept.actor_id, host=host)
    said = await brought_up_to_date(node, kept.body, kept.type)
    activity = read(said.encode(), plain_http=node.settings.allowed_peers)
    if not isinstance(activity, Activity):
        raise Malformed("inbox.no_activity", kept.id)
    await verifying.proof_inside(node, kept.body.encode(), kept.actor_id)
    sender = await directory.actor(node, kept.actor_id)
    return await resolve(node, activity, sender)


async def _close(node: Node, job: Job, kept: store.Kept, outcome: str, reason: str) -> None:
    async with node.db.write() as tx:
        await store.close(tx, kept, outcome, reason[:500])
        await queue.done(tx, job)
    metrics.heard.add(outcome)
    log.info(outcome, activity=kept.id, type=kept.type, actor=kept.actor_id, reason=reason)
