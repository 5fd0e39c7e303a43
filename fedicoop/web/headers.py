"""The second wall: what every answer says to the browser, whatever made the answer.

Security cases 67, 96 and 121.  Pages carry their headers themselves (`PAGE_HEADERS`), because the
page of an unexpected error is made outside of all middleware; the middleware does the rest.
"""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedicoop.log import of_request

CSP = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    ]
)
PAGE_HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}
"""For every HTML answer; what the middleware finds set already, it leaves."""


def request_id(scope: Scope) -> str:
    """The short name of this request, in the page of an error and in the log: made once, ours alone."""
    state: dict[str, object] = scope.setdefault("state", {})
    return str(state.setdefault("request_id", secrets.token_hex(6)))


class PageHeaders:
    """Names each request and puts the headers of the house on each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = request_id(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), name)
            await send(message)

        token = of_request.set(name)
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            of_request.reset(token)


def _complete(headers: MutableHeaders, name: str) -> None:
    headers.setdefault("x-content-type-options", "nosniff")
    headers["x-request-id"] = name
    if headers.get("content-type", "").startswith("text/html"):
        for header, value in PAGE_HEADERS.items():
            headers.setdefault(header, value)
