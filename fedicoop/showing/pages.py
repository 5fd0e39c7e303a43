"""Many listings in the browser: all of them, and those of a hashtag."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.listings import house, store, terms
from fedicoop.listings.store import Filter
from fedicoop.node import Node
from fedicoop.web.render import render

PAGE = 24


async def tag(request: Request) -> Response:
    """The listings that carry a hashtag: where the hashtags of our notes lead."""
    node: Node = request.app.state.node
    name = request.path_params["tag"].removeprefix("#").lower()[:100]
    wanted = Filter(tag=name)
    async with node.db.read() as tx:
        found = await store.latest(tx, wanted, limit=PAGE + 1, before=request.query_params.get("before"))
        total = await store.count(tx, wanted)
        speakers = await house.speakers(tx, found[:PAGE])
    return render(
        request,
        "listings/tag.html",
        name=name,
        total=total,
        listings=found[:PAGE],
        next_page={"before": found[PAGE - 1].key} if len(found) > PAGE else None,
        speakers=speakers,
        words=terms,
    )


routes = [Route("/tags/{tag}", tag)]
