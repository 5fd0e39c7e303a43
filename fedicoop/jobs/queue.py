"""The table of promises: made in somebody's transaction, claimed by one worker, closed in its last one.

- A lane has one job at a time; jobs of one lane and thread keep the order in which they were made.
- Who claims a job holds it for a lease.  A worker that dies gives the job back when the lease ends.
- A job is tried again later, ever more slowly, for seven days; meanwhile other threads of its lane go
  on, unless the lane itself is closed (lanes.py).  Then it is dead: kept, and shown to the operator.
"""

import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.jobs.claiming import claim_alone, claim_among_many
from fedicoop.jobs.desk import (
    drop,
    given_up,
    lanes_in_use,
    retry_now,
    take_over,
    tidy,
    untouched,
    waiting,
)
from fedicoop.jobs.lanes import Lane, close_lane, failing_since, lanes, reopen_lane, wake_lanes
from fedicoop.jobs.times import GIVE_UP, GIVE_UP_DAYS, LEASE, days_with, delay

__all__ = [
    "MOST_CRASHES",
    "Job",
    "Lane",
    "Promise",
    "bury",
    "claim",
    "claim_some",
    "done",
    "done_all",
    "drop",
    "enqueue",
    "enqueue_all",
    "failing_since",
    "given_up",
    "lanes",
    "lanes_in_use",
    "release",
    "reopen_lane",
    "retry",
    "retry_now",
    "take_over",
    "tidy",
    "untouched",
    "waiting",
    "wake_lanes",
]

MOST_CRASHES = 3
_LONGEST_ERROR = 500  # characters


@dataclass(slots=True)
class Job:
    """A promise in the hands of the worker that claimed it."""

    id: str
    lane: str
    thread: str
    kind: str
    payload: str
    attempts: int  # this one included; with the id it tells our lease from a later one
    created_at: datetime
    crashes: int = 0  # tries in a row that ended in a bug or with the worker's death, and this one
    days: int = 0  # on which it failed so far
    failed_at: datetime | None = None
    probe: bool = False  # its lane is in trouble: this try tells whether that is over
    settled: bool = False  # done, to be tried again, or dead
    beside: Callable[[Tx], Awaitable[None]] | None = field(default=None, repr=False)
    """What the commit that ends this try writes down as well: why it failed, say."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A task on its way into the queue, for those who make many at once."""

    task: Any
    lane: str
    thread: str = ""


async def enqueue(tx: Tx, task: Any, *, lane: str, thread: str = "", run_at: datetime | None = None) -> str:
    """Promise `task`, a dataclass of plain values, and answer the job's id.

    The promise is kept if, and only if, this transaction commits; not before `run_at`.
    """
    row = _row(tx, Promise(task, lane, thread), run_at)
    await tx.run(_INSERT, **row)
    return str(row["id"])


async def enqueue_all(tx: Tx, promises: Iterable[Promise]) -> None:
    """Promise many tasks in one trip to the database."""
    await tx.run_many(_INSERT, [_row(tx, promise, None) for promise in promises])


_INSERT = """INSERT INTO jobs (id, lane, thread, kind, payload, created_at, run_at)
             VALUES (:id, :lane, :thread, :kind, :payload, :now, :run_at)"""


def _row(tx: Tx, promise: Promise, run_at: datetime | None) -> dict[str, Any]:
    import msgspec

    return {
        "id": tx.new_id(),
        "lane": promise.lane,
        "thread": promise.thread,
        "kind": type(promise.task).__name__,
        "payload": msgspec.json.encode(promise.task).decode(),
        "now": tx.now,
        "run_at": run_at or tx.now,
    }


async def claim(tx: Tx, *, after: str = "", by: str = "") -> Job | None:
    """Take a job that is due; nobody else may until the lease ends.  None if there is none.

    Lanes after `after` come first: whoever claims again and again gives the last job's lane.  `by`
    names the sort of process that holds it, where there is one of each at a time.
    """
    return next(iter(await claim_some(tx, 1, after=after, by=by)), None)


