"""Lanes in trouble: a circuit breaker for each.  A healthy lane has no row.

A closed lane is not asked for jobs until its back-off ends.  Then, because a lane has one job at a
time, one job is its probe: if that one fails the lane closes for longer, else it is open again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.jobs.times import GIVE_UP, GIVE_UP_DAYS, days_with, delay

QUIET = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lane:
    """What is left to do in a lane, and its trouble if it has any."""

    lane: str
    waiting: int
    dead: int
    oldest: datetime | None  # since when the oldest job waits
    closed_until: datetime | None
    since: datetime | None  # its first failure after a success
    failures: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class _Trouble:
    since: datetime
    failed_at: datetime
    failures: int
    days: int


@dataclass(frozen=True, slots=True)
class _Named:
    lane: str


async def lanes(tx: Tx) -> list[Lane]:
    """Each lane that has jobs, by name.  It reads all jobs: for the operator, not for each page."""
    return await tx.all(
        Lane,
        """SELECT jobs.lane,
                  count(*) FILTER (WHERE NOT dead) AS waiting, count(*) FILTER (WHERE dead) AS dead,
                  min(created_at) FILTER (WHERE NOT dead) AS oldest, lanes.closed_until, lanes.since,
                  coalesce(lanes.failures, 0) AS failures,
                  coalesce(lanes.last_error, max(jobs.last_error)) AS last_error
           FROM jobs LEFT JOIN lanes ON lanes.lane = jobs.lane
           GROUP BY jobs.lane, lanes.closed_until, lanes.since, lanes.failures, lanes.last_error
           ORDER BY jobs.lane""",
    )


async def of_names(tx: Tx, names: Sequence[str]) -> list[Lane]:
    """The same of some lanes, as far as there is anything to do in them."""
    places, named = among(names)
    return await tx.all(
        Lane,
        f"""SELECT jobs.lane,
                  count(*) FILTER (WHERE NOT dead) AS waiting, count(*) FILTER (WHERE dead) AS dead,
                  min(created_at) FILTER (WHERE NOT dead) AS oldest, lanes.closed_until, lanes.since,
                  coalesce(lanes.failures, 0) AS failures,
                  coalesce(lanes.last_error, max(jobs.last_error)) AS last_error
           FROM jobs LEFT JOIN lanes ON lanes.lane = jobs.lane
           WHERE jobs.lane IN ({places})
           GROUP BY jobs.lane, lanes.closed_until, lanes.since, lanes.failures, lanes.last_error
           ORDER BY jobs.lane DESC""",
        **named,
    )


async def failing_since(tx: Tx, lane: str) -> datetime | None:
    """Since when nothing goes through in a lane; None where it is healthy."""
    found = await _trouble(tx, lane)
    return found.since if found else None


async def _trouble(tx: Tx, lane: str) -> _Trouble | None:
    sql = "SELECT since, failed_at, failures, days FROM lanes WHERE lane = :lane"
    return await tx.maybe(_Trouble, sql, lane=lane)


async def close_lane(tx: Tx, lane: str, error: str, luck: float, retry_after: float | None) -> int:
    """Count a failure of the lane itself, and leave it alone for a while; on how many days it failed.

    What has waited for seven days in a lane that failed on each of them is given up.
    """
    before = await _trouble(tx, lane)
    failures = before.failures + 1 if before else 1
    days = days_with(before.days, before.failed_at, tx.now) if before else 1
    await tx.run(
        """INSERT INTO lanes (lane, closed_until, since, failed_at, failures, days, last_error)
           VALUES (:lane, :until, :now, :now, :failures, :days, :error)
           ON CONFLICT (lane) DO UPDATE SET closed_until = excluded.closed_until,
               failed_at = excluded.failed_at, failures = excluded.failures, days = excluded.days,
               last_error = excluded.last_error""",
        lane=lane,
        until=tx.now + delay(failures, luck, retry_after),
        now=tx.now,
        failures=failures,
        days=days,
        error=error,
    )
    if before and tx.now - before.since >= GIVE_UP and days >= GIVE_UP_DAYS:
        await tx.run(
            """UPDATE jobs SET dead = TRUE, run_at = :now, last_error = :error
               WHERE lane = :lane AND NOT dead AND leased_until IS NULL AND created_at <= :long_ago""",
            lane=lane,
            now=tx.now,
            error=error,
            long_ago=tx.now - GIVE_UP,
        )
    return days


async def reopen_lane(tx: Tx, lane: str) -> None:
    """A try went well: the lane is healthy.  (`done` does this for a job that was a probe.)"""
    await tx.run("DELETE FROM lanes WHERE lane = :lane", lane=lane)


async def wake_lanes(tx: Tx, lanes: Sequence[str]) -> None:
    """We heard from the other side of lanes; where one is in trouble, try now what waits, one job at a time.

    It stays in trouble until a try goes well, and is not woken within a minute of its last failure:
    who talks to us much and hears us badly does not make us knock at each of their words.
    """
    places, names = among(lanes)
    quiet = tx.now - QUIET
    asleep = await tx.all(
        _Named,
        f"""SELECT lane FROM lanes
            WHERE lane IN ({places}) AND closed_until > :now
              AND (failed_at <= :quiet OR failed_at > :now)""",
        **names,
        now=tx.now,
        quiet=quiet,
    )
    for one in asleep:
        await tx.run("UPDATE lanes SET closed_until = :now WHERE lane = :lane", lane=one.lane, now=tx.now)
        await tx.run(
            """UPDATE jobs SET run_at = :now
               WHERE lane = :lane AND NOT dead AND leased_until IS NULL AND attempts > 0 AND run_at > :now""",
            lane=one.lane,
            now=tx.now,
        )
