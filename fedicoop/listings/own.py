"""A member's own listings, in whatever status they are: for the pages that nobody else sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.listings import drafts
from fedicoop.listings.listing import Listing, Status, Where
from fedicoop.listings.rows import COLUMNS, Row, listing_of
from fedicoop.members.hub import Waiting

SOON = timedelta(days=7)
"""How long before its end a listing asks to be renewed."""


async def last_places(tx: Tx, member_id: str, coop_id: str) -> list[Where]:
    """Where a member's last listing is, and their coop's: what the form of a new one begins with."""
    found = list[Where]()
    for clause in ("member_id = :member", "coop_id = :coop"):
        row = await tx.maybe(
            Row,
            f"""SELECT {COLUMNS} FROM listings WHERE {clause} AND local AND place_name IS NOT NULL
                ORDER BY created_at DESC, id DESC LIMIT 1""",
            member=member_id,
            coop=coop_id,
        )
        if row and (where := listing_of(row).where):
            found.append(where)
    return found


def _whose(member_id: str | None, coop_id: str) -> tuple[str, dict[str, str]]:
    if member_id is None:
        return "coop_id = :coop AND local", {"coop": coop_id}
    return "member_id = :member AND coop_id = :coop AND local", {"member": member_id, "coop": coop_id}


@dataclass(frozen=True, slots=True)
class _Count:
    status: Status
    number: int


async def counts(tx: Tx, member_id: str | None, coop_id: str) -> dict[Status, int]:
    """How many listings a member has in each status; of None, how many the coop has."""
    clause, values = _whose(member_id, coop_id)
    sql = f"SELECT status, count(*) AS number FROM listings WHERE {clause} GROUP BY status"
    return {row.status: row.number for row in await tx.all(_Count, sql, **values)}


async def in_status(
    tx: Tx, member_id: str | None, coop_id: str, statuses: Sequence[Status], *, limit: int, skip: int = 0
) -> list[Listing]:
    """A member's listings in these statuses (of None, the coop's): those that end within days first."""
    clause, values = _whose(member_id, coop_id)
    marks = {f"status{'abcdefgh'[number]}": status for number, status in enumerate(statuses)}
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings
            WHERE {clause} AND status IN ({", ".join(f":{mark}" for mark in marks)})
            ORDER BY CASE WHEN status = 'published' AND expires_at <= :soon THEN 0 ELSE 1 END,
                     CASE WHEN status = 'published' AND expires_at <= :soon THEN expires_at END,
                     coalesce(updated_at, published_at, created_at) DESC, id DESC
            LIMIT :limit OFFSET :skip""",
        **values,
        **marks,
        soon=tx.now + SOON,
        limit=limit,
        skip=skip,
    )
    return [listing_of(row) for row in rows]


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """What waits for a member here: listings that end within days, and what they began."""
    soon = await tx.count(
        """SELECT count(*) FROM listings WHERE member_id = :member AND local AND status = 'published'
               AND expires_at <= :soon""",
        member=who.id,
        soon=tx.now + SOON,
    )
    begun = len(await drafts.of_member(tx, who.id))
    return [
        Waiting(soon, "publish.waiting.soon", "/moi/annonces?tab=active", "renew"),
        Waiting(begun, "publish.waiting.drafts", "/moi/annonces?tab=drafts", "edit"),
    ]


async def every(tx: Tx, member_id: str) -> list[Listing]:
    """Everything that a member ever wrote and that is still here, oldest first."""
    sql = f"SELECT {COLUMNS} FROM listings WHERE member_id = :member AND local ORDER BY id"
    return [listing_of(row) for row in await tx.all(Row, sql, member=member_id)]


async def ending(tx: Tx, within: timedelta, *, limit: int = 500) -> list[Listing]:
    """Members' listings that end within so long, and that have been there for a day: the next ends first."""
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings
            WHERE local AND status = 'published' AND member_id IS NOT NULL
              AND expires_at > :now AND expires_at <= :soon AND published_at <= :yesterday
            ORDER BY expires_at LIMIT :limit""",
        now=tx.now,
        soon=tx.now + within,
        yesterday=tx.now - timedelta(days=1),
        limit=limit,
    )
    return [listing_of(row) for row in rows]
