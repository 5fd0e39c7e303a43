"""The pages about coops: one of ours, one that we follow, all of them, and what this house is."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import boards
from fedicoop.actors import coops as decisions
from fedicoop.actors import pages as actor_pages
from fedicoop.actors import store as actors
from fedicoop.actors.boards import Board
from fedicoop.actors.coops import Coop
from fedicoop.boards import pages as board_pages
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.follows import store as follows
from fedicoop.listings import counting, house, pins, store, terms
from fedicoop.listings.listing import EVENT, Kind, Listing, Sort
from fedicoop.listings.store import Filter
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.places.geometry import blur
from fedicoop.showing.spots import Spot, spot
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor
from fedicoop.web.clean import markdown
from fedicoop.web.negotiation import ACTIVITY, wants_activity
from fedicoop.web.render import render
from fedicoop.web.viewer import member_of

SOME = 6
"""How many listings of each kind a coop's page shows before it says how many more there are."""
PAGE = 24


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of a coop's listings: some of them, and how many there are in all."""

    kind: Sort
    total: int
    listings: list[Listing]
    whole: bool = False  # the page is about this kind alone
    before: str | None = None
    further: bool = False

    @property
    def more(self) -> bool:
        return self.further and not self.whole

    @property
    def next_page(self) -> dict[str, str] | None:
        """The question for what follows, on a page about this kind alone."""
        if not (self.whole and self.further):
            return None
        return {"kind": self.kind, "before": self.listings[-1].key}


@dataclass(frozen=True, slots=True)
class Portrait:
    """A coop as its card shows it."""

    coop: Actor
    local: bool
    offers: int
    needs: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the categories on a coop's page: how much is in it, and whether it is chosen."""

    key: str
    total: int
    chosen: bool


async def show(request: Request) -> Response:
    """`/@{handle}` for ours, `/@{handle}@{host}` for a peer's; the actor document for programs."""
    node: Node = request.app.state.node
    handle, _, host = request.path_params["name"].partition("@")
    ours = host in ("", node.settings.host)
    async with node.db.read() as tx:
        coop = await (actors.find_local(tx, handle) if ours else actors.find_by_handle(tx, handle, host))
        if coop is None:
            raise NotFound("page.no_coop", request.path_params["name"])
        if ours and wants_activity(request):
            return actor_pages.document(request, coop)
        if board := ours and await boards.find(tx, coop.id):
            scene = await board_pages.scene(tx, board, coop)
            return render(request, "boards/show.html", headers=_link(coop), **scene)
        closed = not ours and await peers.policy(tx, normal_host(coop.id)) is Policy.CLOSED
        if closed or not await is_shown(tx, coop):
            raise NotFound("page.no_coop", coop.id)
        scene = await _scene(tx, request, coop, ours)
    return render(
        request,
        "coops/show.html",
        headers=_link(coop),
        coop=coop,
        local=ours,
        words=terms,
        **scene,
    )


def _link(actor: Actor) -> dict[str, str]:
    return {"link": f'<{actor.id}>; rel="alternate"; type="{ACTIVITY}"'}


async def is_shown(tx: Tx, actor: Actor) -> bool:
    """Whether an actor has a page here: coops and boards do, members where they sign for everybody."""
    if actor.type == "Organization" or await boards.find(tx, actor.id):
        return True
    return bool(await store.count(tx, Filter(author_id=actor.id)))


async def _scene(tx: Tx, request: Request, coop: Actor, ours: bool) -> dict[str, Any]:
    """What the page shows besides the coop itself."""
    member, asked = member_of(request), request.query_params
    theirs = Filter(actor_id=coop.id, seen_by=member.coop_id if member else None)
    counted = await counting.branches(tx, theirs)
    branch = asked.get("categorie") if asked.get("categorie") in counted else None
    wanted = replace(theirs, branch=branch)
    kinds: tuple[Sort, ...] = (*Kind, EVENT)
    if chosen := next((kind for kind in kinds if kind == asked.get("kind")), None):
        shelves = [await _whole(tx, wanted, chosen, asked.get("before") or None)]
    else:
        shelves = [await _some(tx, wanted, kind) for kind in kinds]
    pinned = await pins.of_coop(tx, coop.id) if ours and not (chosen or branch) else []
    decided = await decisions.get(tx, coop.id) if ours and coop.type == "Organization" else None
    signer = await members.find_by_handle(tx, coop.handle) if ours and coop.type == "Person" else None
    peer = None if ours else await peers.find(tx, normal_host(coop.id))
    heard = await follows.followed_by(tx, coop.id) if ours else []
    return {
        "shelves": shelves,
        "pinned": pinned,
        "boards": await _boards(tx, coop.id) if ours else [],
        "branches": [Branch(key, total, key == branch) for key, total in counted.items()],
        "branch": branch,
        "decided": decided,
        "home": await actors.find(tx, signer.coop_id) if signer else None,
        "rules": markdown(decided.rules) if decided else "",
        "joining": markdown(decided.joining_text) if decided else "",
        "spot": _spot(decided),
        "heard_at": peer.last_heard_at if peer else None,
        "partners": [actor for actor in heard if actor.type == "Organization"],
        "followers": await follows.followers_count(tx, coop.id) if ours else 0,
        "speakers": {
            one.id: coop for some in (pinned, *(shelf.listings for shelf in shelves)) for one in some
        },
        "address": coop.webfinger or f"{coop.handle}@{normal_host(coop.id)}",
    }


async def _boards(tx: Tx, coop_id: str) -> list[tuple[Board, Actor]]:
    """What of this coop can be followed apart, elsewhere."""
    found = [board for sort in boards.Sort for board in await boards.of_coop(tx, coop_id, sort)]
    return [(board, await actors.get(tx, board.actor_id)) for board in found]


def _spot(decided: Coop | None) -> Spot | None:
    if decided is None or decided.latitude is None or decided.longitude is None:
        return None
    return spot(blur(decided.latitude, decided.longitude))


async def _some(tx: Tx, theirs: Filter, kind: Sort) -> Shelf:
    wanted = replace(theirs, kind=kind)
    found = await store.latest(tx, wanted, limit=SOME + 1)
    return Shelf(kind, await store.count(tx, wanted), found[:SOME], further=len(found) > SOME)


async def _whole(tx: Tx, theirs: Filter, kind: Sort, before: str | None) -> Shelf:
    wanted = replace(theirs, kind=kind)
    found = await store.latest(tx, wanted, limit=PAGE + 1, before=before)
    total = await store.count(tx, wanted)
    return Shelf(kind, total, found[:PAGE], whole=True, before=before, further=len(found) > PAGE)


async def index(request: Request) -> Response:
    """The coops of this house, and those elsewhere whose listings are shown here."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        home = await house.read(tx, node.settings.host)
        ours = [await _portrait(tx, coop, True) for coop in home.coops]
        partners = [await _portrait(tx, coop, False) for coop in home.partners]
    return render(request, "coops/index.html", here="/coops", ours=ours, partners=partners)


async def _portrait(tx: Tx, coop: Actor, local: bool) -> Portrait:
    offers, needs = [await store.count(tx, Filter(kind=kind, actor_id=coop.id)) for kind in Kind]
    return Portrait(coop, local, offers, needs)


async def about(request: Request) -> Response:
    """What this house is, what becomes of what one writes here, and whose software it is."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        home = await house.read(tx, node.settings.host)
    source = node.settings.source_url
    return render(request, "pages/about.html", here="/about", house=home, source_url=source)


routes = [
    Route("/@{name}", show),
    Route("/coops", index),
    Route("/about", about),
    Route("/a-propos", about),
]
