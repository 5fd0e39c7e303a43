"""Nothing changes here on another site's word (security cases 85 and 96, invariant 14).

Each request that may change something must come from a page of ours: it says so by `Origin` or
`Sec-Fetch-Site`, which no script of another site can forge, and by a token in the form that only a
page made for this very browser holds.  The token is drawn from the browser's cookie with a fresh
salt each time, so that compressed pages give nothing away (BREACH) and nothing needs to be stored.
"""

import base64
import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from fedicoop.errors import Forbidden
from fedicoop.node import Node
from fedicoop.web.viewer import member_of

TOKEN = "form_token"  # noqa: S105 - the name of a field
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SALT, _MAC, _WHO = 12, 18, 6  # bytes
_RENEWED = "renewed_session"


def cookie_name(origin: str, what: str = "session") -> str:
    """`__Host-` pins a cookie to this host and to https.

    A house for trials on plain http has none of that; there the port keeps two neighbours apart,
    because browsers do not.
    """
    secure = origin.startswith("https:")
    return f"__Host-{what}" if secure else f"{what}-{origin.rpartition(':')[2].strip('/')}"


def set_cookie(
    response: Response, origin: str, value: str, *, what: str = "session", days: int = 365
) -> None:
    """Give the browser a cookie that no script reads and no other site sends along."""
    response.set_cookie(
        cookie_name(origin, what),
        value,
        max_age=days * 86_400,
        path="/",
        secure=origin.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, origin: str, *, what: str = "session") -> None:
    response.delete_cookie(
        cookie_name(origin, what), path="/", secure=origin.startswith("https:"), httponly=True, samesite="lax"
    )


def cookie(request: Request, what: str = "session") -> str | None:
    """The browser's cookie of that sort; an absurdly long one is none."""
    if what == "session" and (renewed := request.scope.get("state", {}).get(_RENEWED)):
        return str(renewed)
    found = request.cookies.get(cookie_name(_origin(request), what))
    return found if found and len(found) <= 200 else None


def renew(request: Request, value: str) -> tuple[bytes, bytes]:
    """The session has another secret from this request on; the header that hands it to the browser."""
    request.scope.setdefault("state", {})[_RENEWED] = value
    response = Response()
    set_cookie(response, _origin(request), value)
    return next(pair for pair in response.raw_headers if pair[0] == b"set-cookie")


def browser_key(request: Request) -> str:
    """The secret that this browser is known by while it fills in forms: its session, else a passing one.

    A visitor gets a passing one with the first page that has a form (`render` sets the cookie).
    """
    if key := cookie(request) or cookie(request, "visit"):
        return key
    state = request.scope.setdefault("state", {})
    key = state.setdefault("new_visit", secrets.token_urlsafe(18))
    return str(key)


def new_visit(request: Request) -> str | None:
    """The passing secret that this very answer must hand to the browser, if a form was drawn."""
    found = request.scope.get("state", {}).get("new_visit")
    return str(found) if found else None


def token_for(request: Request) -> str:
    """The token that a form of this page carries; another one each time, all of them good."""
    salt = secrets.token_bytes(_SALT)
    who = member_of(request)
    mark = _mark(who.id) if who else bytes(_WHO)
    return base64.urlsafe_b64encode(salt + _mac(browser_key(request), salt + mark) + mark).decode()


def mark_of(member_id: str) -> str:
    """What a form says of the member for whom its page was drawn: enough to know them again, no more."""
    return _mark(member_id).hex()


def made_for(token: object) -> str:
    """The mark of the member for whom a form was drawn; "" for a visitor's, or for no token of ours.

    It is believed only as far as it keeps words from other eyes: that a form is good, `require_ours` says.
    """
    whole = _opened(token)
    return whole[-_WHO:].hex() if whole and any(whole[-_WHO:]) else ""


def require_ours(request: Request, token: object) -> None:
    """Insist that a request which changes something comes from a page of ours.

    Raises Forbidden `form.foreign` where another site sent it, `form.token` where the page is not
    one that we made for this browser (its cookie went, or it never had one).
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none") or origin not in (None, _origin(request)):
        raise Forbidden("form.foreign", f"{site} {origin}")
    if not _good(request, token):
        raise Forbidden("form.token")


def _good(request: Request, token: object) -> bool:
    key, whole = cookie(request) or cookie(request, "visit"), _opened(token)
    if not key or not whole:
        return False
    salt, mac, mark = whole[:_SALT], whole[_SALT:-_WHO], whole[-_WHO:]
    return hmac.compare_digest(_mac(key, salt + mark), mac)


def _opened(token: object) -> bytes | None:
    if not isinstance(token, str) or len(token) > 100:
        return None
    try:
        whole = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return None
    return whole if len(whole) == _SALT + _MAC + _WHO else None


def _mark(member_id: str) -> bytes:
    return hashlib.sha256(b"member" + member_id.encode()).digest()[:_WHO]


def _mac(key: str, salt: bytes) -> bytes:
    return hmac.new(key.encode(), b"form" + salt, hashlib.sha256).digest()[:_MAC]


def _origin(request: Request) -> str:
    node: Node = request.app.state.node
    return node.settings.origin
