"""Actors that are elsewhere now: whose Move was found true, and which ids stand for one actor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx

PAUSE = timedelta(days=7)
"""Who has moved stays there so long (M activity/move.rb): nobody sends followers round in circles."""


@dataclass(frozen=True, slots=True)
class _Moved:
    moved_to: str | None
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


async def note(tx: Tx, old_id: str, new_id: str) -> bool:
    """A peer's actor says that it is elsewhere now, and that one says the same: keep it.

    False where it went somewhere else within the last week.
    """
    known = await tx.maybe(_Moved, "SELECT moved_to, moved_at FROM actors WHERE id = :id", id=old_id)
    if known and known.moved_at and tx.now - known.moved_at < PAUSE and known.moved_to != new_id:
        return False
    await tx.run(
        "UPDATE actors SET moved_to = :new, moved_at = :now WHERE id = :old AND NOT local AND NOT former",
        new=new_id,
        old=old_id,
        now=tx.now,
    )
    return True


async def forerunners(tx: Tx, id: str) -> list[str]:
    """The ids that an actor elsewhere had before, as it said and they said."""
    sql = """SELECT id FROM actors WHERE moved_to = :id AND moved_at IS NOT NULL
               AND NOT local AND NOT former ORDER BY moved_at"""
    return [row.id for row in await tx.all(_Id, sql, id=id)]


async def own_forerunners(tx: Tx, id: str) -> list[str]:
    """The ids that an actor of ours had, while this house was elsewhere."""
    sql = "SELECT id FROM actors WHERE moved_to = :id AND former ORDER BY moved_at"
    return [row.id for row in await tx.all(_Id, sql, id=id)]


async def is_former(tx: Tx, id: str) -> bool:
    """Whether that was the id of an actor of ours, before this house moved."""
    return bool(await tx.count("SELECT count(*) FROM actors WHERE id = :id AND former", id=id))
