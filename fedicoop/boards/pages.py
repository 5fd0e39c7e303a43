"""A board's own page and its outbox; `/admin/tableaux`, where stewards open and close boards."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import addresses, boards, keyring
from fedicoop.actors import store as actors
from fedicoop.actors.boards import Board, Sort
from fedicoop.boards import actions, announcing, store
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.follows import store as follows
from fedicoop.listings import counting, house, seeing, terms
from fedicoop.listings import store as listings
from fedicoop.listings.categories import CATEGORIES
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor, Announce, Collection, Iri
from fedicoop.vocabulary.writing import write
from fedicoop.web import forms
from fedicoop.web.negotiation import activity_response
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

HERE = "/admin/tableaux"
SHOWN = 24
_DONE = ("ouvert", "ferme", "prolonge")


@dataclass(frozen=True, slots=True)
class Opened:
    """A board as stewards see it."""

    board: Board
    actor: Actor
    followers: int
    entries: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A category that might have a board, and how many listings of the coop are in it now."""

    key: str
    listings: int


async def scene(tx: Tx, board: Board, actor: Actor) -> dict[str, Any]:
    """The page of a board, `/@{handle}`: what stands on it, and how one follows it from elsewhere."""
    found = await _standing(tx, board)
    return {
        "here": f"/@{actor.handle}",
        "board": board,
        "actor": actor,
        "coop": await actors.get(tx, board.coop_id),
        "listings": found,
        "speakers": await house.speakers(tx, found),
        "followers": await follows.followers_count(tx, actor.id),
        "words": terms,
    }


async def _standing(tx: Tx, board: Board) -> list[Listing]:
    """What a board shows now: shown and for everybody, the latest first."""
    entries = await store.latest(tx, board.actor_id, limit=3 * SHOWN)
    known = await listings.several(tx, [entry.listing_id for entry in entries])
    found = [known[entry.listing_id] for entry in entries if entry.listing_id in known]
    return [one for one in found if one.shown and seeing.is_public(one)][:SHOWN]


async def announced(request: Request) -> Response:
    """A board's outbox: whole Announces and no pages, as Lemmy reads a group's (L group_outbox.rs)."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        id = addresses.actor_id(node.settings.origin, request.path_params["handle"])
        board, about = await actors.get(tx, id), await boards.find(tx, id)
        if about is None:
            raise NotFound("page.not_found", id)
        items = list[Announce]()
        for entry in await store.latest(tx, id, limit=actions.FILLED):
            listing = await listings.find(tx, entry.listing_id)
            if listing and seeing.is_public(listing):
                whole = await announcing.whole(tx, board, entry, listing)
                items.append(whole or announcing.by_id(board, entry))
    collection = Collection(id=Iri(f"{id}/announced"), total=len(items), items=tuple(items))
    return activity_response(request, write(collection))


def _steward(request: Request) -> Member:
    """Raises SignInFirst and Forbidden."""
    who = require_member(request)
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    return who


async def index(request: Request) -> Response:
    """Every board of the coop, and the categories that may have one."""
    return await _draw(request, forms.Form())


async def _draw(request: Request, form: forms.Form) -> Response:
    node: Node = request.app.state.node
    who = _steward(request)
    async with node.db.read() as tx:
        opened = [
            await _opened(tx, board) for sort in Sort for board in await boards.of_coop(tx, who.coop_id, sort)
        ]
        taken = {one.board.target for one in opened if one.board.kind is Sort.CATEGORY}
        counted = await counting.categories(tx, who.coop_id)
    free = [Choice(key, counted.get(key, 0)) for key in CATEGORIES if key not in taken]
    done = request.query_params.get("fait", "")
    return render(
        request,
        "boards/desk.html",
        422 if form.wrong else 200,
        headers={"cache-control": "private, no-store"},
        here=HERE,
        form=form,
        opened=opened,
        used=sorted((one for one in free if one.listings), key=lambda one: -one.listings),
        rest=[one for one in free if not one.listings],
        done=done if done in _DONE else "",
        searches_most=actions.MOST[Sort.SEARCH],
    )


async def _opened(tx: Tx, board: Board) -> Opened:
    return Opened(
        board,
        await actors.get(tx, board.actor_id),
        await follows.followers_count(tx, board.actor_id),
        await store.count(tx, board.actor_id),
    )


async def open(request: Request) -> Response:
    """A board for one category, with one click."""
    node: Node = request.app.state.node
    form, who = await forms.read(request), _steward(request)
    pair = await keyring.make()
    with form.checking(""):
        async with node.db.write() as tx:
            await actions.open_category(tx, who, form["category"], pair)
        return forms.see_other(request, f"{HERE}?fait=ouvert")
    return await _draw(request, form)


async def change(request: Request) -> Response:
    """Close a board, or keep a search on for another year.  Sent twice, the second finds it done."""
    node: Node = request.app.state.node
    form, who = await forms.read(request), _steward(request)
    keeps = form["do"] == "keep"
    async with node.db.write() as tx:
        board = await boards.find(tx, form["id"])
        if board is not None:
            await (actions.keep_on if keeps else actions.close)(tx, who, board)
    return forms.see_other(request, f"{HERE}?fait={'prolonge' if keeps else 'ferme'}")


routes = [
    Route("/actors/{handle}/announced", announced),
    Route(HERE, index),
    Route("/admin/boards", index),
    Route(HERE, open, methods=["POST"]),
    Route(f"{HERE}/changer", change, methods=["POST"]),
]
