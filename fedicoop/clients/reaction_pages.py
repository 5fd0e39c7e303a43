"""Like and share, as applications know them: `favourite` and `reblog`, each with its undoing."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from fedicoop.access import Member
from fedicoop.clients import accounts, paging, refs, status_pages, statuses, things
from fedicoop.clients.answering import Unfit, told
from fedicoop.clients.doors import Call, Door, at
from fedicoop.clients.paging import MOST, USUAL
from fedicoop.clients.refs import Ref, Sort
from fedicoop.clients.statuses import Json
from fedicoop.clients.things import Thing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.reactions import actions, overview

Deed = Callable[[Node, Member, str], Awaitable[Listing]]


async def favourite(call: Call) -> Response:
    return told(await _done(call, actions.like))


async def unfavourite(call: Call) -> Response:
    return told(await _done(call, actions.unlike))


async def reblog(call: Call) -> Response:
    """Share a listing with those who follow oneself: the answer is the share, with the listing in it."""
    shown = await _done(call, actions.boost)
    async with call.node.db.read() as tx:
        me = await accounts.own(tx, call.origin, call.member)
    public = {name: value for name, value in me.items() if name not in ("source", "role")}
    return told(statuses.relayed(shown, public))


async def unreblog(call: Call) -> Response:
    return told(await _done(call, actions.unboost))


async def _done(call: Call, deed: Deed) -> Json:
    """Raises NotFound for what is not there or not theirs to see; Unfit for what is no listing."""
    async with call.node.db.read() as tx:
        found = await things.get(tx, call.at("id"), call.who)
    if not isinstance(found, Listing):
        raise Unfit("client.only_listings")
    await deed(call.node, call.member, found.id)
    async with call.node.db.read() as tx:
        return await status_pages.one(tx, call, str(things.ref_of(found)))


async def favourites(call: Call) -> Response:
    """What one likes, the last liked first; what they may no longer see is left out."""
    limit = call.sent.number("limit", otherwise=USUAL, most=MOST)
    before = refs.read(call.sent["max_id"])
    us = actions.speaker(call.member)
    async with call.node.db.read() as tx:
        liked = await overview.liked_by(tx, us, before=before.at if before else None, limit=limit)
        found = await listings.several(tx, [one.listing_id for one in liked])
        some: list[Thing] = [
            found[one.listing_id]
            for one in liked
            if one.listing_id in found and things.may_see(call.who, found[one.listing_id])
        ]
        shown = await status_pages.drawn(tx, call, some)
    ends = [str(Ref(one.at, Sort.LISTING, "like")) for one in (*liked[:1], *liked[-1:])]
    return paging.page(call, shown, *(ends or ("", "")))


_DEEDS = {"favourite": favourite, "unfavourite": unfavourite}
_SHARES = {"reblog": reblog, "unreblog": unreblog}
routes = [
    *(
        at(f"/api/v1/statuses/{{id}}/{name}", POST=Door(do, "write:favourites"))
        for name, do in _DEEDS.items()
    ),
    *(at(f"/api/v1/statuses/{{id}}/{name}", POST=Door(do, "write:statuses")) for name, do in _SHARES.items()),
    at("/api/v1/favourites", GET=Door(favourites, "read:favourites")),
]
