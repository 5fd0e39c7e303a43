"""The table of promises: made in somebody's transaction, claimed by one worker, closed in its last one.

- A lane has one job at a time; jobs of one lane and thread keep the order in which they were made.
- Who claims a job holds it for a lease.  A worker that dies gives the job back when the lease ends.
- A job is tried again later, ever more slowly, for seven days; meanwhile other threads of its lane go
  on, unless the lane itself is closed (lanes.py).  Then it is dead: kept, and shown to the operator.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.jobs.claiming import claim_among_many
from fedicoop.jobs.desk import drop, given_up, retry_now, take_over, tidy, untouched, waiting
from fedicoop.jobs.lanes import Lane, close_lane, failing_since, lanes, reopen_lane, wake_lanes
from fedicoop.jobs.times import GIVE_UP, GIVE_UP_DAYS, LEASE, days_with, delay

__all__ = [
    "MOST_CRASHES",
    "Job",
    "Lane",
    "Promise",
    "bury",
    "claim",
    "done",
    "drop",
    "enqueue",
    "enqueue_all",
    "failing_since",
    "given_up",
    "lanes",
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


# The lanes that have work are walked by name, each in one step of the index, beginning after :after
# and then once round: so a lane costs the same whether one job waits in it or a hundred thousand, no
# lane is served twice before the others were asked, and the walk ends at the first that has a job.
# A lane is passed by if it is closed or has a job in hand.  Else its job is the eldest of thread ''
# if that is due, or the first due one of its other threads that has no elder in its thread.
# CROSS JOIN lets SQLite walk step by step instead of writing the whole walk down first, and the lap
# spares it the table that UNION needs (15 µs against 110).  (PostgreSQL's way is in claiming.py.)
_CLAIM = """
UPDATE jobs SET leased_until = :lease, leased_by = :by, attempts = attempts + 1, crashes = crashes + 1
WHERE id = (
    WITH RECURSIVE walk (lane, lap) AS (
        SELECT (SELECT min(lane) FROM jobs WHERE NOT dead AND lane > :after), 0
        UNION ALL
        SELECT CASE WHEN walk.lane IS NULL THEN (SELECT min(lane) FROM jobs WHERE NOT dead)
                    ELSE (SELECT min(lane) FROM jobs WHERE NOT dead AND lane > walk.lane) END,
               CASE WHEN walk.lane IS NULL THEN 1 ELSE walk.lap END
        FROM walk WHERE walk.lap = 0 OR walk.lane <= :after)
    SELECT found.id FROM walk CROSS JOIN jobs AS found
    WHERE NOT EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = walk.lane AND lanes.closed_until > :now)
      AND NOT EXISTS (SELECT 1 FROM jobs AS held
                      WHERE held.lane = walk.lane
                        AND held.leased_until IS NOT NULL AND held.leased_until > :now)
      AND found.id = coalesce(
        (SELECT id FROM (SELECT id, run_at FROM jobs WHERE lane = walk.lane AND thread = '' AND NOT dead
                         ORDER BY id LIMIT 1) AS eldest
         WHERE run_at <= :now),
        (SELECT id FROM jobs AS one
         WHERE lane = walk.lane AND thread <> '' AND NOT dead AND run_at <= :now
           AND NOT EXISTS (SELECT 1 FROM jobs AS elder
                           WHERE elder.lane = one.lane AND elder.thread = one.thread
                             AND elder.id < one.id AND NOT elder.dead)
         ORDER BY run_at, id LIMIT 1))
    LIMIT 1)
RETURNING id, lane, thread, kind, payload, attempts, created_at, crashes, days, failed_at,
          EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = jobs.lane) AS probe"""


async def claim(tx: Tx, *, after: str = "", by: str = "") -> Job | None:
    """Take a job that is due; nobody else may until the lease ends.  None if there is none.

    Lanes after `after` come first: whoever claims again and again gives the last job's lane.  `by`
    names the sort of process that holds it, where there is one of each at a time.
    """
    values: dict[str, Any] = {"now": tx.now, "lease": tx.now + LEASE, "after": after, "by": by}
    if tx.dialect == "postgresql":
        found: Job | None = await claim_among_many(tx, Job, **values)
        return found
    return await tx.maybe(Job, _CLAIM, **values)


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
