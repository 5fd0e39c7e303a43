"""What boards have passed on.  The only file that writes the table."""

from dataclasses import asdict, dataclass
from datetime import datetime

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A listing on a board, and the ids under which the board announced it."""

    board_id: str
    listing_id: str
    announce_id: str
    whole_id: str | None
    announced_at: datetime


_COLUMNS = "board_id, listing_id, announce_id, whole_id, announced_at"


async def find(tx: Tx, board_id: str, listing_id: str) -> Entry | None:
    return await tx.maybe(
        Entry,
        f"SELECT {_COLUMNS} FROM board_entries WHERE board_id = :board AND listing_id = :listing",
        board=board_id,
        listing=listing_id,
    )


async def of_listing(tx: Tx, listing_id: str) -> list[Entry]:
    sql = f"SELECT {_COLUMNS} FROM board_entries WHERE listing_id = :id ORDER BY board_id"
    return await tx.all(Entry, sql, id=listing_id)


async def latest(tx: Tx, board_id: str, *, limit: int) -> list[Entry]:
    """What a board passed on, the latest first."""
    return await tx.all(
        Entry,
        f"""SELECT {_COLUMNS} FROM board_entries WHERE board_id = :id
            ORDER BY announced_at DESC, announce_id DESC LIMIT :limit""",
        id=board_id,
        limit=limit,
    )


async def count(tx: Tx, board_id: str, *, since: datetime | None = None) -> int:
    return await tx.count(
        """SELECT count(*) FROM board_entries
           WHERE board_id = :id AND announced_at >= COALESCE(:since, announced_at)""",
        id=board_id,
        since=since,
    )


async def put(tx: Tx, entry: Entry) -> None:
    await tx.run(
        f"""INSERT INTO board_entries ({_COLUMNS})
            VALUES (:board_id, :listing_id, :announce_id, :whole_id, :announced_at)
            ON CONFLICT (board_id, listing_id) DO UPDATE SET announce_id = excluded.announce_id,
                whole_id = excluded.whole_id, announced_at = excluded.announced_at""",
        **asdict(entry),
    )


async def remove(tx: Tx, entry: Entry) -> None:
    await tx.run(
        "DELETE FROM board_entries WHERE board_id = :board AND listing_id = :listing",
        board=entry.board_id,
        listing=entry.listing_id,
    )


async def clear(tx: Tx, board_id: str) -> None:
    await tx.run("DELETE FROM board_entries WHERE board_id = :id", id=board_id)
