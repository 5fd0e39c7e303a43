"""Our own list for others, if we wish: ourselves and the coops that we follow.

At `/.well-known/fedicoop` as a list that stewards elsewhere read (docs/packs.md); at `/voisines` as a page
for people and a collection for programs.  Nobody follows anybody by it.
"""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access, meta
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops as decisions
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.follows import store as follows
from fedicoop.i18n import t
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Kind
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Collection, Iri
from fedicoop.vocabulary.writing import write
from fedicoop.watches import pack
from fedicoop.watches.pack import Coop, Pack
from fedicoop.web.clean import plain
from fedicoop.web.negotiation import ACTIVITY, activity_response, wants_activity
from fedicoop.web.render import render

PATH = "/.well-known/fedicoop"
MARKET = "https://w3id.org/fep/0837"
"""What a house that understands offers and needs says that it implements (FEP-844e)."""


def _fact(coop_id: str) -> str:
    return f"neighbours of {coop_id}"


async def are_published(tx: Tx, coop_id: str) -> bool:
    return await meta.find(tx, _fact(coop_id)) == "published"


async def publish(tx: Tx, who: Member, yes: bool) -> None:
    """Tell everybody which coops ours follows, or nobody any longer."""
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    await meta.put(tx, _fact(who.coop_id), "published" if yes else "")


async def show(request: Request) -> Response:
    """The list, for whoever asks; 404 where no coop of this house wishes it."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await _pack(tx, node.settings.host)
    if found is None:
        raise NotFound("page.not_found")
    body = json.dumps(pack.write(found), ensure_ascii=False, indent=1)
    headers = {"access-control-allow-origin": "*", "cache-control": "public, max-age=3600"}
    return Response(body, media_type="application/json", headers=headers)


async def page(request: Request) -> Response:
    """`/voisines`: whom our coops work with, how many listings each has here, how others read the list."""
    node: Node = request.app.state.node
    if wants_activity(request):
        return await collection(request)
    async with node.db.read() as tx:
        found = await _neighbours(tx)
        if not found:
            raise NotFound("page.not_found")
        portraits = [await _portrait(tx, coop) for coop in found]
    link = {
        "link": f'<{node.settings.origin}/voisines>; rel="alternate"; type="{ACTIVITY}"',
        "vary": "Accept",
    }
    return render(
        request,
        "watches/neighbours.html",
        headers=link,
        here="/voisines",
        portraits=portraits,
        market=MARKET,
        pack=f"{node.settings.origin}{PATH}",
    )


@dataclass(frozen=True, slots=True)
class Portrait:
    """A coop as its card shows it."""

    coop: Actor
    local: bool
    offers: int
    needs: int


async def _portrait(tx: Tx, coop: Actor) -> Portrait:
    offers, needs = [await listings.count(tx, listings.Filter(kind=kind, actor_id=coop.id)) for kind in Kind]
    return Portrait(coop, await actors.own(tx, coop.id) is not None, offers, needs)


async def collection(request: Request) -> Response:
    """The same as an OrderedCollection of actors' ids."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await _neighbours(tx)
    if not found:
        raise NotFound("page.not_found")
    ids = tuple(coop.id for coop in found)
    listed = Collection(id=Iri(f"{node.settings.origin}/voisines"), total=len(ids), items=ids)
    return activity_response(request, write(listed))


async def _neighbours(tx: Tx) -> list[Actor]:
    """The coops of this house that wish it, and those that they hear; nobody of a closed or limited house."""
    ours = [coop for coop in await actors.coops(tx) if await are_published(tx, coop.id)]
    found = {coop.id: coop for coop in ours}
    for coop in ours:
        for other in await follows.followed_by(tx, coop.id):
            closed = await peers.policy(tx, normal_host(other.id)) is not Policy.OPEN
            if other.type == "Organization" and not closed:
                found.setdefault(other.id, other)
    return list(found.values())[: pack.MOST]


async def _pack(tx: Tx, host: str) -> Pack | None:
    found = await _neighbours(tx)
    if not found:
        return None
    face = await decisions.face(tx, host)
    name = t("network.ours.name", face.locale or "fr", coop=face.name)
    return Pack(name, plain(found[0].summary, pack.LONGEST_ABOUT), tuple(_line(coop) for coop in found))


def _line(coop: Actor) -> Coop:
    name = (coop.name or coop.handle)[: pack.LONGEST_NAME]
    return Coop(coop.id, name, plain(coop.summary, pack.LONGEST_ABOUT))


routes = [Route(PATH, show), Route("/voisines", page), Route("/neighbours", page)]
