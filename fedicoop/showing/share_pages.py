"""A listing on paper: its QR code, and a poster with strips to tear off.  Pages; one prints them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.listings import house, seeing, terms
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web.qr import qr, qr_file
from fedicoop.web.render import render
from fedicoop.web.viewer import member_of

STRIPS = 8


async def code(request: Request) -> Response:
    """`/l/{key}/qr`: the code alone, large, to be held before a telephone or put on the thing itself."""
    return await _paper(request, "listings/qr.html")


async def poster(request: Request) -> Response:
    """`/l/{key}/affiche`: one sheet of A4, black on white, with strips to tear off."""
    return await _paper(request, "listings/poster.html")


async def code_file(request: Request) -> Response:
    """`/l/{key}/qr.svg`: the code as a file, for stickers and newsletters."""
    listing, _, _ = await _found(request)
    return Response(
        qr_file(_address(request, listing)),
        headers={
            "content-disposition": f'attachment; filename="{listing.key}.svg"',
            "cache-control": "private, no-store",
        },
        media_type="image/svg+xml",
    )


async def _found(request: Request) -> tuple[Listing, Actor | None, str]:
    """The listing, whose it is, and the name of the house.  Raises what `seeing` raises."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        key = request.path_params["key"]
        listing = await seeing.get_seen(tx, key, member_of(request), node.settings.origin)
        coop = (await house.speakers(tx, [listing])).get(listing.id)
        return listing, coop, (await house.read(tx, node.settings.host)).name


async def _paper(request: Request, template: str) -> Response:
    listing, coop, site = await _found(request)
    address = _address(request, listing)
    return render(
        request,
        template,
        site=site,
        listing=listing,
        coop=coop,
        address=address,
        short=address.partition("://")[2],
        code=qr(address),
        strips=STRIPS,
        words=terms,
    )


def _address(request: Request, listing: Listing) -> str:
    """The address on paper: the page here, for ours and for a peer's, because it is short and stays."""
    node: Node = request.app.state.node
    return f"{node.settings.origin}/l/{listing.key}"


routes = [
    Route("/l/{key}/qr", code),
    Route("/l/{key}/qr.svg", code_file),
    Route("/l/{key}/affiche", poster),
    Route("/l/{key}/poster", poster),
]
