"""`/oauth/authorize`: an application asks a member whether it may act for them, in plain words."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.clients import scopes, store
from fedicoop.clients.registering import OUT_OF_BAND, may_lead_to
from fedicoop.clients.store import Application
from fedicoop.clients.token_pages import CHALLENGE
from fedicoop.db import Tx
from fedicoop.errors import Malformed, NotFound, Problem
from fedicoop.members import applications
from fedicoop.node import Node
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.headers import CSP
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

HERE = "/oauth/authorize"
YES = limits.Limit("application yes", 30, timedelta(hours=1))
ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_UNSEEN = {"cache-control": "private, no-store"}
_LONGEST_STATE = 1500


@dataclass(frozen=True, slots=True)
class Wish:
    """What an application asks for; `fault` is what it is sent back with at once (RFC 6749, 4.1.2.1)."""

    application: Application
    redirect: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    fault: str = ""

    @property
    def back_to(self) -> str:
        """What a member reads of where they are led to: a host, an application's own scheme, or nothing."""
        parts = urlsplit(self.redirect)
        return "" if self.redirect == OUT_OF_BAND else parts.netloc or f"{parts.scheme}:"


async def _wish(tx: Tx, values: Form) -> Wish:
    """Raises NotFound and Malformed where nobody may be sent back: the member reads what is wrong."""
    application = await store.find(tx, values["client_id"])
    if application is None:
        raise NotFound("client.unknown_app", values["client_id"][:80])
    redirect = values["redirect_uri"]
    if redirect not in application.redirects or not may_lead_to(redirect):
        raise Malformed("client.other_redirect", redirect[:200])
    state, challenge, fault = values["state"], values["code_challenge"], ""
    asked: tuple[str, ...] = ()
    try:
        asked = scopes.read(values["scope"])
    except Problem:
        fault = "invalid_scope"
    if not scopes.all_covered(application.scopes, asked):
        fault = "invalid_scope"
    if values["response_type"] != "code":
        fault = "unsupported_response_type"
    if len(state) > _LONGEST_STATE or not _is_sound(challenge, values["code_challenge_method"]):
        fault = "invalid_request"
    return Wish(application, redirect, asked, state[:_LONGEST_STATE], challenge, fault)


def _is_sound(challenge: str, method: str) -> bool:
    """PKCE is S256 or nothing: with `plain` the code and its proof would travel together."""
    if not challenge:
        return not method or method == "S256"
    return method == "S256" and CHALLENGE.fullmatch(challenge) is not None


async def show(request: Request) -> Response:
    """The page that asks; who is not signed in signs in first, and comes back here."""
    node: Node = request.app.state.node
    asked = Form({name: [request.query_params.get(name, "")] for name in ASKED})
    async with node.db.read() as tx:
        wish = await _wish(tx, asked)
    if wish.fault:
        return _back(wish, error=wish.fault)
    member = require_member(request)
    values = {name: asked[name] for name in ASKED}
    return render(
        request,
        "clients/consent.html",
        headers=_UNSEEN | {"content-security-policy": _csp(wish)},
        here=HERE,
        asked=values,
        wish=wish,
        who=member,
        values=values,
        reads=scopes.areas(wish.scopes, "read"),
        writes=scopes.areas(wish.scopes, "write"),
    )


def _csp(wish: Wish) -> str:
    """The form leads on to the application: browsers look at where a form's answer leads, too."""
    if wish.redirect == OUT_OF_BAND:
        return CSP
    parts = urlsplit(wish.redirect)
    source = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
    return CSP.replace("form-action 'self'", f"form-action 'self' {source}")


async def decide(request: Request) -> Response:
    """Yes or no.  A yes is a code, good once and for ten minutes."""
    node: Node = request.app.state.node
    member = require_member(request)
    form = await forms.read(request)
    await limits.take(node.db, (YES, member.id))
    async with node.db.write() as tx:
        wish = await _wish(tx, form)
        if wish.fault or form["answer"] != "yes":
            return _back(wish, error=wish.fault or "access_denied")
        code = await applications.give_code(
            tx, wish.application.id, member.id, wish.redirect, wish.scopes, wish.challenge
        )
        await store.used(tx, wish.application.id)
    if wish.redirect == OUT_OF_BAND:
        return render(request, "clients/code.html", headers=_UNSEEN, here=HERE, wish=wish, code=code)
    return _back(wish, code=code)


def _back(wish: Wish, **said: str) -> Response:
    """On to where the application waits.  Without such a place, what is wrong is told here."""
    if wish.redirect == OUT_OF_BAND:
        if said.get("error") == "access_denied":
            return RedirectResponse("/moi/appareils", 303, _UNSEEN)
        raise Malformed("client.bad_request", said.get("error", ""))
    query = urlencode(said | ({"state": wish.state} if wish.state else {}))
    mark = "&" if "?" in wish.redirect else "?"
    answer = Response(status_code=303, headers=_UNSEEN)
    answer.headers["location"] = f"{wish.redirect}{mark}{query}"
    return answer


routes = [
    Route(HERE, show, methods=["GET"]),
    Route(f"{HERE}/", show, methods=["GET"]),
    Route(HERE, decide, methods=["POST"]),
]
