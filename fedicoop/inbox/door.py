"""POST to an inbox: check who is speaking, keep what they said, answer at once."""

import asyncio
import re
from ipaddress import ip_network

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop import metrics
from fedicoop.actors import store as actors
from fedicoop.actors.fetching import for_a_letter
from fedicoop.addresses import destination
from fedicoop.errors import (
    Forbidden,
    Gone,
    Malformed,
    NotFound,
    Problem,
    Refused,
    TooLarge,
    Unauthenticated,
    Unsupported,
)
from fedicoop.follows.synchrony import HEADER
from fedicoop.inbox import bringing, synchrony_pages, turning_away, verifying
from fedicoop.inbox.dispatch import TABLE
from fedicoop.inbox.gate import Gate, Known, Letter, Voice
from fedicoop.inbox.paces import Paces, take
from fedicoop.inbox.signing import signed_request
from fedicoop.inbox.store import Heard
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox.say import subject, thread_of
from fedicoop.peers.peer import Policy
from fedicoop.signatures.claims import Claim, claim, verifies
from fedicoop.signatures.proofs import ProofClaim
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.reading import read_envelope
from fedicoop.vocabulary.types import Activity, Delete, Key, Unspoken
from fedicoop.web import problems
from fedicoop.web.limits import address_of

LARGEST = 1024 * 1024
WITHIN = 20.0  # seconds for a whole body
_TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})
_SPOKEN = {activity for activity, _ in TABLE}


async def receive(request: Request) -> Response:
    """202 for whatever is signed or proved by its actor, whether we speak it or not; a clear 4xx otherwise.

    202 says only that it was kept (M inboxes_controller.rb does the same): what becomes of it is
    decided afterwards, from the table `received`.  503 where the sender's key could not be asked for,
    429 for whoever speaks, or fails, too often.
    """
    node: Node = request.app.state.node
    paces: Paces = request.app.state.paces
    await request.app.state.pressure.require_room(node)
    await _own_inbox(node, request.path_params.get("handle"))
    address = address_of(request)
    speaks_for_itself = address != "unknown" and not ip_network(address).is_loopback  # a proxy does for many
    try:
        return await _receive(request, node, paces)
    except (Forbidden, Malformed, TooLarge, Unauthenticated, Unsupported):
        if speaks_for_itself:
            take(paces.failures, address)
        raise


async def _receive(request: Request, node: Node, paces: Paces) -> Response:
    body = await _body(request)
    signed = signed_request(request, node.settings.origin, body)
    found = claim(signed, node.db.clock())
    activity = _activity(node, body)
    proof, pace = None, normal_host(activity.actor)
    brought = not same_origin(found.key_id, activity.actor)
    if brought:
        proof = verifying.forwarded(activity, body, found.key_id, node.db.clock())
        pace = f"forwarded by {address_of(request)}"  # nobody uses up what another house may say
    if same_origin(activity.actor, node.settings.origin):
        raise Forbidden("inbox.our_origin", activity.actor)
    gate: Gate = request.app.state.gate
    known = await gate.know(Voice(activity.actor, normal_host(activity.actor)))
    if known.policy is Policy.CLOSED:
        log.info("closed_host", actor=activity.actor)
        if known.unlisted:
            raise Forbidden("inbox.not_listed", activity.actor, host=normal_host(activity.actor))
        return Response(status_code=202)
    try:
        if brought and proof is None:
            with for_a_letter(node.out.for_strangers):
                activity, body = await bringing.refetched(node, activity, found)
        elif proof or not _verifies(found, known):
            with for_a_letter(node.out.for_strangers):
                await _verify(node, found, proof, activity.actor)
    except (Gone, NotFound) as absent:
        if await _leaves_nothing(node, activity, absent):
            return Response(status_code=202)
        key = "signature.key_gone" if isinstance(absent, Gone) else "signature.key_unknown"
        raise Unauthenticated(key, found.key_id) from None
    if isinstance(activity, Unspoken) and not activity.id:
        return Response(status_code=202)  # nothing that could be kept under a name
    if not same_origin(activity.id, activity.actor):
        raise Forbidden("inbox.foreign_activity", activity.id)
    take(paces.letters, pace)
    await gate.keep(_letter(activity, body))
    if not brought and (stated := request.headers.get(HEADER)):
        await synchrony_pages.notice(node, stated, activity.actor)
    return Response(status_code=202)


