"""Requests that still come to an address that this house had before it moved.

Peers read there who has become whom, and their letters to the old inboxes are taken.  People are led to the
same page at the new address; who is signed in brings a link along that signs them in there.
"""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop.actors import changing_house
from fedicoop.actors import pages as actor_pages
from fedicoop.actors import store as actors
from fedicoop.inbox.signing import SIGNED_FOR
from fedicoop.members import links, sessions
from fedicoop.members.links import About
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Iri, Tombstone
from fedicoop.vocabulary.writing import write
from fedicoop.web import origin
from fedicoop.web.negotiation import activity_response, wants_activity

_AT_HOME = ("/healthz", "/health", "/livez", "/readyz", "/metrics")
_READING = ("GET", "HEAD")


class FormerHost:
    """Middleware.  Which addresses were ours before is read once: a move is followed by a start."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self.app, self._node = app, node
        self._former: dict[str, str] | None = None  # origins by host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        old = await self._origin(scope) if scope["type"] == "http" and scope["path"] not in _AT_HOME else None
        if old is None:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "POST" and scope["path"].endswith("/inbox"):
            await self.app(_at_new_host(scope, self._node.settings.host, old), receive, send)
            return
        response = await self._answer(Request(scope, receive), old)
        await response(scope, receive, send)

    async def _origin(self, scope: Scope) -> str | None:
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if self._former is None:
            found = await changing_house.formerly(self._node)
            self._former = {urlsplit(one).netloc: one for one in found}
        return self._former.get(named[0].lower().rstrip(".")) if self._former and len(named) == 1 else None

    async def _answer(self, request: Request, old: str) -> Response:
        path = request.url.path
        if request.method in _READING and path == "/.well-known/webfinger":
            if actor := await self._finger(old, request.query_params.get("resource", "")):
                return actor_pages.found(request, old, actor)
        elif request.method in _READING and wants_activity(request):
            async with self._node.db.read() as tx:
                actor = await actors.find(tx, f"{old}{path}")
            if actor:
                return actor_pages.document(request, actor)
            if path.startswith("/listings/") and path.count("/") == 2:
                return activity_response(request, write(Tombstone(id=Iri(f"{old}{path}"))), status=410)
        return await self._onward(request)

    async def _finger(self, old: str, resource: str) -> Actor | None:
        """The stand-in that a name or an address of the old house means."""
        if "://" in resource:
            id = resource.rstrip("/")
            id = f"{old}/actor" if id == old else id.replace(f"{old}/@", f"{old}/actors/", 1)
        else:
            user, _, _ = resource.removeprefix("acct:").removeprefix("@").lower().rpartition("@")
            id = f"{old}/actor" if normal_host(old) == user else f"{old}/actors/{user}"
        async with self._node.db.read() as tx:
            return await actors.find(tx, id)

    async def _onward(self, request: Request) -> Response:
        """To the same place at the new address; for good where it was only looked at."""
        here = self._node.settings.origin
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if request.method not in _READING:
            return RedirectResponse(f"{here}{quote(target, safe='/?&=%@+:,;')}", 308)
        secret = request.cookies.get(origin.cookie_name(here)) if _opens_a_page(request) else None
        if secret and (link := await self._way_in(secret)):
            led = f"{here}/entrer/lien/{link}?next={quote(target, safe='')}"
            return RedirectResponse(led, 303, {"cache-control": "private, no-store"})
        return RedirectResponse(f"{here}{quote(target, safe='/?&=%@+:,;')}", 301)

    async def _way_in(self, secret: str) -> str | None:
        """A link that lets whoever is signed in at the old address in at the new one."""
        async with self._node.db.write() as tx:
            found = await sessions.find(tx, secret)
            if found is None:
                return None
            return await links.make(tx, found.coop_id, links.SIGN_IN, About(member_id=found.id))


def _opens_a_page(request: Request) -> bool:
    opened = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return opened and "text/html" in request.headers.get("accept", "")


def _at_new_host(scope: Scope, host: str, old: str) -> Scope:
    """A letter to an old inbox: it was signed for the old origin, and is judged by that."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    state = {**scope.get("state", {}), SIGNED_FOR: old}
    return {**scope, "headers": [(b"host", host.encode()), *headers], "state": state}
