"""The first page that a volunteer opens: the one-time link of `fedicoop init`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import store as actors
from fedicoop.members import links
from fedicoop.node import Node
from fedicoop.web.render import render


async def welcome(request: Request) -> Response:
    """What is now online, under which name, and what to do next; opening it does not spend the link."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        link = await links.open(tx, request.path_params["secret"])
        coop = await actors.get(tx, link.coop_id)
    return render(request, "welcome.html", headers={"cache-control": "private, no-store"}, coop=coop)


routes = [Route("/bienvenue/{secret}", welcome), Route("/welcome/{secret}", welcome)]
