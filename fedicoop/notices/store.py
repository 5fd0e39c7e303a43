"""Notices at rest.  The only file that names the table."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a member should know; its words are the texts `notice.<kind>` and `notice.<kind>.why`."""

    id: str
    member_id: str
    kind: str
    details: str  # JSON of the values for those words
    path: str
    key: str
    created_at: datetime
    seen_at: datetime | None

    @property
    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.details)
        return found


_COLUMNS = "id, member_id, kind, details, path, key, created_at, seen_at"


async def put(
    tx: Tx, member_id: str, kind: str, *, path: str, key: str, values: dict[str, object]
) -> str | None:
    """Keep a notice and answer its id; None where this member was told of this thing before."""
    id = tx.new_id()
    kept = await tx.run(
        f"""INSERT INTO notices ({_COLUMNS}) VALUES (:id, :member, :kind, :details, :path, :key, :now, NULL)
            ON CONFLICT (member_id, kind, key) DO NOTHING""",
        id=id,
        member=member_id,
        kind=kind,
        details=values,
        path=path,
        key=key,
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


async def see_all(tx: Tx, member_id: str) -> None:
    sql = "UPDATE notices SET seen_at = :now WHERE member_id = :member AND seen_at IS NULL"
    await tx.run(sql, member=member_id, now=tx.now)
