"""One-time links: the secret goes to one person, its hash to the table.  The only file that names it.

Each link is for one purpose, and opens nothing else (security cases 92 and 133).
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.errors import NotFound

ADMIN = "admin"  # the way in for whoever will care for a coop
SIGN_IN = "sign-in"  # lets one member in
INVITATION = "invitation"  # lets somebody become a member
EMAIL = "email"  # confirms a member's new address
CANDIDATE = "candidate"  # where somebody who asked to join reads the answer
JOINED = "joined"  # a browser that has just made a member, should it send the same form again

VALID = timedelta(minutes=60)
"""How long a link that opens an account is good for."""
_REPLACES = (ADMIN, SIGN_IN, EMAIL)  # a new one voids those before, for the same coop or member
_VOID = {
    ADMIN: "link.void",
    SIGN_IN: "link.sign_in_void",
    INVITATION: "link.invitation_void",
    EMAIL: "link.email_void",
    CANDIDATE: "link.candidate_void",
    JOINED: "link.void",
}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for; `id` is the hash of its secret and opens nothing."""

    id: str
    purpose: str
    coop_id: str
    expires_at: datetime
    used_at: datetime | None
    created_at: datetime | None
    member_id: str | None
    maker_id: str | None
    address: str | None
    candidate_id: str | None
    note: str
    uses: int
    most_uses: int


_COLUMNS = """hash AS id, purpose, coop_id, expires_at, used_at, created_at, member_id, maker_id, address,
              candidate_id, note, uses, most_uses"""
_GOOD = "used_at IS NULL AND uses < most_uses AND expires_at > :now"


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(browser_key: str, name: str) -> str:
    """A secret that this browser, and none else, can make again of a form's name.

    So a double click makes one link, and whoever made it sees it again, though only its hash is kept.
    """
    mac = hmac.new(browser_key.encode(), b"link " + name.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:18]).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a link knows besides its purpose: for whom, by whom, sent where, and how often it may be used."""

    member_id: str | None = None
    maker_id: str | None = None
    address: str | None = None
    candidate_id: str | None = None
    note: str = ""
    most_uses: int = 1


async def make(
    tx: Tx,
    coop_id: str,
    purpose: str = ADMIN,
    about: About = About(),
    *,
    secret: str | None = None,
    lasts: timedelta = VALID,
) -> str:
    """A fresh secret, random unless one is given that was `derived`; older links of its sort are void."""
    secret = secret or secrets.token_urlsafe(18)
    values = asdict(about) | {"hash": hashed(secret), "coop_id": coop_id, "purpose": purpose}
    if purpose in _REPLACES:
        await tx.run(
            """DELETE FROM links WHERE coop_id = :coop_id AND purpose = :purpose
               AND coalesce(member_id, '') = :of AND hash <> :hash""",
            coop_id=coop_id,
            purpose=purpose,
            of=about.member_id or "",
            hash=hashed(secret),
        )
    values |= {"expires_at": tx.now + lasts, "created_at": tx.now}
    await tx.run(
        f"""INSERT INTO links ({", ".join(values)}) VALUES ({", ".join(f":{name}" for name in values)})
            ON CONFLICT (hash) DO NOTHING""",
        **values,
    )
    return secret


async def open(tx: Tx, secret: str, purpose: str = ADMIN) -> Link:
    """What a link is for, without spending it.

    Raises NotFound, alike for a wrong, used or expired one, and for one of another purpose.
    """
    sql = f"SELECT {_COLUMNS} FROM links WHERE hash = :hash AND purpose = :purpose AND {_GOOD}"
    link = await tx.maybe(Link, sql, hash=hashed(secret), purpose=purpose, now=tx.now)
    if link is None:
        raise NotFound(_VOID[purpose])
    return link


async def spend(tx: Tx, secret: str, purpose: str) -> Link:
    """Use a link, once more or for the last time.  Raises NotFound as `open` does.

    One statement decides, so of two who click at once one is told that it is void.
    """
    spent = await tx.maybe(
        Link,
        f"""UPDATE links SET uses = uses + 1,
                used_at = CASE WHEN uses + 1 >= most_uses THEN :now ELSE used_at END
            WHERE hash = :hash AND purpose = :purpose AND {_GOOD} RETURNING {_COLUMNS}""",
        hash=hashed(secret),
        purpose=purpose,
        now=tx.now,
    )
    if spent is None:
        raise NotFound(_VOID[purpose])
    return spent


async def invitations(tx: Tx, coop_id: str, *, maker_id: str | None = None) -> list[Link]:
    """The invitations to a coop that are still good, newest first; one maker's, if one is named."""
    return await tx.all(
        Link,
        f"""SELECT {_COLUMNS} FROM links WHERE coop_id = :coop AND purpose = :purpose AND {_GOOD}
            AND (:maker = '' OR maker_id = :maker) AND candidate_id IS NULL
            ORDER BY created_at DESC, hash LIMIT 200""",
        coop=coop_id,
        purpose=INVITATION,
        now=tx.now,
        maker=maker_id or "",
    )


async def find(tx: Tx, id: str) -> Link | None:
    return await tx.maybe(Link, f"SELECT {_COLUMNS} FROM links WHERE hash = :id", id=id)


async def revoke(tx: Tx, id: str) -> None:
    await tx.run("DELETE FROM links WHERE hash = :id", id=id)


async def void_of(tx: Tx, member_id: str) -> None:
    """What would let this member in or confirm an address of theirs no longer does (security case 92)."""
    await tx.run("DELETE FROM links WHERE member_id = :member", member=member_id)


async def forget_maker(tx: Tx, member_id: str) -> None:
    """Somebody left: their invitations are void, and what let them in."""
    await tx.run("DELETE FROM links WHERE maker_id = :member OR member_id = :member", member=member_id)


async def forget_over(tx: Tx) -> None:
    await tx.run("DELETE FROM links WHERE expires_at <= :now", now=tx.now)
