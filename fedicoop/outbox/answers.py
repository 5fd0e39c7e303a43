"""What other houses answered to our letters: the latest of each house.  The only file that names the table.

Written in the commit that ends a try, so that knowing it costs no commit of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx

KEPT_FOR = timedelta(days=30)
MOST_OF_A_HOUSE = 60
_COLUMNS = "activity_id, inbox, host, type, object_id, first_at, at, tries, status, problem, said"


@dataclass(frozen=True, slots=True)
class Told:
    """How a try ended: `status` is None where no answer came, `problem` is empty where it was taken."""

    activity_id: str
    inbox: str
    host: str
    type: str
    object_id: str
    status: int | None
    problem: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The same as it is kept: since the first try, until the last one."""

    activity_id: str
    inbox: str
    host: str
    type: str
    object_id: str
    first_at: datetime
    at: datetime
    tries: int
    status: int | None
    problem: str
    said: str

    @property
    def taken(self) -> bool:
        return self.status is not None and self.status < 300


async def note(tx: Tx, some: Iterable[Told]) -> None:
    """Write down how tries ended."""
    await tx.run_many(
        """INSERT INTO answers (activity_id, inbox, host, type, object_id, first_at, at, tries, status,
                                problem, said)
           VALUES (:activity, :inbox, :host, :type, :object, :now, :now, 1, :status, :problem, :said)
           ON CONFLICT (activity_id, inbox) DO UPDATE SET at = excluded.at, tries = answers.tries + 1,
               status = excluded.status, problem = excluded.problem, said = excluded.said""",
        [
            {
                "activity": one.activity_id,
                "inbox": one.inbox,
                "host": one.host,
                "type": one.type,
                "object": one.object_id,
                "now": tx.now,
                "status": one.status,
                "problem": one.problem,
                "said": one.said.replace("\0", "")[:200],
            }
            for one in some
        ],
    )


async def of_host(tx: Tx, host: str, *, before: datetime | None = None, limit: int = 30) -> list[Answered]:
    """What a house answered, the last one first."""
    return await tx.all(
        Answered,
        f"""SELECT {_COLUMNS} FROM answers WHERE host = :host AND at < :before
            ORDER BY at DESC, activity_id DESC, inbox LIMIT :limit""",
        host=host,
        before=before or tx.now + timedelta(days=1),
        limit=limit,
    )


async def about(tx: Tx, object_id: str, *, limit: int = 500) -> list[Answered]:
    """What became of all that was said of a thing, wherever it went; the last answer first."""
    return await tx.all(
        Answered,
        f"""SELECT {_COLUMNS} FROM answers WHERE object_id = :object
            ORDER BY at DESC, activity_id DESC, inbox LIMIT :limit""",
        object=object_id,
        limit=limit,
    )


async def forget_old(tx: Tx) -> None:
    """Keep a month, and the latest of each house."""
    await tx.run("DELETE FROM answers WHERE at < :before", before=tx.now - KEPT_FOR)
    await tx.run(
        """DELETE FROM answers WHERE (activity_id, inbox) IN (
               SELECT activity_id, inbox FROM (
                   SELECT activity_id, inbox,
                          row_number() OVER (PARTITION BY host ORDER BY at DESC, activity_id DESC) AS place
                   FROM answers) AS placed
               WHERE place > :most)""",
        most=MOST_OF_A_HOUSE,
    )
