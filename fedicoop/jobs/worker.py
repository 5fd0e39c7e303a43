"""Keeping promises: claim a job, try, and write down what came of it.

A refusal (a Problem) ends the job.  A house that does not answer (Unreachable) closes the lane for a
while; what we cannot do just now (Unavailable) is tried again alone.  Anything else is a bug of ours:
it gets its traceback, two more tries, and then leaves the way free for the others.  One bad job never
stops the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from fedicoop import metrics
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Problem, Unavailable, Unreachable
from fedicoop.jobs import queue
from fedicoop.jobs.housekeeping import keep_house, rest
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
MOMENT = 0.2  # seconds after which a job counts as one that waits for somebody
MOST_IN_HAND = 128  # jobs of a process at once, those that wait included


@dataclass(slots=True)
class Turn:
    """Whose turn it was last: the lanes of a queue are served in rotation.  `by` is who takes the jobs."""

    lane: str = ""
    by: str = ""


async def run_one(node: Node, work: Work, turn: Turn | None = None) -> bool:
    """Claim and try the next job that is due.  False when there is none."""
    for job in (jobs := await _claim(node, turn or Turn(), 1)):
        if not job.settled:
            await _try(node, work, job)
    return bool(jobs)


async def _claim(node: Node, turn: Turn, most: int) -> list[Job]:
    """Jobs of different lanes; one that took three workers with it is buried in the commit that claims it."""
    async with node.db.write(beside=True) as tx:
        jobs = await queue.claim_some(tx, most, after=turn.lane, by=turn.by)
        for job in jobs:
            if job.crashes > queue.MOST_CRASHES:
                await queue.bury(
                    tx, job, f"{queue.MOST_CRASHES} tries ended without a word: a crash, or a bug"
                )
    turn.lane = jobs[-1].lane if jobs else ""
    for job in jobs:
        if job.settled:
            log.error("jobs.buried", **_named(job), error="crashes")
    return jobs


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
                if job.beside is not None:
                    await job.beside(tx)
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

    A worker whose job takes longer than a moment, because another house is slow say, lets another begin.
    Who has a job in hand at the end gets `grace` seconds for it; what is not done goes back untried.
    `by` is the sort of process of which this is the only one: what another of it held, it held when it
    died.  `alone`: no other process works on this database, so that all leases are a dead worker's.
    """
    async with node.db.write() as tx:
        taken = await queue.take_over(tx, alone=alone, by=by)
    if taken:
        log.warning("jobs.recovered", leases_taken_over=taken)
    log.info("jobs.worker_started", workers=workers, leases_taken_over=taken)
    hands = Hands(node, work, workers, Turn(by=by))
    tasks = [asyncio.create_task(hands.work_until(stop)), asyncio.create_task(keep_house(node, stop))]
    try:
        await stop.wait()
        await asyncio.wait(tasks, timeout=grace)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(slots=True, eq=False)
class Hands:
    """The workers of a process: what they have in hand, and whose turn is next.

    One look claims for all hands that are free, so that many deliveries cost few trips to the database.
    """

    node: Node
    work: Work
    workers: int
    turn: Turn
    in_hand: dict[asyncio.Task[None], float] = field(default_factory=dict)  # since when, on the steady clock
    trouble: bool = False

    async def work_until(self, stop: asyncio.Event) -> None:
        """Claim and try until `stop`, then end what is in hand; when cancelled, give it back."""
        try:
            while not stop.is_set():
                if (free := self._free()) > 0:
                    for job in await self._next(stop, free):
                        self.in_hand[asyncio.create_task(_try(self.node, self.work, job))] = monotonic()
                else:
                    await self._until_a_hand_is_free(stop)
                self._put_down()
            if self.in_hand:
                await asyncio.wait(self.in_hand)
        finally:
            for task in self.in_hand:
                task.cancel()
            await asyncio.gather(*self.in_hand, return_exceptions=True)

    def _free(self) -> int:
        """How many jobs may begin now: whoever waits for long, for another house say, holds up nobody."""
        now = monotonic()
        busy = sum(now - since < MOMENT for since in self.in_hand.values())
        return min(self.workers - busy, MOST_IN_HAND - len(self.in_hand))

    async def _until_a_hand_is_free(self, stop: asyncio.Event) -> None:
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({*self.in_hand, stopped}, timeout=MOMENT, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()

    def _put_down(self) -> None:
        """Let go of what is done."""
        for task in [task for task in self.in_hand if task.done()]:
            del self.in_hand[task]
            if not task.cancelled() and (bug := task.exception()):
                log.error("jobs.broke", error=repr(bug), exc_info=bug)

    async def _next(self, stop: asyncio.Event, most: int) -> list[Job]:
        """Wait for jobs, or for `stop`.  Whatever happens to the database, go on, and say so once."""
        while not stop.is_set():
            seen = self.node.db.commits
            try:
                jobs = await _claim(self.node, self.turn, most)
            except Exception as problem:
                if not self.trouble:
                    bug = not isinstance(problem, Problem)
                    log.error("jobs.queue_stopped", error=str(problem), exc_info=bug)
                self.trouble = True
                await rest(stop, asyncio.sleep(PAUSE))
                continue
            if self.trouble:
                log.info("jobs.queue_works_again")
            self.trouble = False
            if jobs:
                return [job for job in jobs if not job.settled]
            await rest(stop, self.node.db.wait_for_commit(LOOK, seen))
        return []
