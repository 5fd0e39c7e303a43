"""What was said and done in an exchange, in order.  The only file that names the table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from fedicoop.db import Tx
from fedicoop.exchanges.exchange import Plan
from fedicoop.exchanges.rows import json_of, plan_of
from fedicoop.exchanges.steps import Side, Step


class Sort(StrEnum):
    MESSAGE = "message"
    STEP = "step"
    THANKS = "thanks"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A message, or a step with what was said to it; `actor_id` is "" for the clock and for who left."""

    id: str
    exchange_id: str
    sort: Sort
    side: Side
    actor_id: str
    said_at: datetime
    step: str = ""
    text: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    exchange_id: str
    kind: Sort
    side: Side
    actor_id: str
    step: str
    text: str
    plan: dict[str, Any] | None
    said_at: datetime


_COLUMNS = "id, exchange_id, kind, side, actor_id, step, text, plan, said_at"


def _word(row: _Row) -> Word:
    return Word(
        id=row.id,
        exchange_id=row.exchange_id,
        sort=row.kind,
        side=row.side,
        actor_id=row.actor_id,
        said_at=row.said_at,
        step=row.step,
        text=row.text,
        plan=plan_of(row.plan) if row.plan else None,
    )


async def say(
    tx: Tx,
    exchange_id: str,
    sort: Sort,
    side: Side,
    actor_id: str,
    *,
    once: str,
    step: str = "",
    text: str = "",
    plan: Plan | None = None,
) -> str | None:
    """Keep it and answer its id; None where the same (`once`) was said before."""
    id = tx.new_id()
    kept = await tx.run(
        f"""INSERT INTO exchange_words ({_COLUMNS}, once)
            VALUES (:id, :exchange, :sort, :side, :actor, :step, :text, :plan, :now, :once)
            ON CONFLICT (exchange_id, once) DO NOTHING""",
        id=id,
        exchange=exchange_id,
        sort=sort,
        side=side,
        actor=actor_id,
        step=step,
        text=text,
        plan=plan and json_of(replace(plan, place="")),  # where to meet stands with the exchange alone
        once=once,
        now=tx.now,
    )
    return id if kept else None


async def of_exchange(tx: Tx, exchange_id: str) -> list[Word]:
    """The whole thread, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM exchange_words WHERE exchange_id = :id ORDER BY id"
    return [_word(row) for row in await tx.all(_Row, sql, id=exchange_id)]


async def took(tx: Tx, exchange_id: str, version: int, step: Step, side: Side) -> bool:
    """Whether this very side took this very step to reach that version: a button pressed twice."""
    return bool(
        await tx.count(
            """SELECT count(*) FROM exchange_words
               WHERE exchange_id = :id AND once = :once AND step = :step AND side = :side""",
            id=exchange_id,
            once=step_once(version),
            step=step,
            side=side,
        )
    )


def step_once(version: int) -> str:
    return f"step {version}"


async def of_actor(tx: Tx, actor_id: str) -> list[Word]:
    """Everything that somebody said, for their export."""
    sql = f"SELECT {_COLUMNS} FROM exchange_words WHERE actor_id = :id ORDER BY id"
    return [_word(row) for row in await tx.all(_Row, sql, id=actor_id)] if actor_id else []


async def latest(tx: Tx, exchange_ids: Sequence[str]) -> dict[str, Word]:
    """The last message of each, for a list."""
    if not exchange_ids:
        return {}
    values = {f"id{number}": id for number, id in enumerate(exchange_ids)}
    rows = await tx.all(
        _Row,
        f"""SELECT {_COLUMNS} FROM exchange_words WHERE id IN (
                SELECT max(id) FROM exchange_words
                WHERE text <> '' AND exchange_id IN ({", ".join(":" + name for name in values)})
                GROUP BY exchange_id)""",
        **values,
    )
    return {row.exchange_id: _word(row) for row in rows}


async def disown(tx: Tx, actor_id: str) -> None:
    """Who said it left: the words stay with those who were told, without a name."""
    await tx.run(
        "UPDATE exchange_words SET actor_id = '' WHERE actor_id = :id AND actor_id <> ''", id=actor_id
    )


async def forget(tx: Tx, exchange_id: str) -> None:
    await tx.run("DELETE FROM exchange_words WHERE exchange_id = :id", id=exchange_id)
