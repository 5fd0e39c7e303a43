"""`/ouvrir?uri=…`: where our own people are led when they come from another site to follow or to answer.

Our WebFinger names it (FEP-3b86 `Object`, and OStatus `subscribe`), so that another fedicoop's page
“From my account” leads a member of ours home, to the same coop or listing as this house knows it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.access import Act, Member, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.listings import store
from fedicoop.node import Node
from fedicoop.showing.coop_pages import is_shown
from fedicoop.vocabulary.types import Actor
from fedicoop.web.filters import coop_path
from fedicoop.web.render import chosen_language, render
from fedicoop.web.viewer import member_of

_LONGEST = 2048


async def show(request: Request) -> Response:
    """On to our own page of that thing (never to another host); or what to do where we do not know it."""
    node: Node = request.app.state.node
    uri = request.query_params.get("uri", "").strip()[:_LONGEST]
    async with node.db.read() as tx:
        path = await _path(tx, uri, node.settings.host, member_of(request))
    if path is None:
        return render(request, "listings/unknown.html", 404, here="/ouvrir", asked={"uri": uri}, uri=uri)
    chosen = chosen_language(request)
    return RedirectResponse(f"{path}?lang={chosen}" if chosen else path, 303, {"cache-control": "no-store"})


async def _path(tx: Tx, uri: str, host: str, who: Member | None) -> str | None:
    listing = await store.find(tx, uri) or await store.find_by_url(tx, uri)
    if listing is not None and may(who, Act.LISTING_SEE, listing):
        return f"/l/{listing.key}"
    actor = await _actor(tx, uri, host)
    return coop_path(actor, host) if actor is not None and await is_shown(tx, actor) else None


async def _actor(tx: Tx, uri: str, host: str) -> Actor | None:
    """By its id, or as people write it."""
    if "://" in uri:
        return await actors.find(tx, uri)
    user, _, home = uri.removeprefix("acct:").removeprefix("@").rpartition("@")
    if not user:
        return None
    return await (
        actors.find_local(tx, user) if home.lower() == host else actors.find_by_handle(tx, user, home)
    )


routes = [
    Route("/ouvrir", show),
    Route("/open", show),
]
