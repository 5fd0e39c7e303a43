"""Noting which house fetched a listing or an actor of ours, from the signature of its request.

The answer goes first, the look at who asked comes after it; a request that nobody signed, or signed badly,
leaves no trace.  Who reads a listing is asked for its key where we do not know it; who reads an actor is not,
for two houses that check each other's signatures would ask each other without end.  What is kept is a host
and a moment, never an actor, an address or a browser.
"""

from datetime import datetime, timedelta

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedicoop.actors import public_keys
from fedicoop.errors import Problem
from fedicoop.inbox.signed_only import require_signer
from fedicoop.inbox.signing import signed_request
from fedicoop.node import Node
from fedicoop.pace import Pace
from fedicoop.peers import readings
from fedicoop.signatures.claims import claim, verifies
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.web.limits import address_of
from fedicoop.web.negotiation import ACTIVITY, LD

_WATCHED = ("/listings/", "/actors/", "/actor")
AGAIN = timedelta(minutes=10)
"""A house that reads the same thing more often is noted once in so long."""
MOST = 2048
LOOKS = 60
"""Signatures that one address may make us check in a minute: an unknown key is asked for elsewhere."""


class ReadAlong:
    """Middleware: who read it is noted once the answer has left."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self.app, self._node = app, node
        self._noted: dict[tuple[str, str], datetime] = {}
        self._looks = Pace(a_minute=LOOKS, at_once=LOOKS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_WATCHED):
            await self.app(scope, receive, send)
            return
        left = False

        async def seen(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                essence = Headers(raw=message["headers"]).get("content-type", "").partition(";")[0].strip()
                left = message["status"] == 200 and essence in (ACTIVITY, LD)
            await send(message)

        await self.app(scope, receive, seen)
        if left and "signature" in Headers(scope=scope):
            await self._note(Request(scope, receive))

    async def _note(self, request: Request) -> None:
        thing = f"{self._node.settings.origin}{request.scope['path']}"
        try:
            host = await self._host(request)
            if host is None:
                return
            key, now = (thing, host), self._node.db.clock()
            if (last := self._noted.get(key)) and timedelta() <= now - last < AGAIN:
                return
            async with self._node.db.write(beside=True) as tx:
                await readings.note(tx, thing, host)
        except Problem:
            return  # nobody's word; and where the disk is full, reading goes on unnoted
        if len(self._noted) >= MOST:
            self._noted.clear()
        self._noted[key] = now

    async def _host(self, request: Request) -> str | None:
        """The house that signed it.  Raises Problem where nobody did."""
        if self._looks.take(address_of(request)):
            return None
        if request.scope["path"].startswith("/listings/"):
            return normal_host(await require_signer(self._node, request))
        found = claim(signed_request(request, self._node.settings.origin, b""), self._node.db.clock())
        async with self._node.db.read() as tx:
            owners = [
                one for one in await public_keys.owners(tx, found.key_id) if same_origin(one, found.key_id)
            ]
            keys = [key for one in owners for key in await public_keys.of(tx, one) if key.id == found.key_id]
        if any(verifies(found, key.algorithm, key.public) for key in keys):
            return normal_host(found.key_id)
        return None
