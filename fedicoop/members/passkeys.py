"""Passkeys at rest (WebAuthn).  The only file that names these tables."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx

PATIENCE = timedelta(minutes=5)
"""How long a browser may take to answer: somebody looks for their finger, or for their phone."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """`id` is the credential's; `credential` its attested data with the public key, both base64url."""

    id: str
    member_id: str
    credential: str
    name: str
    sign_count: int
    created_at: datetime
    used_at: datetime | None


_COLUMNS = "id, member_id, credential, name, sign_count, created_at, used_at"


async def of_member(tx: Tx, member_id: str) -> list[Passkey]:
    sql = f"SELECT {_COLUMNS} FROM passkeys WHERE member_id = :member ORDER BY created_at, id"
    return await tx.all(Passkey, sql, member=member_id)


async def forget(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM passkeys WHERE member_id = :member", member=member_id)
    await tx.run("DELETE FROM challenges WHERE member_id = :member", member=member_id)


async def find(tx: Tx, id: str) -> Passkey | None:
    return await tx.maybe(Passkey, f"SELECT {_COLUMNS} FROM passkeys WHERE id = :id", id=id)


async def put(tx: Tx, passkey: Passkey) -> bool:
    """Keep a new one; False where the very same is here already."""
    return bool(
        await tx.run(
            f"""INSERT INTO passkeys ({_COLUMNS})
                VALUES (:id, :member, :credential, :name, :count, :now, NULL) ON CONFLICT (id) DO NOTHING""",
            id=passkey.id,
            member=passkey.member_id,
            credential=passkey.credential,
            name=passkey.name,
            count=passkey.sign_count,
            now=tx.now,
        )
    )


async def used(tx: Tx, id: str, sign_count: int) -> None:
    await tx.run(
        "UPDATE passkeys SET sign_count = :count, used_at = :now WHERE id = :id",
        id=id,
        count=sign_count,
        now=tx.now,
    )


async def remove(tx: Tx, id: str, member_id: str) -> None:
    """Only its own member's (security case 78)."""
    await tx.run("DELETE FROM passkeys WHERE id = :id AND member_id = :member", id=id, member=member_id)


@dataclass(frozen=True, slots=True)
class _State:
    state: str


async def ask(tx: Tx, state: str, member_id: str | None) -> str:
    """Keep what a browser is asked to sign; the name of the question, which its answer gives back."""
    name = secrets.token_urlsafe(18)
    await tx.run("DELETE FROM challenges WHERE expires_at <= :now", now=tx.now)
    await tx.run(
        "INSERT INTO challenges (id, state, member_id, expires_at) VALUES (:id, :state, :member, :until)",
        id=_hashed(name),
        state=state,
        member=member_id,
        until=tx.now + PATIENCE,
    )
    return name


async def answered(tx: Tx, name: str, member_id: str | None) -> str | None:
    """What was asked under this name, once: the same answer counts no second time."""
    found = await tx.maybe(
        _State,
        """DELETE FROM challenges WHERE id = :id AND coalesce(member_id, '') = :member AND expires_at > :now
           RETURNING state""",
        id=_hashed(name),
        member=member_id or "",
        now=tx.now,
    )
    return found.state if found else None


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
