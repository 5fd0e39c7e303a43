"""What members mark in their applications, for themselves alone.  The only file that names these tables."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Bookmark:
    id: str
    status_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Marker:
    """How far a member has read in a timeline; `version` counts."""

    timeline: str
    last_read: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _Status:
    status_id: str


@dataclass(frozen=True, slots=True)
class _Notice:
    notice_id: str


async def bookmark(tx: Tx, member_id: str, status_id: str) -> None:
    await tx.run(
        """INSERT INTO bookmarks (id, member_id, status_id, created_at)
           VALUES (:id, :member, :status, :now) ON CONFLICT DO NOTHING""",
        id=tx.new_id(),
        member=member_id,
        status=status_id,
        now=tx.now,
    )


async def unbookmark(tx: Tx, member_id: str, status_id: str) -> None:
    sql = "DELETE FROM bookmarks WHERE member_id = :member AND status_id = :status"
    await tx.run(sql, member=member_id, status=status_id)


async def bookmarks(tx: Tx, member_id: str, *, before: str = "", limit: int) -> list[Bookmark]:
    """The latest first; `before` is a bookmark's id."""
    return await tx.all(
        Bookmark,
        """SELECT id, status_id, created_at FROM bookmarks
           WHERE member_id = :member AND (:before = '' OR id < :before) ORDER BY id DESC LIMIT :limit""",
        member=member_id,
        before=before,
        limit=limit,
    )


async def bookmarked(tx: Tx, member_id: str) -> frozenset[str]:
    """Everything that a member marked: they are few, and it is one question a page."""
    rows = await tx.all(
        _Status, "SELECT status_id FROM bookmarks WHERE member_id = :member", member=member_id
    )
    return frozenset(row.status_id for row in rows)


async def markers(tx: Tx, member_id: str) -> dict[str, Marker]:
    rows = await tx.all(
        Marker,
        """SELECT timeline, last_read, version, updated_at FROM client_markers
           WHERE member_id = :member""",
        member=member_id,
    )
    return {row.timeline: row for row in rows}


async def put_marker(tx: Tx, member_id: str, timeline: str, last_read: str) -> None:
    await tx.run(
        """INSERT INTO client_markers (member_id, timeline, last_read, version, updated_at)
           VALUES (:member, :timeline, :last, 1, :now)
           ON CONFLICT (member_id, timeline) DO UPDATE SET last_read = excluded.last_read,
               version = client_markers.version + 1, updated_at = excluded.updated_at""",
        member=member_id,
        timeline=timeline,
        last=last_read,
        now=tx.now,
    )


async def dismiss(tx: Tx, member_id: str, notice_id: str) -> None:
    await tx.run(
        """INSERT INTO client_dismissals (member_id, notice_id) VALUES (:member, :notice)
           ON CONFLICT DO NOTHING""",
        member=member_id,
        notice=notice_id,
    )


async def dismissed(tx: Tx, member_id: str) -> frozenset[str]:
    rows = await tx.all(
        _Notice, "SELECT notice_id FROM client_dismissals WHERE member_id = :member", member=member_id
    )
    return frozenset(row.notice_id for row in rows)


async def undismiss_before(tx: Tx, member_id: str, notice_id: str) -> None:
    """Everything up to there is cleared: no need to know each."""
    sql = "DELETE FROM client_dismissals WHERE member_id = :member AND notice_id <= :notice"
    await tx.run(sql, member=member_id, notice=notice_id)


async def forget_member(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM bookmarks WHERE member_id = :member", member=member_id)
    await tx.run("DELETE FROM client_markers WHERE member_id = :member", member=member_id)
    await tx.run("DELETE FROM client_dismissals WHERE member_id = :member", member=member_id)
