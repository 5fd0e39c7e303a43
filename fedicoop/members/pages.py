"""The entrance: the one-time link of `fedicoop init`, and the ways in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import meta
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.members import links, sessions
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.web import forms, origin
from fedicoop.web.render import render

_HERE = "/entrer"
DEMONSTRATION = "http://127.0.0.1:"
"""Where a demonstration is: on the computer of who looks at it."""


async def welcome(request: Request) -> Response:
    """What is now online, under which name, and what to do next; opening it does not spend the link."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        link = await links.open(tx, request.path_params["secret"])
        coop = await actors.get(tx, link.coop_id)
    return render(request, "welcome.html", headers={"cache-control": "private, no-store"}, coop=coop)


async def entrance(request: Request) -> Response:
    """`/entrer`: how one signs in."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        shown = await members.every(tx) if await _is_demonstration(node, tx) else []
    return render(
        request,
        "members/enter.html",
        here=_HERE,
        form=forms.Form(),
        next=own_path(request.query_params.get("next", "/")),
        people=shown,
    )


async def enter_demonstration(request: Request) -> Response:
    """Sign in as one of the made-up people of a demonstration, on this computer, and nowhere else."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.write() as tx:
        if not await _is_demonstration(node, tx):
            raise NotFound("page.not_found")
        member = await members.get_by_handle(tx, form["handle"])
        secret = await sessions.begin(tx, member.id, device(request))
    response = forms.see_other(request, own_path(form["next"]))
    origin.set_cookie(response, node.settings.origin, secret)
    return response


async def _is_demonstration(node: Node, tx: Tx) -> bool:
    return node.settings.origin.startswith(DEMONSTRATION) and await meta.find(tx, "demonstration") == "yes"


def device(request: Request) -> str:
    """What a browser calls itself, as far as a list of devices needs it."""
    return request.headers.get("user-agent", "")[:200]


def own_path(path: str) -> str:
    """A path of this house to go on to; the start page for anything else (security case 95)."""
    plain = path.isprintable() and " " not in path and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


routes = [
    Route("/bienvenue/{secret}", welcome),
    Route("/welcome/{secret}", welcome),
    Route(_HERE, entrance),
    Route("/enter", entrance),
    Route("/entrer/demonstration", enter_demonstration, methods=["POST"]),
]
