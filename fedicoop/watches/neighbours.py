"""Our own list for others: ourselves and the coops that we follow, at `/.well-known/fedicoop`, if we wish."""

import json

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
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import pack
from fedicoop.watches.pack import Coop, Pack
from fedicoop.web.clean import plain

PATH = "/.well-known/fedicoop"


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


async def _pack(tx: Tx, host: str) -> Pack | None:
    ours = [coop for coop in await actors.coops(tx) if await are_published(tx, coop.id)]
    if not ours:
        return None
    found = {coop.id: _line(coop) for coop in ours}
    for coop in ours:
        for other in await follows.followed_by(tx, coop.id):
            closed = await peers.policy(tx, normal_host(other.id)) is not Policy.OPEN
            if other.type == "Organization" and not closed:
                found.setdefault(other.id, _line(other))
    face = await decisions.face(tx, host)
    name = t("network.ours.name", face.locale or "fr", coop=face.name)
    return Pack(name, plain(ours[0].summary, pack.LONGEST_ABOUT), tuple(found.values())[: pack.MOST])


def _line(coop: Actor) -> Coop:
    name = (coop.name or coop.handle)[: pack.LONGEST_NAME]
    return Coop(coop.id, name, plain(coop.summary, pack.LONGEST_ABOUT))


routes = [Route(PATH, show)]
