"""`/depuis-mastodon`: doing something with a thing of ours from one's own account, wherever that is.

One types one's address once; we ask that server where its people follow or open, and show a plain
link that names the host (security case 95): nobody is sent anywhere by us.
"""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import intents
from fedicoop.actors import store as actors
from fedicoop.actors.intents import Wish
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings import seeing, store
from fedicoop.node import Node
from fedicoop.showing.coop_pages import is_shown
from fedicoop.web import forms, limits
from fedicoop.web.filters import coop_path
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render

HERE = "/depuis-mastodon"
LOOKS = limits.Limit("away", 20, timedelta(minutes=10))
"""How many servers we ask for one address on the network."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """What it is about: its id, what it is called, where its page is here, and what one may do with it."""

    id: str
    name: str
    path: str
    wish: Wish


async def ask(request: Request) -> Response:
    """The page with its one field."""
    node: Node = request.app.state.node
    asked = request.query_params
    async with node.db.read() as tx:
        thing = await _thing(tx, asked.get("uri", ""), asked.get("act", ""), node)
    return await _draw(request, thing, Form(language=language_of(request)))


async def find(request: Request) -> Response:
    """The way, as a link; or what is wrong beside the field, with what one typed."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.read() as tx:
        thing = await _thing(tx, form["uri"], form["act"], node)
    way, handle = None, None
    with form.checking("handle"):
        forms.required(form, "handle")
        handle = intents.read_handle(form["handle"])
        if handle.host == node.settings.host:
            raise NotFound("away.here", str(handle))
        await limits.take(node.db, (LOOKS, limits.address_of(request)))
        way = await intents.way_to(node, handle, thing.wish, thing.id)
    return await _draw(request, thing, form, handle=handle if not form.wrong else None, way=way)


async def _thing(tx: Tx, uri: str, act: str, node: Node) -> _Thing:
    """A listing that anybody may read, or somebody who has a page here.  Raises NotFound for all else."""
    listing = await store.find(tx, uri)
    if listing is not None and seeing.is_public(listing):
        return _Thing(listing.id, listing.title, f"/l/{listing.key}", Wish.OPEN)
    actor = await actors.find(tx, uri)
    if actor is None or not await is_shown(tx, actor):
        raise NotFound("away.nothing", uri[:200])
    wish = Wish(act) if act in tuple(Wish) else Wish.FOLLOW
    return _Thing(actor.id, actor.name or actor.handle, coop_path(actor, node.settings.host), wish)


async def _draw(
    request: Request,
    thing: _Thing,
    form: Form,
    *,
    handle: intents.Handle | None = None,
    way: str | None = None,
) -> Response:
    return render(
        request,
        "listings/away.html",
        422 if form.wrong else 200,
        here=HERE,
        asked={"uri": thing.id, "act": thing.wish},
        thing=thing,
        form=form,
        handle=handle,
        way=way,
    )


routes = [
    Route(HERE, ask),
    Route("/from-mastodon", ask),
    Route(HERE, find, methods=["POST"]),
]
