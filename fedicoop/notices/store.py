"""Notices at rest.  The only file that names the table."""

from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.notices.kinds import Pace
from fedicoop.notices.notice import Notice

REMEMBERED = timedelta(days=90)
_COLUMNS = "id, member_id, kind, details, path, key, created_at, seen_at, mailed_at, pace"


async def put(
    tx: Tx,
    member_id: str,
    kind: str,
    *,
    path: str,
    key: str,
    values: dict[str, object],
    pace: Pace | None = None,
) -> str | None:
    """Keep a notice and answer its id; None where this member was told of this thing before."""
    id = tx.new_id()
    kept = await tx.run(
        """INSERT INTO notices (id, member_id, kind, details, path, key, created_at, pace)
           VALUES (:id, :member, :kind, :details, :path, :key, :now, :pace)
           ON CONFLICT (member_id, kind, key) DO NOTHING""",
        id=id,
        member=member_id,
        kind=kind,
        details=values,
        path=path,
        key=key,
        pace=pace,
        now=tx.now,
    )
    return id if kept else None


async def unread(tx: Tx, member_id: str) -> int:
    return await tx.count(
        "SELECT count(*) FROM notices WHERE member_id = :member AND seen_at IS NULL", member=member_id
    )


async def of_member(tx: Tx, member_id: str, *, limit: int = 50, before: str | None = None) -> list[Notice]:
    """A member's notices, newest first; `before` is a notice's id."""
    return await tx.all(
        Notice,
        f"""SELECT {_COLUMNS} FROM notices
            WHERE member_id = :member AND (:before = '' OR id < :before) ORDER BY id DESC LIMIT :limit""",
        member=member_id,
        before=before or "",
        limit=limit,
    )


async def find(tx: Tx, member_id: str, id: str) -> Notice | None:
    """One of a member's own."""
    sql = f"SELECT {_COLUMNS} FROM notices WHERE member_id = :member AND id = :id"
    return await tx.maybe(Notice, sql, member=member_id, id=id)


async def between(
    tx: Tx, member_id: str, *, below: str = "", above: str = "", oldest_first: bool = False, limit: int
) -> list[Notice]:
    """A member's notices between two ids, from the newest on, or from the oldest."""
    return await tx.all(
        Notice,
        f"""SELECT {_COLUMNS} FROM notices
            WHERE member_id = :member AND (:below = '' OR id < :below) AND (:above = '' OR id > :above)
            ORDER BY id {"ASC" if oldest_first else "DESC"} LIMIT :limit""",
        member=member_id,
        below=below,
        above=above,
        limit=limit,
    )


async def unmailed(tx: Tx, member_id: str, since: datetime) -> list[Notice]:
    """What a member has neither seen nor got by mail, the oldest first."""
    return await tx.all(
        Notice,
        f"""SELECT {_COLUMNS} FROM notices
            WHERE member_id = :member AND seen_at IS NULL AND mailed_at IS NULL AND created_at > :since
            ORDER BY id LIMIT 500""",
        member=member_id,
        since=since,
    )


async def see(tx: Tx, member_id: str, *, first: str, last: str) -> int:
    """A member saw those between these two, both included; how many were new to them."""
    return await tx.run(
        """UPDATE notices SET seen_at = :now
           WHERE member_id = :member AND seen_at IS NULL AND id >= :first AND id <= :last""",
        member=member_id,
        first=first,
        last=last,
        now=tx.now,
    )


async def see_all(tx: Tx, member_id: str) -> None:
    sql = "UPDATE notices SET seen_at = :now WHERE member_id = :member AND seen_at IS NULL"
    await tx.run(sql, member=member_id, now=tx.now)


async def see_about(tx: Tx, member_id: str, path: str) -> None:
    """A member looks at the thing itself, whole: for pages that notices lead to, or to a place on them."""
    await tx.run(
        """UPDATE notices SET seen_at = :now
           WHERE member_id = :member AND seen_at IS NULL
             AND (path = :path OR substr(path, 1, length(:within)) = :within)""",
        member=member_id,
        path=path,
        within=f"{path}#",
        now=tx.now,
    )


async def mark_mailed(tx: Tx, notices: list[Notice]) -> None:
    await tx.run_many(
        "UPDATE notices SET mailed_at = :now WHERE id = :id",
        [{"id": notice.id, "now": tx.now} for notice in notices],
    )


async def withdraw(tx: Tx, path: str) -> None:
    """What they were about is gone: nothing of it stays on anybody's page, nor goes into a letter."""
    await tx.run("DELETE FROM notices WHERE path = :path", path=path)


async def forget_old(tx: Tx) -> None:
    await tx.run("DELETE FROM notices WHERE created_at <= :before", before=tx.now - REMEMBERED)


async def forget_member(tx: Tx, member_id: str) -> None:
    """For whoever takes a member's things away when they leave."""
    await tx.run("DELETE FROM notices WHERE member_id = :member", member=member_id)
