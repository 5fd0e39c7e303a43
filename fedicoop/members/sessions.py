"""Devices on which members are signed in.  The only file that names the table.

The browser holds a secret; the table holds its hash, so that a copy of the database opens no door.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.members import applications
from fedicoop.members.hashing import hashed

LASTS = timedelta(days=90)
"""How long a device that is not used stays signed in; each use starts it again."""

_SEEN_EVERY = timedelta(hours=1)
_LONGEST_DEVICE = 200


@dataclass(frozen=True, slots=True)
class Session:
    """One device; `id` is the hash of its secret."""

    id: str
    member_id: str
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A session together with whose it is, in one trip: it is asked for at every page."""

    session_id: str
    seen_at: datetime
    renew: bool
    id: str
    coop_id: str
    actor_id: str | None
    handle: str
    name: str
    role: Role
    language: str | None
    theme: str | None

    @property
    def member(self) -> Member:
        return Member(
            id=self.id,
            coop_id=self.coop_id,
            actor_id=self.actor_id,
            handle=self.handle,
            name=self.name,
            role=self.role,
        )


async def begin(tx: Tx, member_id: str, device: str) -> str:
    """A new session; its secret, for the cookie.  Always a new one: a rise of rights never keeps an id."""
    secret = secrets.token_urlsafe(32)
    await tx.run(
        """INSERT INTO sessions (id, member_id, device, created_at, seen_at, expires_at)
           VALUES (:id, :member, :device, :now, :now, :until)""",
        id=hashed(secret),
        member=member_id,
        device=device[:_LONGEST_DEVICE],
        now=tx.now,
        until=tx.now + LASTS,
    )
    return secret


async def drop(tx: Tx, secret: str) -> None:
    """The session of this secret ends, whosever it is: its browser signs in anew, or out."""
    await tx.run("DELETE FROM sessions WHERE id = :id", id=hashed(secret))


async def find(tx: Tx, secret: str) -> Found | None:
    """Whose session this is; None where it ended, or where its member is shut out or has left."""
    return await tx.maybe(
        Found,
        """SELECT s.id AS session_id, s.seen_at, s.renew, m.id, m.coop_id, m.actor_id, m.handle, m.name,
                  m.role, m.language, m.theme
           FROM sessions s JOIN members m ON m.id = s.member_id
           WHERE s.id = :id AND s.expires_at > :now AND m.suspended_at IS NULL
             AND m.left_at IS NULL""",
        id=hashed(secret),
        now=tx.now,
    )


def wants_touch(found: Found, now: datetime) -> bool:
    """Whether it is time to note that the device is still used; once an hour is enough."""
    return now - found.seen_at >= _SEEN_EVERY


async def touch(tx: Tx, session_id: str) -> None:
    await tx.run(
        "UPDATE sessions SET seen_at = :now, expires_at = :until WHERE id = :id",
        id=session_id,
        now=tx.now,
        until=tx.now + LASTS,
    )


async def of_member(tx: Tx, member_id: str) -> list[Session]:
    """The devices of a member, the latest used first."""
    return await tx.all(
        Session,
        """SELECT id, member_id, device, created_at, seen_at, expires_at FROM sessions
           WHERE member_id = :member AND expires_at > :now ORDER BY seen_at DESC, id""",
        member=member_id,
        now=tx.now,
    )


async def end(tx: Tx, session_id: str, member_id: str) -> bool:
    """Sign a device out; only its own member's (security case 78).  False where there was none."""
    sql = "DELETE FROM sessions WHERE id = :id AND member_id = :member"
    return bool(await tx.run(sql, id=session_id, member=member_id))


async def end_all(tx: Tx, member_id: str, *, but: str = "") -> int:
    """Sign every device of a member out, but for one, and every application; how many (security case 87)."""
    ended = await applications.end_all(tx, member_id)
    return ended + await tx.run(
        "DELETE FROM sessions WHERE member_id = :member AND id <> :but", member=member_id, but=but
    )


async def renew_all(tx: Tx, member_id: str) -> None:
    """Rights changed: each device gets a new id with the next page that it opens (security case 86)."""
    await tx.run("UPDATE sessions SET renew = TRUE WHERE member_id = :member", member=member_id)


async def renewed(tx: Tx, secret: str) -> str | None:
    """The secret that takes the place of this one, which is good no more; None if another was faster."""
    fresh = secrets.token_urlsafe(32)
    touched = await tx.run(
        "UPDATE sessions SET id = :new, renew = FALSE WHERE id = :old AND renew",
        new=hashed(fresh),
        old=hashed(secret),
    )
    return fresh if touched else None


async def pull_back(tx: Tx) -> None:
    """No device stays signed in for longer than it may, though the clock was ahead when it was used."""
    await tx.run("UPDATE sessions SET expires_at = :until WHERE expires_at > :until", until=tx.now + LASTS)


async def forget_ended(tx: Tx) -> None:
    await tx.run("DELETE FROM sessions WHERE expires_at <= :now", now=tx.now)
