"""Followers synchronisation at the door: what a letter says of it, and the list for each house."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.follows import store_between as between
from fedicoop.follows import synchrony
from fedicoop.follows.synchrony import Synchronise
from fedicoop.inbox.signed_only import require_signer
from fedicoop.jobs import queue
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Collection, Iri
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import activity_response

PAUSE = timedelta(minutes=15)


async def notice(node: Node, header: str, actor_id: str) -> None:
    """A letter that is good says who of ours its sender knows as followers: where we differ, we ask.

    Nothing of it touches the letter itself; of one actor it is looked at once in a quarter of an hour.
    """
    async with node.db.read() as tx:
        actor = await actors.find(tx, actor_id)
        said = synchrony.read(header, actor) if actor else None
        if said is None:
            return
        ours = await between.ours_following(tx, actor_id)
    if synchrony.digest(ours) == said.digest:
        return
    async with node.db.write() as tx:
        if await peers.take_turn(tx, f"followers of {actor_id}", PAUSE):
            task = Synchronise(actor_id, said.url)
            await queue.enqueue(tx, task, lane=f"read {normal_host(actor_id)}", thread=actor_id)


async def show(request: Request) -> Response:
    """The followers who live in the house that asks, and signs; nobody learns of anybody else's."""
    node: Node = request.app.state.node
    reader = await require_signer(node, request)
    async with node.db.read() as tx:
        id = addresses.actor_id(node.settings.origin, request.path_params["handle"])
        actor = await actors.get(tx, id)
        ids = await between.followers_at(tx, actor.id, normal_host(reader))
    listed = Collection(id=Iri(synchrony.address(id)), total=len(ids), items=tuple(Iri(one) for one in ids))
    return activity_response(request, write(listed), public=False)


routes = [Route("/actors/{handle}/followers_synchronization", show)]
