"""`/admin/reseau`: the coops around ours.  Looking up asks other houses; everything else is one commit."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound, Refused
from fedicoop.follows import actions as follows
from fedicoop.follows import store as followings
from fedicoop.follows.follow import Status
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import lookups, neighbours, network, packs
from fedicoop.watches.actions import NETWORK
from fedicoop.web import forms
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

_PRIVATE = {"cache-control": "private, no-store"}


def require_steward(request: Request) -> Member:
    """Raises SignInFirst for a visitor, Forbidden for who does not care for the coop."""
    who = require_member(request)
    access.require(who, Act.COOP_FOLLOW, OfCoop(who.coop_id))
    return who


async def show(request: Request) -> Response:
    """Who hears whom; with `?coop=` a coop that is known here, ready to be followed."""
    node: Node = request.app.state.node
    require_steward(request)
    found = None
    if wanted := request.query_params.get("coop"):
        async with node.db.read() as tx:
            found = await actors.find(tx, wanted)
    return await draw(request, forms.Form(), found)


async def draw(request: Request, form: forms.Form, found: Actor | None = None) -> Response:
    """The page, with what was typed and what is wrong with it, or with a coop that was found."""
    node: Node = request.app.state.node
    who = require_steward(request)
    async with node.db.read() as tx:
        us = await actors.get(tx, who.coop_id)
        around = await network.of(tx, us)
        face = await coops.face(tx, node.settings.host)
        read = await packs.of_coop(tx, us.id)
        published = await neighbours.are_published(tx, us.id)
        contact = await network.contact_with(tx, found.id) if found else None
    return render(
        request,
        "watches/network.html",
        422 if form.wrong else 200,
        headers=_PRIVATE,
        here=NETWORK,
        form=form,
        us=us,
        network=around,
        found=found,
        contact=contact,
        packs=read,
        published=published,
        market=neighbours.MARKET,
        house=face.name,
        done=request.query_params.get("fait", ""),
        about=request.query_params.get("de", "")[:100],
    )


async def look_up(request: Request) -> Response:
    """A domain, an address or `@handle@host`: a coop is asked at once, anything else is shown first."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_steward(request)
    them: Actor | None = None
    with form.checking("name"):
        them = await _found(node, who, forms.required(form, "name"))
        async with node.db.write() as tx:
            await _require_new(tx, who, them)
            if them.type == "Organization" and them.offers:
                await _follow(tx, who, them)
                return _done(request, "demande", them)
    return await draw(request, form, None if form.wrong else them)


async def _found(node: Node, who: Member, name: str) -> Actor:
    """Our own address is told as such, whichever of our walls it comes back from."""
    try:
        return await lookups.coop(node, who, name)
    except Refused as problem:
        if problem.key == "outward.ourselves":
            raise Conflict("follow.ourselves", name) from problem
        raise


async def _require_new(tx: Tx, who: Member, them: Actor) -> None:
    """Raises Conflict where we hear them already, or are they ourselves."""
    if them.id == who.coop_id:
        raise Conflict("follow.ourselves", them.id)
    known = await followings.between(tx, who.coop_id, them.id)
    if known and known.status is Status.ACCEPTED:
        raise Conflict("follow.already", them.id, name=them.name or them.handle)


async def _follow(tx: Tx, who: Member, them: Actor) -> None:
    await follows.follow(tx, who, await actors.get(tx, who.coop_id), them)


async def _unfollow(tx: Tx, who: Member, them: Actor) -> None:
    await follows.unfollow(tx, who, await actors.get(tx, who.coop_id), them)


async def _let_in(tx: Tx, who: Member, them: Actor) -> None:
    await follows.decide(tx, who, await actors.get(tx, who.coop_id), them, accept=True)


async def _send_away(tx: Tx, who: Member, them: Actor) -> None:
    await follows.decide(tx, who, await actors.get(tx, who.coop_id), them, accept=False)


_STEPS: dict[str, tuple[Callable[[Tx, Member, Actor], Awaitable[None]], str]] = {
    "suivre": (_follow, "demande"),
    "arreter": (_unfollow, "arret"),
    "accepter": (_let_in, "oui"),
    "refuser": (_send_away, "non"),
}
"""What one button does, and how the page says that it is done."""


async def step(request: Request) -> Response:
    """Follow or not, let in or not: an actor that is known here, by its id."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_steward(request)
    perform, done = _STEPS.get(request.path_params["step"], (None, ""))
    if perform is None:
        raise NotFound("page.not_found")
    them: Actor | None = None
    with form.checking(""):
        async with node.db.write() as tx:
            them = await actors.find(tx, form["id"])
            if them is None:
                raise NotFound("watch.no_coop_here", form["id"][:200])
            await perform(tx, who, them)
    if form.wrong or them is None:
        return await draw(request, form)
    return _done(request, done, them)


def _done(request: Request, what: str, them: Actor) -> Response:
    said = urlencode({"fait": what, "de": (them.name or them.handle)[:100]})
    return forms.see_other(request, f"{NETWORK}?{said}")


async def publish(request: Request) -> Response:
    """Whether everybody may read at `/.well-known/fedicoop` which coops we follow."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_steward(request)
    async with node.db.write() as tx:
        await neighbours.publish(tx, who, bool(form["published"]))
    return forms.see_other(request, f"{NETWORK}?fait=voisines#voisines")


routes = [
    Route(NETWORK, show),
    Route("/admin/network", show),
    Route(NETWORK, look_up, methods=["POST"]),
    Route(f"{NETWORK}/voisines", publish, methods=["POST"]),
    Route(f"{NETWORK}/{{step}}", step, methods=["POST"]),
]
