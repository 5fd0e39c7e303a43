"""One-time links: the secret goes to one person, its hash to the table."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.errors import NotFound

VALID = timedelta(minutes=60)
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Link:
    purpose: str
    coop_id: str
    expires_at: datetime
    used_at: datetime | None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def make(tx: Tx, coop_id: str, purpose: str = ADMIN) -> str:
    """A fresh secret, valid for an hour; the links made before for the same purpose are void."""
    secret = secrets.token_urlsafe(18)
    await tx.run(
        "DELETE FROM links WHERE coop_id = :coop AND purpose = :purpose", coop=coop_id, purpose=purpose
    )
    await tx.run(
        """INSERT INTO links (hash, purpose, coop_id, expires_at)
           VALUES (:hash, :purpose, :coop, :until)""",
        hash=_hash(secret),
        purpose=purpose,
        coop=coop_id,
        until=tx.now + VALID,
    )
    return secret


async def open(tx: Tx, secret: str) -> Link:
    """What a link is for.  Raises NotFound, alike for a wrong, used or expired one."""
    link = await tx.maybe(
        Link, "SELECT purpose, coop_id, expires_at, used_at FROM links WHERE hash = :hash", hash=_hash(secret)
    )
    if link is None or link.used_at is not None or link.expires_at <= tx.now:
        raise NotFound("link.void")
    return link
