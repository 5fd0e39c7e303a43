"""Listings in the browser, and at the address where peers fetch them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Gone, NotFound
from fedicoop.listings import house, preview, store, terms
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.listings.store import Filter
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor, Iri, Tombstone
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import ACTIVITY, activity_response, takes_pages, wants_activity
from fedicoop.web.render import language_of, render

PAGE = 24
SIMILAR = 4
_SHOWN = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED, Status.EXPIRED)
"""What may be read at its own address; lists show only what is published."""


async def tag(request: Request) -> Response:
    """The listings that carry a hashtag: where the hashtags of our notes lead."""
    node: Node = request.app.state.node
    name = request.path_params["tag"].removeprefix("#").lower()[:100]
    wanted = Filter(tag=name)
    async with node.db.read() as tx:
        ours = await house.read(tx, node.settings.host)
        found = await store.latest(tx, wanted, limit=PAGE + 1, before=request.query_params.get("before"))
        total = await store.count(tx, wanted)
        speakers = await house.speakers(tx, found[:PAGE])
    return render(
        request,
        "listings/tag.html",
        site=ours.name,
        name=name,
        total=total,
        listings=found[:PAGE],
        next_page={"before": found[PAGE - 1].key} if len(found) > PAGE else None,
        speakers=speakers,
        words=terms,
    )


async def show(request: Request) -> Response:
    """`/l/{key}`: one listing, ours or a peer's, for people.

    Mastodon's search reads the page and follows its `Link` to the object (federation.md, 1.9); a
    program that takes no page at all is sent there (Lemmy wants the id to be the final address).
    """
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        scene = await _scene(tx, request.path_params["key"], node)
    if scene.listing.local and wants_activity(request) and not takes_pages(request):
        return RedirectResponse(scene.listing.id, 303, headers={"vary": "Accept"})
    return _draw(request, scene)


async def show_object(request: Request) -> Response:
    """`/listings/{key}`: a Proposal for peers at its id, the same page for people."""
    node: Node = request.app.state.node
    key = request.path_params["key"]
    if not wants_activity(request):
        async with node.db.read() as tx:
            scene = await _scene(tx, key, node)
        return _draw(request, scene)
    id = f"{node.settings.origin}/listings/{key}"
    async with node.db.read() as tx:
        gone = await store.is_gone(tx, id)
        listing = None if gone else await store.find(tx, id)
        author = await actors.find(tx, listing.actor_id) if listing else None
    if gone:
        grave = Tombstone(id=Iri(id), former_type=gone.former_type, deleted=gone.deleted_at)
        return activity_response(request, write(grave), status=410)
    if listing is None or author is None or not listing.local or not _public(listing):
        raise NotFound("page.no_listing", key)
    return activity_response(request, write(to_note(listing, author)))


def _public(listing: Listing) -> bool:
    return listing.visibility is Visibility.PUBLIC and listing.status in _SHOWN


async def _readable(tx: Tx, key: str, origin: str) -> Listing:
    """A listing that anybody may read.  A hidden one and one that never was are told alike."""
    listing = await store.find_by_key(tx, key)
    if listing is None and await store.is_gone(tx, f"{origin}/listings/{key}"):
        raise Gone("page.listing_gone", key)
    if listing is None or not _public(listing):
        raise NotFound("page.no_listing", key)
    return listing


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything that the page of one listing shows."""

    house: house.House
    listing: Listing
    similar: list[Listing]
    speakers: dict[str, Actor]


async def _scene(tx: Tx, key: str, node: Node) -> _Scene:
    listing = await _readable(tx, key, node.settings.origin)
    branch = listing.category.partition(".")[0] if listing.category else None
    near = await store.latest(tx, Filter(kind=listing.kind, branch=branch), limit=SIMILAR + 1)
    similar = [other for other in near if other.id != listing.id][:SIMILAR]
    speakers = await house.speakers(tx, [listing, *similar])
    return _Scene(await house.read(tx, node.settings.host), listing, similar, speakers)


def _draw(request: Request, scene: _Scene) -> Response:
    node: Node = request.app.state.node
    listing = scene.listing
    coop = scene.speakers.get(listing.id)
    return render(
        request,
        "listings/show.html",
        headers={"link": f'<{listing.id}>; rel="alternate"; type="{ACTIVITY}"'},
        here=f"/l/{listing.key}",
        site=scene.house.name,
        listing=listing,
        coop=coop,
        similar=scene.similar,
        speakers=scene.speakers,
        words=terms,
        preview=preview.of(listing, coop, node.settings.origin, language_of(request)),
    )


routes = [
    Route("/l/{key}", show),
    Route("/listings/{key}", show_object),
    Route("/tags/{tag}", tag),
]
