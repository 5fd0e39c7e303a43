"""Claiming: for SQLite, where one writes at a time, and for PostgreSQL, where many workers look at once.

There, first a lane is found that has a job, and its lock is taken: whoever meets a locked lane passes it by,
so that workers never wait for each other.  Only then the lane's job is chosen, in a statement of its own
that sees everything committed until then; so a lane has one job at a time, whoever works.
"""

from dataclasses import dataclass
from typing import Any

from fedicoop.db import Tx

_LANES = 0xFED1  # the first half of the advisory locks of lanes; the second is the lane's hash
_MOST_TRIES = 20
"""Lanes that somebody emptied between our two statements; then this round is over."""

_HAS_WORK = """
    NOT EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = {lane} AND lanes.closed_until > :now)
    AND NOT EXISTS (SELECT 1 FROM jobs AS held WHERE held.lane = {lane}
                        AND held.leased_until IS NOT NULL AND held.leased_until > :now)"""
_ITS_JOB = """coalesce(
    (SELECT id FROM (SELECT id, run_at FROM jobs WHERE lane = {lane} AND thread = '' AND NOT dead
                     ORDER BY id LIMIT 1) AS eldest
     WHERE run_at <= :now),
    (SELECT id FROM jobs AS one
     WHERE lane = {lane} AND thread <> '' AND NOT dead AND run_at <= :now
       AND NOT EXISTS (SELECT 1 FROM jobs AS elder
                       WHERE elder.lane = one.lane AND elder.thread = one.thread
                         AND elder.id < one.id AND NOT elder.dead)
     ORDER BY run_at, id LIMIT 1))"""

# The lanes that have work are walked by name, each in one step of the index, beginning after :after
# and then once round: so a lane costs the same whether one job waits in it or a hundred thousand, no
# lane is served twice before the others were asked, and the walk ends where enough have a job.
# A lane is passed by if it is closed or has a job in hand.  Else its job is the eldest of thread ''
# if that is due, or the first due one of its other threads that has no elder in its thread.
# CROSS JOIN lets SQLite walk step by step instead of writing the whole walk down first, and the lap
# spares it the table that UNION needs (15 µs against 110).
_WALK = """
WITH RECURSIVE walk (lane, lap) AS (
    SELECT (SELECT min(lane) FROM jobs WHERE NOT dead AND lane > :after), 0
    UNION ALL
    SELECT CASE WHEN walk.lane IS NULL THEN (SELECT min(lane) FROM jobs WHERE NOT dead)
                ELSE (SELECT min(lane) FROM jobs WHERE NOT dead AND lane > walk.lane) END,
           CASE WHEN walk.lane IS NULL THEN 1 ELSE walk.lap END
    FROM walk WHERE walk.lap = 0 OR walk.lane <= :after)"""
_LEASE = """
UPDATE jobs SET leased_until = :lease, leased_by = :by, attempts = attempts + 1, crashes = crashes + 1"""
_JOB = """
RETURNING id, lane, thread, kind, payload, attempts, created_at, crashes, days, failed_at,
          EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = jobs.lane) AS probe"""

# CASE keeps the order, so that no lock is taken of a lane without work.
_FIND = f"""{_WALK}
SELECT lane FROM walk
WHERE CASE WHEN walk.lane IS NULL THEN FALSE
           WHEN NOT ({_HAS_WORK.format(lane="walk.lane")}) THEN FALSE
           WHEN {_ITS_JOB.format(lane="walk.lane")} IS NULL THEN FALSE
           ELSE pg_try_advisory_xact_lock({_LANES}, hashtext(walk.lane)) END
LIMIT 1"""
_TAKE = f"""{_LEASE}
WHERE id = {_ITS_JOB.format(lane=":lane")} AND {_HAS_WORK.format(lane=":lane")}{_JOB}"""
_CLAIM = f"""{_LEASE}
WHERE id IN ({_WALK}
    SELECT found.id FROM walk CROSS JOIN jobs AS found
    WHERE {_HAS_WORK.format(lane="walk.lane")} AND found.id = {_ITS_JOB.format(lane="walk.lane")}
    LIMIT :most){_JOB}"""


async def claim_alone(tx: Tx, job: type[Any], most: int, *, after: str, **values: Any) -> list[Any]:
    """The next jobs as `job`, of as many lanes, in the order of their turns."""
    found = await tx.all(job, _CLAIM, after=after, most=most, **values)
    return sorted(found, key=lambda one: (one.lane <= after, one.lane))


@dataclass(frozen=True, slots=True)
class _Found:
    lane: str


async def claim_among_many(tx: Tx, job: type[Any], *, after: str, **values: Any) -> Any:
    """The next job as `job`, or None; the parameters are those of `queue.claim`."""
    for _ in range(_MOST_TRIES):
        found = await tx.maybe(_Found, _FIND, after=after, now=values["now"])
        if found is None:
            return None
        taken = await tx.maybe(job, _TAKE, lane=found.lane, **values)
        if taken is not None:
            return taken
        after = found.lane
    return None
