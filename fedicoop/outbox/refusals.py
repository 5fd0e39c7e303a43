"""Inboxes that answer 404 or 410, and for how many days.  The only file that names the table."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among as listed
from fedicoop.jobs.times import days_with

MOST_DAYS = 7
"""After so many different days, whoever read there is taken to be gone."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    days: int
    refused_at: datetime


@dataclass(frozen=True, slots=True)
class _Inbox:
    inbox: str


async def days(tx: Tx, inbox: str) -> int:
    """On how many days it was not there; 0 for one that takes letters."""
    found = await _find(tx, inbox)
    return found.days if found else 0


async def among(tx: Tx, inboxes: Collection[str]) -> set[str]:
    """Those of these inboxes that were not there on some day."""
    places, names = listed(sorted(inboxes))
    rows = await tx.all(_Inbox, f"SELECT inbox FROM refusals WHERE inbox IN ({places})", **names)
    return {row.inbox for row in rows}


async def count(tx: Tx, inbox: str) -> int:
    """It is not there today either; on how many days that makes."""
    before = await _find(tx, inbox)
    found = days_with(before.days, before.refused_at, tx.now) if before else 1
    await tx.run(
        """INSERT INTO refusals (inbox, days, refused_at) VALUES (:inbox, :days, :now)
           ON CONFLICT (inbox) DO UPDATE SET days = excluded.days, refused_at = excluded.refused_at""",
        inbox=inbox,
        days=found,
        now=tx.now,
    )
    return found


async def forget(tx: Tx, inbox: str) -> None:
    """It took a letter, or nobody of ours writes there any more."""
    await tx.run("DELETE FROM refusals WHERE inbox = :inbox", inbox=inbox)


async def forget_old(tx: Tx, before: datetime) -> None:
    """Nobody wrote there since: what it answered then means nothing."""
    await tx.run("DELETE FROM refusals WHERE refused_at < :before", before=before)


async def _find(tx: Tx, inbox: str) -> _Refusal | None:
    sql = "SELECT days, refused_at FROM refusals WHERE inbox = :inbox"
    return await tx.maybe(_Refusal, sql, inbox=inbox)
