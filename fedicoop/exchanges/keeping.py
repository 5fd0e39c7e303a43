"""What the clock does with exchanges, as house keeping: remind, let lapse, close, forget."""

from dataclasses import replace
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.errors import Conflict, Forbidden
from fedicoop.exchanges import actions, due, mediating, photos, store, telling, words
from fedicoop.exchanges.due import Forgetting, Reminder
from fedicoop.exchanges.exchange import Exchange, Party
from fedicoop.exchanges.steps import Side, Step
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Status as ListingStatus
from fedicoop.log import log
from fedicoop.node import Node

AT_ONCE = 100
"""Exchanges at one look."""

LATER = timedelta(hours=1)


async def keep_time(node: Node) -> int:
    """Do what is due, each in a commit of its own; how many were.  Doing it again does nothing more.

    One that cannot be done holds up no other: it is looked at again in an hour.
    """
    async with node.db.read() as tx:
        found = await store.due(tx, limit=AT_ONCE)
    for one in found:
        try:
            async with node.db.write() as tx:
                await _strike(tx, one.id)
        except (Conflict, Forbidden) as problem:
            log.warning("exchange.clock_stopped", exchange=one.id, key=problem.key, detail=problem.detail)
            async with node.db.write() as tx:
                await store.put_off(tx, one.id, LATER)
    return len(found)


async def let_go_of_closed(tx: Tx) -> None:
    """A listing that its owner closed or took away answers nobody any more."""
    for waiting in await store.unanswered(tx):
        listing = await listings.find(tx, waiting.listing_id)
        if listing is None or listing.status in (ListingStatus.CLOSED, ListingStatus.REMOVED):
            await actions.let_go(tx, waiting)


async def _strike(tx: Tx, id: str) -> None:
    """The next event of this exchange; what lies after it comes with the next look."""
    exchange = await store.find(tx, id)
    if exchange is None or exchange.due_at is None or exchange.due_at > tx.now:
        return  # somebody moved meanwhile
    coming = due.due(exchange, tx.zone)
    if coming is None or coming[0] > tx.now:
        await store.keep_step(tx, exchange, due.wound(exchange, tx.zone))
    elif isinstance(coming[1], Step):
        after = exchange.take(coming[1], Side.CLOCK, tx.now, tx.today)
        await actions.keep(tx, exchange, after, coming[1], Side.CLOCK, "")
    elif isinstance(coming[1], Reminder):
        await _remind(tx, exchange, coming[1])
    else:
        await _forget(tx, exchange, coming[1])


async def _remind(tx: Tx, exchange: Exchange, reminder: Reminder) -> None:
    """After a long sleep only the latest of what was missed is said, not all of it at once."""
    missed = [event for at, event in due.events(exchange, tx.zone)[exchange.reminded :] if at <= tx.now]
    passed = [event for event in missed if isinstance(event, Reminder)]
    after = due.wound(replace(exchange, reminded=exchange.reminded + len(passed)), tx.zone)
    await store.keep_step(tx, exchange, after)
    if len(passed) < len(missed):
        return  # a step follows at once; it is told instead
    last = passed[-1] if passed else reminder
    await telling.tell_side(tx, after, _reminded(exchange, last), last.value)
    if last is Reminder.OVERDUE:
        await mediating.warn_next(tx, exchange, "may_be_late")


def _reminded(exchange: Exchange, reminder: Reminder) -> list[Side]:
    if reminder is Reminder.ANSWER_SOON:
        return [exchange.turn]
    if reminder in (Reminder.DUE_TOMORROW, Reminder.DUE_TODAY):
        return [exchange.taker]
    if reminder is Reminder.CONFIRM_RETURN:
        return [exchange.giver]
    return [Side.PROPOSER, Side.RESPONDER]


async def _forget(tx: Tx, exchange: Exchange, _: Forgetting) -> None:
    """A year after the end only the bare fact is left, for the sentence about who can be relied upon."""
    await words.forget(tx, exchange.id)
    await photos.forget(tx, exchange.id)
    bare = replace(
        exchange,
        plan=replace(exchange.plan, place=""),
        wish=None,
        proposer=_silent(exchange.proposer),
        responder=_silent(exchange.responder),
        reminded=exchange.reminded + 1,
        version=exchange.version + 1,
    )
    await store.keep_step(tx, exchange, due.wound(bare, tx.zone))


def _silent(party: Party) -> Party:
    return replace(party, contact="")
