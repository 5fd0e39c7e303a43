"""What we said, at the addresses that it was said to have."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.errors import Gone, NotFound
from fedicoop.node import Node
from fedicoop.outbox import store
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Activity, Iri, Thing
from fedicoop.web import collections
from fedicoop.web.negotiation import activity_response


async def activity(request: Request) -> Response:
    """One public activity, byte for byte as it was signed; what is private looks like what is not there."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        sent = await store.find(tx, f"{node.settings.origin}/activities/{request.path_params['key']}")
    if sent is None or not sent.public:
        raise NotFound("page.not_found", request.path_params["key"])
    if not sent.body:
        raise Gone("page.gone", sent.id)
    return activity_response(request, sent.body.encode())


async def outbox(request: Request) -> Response:
    """Creates embedded, Announces by their id, as peers read them (protocol, section 3)."""
    node: Node = request.app.state.node
    handle = request.path_params["handle"]
    before = collections.asked_page(request)
    async with node.db.read() as tx:
        actor = await actors.get(tx, addresses.actor_id(node.settings.origin, handle))
        total = await store.count(tx, actor.id)
        if before is None:
            return collections.index(request, f"{actor.id}/outbox", total)
        cursor = f"{node.settings.origin}/activities/{before}" if before else ""
        sent = await store.of_actor(tx, actor.id, before=cursor, limit=collections.PAGE)
    items = [_item(node, one) for one in sent]
    last = sent[-1].id.rpartition("/")[2] if len(sent) == collections.PAGE else None
    return collections.page(
        request, f"{actor.id}/outbox", items, total=total, before=before, next_before=last
    )


def _item(node: Node, sent: store.Sent) -> Thing:
    if sent.type == "Announce":
        return Iri(sent.id)
    said = read(sent.body.encode(), plain_http=node.settings.allowed_peers)
    assert isinstance(said, Activity), "what we keep as sent is what we wrote"
    return said


async def server_outbox(request: Request) -> Response:
    """The server itself says nothing."""
    origin = request.app.state.node.settings.origin
    return collections.index(request, Iri(f"{addresses.server_id(origin)}/outbox"), 0, listed=False)


routes = [
    Route("/activities/{key}", activity),
    Route("/actor/outbox", server_outbox),
    Route("/actors/{handle}/outbox", outbox),
]
