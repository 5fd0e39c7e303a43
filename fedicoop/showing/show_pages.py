"""One listing: its page for people, and the document that peers fetch at its id."""

from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.access import Act, Member, may
from fedicoop.actors import coops as decisions
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import reading as enquiries
from fedicoop.enquiries.reading import Thread
from fedicoop.errors import NotFound
from fedicoop.finding import mapping, matching, similar
from fedicoop.finding.matching import Match
from fedicoop.listings import house, pins, seeing, store, taken, terms
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Listing
from fedicoop.listings.taken import Taking
from fedicoop.members import followable, whereabouts
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.reactions import reading as reacting
from fedicoop.reactions import store as reactions
from fedicoop.showing import calendar, preview
from fedicoop.showing.spots import Spot, spot
from fedicoop.vocabulary.types import Actor, Iri, Tombstone
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import ACTIVITY, activity_response, takes_pages, wants_activity
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import member_of


async def show(request: Request) -> Response:
    """`/l/{key}`: one listing, ours or a peer's, for people.

    Mastodon's search reads the page and follows its `Link` to the object (federation.md, 1.9); a
    program that takes no page at all is sent there (Lemmy wants the id to be the final address).
    """
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        scene = await _scene(tx, request.path_params["key"], node, member_of(request))
    program = wants_activity(request) and not takes_pages(request)
    if program and scene.listing.local and scene.public:
        return RedirectResponse(scene.listing.id, 303, headers={"vary": "Accept"})
    return _draw(request, scene)


async def show_object(request: Request) -> Response:
    """`/listings/{key}`: a Proposal for peers at its id, the same page for people."""
    node: Node = request.app.state.node
    key = request.path_params["key"]
    if not wants_activity(request):
        async with node.db.read() as tx:
            scene = await _scene(tx, key, node, member_of(request))
        return _draw(request, scene)
    id = f"{node.settings.origin}/listings/{key}"
    async with node.db.read() as tx:
        gone = await store.is_gone(tx, id)
        listing = await store.find(tx, id)
        author = await actors.find(tx, listing.actor_id) if listing else None
        found = await reactions.counts(tx, id)
    if gone:
        grave = Tombstone(id=Iri(id), former_type=gone.former_type, deleted=gone.deleted_at)
        return activity_response(request, write(grave), status=410)
    if listing is None or author is None or not listing.local or not seeing.is_public(listing):
        raise NotFound("page.no_listing", key)
    return activity_response(
        request, write(replace(to_note(listing, author), totals=(found.likes, found.shares)))
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything that the page of one listing shows."""

    house: house.House
    listing: Listing
    similar: list[Listing]
    matches: list[Match]  # what answers it: for those who look after it
    speakers: dict[str, Actor]
    author: Actor | None  # the member who signs it, where the coop lets members sign
    writer: str  # who wrote it, told inside their own coop alone
    follow_writer: str  # their handle, where they let this viewer follow them
    mine: bool
    threads: list[Thread]  # what was asked about it in public
    reactions: reacting.Shown
    takings: list[Taking]  # what agreements take of it
    spot: Spot | None
    has_rules: bool  # whether the coop whose it is wrote some, on its page
    today: date
    pinned: bool  # whether the coop shows it first

    @property
    def reserved(self) -> bool:
        """Whether it rests because somebody will have it."""
        return any(one.paused and not one.finished for one in self.takings)

    @property
    def public(self) -> bool:
        return seeing.is_public(self.listing)


async def _scene(tx: Tx, key: str, node: Node, who: Member | None) -> _Scene:
    listing = await seeing.get_seen(tx, key, who, node.settings.origin)
    near = await similar.of(tx, listing)
    place = mapping.public_place(listing)
    matches = await _matches(tx, listing, who)
    signed = listing.coop_id is not None and listing.actor_id != listing.coop_id
    author = await actors.find(tx, listing.actor_id) if signed else None
    inside = who is not None and who.coop_id == listing.coop_id
    writer = await members.present(tx, listing.member_id) if inside and listing.member_id else None
    mine = who is not None and who.id == listing.member_id
    lets = writer is not None and not mine and await followable.may_be_followed(tx, writer.id)
    return _Scene(
        house=await house.read(tx, node.settings.host),
        listing=listing,
        similar=near,
        matches=matches,
        speakers=await house.speakers(tx, [listing, *near, *(match.listing for match in matches)]),
        author=author,
        writer=writer.name if writer else "",
        follow_writer=writer.handle if writer and lets else "",
        mine=mine,
        threads=await enquiries.thread_of(tx, listing.id, who),
        reactions=await reacting.of(tx, listing, who),
        takings=await taken.of_listing(tx, listing.id, since=tx.today) if listing.local else [],
        has_rules=bool(listing.coop_id and (await decisions.get(tx, listing.coop_id)).rules),
        spot=spot(place, await whereabouts.of(tx, who.id) if who else None) if place else None,
        today=tx.today,
        pinned=await pins.is_pinned(tx, listing.id),
    )


async def _matches(tx: Tx, listing: Listing, who: Member | None) -> list[Match]:
    """The other side, for whoever wrote it and for those who care for its coop."""
    wanted = listing.local and listing.shown and may(who, Act.LISTING_UPDATE, listing)
    return await matching.matches_of(tx, listing, who) if wanted else []


def _draw(request: Request, scene: _Scene) -> Response:
    node: Node = request.app.state.node
    listing = scene.listing
    coop = scene.speakers.get(listing.id)
    link = {"link": f'<{listing.id}>; rel="alternate"; type="{ACTIVITY}"'} if scene.public else {}
    start, end = listing.available_from, listing.available_to
    return render(
        request,
        "listings/show.html",
        headers=link,
        here=f"/l/{listing.key}",
        listing=listing,
        public=scene.public,
        pinned=scene.pinned,
        coop=coop,
        author=scene.author,
        writer=scene.writer,
        follow_writer=scene.follow_writer,
        mine=scene.mine,
        threads=scene.threads,
        similar=scene.similar,
        matches=scene.matches,
        speakers=scene.speakers,
        words=terms,
        months=calendar.months(
            start.date() if start else None,  # days are kept as days of UTC
            end.date() if end else None,
            scene.today,
            taken.busy_days(listing, scene.takings),
        ),
        reserved=scene.reserved,
        reactions=scene.reactions,
        spot=scene.spot,
        has_rules=scene.has_rules,
        preview=preview.of(listing, coop, node.settings.origin, language_of(request)),
    )


routes = [
    Route("/l/{key}", show),
    Route("/listings/{key}", show_object),
]
