"""How a browser comes to be signed in, whatever proved who is at it."""

from starlette.requests import Request
from starlette.responses import Response

from fedicoop.db import Tx
from fedicoop.errors import Forbidden
from fedicoop.members import sessions
from fedicoop.members.store import Account
from fedicoop.node import Node
from fedicoop.web import forms, origin


async def let_in(tx: Tx, request: Request, member_id: str) -> str:
    """A new session for this browser, and the end of the one that it had, whosever it was (case 86)."""
    if before := origin.cookie(request):
        await sessions.drop(tx, before)
    return await sessions.begin(tx, member_id, device(request))


def require_open(account: Account) -> None:
    """Raises Forbidden for whom a steward shut out; told only to who proved to be them."""
    if account.suspended_at is not None:
        raise Forbidden("member.suspended", account.id)


def go_on(request: Request, path: str, secret: str) -> Response:
    """On to a page, with the cookie of a session."""
    node: Node = request.app.state.node
    response = forms.see_other(request, path)
    origin.set_cookie(response, node.settings.origin, secret)
    return response


def has_mail(node: Node) -> bool:
    """Whether this house sends letters; all that needs none works without."""
    return bool(node.settings.smtp_url)


def device(request: Request) -> str:
    """What a browser calls itself, as far as a list of devices needs it."""
    return request.headers.get("user-agent", "")[:200]


def own_path(path: str) -> str:
    """A path of this house to go on to; the start page for anything else (security case 95)."""
    plain = path.isprintable() and " " not in path and "\\" not in path and len(path) <= 2000
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
