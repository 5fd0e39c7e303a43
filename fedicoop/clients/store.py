"""Applications that made themselves known.  The only file that names their table."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.members.hashing import hashed

UNUSED = timedelta(days=30)
"""An application that asked nobody for so long, and has no token, is forgotten."""

_COLUMNS = "id, secret, name, website, redirects, scopes"


@dataclass(frozen=True, slots=True)
class Application:
    """What asks to act for members; `redirects` are compared letter by letter."""

    id: str
    secret: str  # its hash
    name: str
    website: str | None
    redirects: tuple[str, ...]
    scopes: tuple[str, ...]

    def is_proved_by(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret, hashed(secret))


async def register(
    tx: Tx, name: str, website: str | None, redirects: Sequence[str], scopes: Sequence[str]
) -> tuple[Application, str]:
    """A new application, and its secret, which is told once."""
    secret = secrets.token_urlsafe(32)
    made = Application(
        secrets.token_urlsafe(24), hashed(secret), name, website, tuple(redirects), tuple(scopes)
    )
    await tx.run(
        f"""INSERT INTO applications ({_COLUMNS}, created_at, used_at)
            VALUES (:id, :secret, :name, :website, :redirects, :scopes, :now, :now)""",
        id=made.id,
        secret=made.secret,
        name=name,
        website=website,
        redirects=made.redirects,
        scopes=made.scopes,
        now=tx.now,
    )
    return made, secret


async def find(tx: Tx, id: str) -> Application | None:
    return await tx.maybe(Application, f"SELECT {_COLUMNS} FROM applications WHERE id = :id", id=id[:100])


async def used(tx: Tx, id: str) -> None:
    await tx.run("UPDATE applications SET used_at = :now WHERE id = :id", id=id, now=tx.now)


async def forget_unused(tx: Tx) -> None:
    await tx.run(
        """DELETE FROM applications WHERE used_at <= :since
           AND NOT EXISTS (SELECT 1 FROM application_tokens t WHERE t.application_id = applications.id)
           AND NOT EXISTS (SELECT 1 FROM application_codes c WHERE c.application_id = applications.id)""",
        since=tx.now - UNUSED,
    )
