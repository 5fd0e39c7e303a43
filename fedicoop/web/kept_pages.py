"""A form that was sent without a session, or for one that is over: shown again, with a button."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.node import Node
from fedicoop.web import forms, kept
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

HERE = "/reprendre"


async def show(request: Request) -> Response:
    """`/reprendre`: what one was about to send, for who has signed in since."""
    who = require_member(request)
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await kept.find(tx, request, who)
    if found is None:
        raise NotFound("form.not_kept")
    return render(request, "kept.html", here=HERE, kept=found, values=found.values, send_to=HERE, stale=False)


async def send(request: Request) -> Response:
    """On to where it was meant for, with what was kept (307: the browser sends the same form there)."""
    node: Node = request.app.state.node
    who = require_member(request)
    await forms.read(request)
    async with node.db.write() as tx:
        if found := await kept.find(tx, request, who):
            await kept.sending(tx, request)
    if found is None:
        raise NotFound("form.not_kept")
    return RedirectResponse(found.path, 307)


routes = [
    Route(HERE, show, methods=["GET"]),
    Route(HERE, send, methods=["POST"]),
    Route("/resume", show),
]
