"""What the operator and the housekeeping do with the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.jobs.times import KEEP_DEAD, LEASE, LONGEST_ASKED_FOR, SUSPECT


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A dead job, as the operator sees it."""

    id: str
    lane: str
    kind: str
    attempts: int
    created_at: datetime
    run_at: datetime  # when it was given up
    last_error: str


async def given_up(tx: Tx, *, limit: int = 50) -> list[GivenUp]:
    """The jobs that were given up, the latest first."""
    return await tx.all(
        GivenUp,
        """SELECT id, lane, kind, attempts, created_at, run_at, last_error FROM jobs
           WHERE dead ORDER BY run_at DESC, id DESC LIMIT :limit""",
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A promise that nobody has in hand."""

    id: str
    payload: str


async def untouched(tx: Tx, lane: str, kind: str) -> list[Waiting]:
    """What waits in a lane, of one kind, in the order in which it was promised."""
    return await tx.all(
        Waiting,
        """SELECT id, payload FROM jobs
           WHERE lane = :lane AND kind = :kind AND NOT dead AND leased_until IS NULL ORDER BY id""",
        lane=lane,
        kind=kind,
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise as whoever wonders about a house sees it."""

    id: str
    lane: str
    kind: str
    payload: str
    attempts: int
    created_at: datetime
    run_at: datetime
    last_error: str | None
    dead: bool


async def owed(tx: Tx, lane: str, *, limit: int = 20) -> list[Owed]:
    """What is not kept yet in a lane, or was given up, in the order in which it was promised."""
    return await tx.all(
        Owed,
        """SELECT id, lane, kind, payload, attempts, created_at, run_at, last_error, dead FROM jobs
           WHERE lane = :lane ORDER BY dead, id LIMIT :limit""",
        lane=lane,
        limit=limit,
    )


async def lanes_with(tx: Tx, thread: str, lanes: Sequence[str]) -> set[str]:
    """In which of these lanes something of that thread still waits."""
    if not lanes:
        return set()
    places, names = among(lanes)
    sql = f"SELECT DISTINCT lane FROM jobs WHERE lane IN ({places}) AND thread = :thread AND NOT dead"
    return {row.lane for row in await tx.all(_Lane, sql, thread=thread, **names)}


async def waiting(tx: Tx, prefix: str, *, most: int) -> int:
    """How much waits in the lanes whose name begins so; counted no further than `most`."""
    return await tx.count(
        """SELECT count(*) FROM (SELECT 1 FROM jobs
           WHERE NOT dead AND lane >= :prefix AND lane < :beyond LIMIT :most) AS few""",
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
        most=most,
    )


async def retry_now(tx: Tx, lane: str | None = None) -> int:
    """Try now what waits for its next try, and once more for seven days what was given up.

    Of one lane, or of all; they are open again.  How many jobs that concerns.
    """
    await tx.run("DELETE FROM lanes WHERE lane = coalesce(:lane, lane)", lane=lane)
    return await tx.run(
        """UPDATE jobs SET run_at = :now, dead = FALSE, attempts = 0, crashes = 0, days = 0,
               created_at = CASE WHEN dead THEN :now ELSE created_at END
           WHERE lane = coalesce(:lane, lane) AND leased_until IS NULL
             AND (dead OR (attempts > 0 AND run_at > :now))""",
        lane=lane,
        now=tx.now,
    )


async def drop(tx: Tx, lane: str | None = None, job_id: str | None = None) -> int:
    """Break the promises of a lane, or one promise; how many.  A job in hand loses its effect too."""
    if lane is None and job_id is None:
        raise ValueError("which lane, or which job?")
    if job_id is None:
        await tx.run("DELETE FROM lanes WHERE lane = :lane", lane=lane)
    return await tx.run(
        "DELETE FROM jobs WHERE lane = coalesce(:lane, lane) AND id = coalesce(:job_id, id)",
        lane=lane,
        job_id=job_id,
    )


async def lanes_in_use(tx: Tx, prefix: str) -> list[str]:
    """The lanes whose name begins so, and in which something waits."""
    rows = await tx.all(
        _Lane,
        "SELECT DISTINCT lane FROM jobs WHERE lane >= :prefix AND lane < :beyond",
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
    )
    return [row.lane for row in rows]


@dataclass(frozen=True, slots=True)
class _Lane:
    lane: str


_HOLDER_GONE = """(leased_by <> '' AND NOT EXISTS (
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = leased_by))"""


async def take_over(tx: Tx, *, alone: bool = False, by: str = "") -> int:
    """Free the jobs that a worker held when it died; how many.

    Those whose lease has ended; those that a process of the sort `by` held, when the one that asks is
    the only one of that sort; and with `alone`, when no other process works on this database, all of
    them: nobody has to wait five minutes for what a killed worker had in hand.  On PostgreSQL, where
    there may be many of a sort, those too whose holder has no connection any more.

    A job that was in hand at two deaths in a row waits a little before the third try: others go first if
    it is poison, and if it is innocent it is not in hand again when somebody kills workers one by one.
    """
    gone = _HOLDER_GONE if tx.dialect == "postgresql" else "FALSE"
    return await tx.run(
        f"""UPDATE jobs SET leased_until = NULL,
                   run_at = CASE WHEN crashes >= 2 THEN :later ELSE run_at END
            WHERE leased_until IS NOT NULL
              AND (:alone OR leased_until <= :now OR (:by <> '' AND leased_by = :by) OR {gone})""",
        alone=alone,
        by=by,
        now=tx.now,
        later=tx.now + SUSPECT,
    )


async def tidy(tx: Tx, *, forget: bool = True) -> int:
    """Pull back what lies further ahead than any wait is long, and forget what is long over.

    A wait can only be too long if the clock went back since it began.  How many jobs that concerned.
    Jobs that were promised for a later time, and never tried, keep it.  `forget` is false just after the
    clock jumped: what seems long over may not be.
    """
    ahead = tx.now + LONGEST_ASKED_FOR
    await tx.run("UPDATE lanes SET closed_until = :now WHERE closed_until > :ahead", now=tx.now, ahead=ahead)
    if forget:
        await tx.run("DELETE FROM jobs WHERE dead AND run_at < :long_ago", long_ago=tx.now - KEEP_DEAD)
    await tx.run(
        """DELETE FROM lanes WHERE closed_until < :yesterday
             AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.lane = lanes.lane AND NOT dead)""",
        yesterday=tx.now - timedelta(days=1),
    )
    return await tx.run(
        """UPDATE jobs SET run_at = :now, leased_until = NULL
           WHERE NOT dead AND attempts > 0
             AND (leased_until > :lease OR (leased_until IS NULL AND run_at > :ahead))""",
        now=tx.now,
        lease=tx.now + LEASE,
        ahead=ahead,
    )
