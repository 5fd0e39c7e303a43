"""Applications that act for members: their codes and their tokens.  The only file that names both tables.

A token is to an application what a session is to a browser: the table holds its hash alone, and it ends
where sessions end.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.members.hashing import hashed

LASTS = timedelta(days=180)
"""How long a token lasts that is not used; each use starts it again."""
FOR_NOBODY = timedelta(days=7)
"""The same for one that speaks for no member: an application can have another at any time."""
CODE_LASTS = timedelta(minutes=10)

_SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """An application with its token, and the member for whom it speaks (None: nobody)."""

    token_id: str
    application_id: str
    scopes: tuple[str, ...]
    seen_at: datetime
    language: str | None
    member: Member | None


@dataclass(frozen=True, slots=True)
class Granted:
    """One application on a member's page of devices; `id` is the hash of its token."""

    id: str
    name: str
    website: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What a member said yes to; `used`: it was brought before, `fresh`: its ten minutes are not over."""

    hash: str
    application_id: str
    member_id: str
    redirect: str
    scopes: tuple[str, ...]
    challenge: str | None
    used: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Found:
    token_id: str
    application_id: str
    scopes: tuple[str, ...]
    seen_at: datetime
    id: str | None
    coop_id: str | None
    actor_id: str | None
    handle: str | None
    name: str | None
    role: Role | None
    language: str | None


async def give_code(
    tx: Tx, application_id: str, member_id: str, redirect: str, scopes: Sequence[str], challenge: str
) -> str:
    """A member said yes: the code that the application changes for a token."""
    code = secrets.token_urlsafe(32)
    await tx.run(
        """INSERT INTO application_codes
               (hash, application_id, member_id, redirect, scopes, challenge, expires_at)
           VALUES (:hash, :application, :member, :redirect, :scopes, :challenge, :until)""",
        hash=hashed(code),
        application=application_id,
        member=member_id,
        redirect=redirect,
        scopes=tuple(scopes),
        challenge=challenge or None,
        until=tx.now + CODE_LASTS,
    )
    return code


async def take_code(tx: Tx, code: str) -> Code | None:
    """Use a code up, whoever brings it: it is good for one try alone."""
    before = await tx.maybe(
        Code,
        """SELECT hash, application_id, member_id, redirect, scopes, challenge,
                  used_at IS NOT NULL AS used, expires_at > :now AS fresh
           FROM application_codes WHERE hash = :hash""",
        hash=hashed(code),
        now=tx.now,
    )
    if before is not None and not before.used:
        sql = "UPDATE application_codes SET used_at = :now WHERE hash = :hash"
        await tx.run(sql, hash=before.hash, now=tx.now)
    return before


async def begin(
    tx: Tx, application_id: str, member_id: str | None, scopes: Sequence[str], code: str | None = None
) -> str:
    """A new token; what the application is handed, once."""
    secret = secrets.token_urlsafe(32)
    await tx.run(
        """INSERT INTO application_tokens (id, application_id, member_id, scopes, code, created_at, seen_at)
           VALUES (:id, :application, :member, :scopes, :code, :now, :now)""",
        id=hashed(secret),
        application=application_id,
        member=member_id,
        scopes=tuple(scopes),
        code=code,
        now=tx.now,
    )
    return secret


async def find(tx: Tx, secret: str) -> Bearer | None:
    """Whose token this is; None where it ended, or where its member is shut out or has left."""
    row = await tx.maybe(
        _Found,
        """SELECT t.id AS token_id, t.application_id, t.scopes, t.seen_at, m.id, m.coop_id, m.actor_id,
                  m.handle, m.name, m.role, m.language
           FROM application_tokens t LEFT JOIN members m ON m.id = t.member_id
           WHERE t.id = :id AND ((t.member_id IS NULL AND t.seen_at > :lately)
             OR (m.id IS NOT NULL AND t.seen_at > :since AND m.suspended_at IS NULL
                 AND m.left_at IS NULL))""",
        id=hashed(secret),
        since=tx.now - LASTS,
        lately=tx.now - FOR_NOBODY,
    )
    if row is None:
        return None
    member = None
    if row.id and row.coop_id and row.role:
        member = Member(
            id=row.id,
            coop_id=row.coop_id,
            actor_id=row.actor_id,
            handle=row.handle or "",
            name=row.name or "",
            role=row.role,
        )
    return Bearer(row.token_id, row.application_id, row.scopes, row.seen_at, row.language, member)


def wants_touch(bearer: Bearer, now: datetime) -> bool:
    return now - bearer.seen_at >= _SEEN_EVERY


async def touch(tx: Tx, token_id: str) -> None:
    await tx.run("UPDATE application_tokens SET seen_at = :now WHERE id = :id", id=token_id, now=tx.now)


async def of_member(tx: Tx, member_id: str) -> list[Granted]:
    """The applications of a member, the latest used first."""
    return await tx.all(
        Granted,
        """SELECT t.id, a.name, a.website, t.scopes, t.created_at, t.seen_at
           FROM application_tokens t JOIN applications a ON a.id = t.application_id
           WHERE t.member_id = :member AND t.seen_at > :since ORDER BY t.seen_at DESC, t.id""",
        member=member_id,
        since=tx.now - LASTS,
    )


async def end(tx: Tx, token_id: str, member_id: str) -> bool:
    """Let an application act no more; only its own member's (security case 78).  False: there was none."""
    sql = "DELETE FROM application_tokens WHERE id = :id AND member_id = :member"
    return bool(await tx.run(sql, id=token_id, member=member_id))


async def give_back(tx: Tx, secret: str, application_id: str) -> bool:
    """An application gives up its token; only one of its own."""
    sql = "DELETE FROM application_tokens WHERE id = :id AND application_id = :application"
    return bool(await tx.run(sql, id=hashed(secret), application=application_id))


async def end_of_code(tx: Tx, code: str) -> int:
    """A code came twice: somebody else has it, so its token is good no more (RFC 6749, 4.1.2)."""
    return await tx.run("DELETE FROM application_tokens WHERE code = :code", code=code)


async def end_all(tx: Tx, member_id: str) -> int:
    """No application speaks for a member any more, nor one that was just about to; how many did."""
    await tx.run("DELETE FROM application_codes WHERE member_id = :member", member=member_id)
    return await tx.run("DELETE FROM application_tokens WHERE member_id = :member", member=member_id)


async def pull_back(tx: Tx) -> None:
    """No token was used later than now, no code lasts too long, though the clock was ahead."""
    sql = "UPDATE application_codes SET expires_at = :until WHERE expires_at > :until"
    await tx.run(sql, until=tx.now + CODE_LASTS)
    await tx.run("UPDATE application_tokens SET seen_at = :now WHERE seen_at > :now", now=tx.now)


async def forget_ended(tx: Tx) -> None:
    """Codes are kept for a day after their end, so that one that comes twice is known."""
    await tx.run("DELETE FROM application_codes WHERE expires_at <= :since", since=tx.now - timedelta(days=1))
    await tx.run(
        """DELETE FROM application_tokens
           WHERE seen_at <= :since OR (member_id IS NULL AND seen_at <= :lately)""",
        since=tx.now - LASTS,
        lately=tx.now - FOR_NOBODY,
    )
