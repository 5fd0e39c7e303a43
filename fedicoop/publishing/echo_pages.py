"""`/l/{key}/echos`: what became of a listing out there, for whoever published it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.i18n import explain
from fedicoop.node import Node
from fedicoop.publishing import echoes, publishing
from fedicoop.publishing.echoes import Echoes
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member


async def show(request: Request) -> Response:
    """Raises NotFound for whoever may not change the listing."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        found = await echoes.of_listing(tx, listing)
    return render(
        request,
        "publish/echoes.html",
        headers={"cache-control": "private, no-store"},
        here=f"/l/{listing.key}/echos",
        listing=listing,
        **scene(found, language_of(request)),
    )


def scene(found: Echoes, language: str) -> dict[str, Any]:
    """What `publish/_echoes.html` shows."""
    shown = found.houses[: echoes.MOST]
    said = {one.host: explain(one.problem, language) for one in shown if one.problem}
    return {"echoes": found, "shown": shown, "troubles": said, "more": len(found.houses) - len(shown)}


routes = [Route("/l/{key}/echos", show), Route("/l/{key}/echoes", show)]
