"""Who may see how the house is from inside: the machine itself, or a bearer of the operator's token.

Behind a proxy on the same machine every visitor comes from the loopback address.  So that is not
enough: the request must name the loopback too, and nobody may have passed it on (security case 144).
"""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fedicoop.settings import Settings

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def refused(request: Request, settings: Settings) -> Response | None:
    """None for an insider; else what a stranger is answered, who learns nothing."""
    if is_here(request) or bears_token(request, settings.metrics_token):
        return None
    if settings.metrics_token and request.headers.get("authorization"):
        return PlainTextResponse("", 401, {"www-authenticate": "Bearer", "cache-control": "no-store"})
    return PlainTextResponse("", 404, {"cache-control": "no-store"})


def is_inside(request: Request, settings: Settings) -> bool:
    return refused(request, settings) is None


def is_here(request: Request) -> bool:
    """Asked on this machine, by a loopback name, and by nobody in between."""
    if request.client is None or any(name in request.headers for name in _PASSED_ON):
        return False
    named = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return _is_loopback(request.client.host) and (named == "localhost" or _is_loopback(named))


def bears_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
