"""What an exchange does to its listing: its days are taken, it rests while it is reserved, it is concluded.

Nobody's click on the listing: done in the coop's own name, in the commit of the step that causes it.
"""

from fedicoop.access import Member, operator
from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.exchanges import planning
from fedicoop.exchanges.exchange import Exchange
from fedicoop.exchanges.steps import BOUND, WAITING, Status
from fedicoop.listings import actions as listings
from fedicoop.listings import listing as listing_values
from fedicoop.listings import store, taken
from fedicoop.listings.listing import Kind, Listing, Mode, Outcome

_OPEN = (listing_values.Status.PUBLISHED, listing_values.Status.PAUSED)
_OVER = (listing_values.Status.CLOSED, listing_values.Status.REMOVED)


async def bind(tx: Tx, exchange: Exchange) -> None:
    """Take what is agreed.  Raises Conflict `exchange.taken` where another has it already."""
    listing = await store.find(tx, exchange.listing_id)
    if listing is None:  # taken away after it was agreed: the two still have their agreement
        return
    if not await taken.take(tx, listing, planning.taking(exchange.id, exchange.plan, listing)):
        raise Conflict("exchange.taken", exchange.id)
    if await _used_up(tx, listing) and listing.status is listing_values.Status.PUBLISHED:
        await listings.pause(tx, _house(listing), listing.id)
        await taken.rest(tx, exchange.id)


async def require_there(tx: Tx, exchange: Exchange) -> None:
    """Nobody agrees on what is gone.  Raises Conflict `exchange.listing_gone`."""
    listing = await store.find(tx, exchange.listing_id)
    if listing is None or listing.status in _OVER:
        raise Conflict("exchange.listing_gone", exchange.listing_id)


async def unbind(tx: Tx, exchange: Exchange) -> None:
    """It did not come to pass: what it took is free, and a listing that rested for it is shown again."""
    taking = await taken.find(tx, exchange.id)
    await taken.free(tx, exchange.id)
    listing = await store.find(tx, exchange.listing_id)
    if taking and taking.paused and listing and listing.status is listing_values.Status.PAUSED:
        await listings.publish(tx, _house(listing), listing.id)


async def conclude(tx: Tx, exchange: Exchange) -> None:
    """It took place.  What lasts is free again; of the rest the last piece closes the listing."""
    listing = await store.find(tx, exchange.listing_id)
    if listing is None or taken.lasts(listing):
        await taken.free(tx, exchange.id)
        return
    await taken.finish(tx, exchange.id)
    everything = all(one.finished for one in await taken.of_listing(tx, listing.id))
    if everything and await _used_up(tx, listing) and listing.status in _OPEN:
        await listings.close(tx, _house(listing), listing.id, _outcome(listing))


def _outcome(listing: Listing) -> Outcome:
    """With which word an exchange closes its listing."""
    if listing.kind is Kind.NEED:
        return Outcome.FOUND
    words = {Mode.GIFT: Outcome.GIVEN, Mode.SALE: Outcome.SOLD, Mode.EXCHANGE: Outcome.EXCHANGED}
    return words.get(listing.mode, Outcome.DONE)


async def set_aside(tx: Tx, exchange: Exchange) -> None:
    """It is broken: nobody else should ask for it until its owner shows it again."""
    listing = await store.find(tx, exchange.listing_id)
    if listing and taken.lasts(listing) and listing.status is listing_values.Status.PUBLISHED:
        await listings.pause(tx, _house(listing), listing.id)


async def _used_up(tx: Tx, listing: Listing) -> bool:
    if taken.lasts(listing):
        return False
    return not taken.left(listing, await taken.of_listing(tx, listing.id), taken.Taking("", listing.id))


def _house(listing: Listing) -> Member:
    assert listing.coop_id, "only a listing of ours is agreed upon here"
    return operator(listing.coop_id)


async def after_step(tx: Tx, before: Exchange, after: Exchange) -> None:
    """Whatever this step means for the listing."""
    if after.status is Status.AGREED and before.status in WAITING:
        await require_there(tx, after)
        await bind(tx, after)
    elif after.status in BOUND and before.plan != after.plan:
        await bind(tx, after)
    elif after.status is Status.DONE or (after.status is Status.HANDED_OVER and await _is_met(tx, after)):
        await conclude(tx, after)
    elif after.status in _FELL_THROUGH and before.status in BOUND:
        await unbind(tx, after)


_FELL_THROUGH = (Status.CANCELLED, Status.MISSED, Status.LAPSED, Status.CLOSED)


async def _is_met(tx: Tx, exchange: Exchange) -> bool:
    """A need for a loan is met by the hand-over; an offer to lend lasts."""
    listing = await store.find(tx, exchange.listing_id)
    return listing is not None and not taken.lasts(listing)
