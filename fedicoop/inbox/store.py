"""Received activities at rest: evidence, never shown; each id counts once, ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Kept:
    id: str
    actor_id: str
    type: str
    body: str
    received_at: datetime
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What is kept of a letter; a body only while it waits to be processed."""

    id: str
    actor_id: str
    type: str
    body: str
    outcome: str


async def keep_fresh(tx: Tx, some: Sequence[Heard]) -> bool:
    """Keep what was heard, all of it for the first time.

    False where one was kept before: then nothing of this commit is good, and `keep_all` says which.
    """
    return await tx.run_many(_KEEP, [_row(tx, one) for one in some]) == len(some)


async def keep_all(tx: Tx, some: Sequence[Heard]) -> list[bool]:
    """Keep what was heard, one by one; for each, False where this actor said it before.

    A neighbour of the same host who takes an id first takes nothing from its owner: Mastodon's ids of
    Deletes can be guessed.
    """
    return [bool(await tx.run(_KEEP, **_row(tx, one))) for one in some]


_KEEP = """INSERT INTO received (id, actor_id, type, body, received_at, outcome)
           VALUES (:id, :actor, :type, :body, :now, :outcome) ON CONFLICT (id, actor_id) DO NOTHING"""


def _row(tx: Tx, one: Heard) -> dict[str, object]:
    return {
        "id": one.id,
        "actor": one.actor_id,
        "type": one.type,
        "body": one.body,
        "now": tx.now,
        "outcome": one.outcome,
    }


async def find(tx: Tx, id: str, actor_id: str) -> Kept | None:
    return await tx.maybe(
        Kept,
        """SELECT id, actor_id, type, body, received_at, outcome, reason FROM received
           WHERE id = :id AND actor_id = :actor""",
        id=id,
        actor=actor_id,
    )


async def close(tx: Tx, kept: Kept, outcome: str, reason: str | None = None) -> None:
    """What became of it: `done`, `ignored` or `refused`; the body is needed no longer."""
    await tx.run(
        """UPDATE received SET outcome = :outcome, reason = :reason, body = ''
           WHERE id = :id AND actor_id = :actor""",
        id=kept.id,
        actor=kept.actor_id,
        outcome=outcome,
        reason=reason,
    )


async def forget(tx: Tx, before: datetime) -> int:
    """Forget what was heard, and settled, long before any signature on it could still be good."""
    return await tx.run(
        "DELETE FROM received WHERE received_at < :before AND outcome <> 'waiting'", before=before
    )


async def counts(tx: Tx) -> dict[str, int]:
    """How many received activities ended how."""
    outcomes = ("waiting", "done", "ignored", "refused")
    sql = "SELECT count(*) FROM received WHERE outcome = :outcome"
    return {outcome: await tx.count(sql, outcome=outcome) for outcome in outcomes}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is remembered of a letter once it was heard."""

    id: str
    actor_id: str
    type: str
    received_at: datetime
    outcome: str
    reason: str | None


async def of_house(tx: Tx, origins: Sequence[str], *, before: datetime, limit: int = 30) -> list[Receipt]:
    """What came from a house, the last letter first; an id is of its actor's own origin, so it tells."""
    found = list[Receipt]()
    for origin in origins:
        found += await tx.all(
            Receipt,
            """SELECT id, actor_id, type, received_at, outcome, reason FROM received
               WHERE id >= :first AND id < :beyond AND received_at < :before
               ORDER BY received_at DESC, id DESC LIMIT :limit""",
            first=f"{origin}/",
            beyond=f"{origin}0",  # the sign after the slash
            before=before,
            limit=limit,
        )
    return sorted(found, key=lambda one: (one.received_at, one.id), reverse=True)[:limit]
