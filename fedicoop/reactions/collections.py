"""`likes` and `shares` of a public listing, for programs: how many, not who; and stamps for quotes.

Who likes what is theirs to tell: like followers, they are counted and not listed.  What is kept to
some has no collection (404, as what never was).
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.node import Node
from fedicoop.reactions import quotes, store
from fedicoop.vocabulary.writing import write
from fedicoop.web import collections
from fedicoop.web.negotiation import activity_response


async def counted(request: Request) -> Response:
    """The total, of those who like it or of those who share it."""
    node: Node = request.app.state.node
    key, name = request.path_params["key"], request.url.path.rpartition("/")[2]
    async with node.db.read() as tx:
        listing = await listings.find(tx, f"{node.settings.origin}/listings/{key}")
        if listing is None or not seeing.is_public(listing):
            raise NotFound("page.not_found", key)
        found = await store.counts(tx, listing.id)
    total = found.likes if name == "likes" else found.shares
    return collections.index(request, f"{listing.id}/{name}", total, listed=False)


async def stamp(request: Request) -> Response:
    """`/stamps/{key}`: our permission to quote, that other servers ask for."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await quotes.authorization(tx, request.path_params["key"])
    return activity_response(request, write(found))


routes = [
    Route("/stamps/{key}", stamp),
    Route("/listings/{key}/likes", counted),
    Route("/listings/{key}/shares", counted),
]