async def _body(request: Request) -> bytes:
    """The bytes as they came, counted while they come.  Raises TooLarge and Unsupported."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unsupported("inbox.encoding", request.headers["content-encoding"])
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence not in _TYPES:
        raise Unsupported("inbox.media_type", essence)
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length[:12]) > LARGEST:
        raise TooLarge("inbox.too_large", length, most="1 MiB")
    body = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise TooLarge("inbox.too_large", f"over {LARGEST}", most="1 MiB")
    except TimeoutError as error:
        raise Malformed("inbox.too_slow", f"{len(body)} bytes in {WITHIN} s") from error
    return bytes(body)


def _activity(node: Node, body: bytes) -> Activity:
    thing = read_envelope(body, plain_http=node.settings.allowed_peers)
    if not isinstance(thing, Activity):
        raise Malformed("inbox.no_activity", type(thing).__name__)
    about = thing.object if isinstance(thing.object, str) else thing.object.id
    _check_askable(node, about, thing.actor)
    return thing


def _check_askable(node: Node, about: str, sender: str) -> None:
    """What could never be asked for, because it lies inside, is not worth a row (security case 43).

    A sender's own house was asked for its key, or will be: it need not be looked at here.
    """
    if not about or same_origin(about, node.settings.origin) or same_origin(about, sender):
        return
    try:
        destination(about, node.settings.allowed_peers)
    except Refused as inside:
        raise Malformed("federation.bad_id", inside.detail) from inside


async def _verify(node: Node, found: Claim, proof: ProofClaim | None, actor_id: str) -> None:
    """By the proof inside where somebody else brings it, else by the signature on the letter."""
    if proof:
        await verifying.by_its_proof(node, proof, actor_id)
        return

    def fits(key: Key) -> bool:
        return verifies(found, key.algorithm, key.public)

    await verifying.by_a_key(node, found.key_id, actor_id, fits)


async def _leaves_nothing(node: Node, activity: Activity, absent: Problem) -> bool:
    """Whether an actor that cannot be found says that it is gone, and we have nothing of it to forget.

    Mastodon sends such Deletes to everybody it ever knew, and repeats them until they are taken.
    """
    if not isinstance(activity, Delete) or subject(activity) != activity.actor:
        return isinstance(activity, Delete) and isinstance(absent, Gone)
    async with node.db.read() as tx:
        return isinstance(absent, Gone) or await actors.find(tx, activity.actor) is None


def _verifies(found: Claim, known: Known) -> bool:
    """Whether a key that we know already made the signature: the usual case, and nobody is asked."""
    return any(key.id == found.key_id and verifies(found, key.algorithm, key.public) for key in known.keys)


async def _own_inbox(node: Node, handle: str | None) -> None:
    """Raises NotFound for an inbox that is nobody's."""
    if handle is None:
        return
    async with node.db.read() as tx:
        if await actors.find_local(tx, handle) is None:
            raise NotFound("page.not_found", handle)


def _letter(activity: Activity, body: bytes) -> Letter:
    """What is kept of an activity: the whole of it where we speak it, else that it came."""
    spoken = type(activity) in _SPOKEN
    kind = activity.type if isinstance(activity, Unspoken) else type(activity).__name__
    text, outcome = (body.decode(), "waiting") if spoken else ("", "ignored")
    heard = Heard(activity.id, activity.actor, kind[:64], text, outcome)
    return Letter(heard, normal_host(activity.actor), thread_of(activity) if spoken else None)


class Door:
    """Middleware: letters are most of what a house gets, and pass by all that only pages need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, take: Receive, send: Send) -> None:
        found = _INBOX.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "POST":
            await self.app(scope, take, send)
            return
        request = Request(scope, take, send)
        scope["path_params"], scope["endpoint"] = {"handle": found[1]} if found[1] else {}, receive
        outcome = "accepted"
        try:
            response = await receive(request)
        except Problem as problem:
            outcome = problem.key
            await turning_away.note(request, problem)
            response = await problems.on_problem(request, problem)
        except ClientDisconnect as gone:
            outcome = "left"
            response = await problems.on_leaving(request, gone)
        metrics.letters.add(outcome)
        await response(scope, take, send)


_INBOX = re.compile(r"/inbox|/actor/inbox|/actors/([^/]+)/inbox")
routes = [
    Route(path, receive, methods=["POST"]) for path in ("/inbox", "/actor/inbox", "/actors/{handle}/inbox")
]
