"""Passkeys at rest (WebAuthn).  The only file that names these tables."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx


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
