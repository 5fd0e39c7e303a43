"""`/l/{key}/reaction`: the buttons under a listing, that like and share it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.errors import Misused
from fedicoop.listings import seeing
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.reactions import actions, quotes
from fedicoop.web import forms
from fedicoop.web.viewer import require_member

Do = Callable[[Node, Member, str], Awaitable[Listing]]


async def _share_for_coop(node: Node, who: Member, id: str) -> Listing:
    return await actions.boost(node, who, id, for_coop=True)


async def _unshare_for_coop(node: Node, who: Member, id: str) -> Listing:
    return await actions.unboost(node, who, id, for_coop=True)


DEEDS: dict[str, Do] = {
    "like": actions.like,
    "unlike": actions.unlike,
    "share": actions.boost,
    "unshare": actions.unboost,
    "share-coop": _share_for_coop,
    "unshare-coop": _unshare_for_coop,
}


async def react(request: Request) -> Response:
    """One of the deeds, then the listing again, where it says what is so now."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.read() as tx:
        key = request.path_params["key"]
        listing = await seeing.get_seen(tx, key, who, node.settings.origin)
    if form["do"] not in DEEDS:
        raise Misused("form.missing", form["do"][:50])
    await DEEDS[form["do"]](node, who, listing.id)
    return forms.see_other(request, f"/l/{listing.key}#reactions")


async def refuse_quote(request: Request) -> Response:
    """Whoever cares for the listing wants that note not to quote it."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        listing = await seeing.get_seen(tx, request.path_params["key"], who, node.settings.origin)
        await quotes.revoke(tx, who, listing, form["stamp"][:64])
    return forms.see_other(request, f"/l/{listing.key}#reactions")


routes = [
    Route("/l/{key}/reaction", react, methods=["POST"]),
    Route("/l/{key}/citation", refuse_quote, methods=["POST"]),
]
