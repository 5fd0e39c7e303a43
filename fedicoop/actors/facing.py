"""The middleware that knows how the house looks before any page is drawn.

The answer is kept in memory until something is written in this process; what another process wrote
(`fedicoop coop set`) shows within half a minute.
"""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop.actors import coops
from fedicoop.errors import Problem
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.web.face import Face, put_face

OTHERS_SHOW_AFTER = timedelta(seconds=30)
_FACELESS = ("/static/", "/media/", "/inbox", "/healthz", "/readyz", "/livez", "/health", "/metrics")


class Faces:
    """Puts the house's face on each request for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._known: tuple[int, datetime, Face] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_FACELESS):
            request = Request(scope)
            try:
                put_face(request, await self._face(request.app.state.node))
            except Problem as problem:  # the page says itself why the database cannot be asked
                log.warning("face.not_read", key=problem.key)
        await self.app(scope, receive, send)

    async def _face(self, node: Node) -> Face:
        commits, now = node.db.commits, node.db.clock()
        if self._known and self._known[0] == commits and now - self._known[1] < OTHERS_SHOW_AFTER:
            return self._known[2]
        async with node.db.read() as tx:
            face = await coops.face(tx, node.settings.host)
        self._known = commits, now, face
        return face
