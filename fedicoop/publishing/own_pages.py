"""`/moi/annonces`: what a member offers and needs, and what may be done with each, in one tap."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.listings import actions, drafts, house, own, store, terms
from fedicoop.listings.listing import STEPS, Kind, Listing, Mode, Outcome, Status, Step
from fedicoop.members.pages import own_path
from fedicoop.node import Node
from fedicoop.publishing import pin_pages, publishing
from fedicoop.web import forms
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

HERE = "/moi/annonces"
PAGE = 30

TABS: dict[str, tuple[Status, ...]] = {
    "active": (Status.PUBLISHED,),
    "drafts": (Status.DRAFT,),
    "paused": (Status.PAUSED,),
    "ended": (Status.EXPIRED, Status.CLOSED),
}
DONE = ("renewed", "paused", "resumed", "closed", "deleted", "forgotten", "changed")
"""What may just have been done: said at the top of the list, and nothing else is."""

_WORDS = {
    Mode.GIFT: Outcome.GIVEN,
    Mode.LOAN: Outcome.LENT,
    Mode.EXCHANGE: Outcome.EXCHANGED,
    Mode.SALE: Outcome.SOLD,
    Mode.SERVICE: Outcome.DONE,
    Mode.SKILL: Outcome.DONE,
}


def words_for(listing: Listing) -> tuple[Outcome, ...]:
    """With which words this listing can have ended."""
    return (Outcome.FOUND if listing.kind is Kind.NEED else _WORDS[listing.mode], Outcome.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    count: int
    chosen: bool


async def index(request: Request) -> Response:
    """A member's listings, tab by tab; who cares for the coop may look at all of its (`?whose=coop`)."""
    node: Node = request.app.state.node
    who, asked = require_member(request), request.query_params
    cares = access.may(who, Act.LISTING_UPDATE, OfCoop(who.coop_id))
    whole = cares and asked.get("whose") == "coop"
    member_id = None if whole else who.id
    sheet = _sheet(asked.get("sheet", ""))
    skip = (sheet - 1) * PAGE
    async with node.db.read() as tx:
        counts = await own.counts(tx, member_id, who.coop_id)
        begun = [] if whole else await drafts.of_member(tx, who.id)
        chosen = _chosen(asked.get("tab", ""), counts, len(begun))
        found = await own.in_status(tx, member_id, who.coop_id, TABS[chosen], limit=PAGE + 1, skip=skip)
        speakers = await house.speakers(tx, found)
    query = {"whose": "coop" if whole else "", "tab": chosen}
    return render(
        request,
        "publish/own.html",
        here=HERE,
        asked={name: value for name, value in query.items() if value},
        tabs=[
            Tab(name, sum(counts.get(one, 0) for one in of) + len(begun) * (name == "drafts"), name == chosen)
            for name, of in TABS.items()
        ],
        tab=chosen,
        whole=whole,
        cares=cares,
        drafts=begun if chosen == "drafts" and not skip else [],
        listings=found[:PAGE],
        speakers=speakers,
        next_page=query | {"sheet": sheet + 1} if len(found) > PAGE else None,
        before=query | {"sheet": sheet - 1} if skip else None,
        done=asked.get("done") if asked.get("done") in DONE else "",
        soon=node.db.clock() + own.SOON,
        words=terms,
    )


def _sheet(text: str) -> int:
    """Which page of the list; the first for anything that is none."""
    return min(max(int(text), 1), 1_000) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _chosen(asked: str, counts: dict[Status, int], begun: int) -> str:
    """The tab that was asked for; else the first that has something in it."""
    if asked in TABS:
        return asked
    full = (
        name
        for name, of in TABS.items()
        if any(counts.get(one) for one in of) or (name == "drafts" and begun)
    )
    return next(full, "active")


Action = Callable[[Tx, Member, str], Awaitable[Listing]]
_STEPS: dict[str, tuple[Step, Action, str]] = {
    "renew": (Step.RENEW, actions.renew, "renewed"),
    "pause": (Step.PAUSE, actions.pause, "paused"),
    "resume": (Step.PUBLISH, actions.publish, "resumed"),
}
_NAMES = {
    "renouveler": "renew",
    "reprendre": "resume",
    "pause": "pause",
    "renew": "renew",
    "resume": "resume",
}


