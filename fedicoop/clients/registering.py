"""How an application makes itself known: `POST /api/v1/apps`, as all of Mastodon's clients do."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from fedicoop.clients import answering, scopes, store
from fedicoop.clients.answering import Unfit, told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.store import Application
from fedicoop.errors import Problem
from fedicoop.web import limits

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""No address to go back to: the code is shown, to be copied."""
NEW = limits.Limit("application", 40, timedelta(hours=1))
_LONGEST_NAME, _LONGEST_ADDRESS, _MOST_ADDRESSES = 80, 1000, 10
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,60}")
_NEVER = frozenset(
    "about blob data file filesystem ftp javascript mailto mhtml res resource sms tel "
    "vbscript view-source ws wss".split()
)
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


async def register(call: Call) -> Response:
    """A new application; its secret is told here and never again."""
    await limits.take(call.node.db, (NEW, limits.address_of(call.request)))
    name = " ".join(call.sent["client_name"].split())[:_LONGEST_NAME]
    if not name:
        raise Unfit("client.no_name")
    redirects = _addresses(call.sent.all("redirect_uris", 20))
    try:
        asked = scopes.read(call.sent["scopes"] or call.sent["scope"])
    except Problem as problem:
        raise Unfit(problem.key, problem.detail, **problem.values) from problem
    async with call.node.db.write() as tx:
        made, secret = await store.register(tx, name, _website(call.sent["website"]), redirects, asked)
    return told(described(made) | {"client_secret": secret, "client_secret_expires_at": 0})


def described(application: Application) -> dict[str, object]:
    """An application as Mastodon's clients read it."""
    return {
        "id": application.id,
        "name": application.name,
        "website": application.website,
        "scopes": list(application.scopes),
        "redirect_uri": "\n".join(application.redirects),
        "redirect_uris": list(application.redirects),
        "client_id": application.id,
        "vapid_key": "",
    }


def _addresses(lines: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.strip() for line in lines for one in line.split("\n") if one.strip()))
    if not found or len(found) > _MOST_ADDRESSES:
        raise Unfit("client.redirects", str(len(found)), most=str(_MOST_ADDRESSES))
    for address in found:
        if not may_lead_to(address):
            raise Unfit("client.redirect", address[:200], address=address[:200])
    return found


def may_lead_to(address: str) -> bool:
    """Whether a member may be sent there with a code: https, this machine, or an application's own scheme.

    Never to a scheme that a browser acts upon itself (security case 95).
    """
    if address == OUT_OF_BAND:
        return True
    if len(address) > _LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        return False
    if " " in address or "\\" in address or "#" in address:
        return False
    try:
        parts = urlsplit(address)
        host, named = parts.hostname, bool(parts.username or parts.password)
    except ValueError:
        return False
    scheme = parts.scheme
    if not _SCHEME.fullmatch(scheme) or scheme in _NEVER or named:
        return False
    if scheme == "https":
        return bool(host)
    if scheme == "http":
        return host in _LOOPBACK
    return address[len(scheme) : len(scheme) + 1] == ":"


def _website(text: str) -> str | None:
    """Where one reads about it; only shown, as a link."""
    plain = text.isprintable() and " " not in text and len(text) <= 300
    return text if plain and text.startswith(("https://", "http://")) else None


async def show(call: Call) -> Response:
    """Which application a token is of."""
    assert call.bearer is not None, "the door asks for a token"
    async with call.node.db.read() as tx:
        found = await store.find(tx, call.bearer.application_id)
    if found is None:
        raise answering.InvalidClient("client.unknown_app")
    return told(described(found))


routes = [
    at("/api/v1/apps", POST=Door(register, open_to=For.ANYBODY)),
    at("/api/v1/apps/verify_credentials", GET=Door(show, open_to=For.APPLICATION)),
]
