"""Many listings in the browser: all of them, and those of a hashtag."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import store as actors
from fedicoop.listings import house, store, terms
from fedicoop.listings.federation import to_note
from fedicoop.listings.store import Filter
from fedicoop.node import Node
from fedicoop.vocabulary.types import Iri, Thing
from fedicoop.web import collections
from fedicoop.web.negotiation import ACTIVITY, wants_activity
from fedicoop.web.render import render

PAGE = 24


async def tag(request: Request) -> Response:
    """The listings that carry a hashtag: where the hashtags of our notes lead, for people and programs."""
    node: Node = request.app.state.node
    name = request.path_params["tag"].removeprefix("#").lower()[:100]
    if wants_activity(request):
        return await _collection(request, name)
    wanted = Filter(tag=name)
    async with node.db.read() as tx:
        found = await store.latest(tx, wanted, limit=PAGE + 1, before=request.query_params.get("before"))
        total = await store.count(tx, wanted)
        speakers = await house.speakers(tx, found[:PAGE])
    return render(
        request,
        "listings/tag.html",
        headers={"vary": "Accept", "link": f'<{_address(node, name)}>; rel="alternate"; type="{ACTIVITY}"'},
        name=name,
        total=total,
        listings=found[:PAGE],
        next_page={"before": found[PAGE - 1].key} if len(found) > PAGE else None,
        speakers=speakers,
        words=terms,
    )


def _address(node: Node, name: str) -> str:
    return f"{node.settings.origin}/tags/{quote(name, safe='')}"


async def _collection(request: Request, name: str) -> Response:
    """The same as an OrderedCollection: Notes (ours) and ids (others'), newest first."""
    node: Node = request.app.state.node
    id, wanted, before = _address(node, name), Filter(tag=name), collections.asked_page(request)
    async with node.db.read() as tx:
        total = await store.count(tx, wanted)
        if before is None:
            return collections.index(request, id, total)
        found = await store.latest(tx, wanted, limit=collections.PAGE, before=before or None)
        authors = await actors.several(tx, {one.actor_id for one in found if one.local})
    items: list[Thing] = [to_note(one, authors[one.actor_id]) if one.local else Iri(one.id) for one in found]
    last = found[-1].key if len(found) == collections.PAGE else None
    return collections.page(request, id, items, total=total, before=before, next_before=last)


routes = [Route("/tags/{tag}", tag)]
