"""Authorised fetch: where the coop wants it so, documents for programs are for those who say who they are.

Looked at is what is about to be answered, not what was asked for: whatever room makes an ActivityStreams
document, it goes through here.  Open to everybody stays what signatures are checked with: the server's own
actor; and WebFinger and NodeInfo, which are no such documents.
"""

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedicoop.actors import readers
from fedicoop.actors.fetching import for_a_letter
from fedicoop.errors import Forbidden, Gone, NotFound, Problem, Refused, Unauthenticated
from fedicoop.inbox import verifying
from fedicoop.inbox.key_owner import owner_of
from fedicoop.inbox.signing import signed_request
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.signatures.claims import claim, verifies
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Key
from fedicoop.web import problems
from fedicoop.web.negotiation import ACTIVITY, LD, wants_activity

BELIEVED = 2.0  # seconds; another process may have changed the rule
OPEN = frozenset({"/actor"})
"""Who signs our own questions: everybody must be able to read its key, or nobody could answer us."""


class SignedOnly:
    """Middleware: such a document leaves only for a request that a house signed which is not closed here."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self.app, self._node = app, node
        self._known = (-1, 0.0, False)  # commits and moment at which it was asked, and the answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        request, refused = Request(scope, receive), False

        async def guarded(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_document(request, message):
                refused = not await self._may_leave(request, message, send)
            if not refused:
                await send(message)

        await self.app(scope, receive, guarded)

    async def _may_leave(self, request: Request, message: Message, send: Send) -> bool:
        """Whether it may; where not, the refusal was sent.  What may is for this reader alone (case 80)."""
        if not await self._must_sign():
            return True
        try:
            await require_signer(self._node, request)
        except Problem as problem:
            response = await problems.on_problem(request, problem)
            await response(request.scope, request.receive, send)
            return False
        headers = MutableHeaders(scope=message)
        headers["cache-control"] = "private, no-store"
        headers.add_vary_header("Signature")
        return True

    async def _must_sign(self) -> bool:
        """The rule of the house, believed for two seconds and never past a commit of ours."""
        commits, since, must = self._known
        if commits == self._node.db.commits and time.monotonic() - since < BELIEVED:
            return must
        commits, since = self._node.db.commits, time.monotonic()
        async with self._node.db.read() as tx:
            must = await readers.must_sign(tx)
        self._known = commits, since, must
        return must


def _is_document(request: Request, message: Message) -> bool:
    """An answer that is one, or that says that one has not changed (304)."""
    if message["status"] == 304:
        return wants_activity(request)
    essence = Headers(raw=message["headers"]).get("content-type", "").partition(";")[0].strip().lower()
    return essence in (ACTIVITY, LD) and message["status"] < 400


async def require_signer(node: Node, request: Request) -> str:
    """The actor whose key signed this request.

    Raises Unauthenticated where nobody did, Forbidden where its house is closed here, Unavailable where
    its house is silent.
    """
    found = claim(signed_request(request, node.settings.origin, b""), node.db.clock())
    host = normal_host(found.key_id)
    async with node.db.read() as tx:
        if await peers.policy(tx, host) is Policy.CLOSED:
            raise Forbidden("inbox.closed_reader", found.key_id, host=host)

    def fits(key: Key) -> bool:
        return verifies(found, key.algorithm, key.public)

    try:
        with for_a_letter(node.out.for_strangers):
            owner = await owner_of(node, found.key_id)
            await verifying.by_a_key(node, found.key_id, owner, fits)
    except (Gone, NotFound, Refused) as absent:
        raise Unauthenticated("signature.key_unknown", found.key_id) from absent
    return owner
