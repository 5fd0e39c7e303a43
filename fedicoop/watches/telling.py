"""Telling members of a listing that came or changed: those whom it answers, those who wait for it."""

from fedicoop.access import Act, Member, may, operator
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.finding import matching
from fedicoop.finding.matching import Match
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import store
from fedicoop.listings.listing import Kind, Listing
from fedicoop.listings.news import Listed
from fedicoop.members import whereabouts
from fedicoop.node import Node
from fedicoop.notices.tell import tell
from fedicoop.watches import news, owners, passing_on, tellings

MOST = 20
"""How many listings are compared with a new one; their owners hear of it."""
MOST_OWN = 3
"""Of how many its own owner hears at once: they see them all on its page."""


async def tell_of(node: Node, job: Job, task: Listed) -> None:
    """Keep the promise `Listed`: each member is told once of each listing, with why.

    What takes time is read first, so that nobody waits to write meanwhile.
    """
    async with node.db.read() as tx:
        listing = await store.find(tx, task.listing_id)
        shown = listing is not None and listing.shown
        found = await _matches(tx, listing) if listing and shown else []
        waiting = await news.waiting_for(tx, listing) if listing and shown else []
    async with node.db.write() as tx:
        now = await store.find(tx, task.listing_id)
        if listing and now and now.shown and now.updated_at == listing.updated_at:
            await _tell_matches(tx, now, found)
            for one in waiting:
                await news.tell_of(tx, one, now)
            await passing_on.pass_on(tx, now)
        await queue.done(tx, job)


async def _matches(tx: Tx, listing: Listing) -> list[Match]:
    """Whatever goes with it in the eyes of any coop here; each member is asked about before they are told."""
    found = dict[str, Match]()
    for coop in await actors.coops(tx):
        for match in await matching.matches_of(tx, listing, operator(coop.id), most=MOST):
            found[match.listing.id] = match
    return sorted(found.values(), key=lambda match: -match.score)[:MOST]


async def _tell_matches(tx: Tx, listing: Listing, found: list[Match]) -> None:
    own = await owners.of(tx, listing)
    for rank, match in enumerate(found):
        other = match.listing
        for member in await owners.of(tx, other):
            await _tell_match(tx, member, other, listing, match)
        for member in own if rank < MOST_OWN else ():
            await _tell_match(tx, member, listing, other, match)


async def _tell_match(tx: Tx, member: Member, mine: Listing, other: Listing, match: Match) -> None:
    """`other` answers what is mine: once for each pair, and once for each listing.

    Nobody is told of what lies farther than they go.
    """
    radius = (await whereabouts.of(tx, member.id)).radius_km
    if radius is not None and match.apart_km is not None and match.apart_km > radius:
        return
    if not may(member, Act.LISTING_SEE, other) or not await tellings.take(tx, member.id, other.id):
        return
    kind = "offer_for_your_need" if other.kind is Kind.OFFER else "need_for_your_offer"
    await tell(
        tx,
        [member.id],
        f"match.{kind}",
        path=f"/l/{other.key}",
        key=f"{mine.id} {other.id}",
        title=other.title,
        mine=mine.title,
        reasons=match.kept_why,
    )
