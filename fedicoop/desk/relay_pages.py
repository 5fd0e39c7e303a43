"""`/admin/relais`: servers that pass public listings on to houses that do not know each other yet."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.boards import relaying, relays
from fedicoop.boards.relays import Relay
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

HERE = "/admin/relais"
_DONE = ("demande", "retire")


@dataclass(frozen=True, slots=True)
class Shown:
    relay: Relay
    actor: Actor | None


async def _admin(request: Request) -> Member:
    """Raises SignInFirst and Forbidden."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        access.require(who, Act.HOUSE_POLICY, OfCoop((await coops.first(tx)).actor_id))
    return who


async def index(request: Request) -> Response:
    await _admin(request)
    return await _draw(request, Form())


async def _draw(request: Request, form: Form) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = [Shown(one, await actors.find(tx, one.actor_id)) for one in await relays.every(tx)]
    done = request.query_params.get("fait", "")
    return render(
        request,
        "desk/relays.html",
        422 if form.wrong else 200,
        headers={"cache-control": "private, no-store"},
        here=HERE,
        form=form,
        relays=found,
        most=relaying.MOST,
        done=done if done in _DONE else "",
    )


async def add(request: Request) -> Response:
    """Ask a relay, by the address that it gives out."""
    node: Node = request.app.state.node
    who, form = await _admin(request), await forms.read(request)
    with form.checking("address"):
        address = forms.required(form, "address")
        actor, style = await relaying.discover(node, address)
        async with node.db.write() as tx:
            await relaying.add(tx, who, address, actor, style)
        return forms.see_other(request, f"{HERE}?fait=demande")
    return await _draw(request, form)


async def remove(request: Request) -> Response:
    """Leave a relay.  Sent twice, the second finds it gone."""
    node: Node = request.app.state.node
    who, form = await _admin(request), await forms.read(request)
    async with node.db.write() as tx:
        if relay := await relays.find(tx, form["id"]):
            await relaying.remove(tx, who, relay)
    return forms.see_other(request, f"{HERE}?fait=retire")


routes = [
    Route(HERE, index),
    Route("/admin/relays", index),
    Route(HERE, add, methods=["POST"]),
    Route(f"{HERE}/quitter", remove, methods=["POST"]),
]
