"""Which actors of ours are boards: what each is about, and which coop answers for it.

A board passes on listings to whoever follows it from elsewhere: those of one category (a `Group`), or
those that answer a search (a `Service`).  The only file that writes the table.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from fedicoop.db import Tx


class Sort(StrEnum):
    CATEGORY = "category"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`target` is a category's key, or a question as the query of an address; a field is a column."""

    actor_id: str
    coop_id: str
    kind: Sort
    target: str
    opened_at: datetime
    ends_at: datetime | None = None


_COLUMNS = "actor_id, coop_id, kind, target, opened_at, ends_at"


async def find(tx: Tx, actor_id: str) -> Board | None:
    return await tx.maybe(Board, f"SELECT {_COLUMNS} FROM boards WHERE actor_id = :id", id=actor_id)


async def about(tx: Tx, coop_id: str, kind: Sort, target: str) -> Board | None:
    """The board of a coop about that very thing."""
    return await tx.maybe(
        Board,
        f"SELECT {_COLUMNS} FROM boards WHERE coop_id = :coop AND kind = :kind AND target = :target",
        coop=coop_id,
        kind=kind,
        target=target,
    )


async def of_category(tx: Tx, coop_id: str, category: str | None) -> str | None:
    """The board on which a listing of that category stands: its own, else that of its branch; one at most.

    A Note names one audience, by which Lemmy decides where it belongs (L protocol/page.rs).
    """
    for key in (category, (category or "").partition(".")[0]):
        if key and (board := await about(tx, coop_id, Sort.CATEGORY, key)):
            return board.actor_id
    return None


async def of_coop(tx: Tx, coop_id: str, kind: Sort) -> list[Board]:
    """Oldest first."""
    sql = f"""SELECT {_COLUMNS} FROM boards WHERE coop_id = :coop AND kind = :kind
              ORDER BY opened_at, actor_id"""
    return await tx.all(Board, sql, coop=coop_id, kind=kind)


async def every(tx: Tx, kind: Sort) -> list[Board]:
    sql = f"SELECT {_COLUMNS} FROM boards WHERE kind = :kind ORDER BY opened_at, actor_id"
    return await tx.all(Board, sql, kind=kind)


async def put(tx: Tx, board: Board) -> None:
    await tx.run(
        f"""INSERT INTO boards ({_COLUMNS}) VALUES (:actor_id, :coop_id, :kind, :target, :opened_at, :ends_at)
            ON CONFLICT (actor_id) DO UPDATE SET ends_at = excluded.ends_at""",
        **asdict(board),
    )


async def remove(tx: Tx, actor_id: str) -> None:
    await tx.run("DELETE FROM boards WHERE actor_id = :id", id=actor_id)
