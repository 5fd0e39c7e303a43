"""The middleware that finds out who looks, before any page is asked.

It reads a cookie and leaves a `Viewer` on the request.  Peers and visitors have no cookie and cost
nothing.
"""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedicoop.errors import Problem, Unavailable
from fedicoop.log import log
from fedicoop.members import sessions
from fedicoop.members.hashing import hashed
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.web import origin, problems
from fedicoop.web.viewer import Viewer, put_trouble, put_viewer

_LOOKING = ("GET", "HEAD", "OPTIONS")
_AGAIN = 0.1  # seconds before a database that did not answer is asked once more
_NOBODY_LOOKS = (
    *("/static/", "/media/", "/inbox", "/healthz", "/readyz", "/livez", "/health", "/metrics"),
    *("/api/", "/oauth/token", "/oauth/revoke"),  # applications bear a token: no cookie counts there
)


class Sessions:
    """Puts the viewer on each request for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_NOBODY_LOOKS):
            request = Request(scope)
            if secret := origin.cookie(request):
                try:
                    send = await self._look(request, secret, send)
                except Problem as problem:
                    if request.method not in _LOOKING:  # a form is not taken for a stranger's
                        refusal = await problems.on_problem(request, problem)
                        await refusal(scope, receive, send)
                        return
                    put_trouble(request, problem)
                    log.seldom("session.not_read", about=problem.key, key=problem.key)
        await self.app(scope, receive, send)

    async def _look(self, request: Request, secret: str, send: Send) -> Send:
        """Put the viewer on the request; where their rights changed, hand out a new secret with the page.

        Not with a form that comes in: its token was made of the old secret, and it may count on it.
        """
        node: Node = request.app.state.node
        found, unread = await _found(node, secret)
        header: tuple[bytes, bytes] | None = None
        if found and found.renew and _is_navigation(request):
            async with node.db.write() as tx:
                fresh = await sessions.renewed(tx, secret)
            if fresh:  # else a page that was asked for at the same time brings it
                header = origin.renew(request, fresh)
                found = replace(found, session_id=hashed(fresh))
        put_viewer(request, _viewer(found, unread) if found else None)
        return _adding(header, send) if header else send


def _is_navigation(request: Request) -> bool:
    """Whether somebody opens a page, and so keeps what its answer brings: no picture or feed does."""
    opened = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return request.method == "GET" and opened and "text/html" in request.headers.get("accept", "")


def _adding(header: tuple[bytes, bytes], send: Send) -> Send:
    """The answer with a new secret: whatever it is, no cache keeps it (invariant 17)."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [one for one in message["headers"] if one[0].lower() != b"cache-control"]
            message = {**message, "headers": [*kept, header, (b"cache-control", b"private, no-store")]}
        await send(message)

    return send_with_cookie


async def _read(node: Node, secret: str) -> tuple[sessions.Found | None, int]:
    async with node.db.read() as tx:
        found = await sessions.find(tx, secret)
        return found, await notices.unread(tx, found.id) if found else 0


async def _found(node: Node, secret: str) -> tuple[sessions.Found | None, int]:
    """Whose secret it is, and how much they did not see.

    Where the database cannot be asked, it is asked once more; then a page is nobody's, and says why
    itself, but a form is not taken.
    """
    try:
        found, unread = await _read(node, secret)
    except Unavailable:
        await asyncio.sleep(_AGAIN)
        found, unread = await _read(node, secret)
    if found and sessions.wants_touch(found, node.db.clock()):
        try:
            async with node.db.write() as tx:
                await sessions.touch(tx, found.session_id)
        except Unavailable as problem:  # a full disk signs nobody out
            log.seldom("session.not_touched", about=problem.key, key=problem.key)
    return found, unread


def _viewer(found: sessions.Found, unread: int) -> Viewer:
    return Viewer(
        member=found.member,
        session_id=found.session_id,
        language=found.language,
        theme=found.theme,
        unread=unread,
    )
