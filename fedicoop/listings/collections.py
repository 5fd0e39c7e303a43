"""The collections of a coop's listings, pullable by whoever reads ActivityStreams."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings import pins, store
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Kind
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Actor, Collection, Create, Iri, Note, Tag
from fedicoop.vocabulary.writing import write
from fedicoop.vocabulary.writing_tags import write_tags
from fedicoop.web import collections
from fedicoop.web.negotiation import activity_response

PINNED = pins.MOST
"""How many listings stand on a coop's profile elsewhere: Mastodon shows these, and only these, of a coop
that it meets for the first time (M fetch_featured_collection_service.rb)."""


async def _actor(tx: Tx, request: Request) -> Actor:
    node: Node = request.app.state.node
    return await actors.get(tx, addresses.actor_id(node.settings.origin, request.path_params["handle"]))


async def of_kind(request: Request) -> Response:
    """`offers` or `needs`: published and public, whole, newest first."""
    name = request.url.path.rpartition("/")[2]
    node: Node = request.app.state.node
    before = collections.asked_page(request)
    async with node.db.read() as tx:
        actor = await _actor(tx, request)
        wanted = store.Filter(kind=Kind.OFFER if name == "offers" else Kind.NEED, actor_id=actor.id)
        total = await store.count(tx, wanted)
        if before is None:
            return collections.index(request, f"{actor.id}/{name}", total)
        found = await store.latest(tx, wanted, limit=collections.PAGE, before=before or None)
        authors = await actors.several(tx, [listing.actor_id for listing in found])
    last = found[-1].key if len(found) == collections.PAGE else None
    notes = [to_note(listing, authors[listing.actor_id]) for listing in found]
    return collections.page(
        request, f"{actor.id}/{name}", notes, total=total, before=before, next_before=last
    )


async def featured(request: Request) -> Response:
    """Ids of listings that this very actor wrote (Mastodon takes no others): the pinned, else the newest."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        actor = await _actor(tx, request)
        found = await pins.of_actor(tx, actor.id)
        found = found or await store.latest(tx, store.Filter(author_id=actor.id), limit=PINNED)
    ids = tuple(Iri(listing.id) for listing in found)
    collection = Collection(id=Iri(f"{actor.id}/featured"), total=len(ids), items=ids)
    return activity_response(request, write(collection))


async def featured_tags(request: Request) -> Response:
    """The hashtags that an actor uses most in what it publishes now."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        actor = await _actor(tx, request)
        found = await store.latest(tx, store.Filter(actor_id=actor.id), limit=100)
    names = [tag for listing in found for tag in listing.tags]
    most = sorted(set(names), key=lambda name: (-names.count(name), name))[:8]
    origin = node.settings.origin
    tags = [Tag(type="Hashtag", name=f"#{name}", href=Iri(f"{origin}/tags/{name}")) for name in most]
    return activity_response(request, write_tags(f"{actor.id}/featured-tags", tags))


async def told(request: Request) -> Response:
    """A short reply by which the end of a listing was told, at its id."""
    node: Node = request.app.state.node
    id = f"{node.settings.origin}{request.url.path}"
    async with node.db.read() as tx:
        said = next((one for one in await outbox.words_under(tx, id) if one.object_id == id), None)
    if said is None or not said.public:
        raise NotFound("page.not_found", id)
    create = read(said.body.encode(), plain_http=node.settings.allowed_peers)
    assert isinstance(create, Create), "as we wrote it"
    assert isinstance(create.object, Note), "as we wrote it"
    return activity_response(request, write(create.object))


routes = [
    Route("/listings/{key}/told/{name}", told),
    Route("/actors/{handle}/offers", of_kind),
    Route("/actors/{handle}/needs", of_kind),
    Route("/actors/{handle}/featured", featured),
    Route("/actors/{handle}/featured-tags", featured_tags),
]
