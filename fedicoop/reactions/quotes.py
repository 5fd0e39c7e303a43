"""Quotes of our listings (FEP-044f): who asks may, as long as anybody may read what is quoted.

The permission is a stamp on our host; without it Mastodon shows no quote, and taking it back ends it.
"""

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.reactions import store
from fedicoop.reactions.hearing import is_blocked
from fedicoop.reactions.reaction import Kind, Reaction
from fedicoop.vocabulary.hosts import origin_of, same_origin
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Accept, Delete, Iri, Proposal, Reject, Tombstone
from fedicoop.vocabulary.verbs import QuoteAuthorization, QuoteRequest


async def on_quote_request(tx: Tx, received: Received[QuoteRequest, Proposal]) -> None:
    """Answered in the same commit; asked again, the same stamp is given again.

    No is said to whom the coop blocked, of what is not for everybody, of a note that is not the
    sender's own, and to who asks for more quotes of one listing than anybody writes.
    """
    asked, sender = received.activity, received.sender
    listing = await listings.find(tx, received.object.id)
    if listing is None:
        return
    stamp = await _stamp(tx, received, listing)
    us = Iri(listing.actor_id)
    request = QuoteRequest(id=asked.id, actor=sender.id, object=Iri(listing.id), instrument=asked.instrument)
    answer = Accept if stamp else Reject
    reply = answer(id=activity_id(tx, us), actor=us, object=request, to=(sender.id,), published=tx.now)
    if stamp:
        reply = Accept(id=reply.id, actor=us, object=request, to=reply.to, published=tx.now, result=stamp)
        await outbox.reach_all(tx, [(listing.id, sender.inbox)])  # who shows it is told when it is gone
    await say(tx, reply, Audience(actors=(sender.id,)))


async def _stamp(tx: Tx, received: Received[QuoteRequest, Proposal], listing: Listing) -> Iri | None:
    asked, sender = received.activity, received.sender
    own = asked.instrument is not None and same_origin(asked.instrument, sender.id)
    if not own or not seeing.is_public(listing) or await is_blocked(tx, listing, sender.id):
        return None
    quote = Reaction(
        kind=Kind.QUOTE,
        actor_id=sender.id,
        listing_id=listing.id,
        mark=str(asked.instrument),
        id=asked.id,
        stamp=tx.new_id().lower(),
        at=tx.now,
    )
    await store.put(tx, quote)
    kept = await store.of_actor_on(tx, Kind.QUOTE, sender.id, listing.id)
    return next((stamp_id(one) for one in kept if one.mark == quote.mark and one.stamp), None)


def stamp_id(quote: Reaction) -> Iri:
    return Iri(f"{origin_of(quote.listing_id)}/stamps/{quote.stamp}")


async def authorization(tx: Tx, key: str) -> QuoteAuthorization:
    """The permission of that key, as long as it holds.  Raises NotFound."""
    quote = await store.stamped(tx, key)
    listing = await listings.find(tx, quote.listing_id) if quote else None
    if quote is None or listing is None or not seeing.is_public(listing):
        raise NotFound("page.not_found", key)
    return QuoteAuthorization(
        id=stamp_id(quote), by=Iri(listing.actor_id), quoting=Iri(quote.mark), quoted=Iri(listing.id)
    )


async def revoke(tx: Tx, who: Member, listing: Listing, stamp: str) -> None:
    """Whoever cares for a listing takes back that a note may quote it, for good.  Twice is as once.

    Raises Forbidden.
    """
    access.require(who, Act.LISTING_UPDATE, listing)
    quote = await store.stamped(tx, stamp)
    if quote is not None and quote.listing_id == listing.id:
        await store.refuse(tx, quote)
        await _tell(tx, quote, listing)


async def revoke_all(tx: Tx, listing: Listing) -> None:
    """It was taken down: no note shows it any longer."""
    for quote in await store.quotes(tx, listing.id, limit=10_000):
        await store.end(tx, quote)
        await _tell(tx, quote, listing)


async def _tell(tx: Tx, quote: Reaction, listing: Listing) -> None:
    """Whoever quoted is told that the permission is gone; its stamp answers as what never was."""
    us, them = Iri(listing.actor_id), Iri(quote.actor_id)
    gone = Tombstone(id=stamp_id(quote), former_type="QuoteAuthorization", deleted=tx.now)
    delete = Delete(id=activity_id(tx, us), actor=us, object=gone, to=(them,), published=tx.now)
    await say(tx, delete, Audience(actors=(them,)))


async def on_delete(tx: Tx, received: Received[Delete, Tombstone]) -> None:
    """A note that quoted a listing of ours is gone, by the word of who wrote it."""
    await store.end_quote(tx, received.object.id, received.sender.id)