async def step(request: Request) -> Response:
    """Renew, pause or resume, in one tap.  The same tap twice does it once: the form says of which state."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    taken, act, done = _STEPS[_NAMES[request.url.path.rpartition("/")[2]]]
    async with node.db.write() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        if form["as_of"] in ("", listing.mark):
            _require_step(listing, taken)
            await act(tx, who, listing.id)
    return _back(request, form, listing, done)


def _require_step(listing: Listing, step: Step) -> None:
    if (listing.status, step) not in STEPS:
        raise Conflict("publish.step", f"{listing.id} is {listing.status}")


def _back(request: Request, form: forms.Form, listing: Listing, done: str) -> Response:
    """To the list or the listing from which the tap came, where it is said what was done."""
    if form["next"].startswith(f"{HERE}?") and own_path(form["next"]) == form["next"]:
        return forms.see_other(request, f"{form['next']}&done={done}")
    return forms.see_other(request, f"/l/{listing.key}#changed")


async def ending(request: Request) -> Response:
    """`/l/{key}/terminer`: with which word it ended."""
    return await _ask(request, "publish/close.html", Step.CLOSE)


async def deletion(request: Request) -> Response:
    """`/l/{key}/supprimer`: whether it is to go for good."""
    return await _ask(request, "publish/delete.html", Step.REMOVE)


async def _ask(request: Request, template: str, step: Step) -> Response:
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        speakers = await house.speakers(tx, [listing])
    _require_step(listing, step)
    return render(
        request,
        template,
        here=request.url.path,
        listing=listing,
        coop=speakers.get(listing.id),
        outcomes=words_for(listing),
        words=terms,
        form=forms.Form(),
    )


async def end(request: Request) -> Response:
    """Close a listing with a word, or with none that we know."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    word = next((one for one in Outcome if one == form["outcome"]), None)
    async with node.db.write() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        if listing.status is not Status.CLOSED:
            _require_step(listing, Step.CLOSE)
            await actions.close(tx, who, listing.id, word)
    return forms.see_other(request, f"{HERE}?tab=ended&done=closed")


async def delete(request: Request) -> Response:
    """Take a listing away for good.  Sent twice, the second finds it gone."""
    node: Node = request.app.state.node
    who, _ = require_member(request), await forms.read(request)
    key = request.path_params["key"]
    async with node.db.write() as tx:
        if not await store.is_gone(tx, f"{node.settings.origin}/listings/{key}"):
            listing = await publishing.may_change(tx, who, key)
            await actions.delete(tx, who, listing.id)
    return forms.see_other(request, f"{HERE}?done=deleted")


async def forget_draft(request: Request) -> Response:
    """Let go of something that was begun; its photos go with it."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        draft = await drafts.find(tx, request.path_params["id"], who.id)
        if draft is None:
            raise NotFound("publish.no_draft", request.path_params["id"])
        if not draft.became:
            await publishing.forget(tx, draft)
    to = form["next"] if form["next"] == "/publier" else f"{HERE}?tab=drafts&done=forgotten"
    return forms.see_other(request, to)


routes = [
    Route(HERE, index),
    Route("/me/listings", index),
    *(Route(f"/l/{{key}}/{name}", step, methods=["POST"]) for name in _NAMES),
    *(
        route
        for name in ("terminer", "close")
        for route in (Route(f"/l/{{key}}/{name}", ending), Route(f"/l/{{key}}/{name}", end, methods=["POST"]))
    ),
    *(
        route
        for name in ("supprimer", "delete")
        for route in (
            Route(f"/l/{{key}}/{name}", deletion),
            Route(f"/l/{{key}}/{name}", delete, methods=["POST"]),
        )
    ),
    Route("/brouillons/{id}/oublier", forget_draft, methods=["POST"]),
    *pin_pages.routes,
]
