"""The members of a coop as those see them who care for it.  Reads only; `store.py` writes."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.errors import NotFound

_COLUMNS = "id, coop_id, actor_id, handle, name, role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Member):
    """A line of the list that stewards see."""

    email: str | None
    created_at: datetime
    suspended_at: datetime | None
    away_until: datetime | None
    seen_at: datetime | None  # on any device; to the hour


async def entries(tx: Tx, coop_id: str, *, words: str = "", limit: int = 500) -> list[Entry]:
    """The members of a coop, by name; those whose name, handle or address has these words in it."""
    pattern = words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return await tx.all(
        Entry,
        f"""SELECT {_COLUMNS}, email, created_at, suspended_at, away_until,
                   (SELECT max(seen_at) FROM sessions WHERE member_id = members.id) AS seen_at
            FROM members WHERE coop_id = :coop AND left_at IS NULL
              AND (lower(name) LIKE :words ESCAPE '!' OR handle LIKE :words ESCAPE '!'
                   OR email LIKE :words ESCAPE '!')
            ORDER BY lower(name), handle LIMIT :limit""",
        coop=coop_id,
        words=f"%{pattern}%",
        limit=limit,
    )


async def entry(tx: Tx, coop_id: str, handle: str) -> Entry:
    """One member of this coop.  Raises NotFound, also for a member of another."""
    for one in await entries(tx, coop_id, words=handle):
        if one.handle == handle.lower():
            return one
    raise NotFound("member.unknown", handle, handle=handle)


async def admins(tx: Tx, coop_id: str, *, but: str) -> int:
    """How many others are admins of a coop and can sign in."""
    return await tx.count(
        """SELECT count(*) FROM members WHERE coop_id = :coop AND role = 'admin' AND id <> :but
           AND left_at IS NULL AND suspended_at IS NULL""",
        coop=coop_id,
        but=but,
    )


async def rests(tx: Tx, id: str) -> bool:
    """Whether what a member offers rests: they are away, or shut out."""
    sql = """SELECT count(*) FROM members
             WHERE id = :id AND (away_until > :now OR suspended_at IS NOT NULL) AND left_at IS NULL"""
    return bool(await tx.count(sql, id=id, now=tx.now))
