"""Actor documents, and how they are found: WebFinger, host-meta, NodeInfo."""

import json
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop import __version__
from fedicoop.actors import addresses, store
from fedicoop.db import Tx
from fedicoop.errors import Gone, Malformed, NotFound, Problem
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Iri, Tombstone
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import activity_response, wants_activity

_OPEN = {"access-control-allow-origin": "*"}
_DAYS_3, _HALF_HOUR = 259_200, 1_800
_INTENT = "https://w3id.org/fep/3b86/"
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_PAGE = "http://webfinger.net/rel/profile-page"
_APPLICATION = "https://www.w3.org/ns/activitystreams#Application"
_SERVICE = "https://www.w3.org/ns/activitystreams#Service"


def document(request: Request, actor: Actor) -> Response:
    """An actor as peers read it; never signed for, so that whoever verifies us can always read us."""
    return activity_response(request, write(actor))


async def show(request: Request) -> Response:
    """One of our coops or members: the document for peers, its page for people."""
    node: Node = request.app.state.node
    id = addresses.actor_id(node.settings.origin, request.path_params["handle"])
    async with node.db.read() as tx:
        past = await store.freshness(tx, id)
        actor = None if past and past.gone_at else await store.get(tx, id)
    if actor is None:
        return _gone(request, id, past.gone_at if past else None, past.type if past else "Person")
    if wants_activity(request) or actor.url is None:
        return document(request, actor)
    link = f'<{actor.id}>; rel="alternate"; type="application/activity+json"'
    return RedirectResponse(actor.url, 303, {"vary": "Accept", "link": link})


def _gone(request: Request, id: Iri, at: datetime | None, former: str) -> Response:
    """Who left, or was closed: peers read that the actor is no more, and take what it signed last as good."""
    if not wants_activity(request):
        raise Gone("page.gone", id)
    grave = Tombstone(id=id, former_type=former, deleted=at)
    return activity_response(request, write(grave), status=410)


async def server(request: Request) -> Response:
    """The server itself, which signs our look-ups: the same document to everybody (FEP-d556)."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        return document(request, await store.get(tx, addresses.server_id(node.settings.origin)))


async def webfinger(request: Request) -> Response:
    """RFC 7033.  Takes `acct:`, an actor's id, its page, and the base address of the server."""
    node: Node = request.app.state.node
    resources = request.query_params.getlist("resource")
    if len(resources) != 1 or not 0 < len(resources[0]) <= 2048:
        raise Malformed("webfinger.resource", str(len(resources)))
    async with node.db.read() as tx:
        actor = await _finger(tx, node.settings.origin, resources[0])
    if actor is None:
        raise NotFound("webfinger.unknown", resources[0])
    return found(request, node.settings.origin, actor)


def found(request: Request, origin: str, actor: Actor) -> Response:
    """What WebFinger answers about an actor at an origin of this house."""
    body = json.dumps(_descriptor(origin, actor), ensure_ascii=False).encode()
    return _discovery(request, body, "application/jrd+json", _DAYS_3)


async def _finger(tx: Tx, origin: str, resource: str) -> Actor | None:
    """Whom a resource names: only names of our own host are ours to answer (security case 42)."""
    host = urlsplit(origin).netloc
    if "://" in resource:
        if resource.rstrip("/") == origin:
            return await store.own(tx, addresses.server_id(origin))
        handle = resource.removeprefix(f"{origin}/@")
        return await (store.own(tx, resource) if handle == resource else store.find_local(tx, handle))
    user, _, domain = resource.removeprefix("acct:").removeprefix("@").rpartition("@")
    try:
        if not user or normal_host(f"{urlsplit(origin).scheme}://{domain}") != normal_host(origin):
            return None
    except Problem:
        return None
    if user.lower() == host:
        return await store.own(tx, addresses.server_id(origin))
    return await store.find_local(tx, user)


def _intents(origin: str) -> list[dict[str, str]]:
    """Where our people follow or reply when they come from another site: FEP-3b86, and OStatus before it."""
    ways = {f"{_INTENT}Follow": "object", f"{_INTENT}Object": "object", _SUBSCRIBE: "uri"}
    return [{"rel": rel, "template": f"{origin}/ouvrir?uri={{{name}}}"} for rel, name in ways.items()]


def _descriptor(origin: str, actor: Actor) -> dict[str, object]:
    links: list[dict[str, str]] = [
        {"rel": "self", "type": "application/activity+json", "href": actor.id},
    ]
    if actor.url:
        links.append({"rel": _PAGE, "type": "text/html", "href": actor.url})
    if actor.type == "Application":
        links.append({"rel": _SERVICE, "type": "application/activity+json", "href": actor.id})
    else:
        links += _intents(origin)
    return {
        "subject": f"acct:{actor.handle}@{urlsplit(origin).netloc}",
        "aliases": [address for address in (actor.url, actor.id) if address],
        "links": links,
    }


async def host_meta(request: Request) -> Response:
    """Where WebFinger is: GoToSocial and older servers ask here first (RFC 6415)."""
    origin = request.app.state.node.settings.origin
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{origin}/.well-known/webfinger?resource={{uri}}"/>\n</XRD>\n'
    )
    return _discovery(request, body.encode(), "application/xrd+xml", _DAYS_3)


async def nodeinfo_links(request: Request) -> Response:
    """Both versions, since peers differ (protocol, section 3), and the server's actor (FEP-2677)."""
    origin = request.app.state.node.settings.origin
    links = [
        *(
            {"rel": f"http://nodeinfo.diaspora.software/ns/schema/{v}", "href": f"{origin}/nodeinfo/{v}"}
            for v in ("2.0", "2.1")
        ),
        {"rel": _APPLICATION, "href": addresses.server_id(origin)},
    ]
    return _discovery(request, json.dumps({"links": links}).encode(), "application/json", _DAYS_3)


async def nodeinfo(request: Request) -> Response:
    """What runs here and how large it is, in round numbers; no member is named (security case 132)."""
    node: Node = request.app.state.node
    version = request.path_params["version"]
    if version not in ("2.0", "2.1"):
        raise NotFound("page.not_found", version)
    async with node.db.read() as tx:
        coops = await store.coops(tx)
        people = await store.people(tx)
        said = await tx.count("SELECT count(*) FROM sent WHERE public AND type = 'Create' AND body <> ''")
    software = {"name": "fedicoop", "version": __version__}
    described: dict[str, object] = {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {"total": people}, "localPosts": said},
        "metadata": {
            "nodeName": coops[0].name if coops else node.settings.host,
            "nodeDescription": "",
            "staffAccounts": [coop.id for coop in coops],
            "fedicoop": {"coops": [coop.id for coop in coops]},
        },
    }
    kind = f'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"'
    return _discovery(request, json.dumps(described, ensure_ascii=False).encode(), kind, _HALF_HOUR)


def _discovery(request: Request, body: bytes, media_type: str, max_age: int) -> Response:
    answer = activity_response(request, body, max_age=max_age, media_type=media_type)
    answer.headers.update(_OPEN)
    return answer


routes = [
    Route("/actor", server),
    Route("/actors/{handle}", show),
    Route("/.well-known/webfinger", webfinger),
    Route("/.well-known/host-meta", host_meta),
    Route("/.well-known/nodeinfo", nodeinfo_links),
    Route("/nodeinfo/{version}", nodeinfo),
]
