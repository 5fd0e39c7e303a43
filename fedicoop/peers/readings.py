"""Which houses fetched a listing or an actor of ours: hosts, never people.  Alone names its table."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.db.together import among

KEPT_FOR = timedelta(days=30)
MOST_OF_A_THING = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """`host` read it first and last then; its signature was checked with a key of that house."""

    object_id: str
    host: str
    first_at: datetime
    last_at: datetime


async def note(tx: Tx, object_id: str, host: str) -> None:
    """A house read it; of a thing that very many read, no more houses are remembered."""
    if await tx.count("SELECT count(*) FROM readings WHERE object_id = :id", id=object_id) >= MOST_OF_A_THING:
        return
    await tx.run(
        """INSERT INTO readings (object_id, host, first_at, last_at) VALUES (:id, :host, :now, :now)
           ON CONFLICT (object_id, host) DO UPDATE SET last_at = excluded.last_at""",
        id=object_id,
        host=host,
        now=tx.now,
    )


async def of_thing(tx: Tx, object_id: str) -> list[Reading]:
    """Who read a thing, the last one first."""
    return await tx.all(
        Reading,
        """SELECT object_id, host, first_at, last_at FROM readings
           WHERE object_id = :id ORDER BY last_at DESC, host LIMIT 200""",
        id=object_id,
    )


async def by_host(tx: Tx, host: str, *, before: datetime, limit: int = 30) -> list[Reading]:
    """What a house read, the last thing first."""
    return await tx.all(
        Reading,
        """SELECT object_id, host, first_at, last_at FROM readings
           WHERE host = :host AND last_at < :before ORDER BY last_at DESC, object_id LIMIT :limit""",
        host=host,
        before=before,
        limit=limit,
    )


async def last_of_some(tx: Tx, host: str, object_ids: Collection[str]) -> datetime | None:
    """When a house last read one of these things."""
    places, names = among(sorted(object_ids))
    rows = await tx.all(
        Reading,
        f"""SELECT object_id, host, first_at, last_at FROM readings
            WHERE host = :host AND object_id IN ({places}) ORDER BY last_at DESC LIMIT 1""",
        host=host,
        **names,
    )
    return rows[0].last_at if rows else None


async def forget_old(tx: Tx) -> None:
    await tx.run("DELETE FROM readings WHERE last_at < :before", before=tx.now - KEPT_FOR)
