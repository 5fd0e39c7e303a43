"""What somebody sent without a session: kept for an hour, and shown again once they have signed in.

A session that was revoked, or that ended while somebody wrote, takes nobody's words along.  Files are
not kept.  The only file that names the table.
"""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.errors import TooMany
from fedicoop.node import Node
from fedicoop.web import limits, origin
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit, address_of

COOKIE = "kept"
LASTS = timedelta(hours=1)
MOST_BYTES = 200_000  # of one form
MOST_FORMS = 1_000  # of everybody: beyond that, signing in comes first and the form is sent anew
KEEP_FROM = Limit("kept form from", 20, LASTS)
_SENDING = timedelta(minutes=1)
SECRETS = frozenset({"password", "present"})
"""Fields that are typed anew: no page shows them, no table keeps them."""
_TECHNICAL = re.compile(r"[A-Za-z0-9_.:/?=&-]*")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent to `path`; `files`: some came with it and are not here."""

    path: str
    fields: str  # JSON
    files: bool
    made_for: str = ""

    @property
    def values(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(self.fields)
        return found

    @property
    def words(self) -> list[str]:
        """What a person wrote of it; the rest are names and marks of ours."""
        return [
            value for values in self.values.values() for value in values if not _TECHNICAL.fullmatch(value)
        ]


def fields_of(form: Form) -> dict[str, list[str]]:
    return {name: list(values) for name, values in form.values.items() if name not in SECRETS}


def is_surely_ours(request: Request) -> bool:
    """Whether the browser itself says that a page of ours sent this; silence is not enough here.

    What another site sent must not wait for a member under our name (security case 85).
    """
    node: Node = request.app.state.node
    headers = request.headers
    return headers.get("sec-fetch-site") == "same-origin" or headers.get("origin") == node.settings.origin


async def keep(request: Request, form: Form) -> str | None:
    """Keep a form for whoever signs in at this browser.  Its secret, for a cookie; None if it is not kept."""
    node: Node = request.app.state.node
    fields = json.dumps(fields_of(form), ensure_ascii=False)
    if len(fields.encode()) > MOST_BYTES:
        return None
    try:
        await limits.take(node.db, (KEEP_FROM, address_of(request)))
    except TooMany:
        return None
    async with node.db.write() as tx:
        return await _put(tx, request.scope["path"], fields, any(form.files.values()), form.made_for)


async def _put(tx: Tx, path: str, fields: str, files: bool, made_for: str) -> str | None:
    if await tx.count("SELECT count(*) FROM kept_forms") >= MOST_FORMS:
        return None
    secret = secrets.token_urlsafe(18)
    await tx.run(
        """INSERT INTO kept_forms (id, path, fields, files, made_for, expires_at)
           VALUES (:id, :path, :fields, :files, :made_for, :until)""",
        id=_hashed(secret),
        path=path,
        fields=fields,
        files=files,
        made_for=made_for,
        until=tx.now + LASTS,
    )
    return secret


async def find(tx: Tx, request: Request, who: Member) -> Kept | None:
    """What this browser had sent, if it is not too long ago, and not on a page that was another's."""
    if not (secret := origin.cookie(request, COOKIE)):
        return None
    sql = "SELECT path, fields, files, made_for FROM kept_forms WHERE id = :id AND expires_at > :now"
    found = await tx.maybe(Kept, sql, id=_hashed(secret), now=tx.now)
    return found if found and found.made_for in ("", origin.mark_of(who.id)) else None


async def sending(tx: Tx, request: Request) -> None:
    """It is sent now: nobody sees it again, but for a second click."""
    if secret := origin.cookie(request, COOKIE):
        await tx.run(
            "UPDATE kept_forms SET expires_at = :soon WHERE id = :id AND expires_at > :soon",
            id=_hashed(secret),
            soon=tx.now + _SENDING,
        )


async def forget_over(tx: Tx) -> None:
    await tx.run("DELETE FROM kept_forms WHERE expires_at <= :now", now=tx.now)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
