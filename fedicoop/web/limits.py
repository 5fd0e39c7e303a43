"""How often something may be tried, by account and by address.  The only file that names the table.

Counted in the database, so that no restart and no second process forgets, and in one statement, so
that a hundred tries at once are a hundred (security case 89).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from starlette.requests import Request

from fedicoop.db import Database, Tx
from fedicoop.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within so long, counted from the first."""

    name: str
    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class _Taken:
    taken: int
    until: datetime


async def take(db: Database, *wanted: tuple[Limit, str]) -> None:
    """Count one try of each; `who` is an address or whatever names an account.  Raises TooMany.

    A transaction of its own: what is refused afterwards was tried all the same.
    """
    worst: timedelta | None = None
    async with db.write() as tx:
        for limit, who in wanted:
            counted = await _count(tx, limit, who)
            if counted.taken > limit.most:
                worst = max(worst or timedelta(), counted.until - tx.now)
    if worst is not None:
        seconds = max(1, ceil(worst.total_seconds()))
        raise TooMany("page.too_many", seconds=seconds, minutes=str(ceil(seconds / 60)))


async def _count(tx: Tx, limit: Limit, who: str) -> _Taken:
    return await tx.one(
        _Taken,
        """INSERT INTO limits (name, taken, until) VALUES (:name, 1, :until)
           ON CONFLICT (name) DO UPDATE SET
               taken = CASE WHEN limits.until <= :now THEN 1 ELSE limits.taken + 1 END,
               until = CASE WHEN limits.until <= :now THEN excluded.until ELSE limits.until END
           RETURNING taken, until""",
        name=_name(limit, who),
        until=tx.now + limit.within,
        now=tx.now,
    )


async def give_back(tx: Tx, limit: Limit, who: str) -> None:
    """Forget the tries: it went well."""
    await tx.run("DELETE FROM limits WHERE name = :name", name=_name(limit, who))


async def forget_over(tx: Tx) -> None:
    await tx.run("DELETE FROM limits WHERE until <= :now", now=tx.now)


async def pull_back(tx: Tx) -> None:
    """No limit lasts longer than a day: what seems to, began before the clock went back."""
    await tx.run("DELETE FROM limits WHERE until > :ahead", ahead=tx.now + timedelta(days=1))


def address_of(request: Request) -> str:
    """Where a request comes from, as the server says it: an IPv6 by its /64, which is one household.

    What `X-Forwarded-For` claims counts only where the operator named the proxy (`trusted_proxies`).
    """
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((address.packed, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _name(limit: Limit, who: str) -> str:
    """Nobody's address or name stands in the table."""
    return f"{limit.name} {sha256(who.strip().lower().encode()).hexdigest()[:32]}"
