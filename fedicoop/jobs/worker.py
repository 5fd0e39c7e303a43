"""Keeping promises: claim a job, try, and write down what came of it.

A refusal (a Problem) ends the job.  A house that does not answer (Unreachable) closes the lane for a
while; what we cannot do just now (Unavailable) is tried again alone.  Anything else is a bug of ours:
it gets its traceback, two more tries, and then leaves the way free for the others.  One bad job never
stops the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from fedicoop import metrics
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Problem, Unavailable, Unreachable
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.jobs.times import DEADLINE, LEASE
from fedicoop.log import log
from fedicoop.node import Node

Result = TypeVar("Result")
Work = Mapping[str, tuple[type, Callable[[Node, Job, Any], Awaitable[None]]]]
"""For each kind of job (its task's class name): the class, and the function that keeps the promise.

That function calls `queue.done(tx, job)` in its own last transaction, so that effect and end are one
commit; where it returns without, the worker closes the job.
"""

PAUSE = 5.0  # seconds, after the database refused to be written
LOOK = 1.0  # seconds between looks for what became due, or was promised by another process
HOUSEKEEPING = 3600.0  # seconds
CLOCK_CHECK = 10.0  # seconds
JUMP = 300.0  # seconds by which the clock moved, to speak of a jump


@dataclass(slots=True)
class Turn:
    """Whose turn it was last: the lanes of a queue are served in rotation.  `by` is who takes the jobs."""

    lane: str = ""
    by: str = ""


async def run_one(node: Node, work: Work, turn: Turn | None = None) -> bool:
    """Claim and try the next job that is due.  False when there is none."""
    job = await _claim(node, turn or Turn())
    if job is None:
        return False
    if not job.settled:
        await _try(node, work, job)
    return True


async def _claim(node: Node, turn: Turn) -> Job | None:
    """A job that took three workers with it is buried in the commit that claims it."""
    async with node.db.write(beside=True) as tx:
        job = await queue.claim(tx, after=turn.lane, by=turn.by)
        if job and job.crashes > queue.MOST_CRASHES:
            await queue.bury(tx, job, f"{queue.MOST_CRASHES} tries ended without a word: a crash, or a bug")
    turn.lane = job.lane if job else ""
    if job and job.settled:
        log.error("jobs.buried", **_named(job), error="crashes")
    return job


async def _try(node: Node, work: Work, job: Job) -> None:
    try:
        await _perform(node, work, job)
    except asyncio.CancelledError:
        await asyncio.shield(_settle(node, job, partial(queue.release, job=job)))
        raise
    except Unreachable as problem:
        await _later(node, job, str(problem), retry_after=problem.retry_after, lane_closed=True)
    except Unavailable as problem:
        ours = problem.key.startswith("storage.")  # as soon as our own disk lets us
        await _later(node, job, str(problem), retry_after=PAUSE if ours else None)
    except Problem as problem:
        metrics.jobs.add(job.kind, "refused")
        log.warning("jobs.refused", **_named(job), error=str(problem))
        await _settle(node, job, partial(queue.done, job=job))
    except Exception as bug:
        log.exception("jobs.broke", **_named(job))
        await _later(node, job, repr(bug), crashed=True)


async def _perform(node: Node, work: Work, job: Job) -> None:
    import msgspec

    kind, keep = work[job.kind]
    task: Any = msgspec.json.decode(job.payload, type=kind)
    began = monotonic()
    try:
        async with asyncio.timeout(DEADLINE.total_seconds()):
            await keep(node, job, task)
    finally:
        metrics.job_seconds.took(monotonic() - began, job.kind)
    metrics.jobs.add(job.kind, "done")
    if not job.settled:
        await _settle(node, job, partial(queue.done, job=job))


async def _later(node: Node, job: Job, error: str, **how: Any) -> None:
    again = await _settle(node, job, partial(queue.retry, job=job, error=error, **how))
    if again is False:
        metrics.jobs.add(job.kind, "buried")
        log.error("jobs.buried", **_named(job), error=error)
    elif again:
        metrics.jobs.add(job.kind, "retried")
        log.warning("jobs.retried", **_named(job), error=error)


async def _settle(node: Node, job: Job, outcome: Callable[[Tx], Awaitable[Result]]) -> Result | None:
    """Write down what came of a try, as soon as the disk lets us.

    None if it does not before our lease ends, or if the job is not ours any more.
    """
    for time in range(int(LEASE.total_seconds() / PAUSE)):
        try:
            async with node.db.write(beside=True) as tx:
                return await outcome(tx)
        except Unavailable as problem:
            if not time:
                log.warning("jobs.not_written", **_named(job), error=str(problem))
            await asyncio.sleep(PAUSE)
        except Conflict as problem:
            log.warning("jobs.taken_over", **_named(job), error=str(problem))
            break
        except Exception:
            log.exception("jobs.not_written", **_named(job))
            break
    return None


def _named(job: Job) -> dict[str, object]:
    return {"job": job.id, "kind": job.kind, "lane": job.lane, "attempts": job.attempts}


async def work_until(
    node: Node,
    work: Work,
    stop: asyncio.Event,
    *,
    workers: int = 2,
    by: str = "",
    alone: bool = False,
    grace: float = 8.0,
) -> None:
    """Keep promises with so many `workers` until `stop` is set.

    Who has a job in hand then gets `grace` seconds to end it; what is not done goes back untried.
    `by` is the sort of process of which this is the only one: what another of it held, it held when it
    died.  `alone`: no other process works on this database, so that all leases are a dead worker's.
    """
    async with node.db.write() as tx:
        taken = await queue.take_over(tx, alone=alone, by=by)
    if taken:
        log.warning("jobs.recovered", leases_taken_over=taken)
    log.info("jobs.worker_started", workers=workers, leases_taken_over=taken)
    watch = _Watch(Turn(by=by), asyncio.Lock())
    tasks = [asyncio.create_task(_work(node, work, stop, watch)) for _ in range(workers)]
    tasks.append(asyncio.create_task(_keep_house(node, stop)))
    try:
        await stop.wait()
        await asyncio.wait(tasks, timeout=grace)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(slots=True)
class _Watch:
    """What the workers of a process share.  One at a time looks for a job, so that a commit wakes one."""

    turn: Turn
    looking: asyncio.Lock
    trouble: bool = False


async def _work(node: Node, work: Work, stop: asyncio.Event, watch: _Watch) -> None:
    """One worker."""
    while not stop.is_set():
        async with watch.looking:
            job = await _next(node, stop, watch)
        if job:
            await _try(node, work, job)


async def _next(node: Node, stop: asyncio.Event, watch: _Watch) -> Job | None:
    """Wait for a job, or for `stop`.  Whatever happens to the database, go on, and say so once."""
    while not stop.is_set():
        seen = node.db.commits
        try:
            job = await _claim(node, watch.turn)
        except Exception as problem:
            if not watch.trouble:
                log.error("jobs.queue_stopped", error=str(problem), exc_info=not isinstance(problem, Problem))
            watch.trouble = True
            await _rest(stop, asyncio.sleep(PAUSE))
            continue
        if watch.trouble:
            log.info("jobs.queue_works_again")
        watch.trouble = False
        if job and not job.settled:
            return job
        if job is None:
            await _rest(stop, node.db.wait_for_commit(LOOK, seen))
    return None


async def _rest(stop: asyncio.Event, until: Coroutine[Any, Any, None]) -> None:
    """Wait for the end of `until`, or for `stop`."""
    waits = {asyncio.create_task(until), asyncio.create_task(stop.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _keep_house(node: Node, stop: asyncio.Event) -> None:
    """Tidy the queue at the start, every hour, and when the clock jumped."""
    clock, steady, tidied = node.db.clock(), monotonic(), -HOUSEKEEPING
    while not stop.is_set():
        moved = (node.db.clock() - clock).total_seconds() - (monotonic() - steady)
        clock, steady = node.db.clock(), monotonic()
        if abs(moved) > JUMP:
            log.warning("jobs.clock_moved", seconds=round(moved))
        if abs(moved) > JUMP or steady - tidied >= HOUSEKEEPING:
            tidied = steady
            await _tidy(node, forget=abs(moved) <= JUMP)
        await _rest(stop, asyncio.sleep(CLOCK_CHECK))


async def _tidy(node: Node, *, forget: bool) -> None:
    try:
        async with node.db.write() as tx:
            pulled_back = await queue.tidy(tx, forget=forget)
    except Exception as problem:
        log.warning("jobs.not_tidied", error=repr(problem))
        return
    if pulled_back:
        log.warning("jobs.pulled_back", jobs=pulled_back)
