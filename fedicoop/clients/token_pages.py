"""`/oauth/token` and `/oauth/revoke`: a code becomes a token, a token ends (RFC 6749, 7009, 7636, 8414)."""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import timedelta
from urllib.parse import unquote

from starlette.responses import Response

from fedicoop.clients import scopes, store
from fedicoop.clients.answering import InvalidClient, InvalidGrant, InvalidScope, UnsupportedGrant, told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.store import Application
from fedicoop.db import Tx
from fedicoop.members import applications
from fedicoop.members import store as members
from fedicoop.members.applications import Code
from fedicoop.web import limits

TRIES = limits.Limit("application token", 120, timedelta(minutes=10))
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def token(call: Call) -> Response:
    """Give a token for a code, or one that speaks for nobody to an application that proves who it is."""
    await limits.take(call.node.db, (TRIES, limits.address_of(call.request)))
    grant = call.sent["grant_type"]
    if grant == "authorization_code":
        return await _for_code(call)
    if grant == "client_credentials":
        return await _for_nobody(call)
    raise UnsupportedGrant("client.grant_type", grant[:80])


def _client(call: Call) -> tuple[str, str]:
    """Who the application says it is: in the body, else in the header (RFC 6749, section 2.3.1)."""
    if call.sent["client_id"]:
        return call.sent["client_id"], call.sent["client_secret"]
    kind, _, given = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        id, _, secret = base64.b64decode(given, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote(id), unquote(secret)


async def _proved(tx: Tx, call: Call, *, may_be_public: bool) -> Application:
    """The application, by its secret.  One without is taken at its word only where its code proves it."""
    id, secret = _client(call)
    found = await store.find(tx, id)
    if found is None:
        raise InvalidClient("client.unknown_app", id[:80])
    if not (found.is_proved_by(secret) if secret else may_be_public):
        raise InvalidClient("client.secret", id)
    return found


async def _for_code(call: Call) -> Response:
    async with call.node.db.write() as tx:
        application = await _proved(tx, call, may_be_public=True)
        code = await applications.take_code(tx, call.sent["code"])
        fault = await _fault(tx, call, application, code)
        secret = ""
        if code is not None and code.used:
            await applications.end_of_code(tx, code.hash)
        elif code is not None and not fault:
            secret = await applications.begin(tx, application.id, code.member_id, code.scopes, code.hash)
            await store.used(tx, application.id)
    if code is None or fault:
        raise InvalidGrant("client.code", fault or "unknown")
    return _given(secret, code.scopes, call)


async def _fault(tx: Tx, call: Call, application: Application, code: Code | None) -> str:
    """What is wrong with a code, for the log; "" where it is good.  It is used up in any case."""
    if code is None or code.application_id != application.id:
        return "unknown"
    if code.used or not code.fresh:
        return "used before" if code.used else "too late"
    if call.sent["redirect_uri"] != code.redirect:
        return "another redirect_uri"
    if code.challenge is None and not _client(call)[1]:
        return "neither secret nor PKCE"
    if code.challenge is not None and not _proves(call.sent["code_verifier"], code.challenge):
        return "another code_verifier"
    return "" if await members.present(tx, code.member_id) else "the member may not sign in"


def _proves(verifier: str, challenge: str) -> bool:
    """PKCE, S256 (RFC 7636, section 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


async def _for_nobody(call: Call) -> Response:
    asked = scopes.read(call.sent["scope"])
    async with call.node.db.write() as tx:
        application = await _proved(tx, call, may_be_public=False)
        if not scopes.all_covered(application.scopes, asked):
            raise InvalidScope("client.scope", " ".join(asked), scope=" ".join(asked)[:80])
        secret = await applications.begin(tx, application.id, None, asked)
        await store.used(tx, application.id)
    return _given(secret, asked, call)


def _given(secret: str, granted: tuple[str, ...], call: Call) -> Response:
    answer = {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": " ".join(granted),
        "created_at": int(call.node.db.clock().timestamp()),
    }
    return told(answer, headers={"cache-control": "no-store", "pragma": "no-cache"})


async def revoke(call: Call) -> Response:
    """A token ends, by the application that has it; one that is none is told the same (RFC 7009, 2.2)."""
    await limits.take(call.node.db, (TRIES, limits.address_of(call.request)))
    async with call.node.db.write() as tx:
        application = await _proved(tx, call, may_be_public=True)
        await applications.give_back(tx, call.sent["token"], application.id)
    return told({})


async def metadata(call: Call) -> Response:
    """Where everything is (RFC 8414)."""
    origin = call.origin
    described = {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "app_registration_endpoint": f"{origin}/api/v1/apps",
        "scopes_supported": list(scopes.OFFERED),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "service_documentation": f"{origin}/aide/applications",
    }
    return told(described, headers={"cache-control": "public, max-age=3600"})


routes = [
    at("/oauth/token", POST=Door(token, open_to=For.ANYBODY)),
    at("/oauth/revoke", POST=Door(revoke, open_to=For.ANYBODY)),
    at("/.well-known/oauth-authorization-server", GET=Door(metadata, open_to=For.ANYBODY)),
]
