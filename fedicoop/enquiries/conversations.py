"""Conversations at rest.  The only file that names the table."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.enquiries.enquiry import Conversation

_NAMES = tuple(field.name for field in fields(Conversation))
_COLUMNS = ", ".join(_NAMES)
_SELECT = f"SELECT {_COLUMNS} FROM conversations"
_READABLE = (
    "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.state = 'shown')"
)
"""What waits for a steward, or holds nothing but what was thrown away, stands in nobody's list."""


async def get(tx: Tx, id: str) -> Conversation:
    """Raises NotFound."""
    return await tx.one(Conversation, f"{_SELECT} WHERE id = :id", id=id)


async def several(tx: Tx, ids: Sequence[str]) -> dict[str, Conversation]:
    if not ids:
        return {}
    places, names = among(sorted(set(ids)))
    rows = await tx.all(Conversation, f"{_SELECT} WHERE id IN ({places})", **names)
    return {row.id: row for row in rows}


async def put(tx: Tx, conversation: Conversation) -> None:
    values = {name: getattr(conversation, name) for name in _NAMES}
    fixed = ("id", "public", "listing_id", "context", "begun_at")
    changes = ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in fixed)
    await tx.run(
        f"""INSERT INTO conversations ({_COLUMNS}) VALUES ({", ".join(":" + name for name in _NAMES)})
            ON CONFLICT (id) DO UPDATE SET {changes}""",
        **values,
    )


async def between(tx: Tx, one: str, other: str, listing_id: str) -> Conversation | None:
    """What two say to each other in private about a listing, or about none, whoever began."""
    return await tx.maybe(
        Conversation,
        f"""{_SELECT} WHERE NOT public AND listing_id = :listing
            AND ((owner_id = :one AND asker_id = :other) OR (owner_id = :other AND asker_id = :one))
            ORDER BY moved_at DESC, id LIMIT 1""",
        one=one,
        other=other,
        listing=listing_id,
    )


async def of_listing(tx: Tx, listing_id: str) -> list[Conversation]:
    """The public questions under a listing, as they were asked."""
    sql = f"{_SELECT} WHERE public AND listing_id = :id AND {_READABLE} ORDER BY id LIMIT 500"
    return await tx.all(Conversation, sql, id=listing_id)


async def of_two_about(tx: Tx, listing_id: str, member_id: str) -> list[Conversation]:
    """What a member and somebody else say to each other in private about a listing."""
    sql = f"""{_SELECT} WHERE NOT public AND listing_id = :listing
              AND (owner_member_id = :member OR asker_member_id = :member) ORDER BY id LIMIT 100"""
    return await tx.all(Conversation, sql, listing=listing_id, member=member_id)


_OF_MEMBER = """((owner_member_id = :member OR asker_member_id = :member))"""


async def of_member(
    tx: Tx, member_id: str, *, before: str = "", limit: int = 30, private: bool = False
) -> list[Conversation]:
    """What a member asked or is asked, the last moved first; `before` is where the page before ended."""
    only = "AND NOT public" if private else ""
    return await tx.all(
        Conversation,
        f"{_SELECT} WHERE {_OF_MEMBER} {only} AND {_READABLE} {_before(before)} {_NEWEST}",
        member=member_id,
        limit=limit,
        **_cursor(before),
    )


async def of_coop(tx: Tx, coop_id: str, *, before: str = "", limit: int = 30) -> list[Conversation]:
    """What the coop itself is asked: for its stewards."""
    return await tx.all(
        Conversation,
        f"{_SELECT} WHERE owner_id = :coop AND {_READABLE} {_before(before)} {_NEWEST}",
        coop=coop_id,
        limit=limit,
        **_cursor(before),
    )


_NEWEST = "ORDER BY moved_at DESC, id DESC LIMIT :limit"


def _before(before: str) -> str:
    at = "(SELECT b.moved_at, b.id FROM conversations b WHERE b.id = :before)"
    return f"AND (moved_at, id) < {at}" if before else ""


def _cursor(before: str) -> dict[str, str]:
    return {"before": before} if before else {}


async def reported(tx: Tx, coop_id: str) -> list[Conversation]:
    sql = f"{_SELECT} WHERE reported_to = :coop ORDER BY reported_at DESC LIMIT 100"
    return await tx.all(Conversation, sql, coop=coop_id)


async def waiting_for_member(tx: Tx, member_id: str) -> int:
    return await tx.count(
        f"SELECT count(*) FROM conversations WHERE owner_member_id = :id AND waits AND {_READABLE}",
        id=member_id,
    )


async def waiting_for_coop(tx: Tx, coop_id: str, *, patience: object) -> int:
    """What nobody but a steward can answer, and what has waited for its member since before `patience`."""
    return await tx.count(
        f"""SELECT count(*) FROM conversations WHERE owner_id = :id AND waits AND {_READABLE}
            AND (owner_member_id IS NULL OR moved_at < :patience)""",
        id=coop_id,
        patience=patience,
    )


async def every_of_member(tx: Tx, member_id: str) -> list[Conversation]:
    """Every one in which a member stands on a side, for their archive and for their leaving."""
    return await tx.all(Conversation, f"{_SELECT} WHERE {_OF_MEMBER} ORDER BY id", member=member_id)


async def over(tx: Tx, before: datetime, *, limit: int = 500) -> list[Conversation]:
    """Private ones in which nothing was said since, and public ones whose listing is no longer here."""
    return await tx.all(
        Conversation,
        f"""{_SELECT} WHERE moved_at < :before AND (NOT public OR listing_id = '' OR NOT EXISTS
            (SELECT 1 FROM listings l WHERE l.id = conversations.listing_id)) ORDER BY id LIMIT :limit""",
        before=before,
        limit=limit,
    )


async def remove(tx: Tx, id: str) -> None:
    await tx.run("DELETE FROM conversations WHERE id = :id", id=id)
