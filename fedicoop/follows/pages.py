"""Followers and following, as peers read them: counted for everybody, listed for nobody."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.follows import store
from fedicoop.node import Node
from fedicoop.vocabulary.types import Iri
from fedicoop.web import collections


async def followers(request: Request) -> Response:
    """How many; who they are is their own affair."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        actor = await actors.get(tx, addresses.actor_id(node.settings.origin, request.path_params["handle"]))
        total = await store.followers_count(tx, actor.id)
    return collections.index(request, f"{actor.id}/followers", total, listed=False)


async def following(request: Request) -> Response:
    """Which coops a coop works with is public, so that others find them; whom a member hears is not."""
    node: Node = request.app.state.node
    before = collections.asked_page(request)
    async with node.db.read() as tx:
        actor = await actors.get(tx, addresses.actor_id(node.settings.origin, request.path_params["handle"]))
        total = await store.following_count(tx, actor.id)
        listed = actor.type == "Organization"
        if before is None or not listed:
            return collections.index(request, f"{actor.id}/following", total, listed=listed)
        followed = await store.followed_by(tx, actor.id)
    items = [Iri(one.id) for one in followed]
    return collections.page(request, f"{actor.id}/following", items, total=total)


routes = [
    Route("/actors/{handle}/followers", followers),
    Route("/actors/{handle}/following", following),
]