async def claim_some(tx: Tx, most: int, *, after: str = "", by: str = "") -> list[Job]:
    """Take at most so many jobs that are due, one a lane, in the order of their lanes' turns.

    On PostgreSQL one at a time: many processes look at the same moment.
    """
    values: dict[str, Any] = {"now": tx.now, "lease": tx.now + LEASE, "after": after, "by": by}
    if tx.dialect == "postgresql":
        found: Job | None = await claim_among_many(tx, Job, **values)
        return [found] if found else []
    jobs: list[Job] = await claim_alone(tx, Job, most, **values)
    return jobs


async def done(tx: Tx, job: Job) -> None:
    """The promise is kept, and its lane healthy if it was not.

    Raises Conflict("jobs.taken_over") if the job is not ours any more, because the lease had ended or
    the operator dropped it: what this transaction did is then rolled back with it.
    """
    if not await tx.run(
        "DELETE FROM jobs WHERE id = :id AND attempts = :attempts", id=job.id, attempts=job.attempts
    ):
        raise Conflict("jobs.taken_over", job.id)
    if job.probe:
        await reopen_lane(tx, job.lane)
    job.settled = True


async def done_all(tx: Tx, jobs: Sequence[Job]) -> None:
    """The same for many in one trip.  Raises Conflict("jobs.taken_over") if one is not ours any more."""
    deleted = await tx.run_many(
        "DELETE FROM jobs WHERE id = :id AND attempts = :attempts",
        [{"id": job.id, "attempts": job.attempts} for job in jobs],
    )
    if deleted != len(jobs):
        raise Conflict("jobs.taken_over", ", ".join(job.id for job in jobs))
    for job in jobs:
        if job.probe:
            await reopen_lane(tx, job.lane)
        job.settled = True


async def retry(
    tx: Tx,
    job: Job,
    error: str,
    *,
    retry_after: float | None = None,
    lane_closed: bool = False,
    crashed: bool = False,
    random: Callable[[], float] = random.random,
) -> bool:
    """Try again later.  False if it was given up: after failing on seven days, or after three
    crashes.

    `retry_after` is in seconds.  `lane_closed`: it was not this job's fault, nobody in the lane need
    try before the wait is over.  `crashed`: we do not know what happened, and count it.
    """
    luck = random()
    days = job.days = days_with(job.days, job.failed_at, tx.now)
    if lane_closed:
        days = max(days, await close_lane(tx, job.lane, error[:_LONGEST_ERROR], luck, retry_after))
    over = tx.now - job.created_at >= GIVE_UP and days >= GIVE_UP_DAYS
    if over or (crashed and job.crashes >= MOST_CRASHES):
        await bury(tx, job, error)
        return False
    at = tx.now + delay(job.attempts, luck, retry_after)
    await _put_back(tx, job, run_at=at, error=error, crashes=job.crashes if crashed else 0)
    return True


async def bury(tx: Tx, job: Job, error: str) -> None:
    """Give up.  The job stays for the operator to see, and those behind it in its thread go on."""
    await _put_back(tx, job, run_at=tx.now, error=error, crashes=job.crashes, dead=True)


async def release(tx: Tx, job: Job) -> None:
    """Give a job back untried, because this worker is about to stop."""
    await _put_back(tx, job, run_at=tx.now, error=None, crashes=max(job.crashes - 1, 0))


async def _put_back(
    tx: Tx, job: Job, *, run_at: datetime, error: str | None, crashes: int, dead: bool = False
) -> None:
    await tx.run(
        """UPDATE jobs SET run_at = :run_at, leased_until = NULL, crashes = :crashes, dead = :dead,
               days = :days, failed_at = :failed_at,
               last_error = coalesce(:error, last_error)
           WHERE id = :id AND attempts = :attempts""",
        id=job.id,
        attempts=job.attempts,
        run_at=run_at,
        error=error[:_LONGEST_ERROR] if error else None,
        crashes=crashes,
        dead=dead,
        days=job.days,
        failed_at=tx.now if error else job.failed_at,
    )
    job.settled = True
