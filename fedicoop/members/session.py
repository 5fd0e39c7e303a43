"""The middleware that finds out who looks, before any page is asked.

It reads a cookie and leaves a `Viewer` on the request.  Peers and visitors have no cookie and cost
nothing.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop.errors import Problem
from fedicoop.log import log
from fedicoop.members import sessions
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.web import origin
from fedicoop.web.viewer import Viewer, put_viewer

_NOBODY_LOOKS = ("/static/", "/media/", "/inbox", "/healthz", "/readyz", "/livez", "/health")


class Sessions:
    """Puts the viewer on each request for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_NOBODY_LOOKS):
            request = Request(scope)
            if secret := origin.cookie(request):
                put_viewer(request, await _viewer(request.app.state.node, secret))
        await self.app(scope, receive, send)


async def _viewer(node: Node, secret: str) -> Viewer | None:
    """Who holds this secret.  Where the database cannot be asked, nobody: the page then says why itself."""
    try:
        async with node.db.read() as tx:
            found = await sessions.find(tx, secret)
            unread = await notices.unread(tx, found.id) if found else 0
        if found is None:
            return None
        if sessions.wants_touch(found, node.db.clock()):
            async with node.db.write() as tx:
                await sessions.touch(tx, found.session_id)
    except Problem as problem:
        log.warning("session.not_read", key=problem.key)
        return None
    return Viewer(
        member=found.member,
        session_id=found.session_id,
        language=found.language,
        theme=found.theme,
        unread=unread,
    )
