"""Asking for what somebody offers, or answering what somebody needs."""

from dataclasses import replace

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.exchanges import due, planning, store, telling, words
from fedicoop.exchanges.exchange import Exchange, Party, Plan
from fedicoop.exchanges.steps import Side
from fedicoop.exchanges.words import Sort
from fedicoop.follows import blocks
from fedicoop.listings import store as listings
from fedicoop.listings import taken
from fedicoop.listings.listing import Listing, Status
from fedicoop.members import store as members


async def find_open(tx: Tx, who: Member, key: str) -> Listing:
    """The listing that somebody wants to answer.

    Raises NotFound where they may not see it, exactly as where there is none (security case 77);
    Conflict `exchange.own`, `exchange.elsewhere` or `exchange.not_open` where nobody can ask for it.
    """
    listing = await listings.find_by_key(tx, key)
    if listing is None or not access.may(who, Act.LISTING_SEE, listing):
        raise NotFound("page.no_listing", key)
    if not listing.local or listing.coop_id is None:
        raise Conflict("exchange.elsewhere", key)
    if not access.may(who, Act.EXCHANGE_ASK, listing) or not await _somebody_answers(tx, who, listing):
        raise Conflict("exchange.own", key)
    if listing.status is not Status.PUBLISHED:
        raise Conflict("exchange.not_open", key)
    return listing


async def _somebody_answers(tx: Tx, who: Member, listing: Listing) -> bool:
    """A coop's own listing is answered by its stewards; by another one, where a steward asks."""
    if listing.member_id:
        return True
    return any(id != who.id for id in await telling.stewards(tx, listing.coop_id or ""))


def asker(who: Member) -> Party:
    """Somebody who asks, as themselves."""
    return Party(actor_id=who.actor_id or f"{who.coop_id}#{who.id}", member_id=who.id)


async def proposer(tx: Tx, listing: Listing) -> Party:
    """Whose listing it is: who wrote it, or the coop itself."""
    assert listing.coop_id, "only what is ours is asked for here"
    if listing.member_id is None:
        return Party(actor_id=listing.coop_id)
    return asker(await members.get(tx, listing.member_id))


async def ask(
    tx: Tx, who: Member, key: str, plan: Plan, *, message: str = "", contact: str = "", once: str
) -> Exchange:
    """Ask, or offer to help.  The same form sent twice asks once (security case 136).

    Raises what `find_open` raises, Misused for a plan that does not fit, Conflict `exchange.taken` where
    another has it then, `exchange.asked_before` where one's own request still waits for an answer.
    """
    responder = replace(asker(who), contact=contact)
    if before := await store.find_asked(tx, responder.actor_id, once):
        return before
    listing = await find_open(tx, who, key)
    planning.check(plan, listing, tx.today)
    await _require_welcome(tx, listing, responder)
    exchange = due.wound(_asked(tx, listing, await proposer(tx, listing), responder, plan, once), tx.zone)
    await _require_free(tx, exchange, listing)
    await store.put(tx, exchange)
    await words.say(
        tx,
        exchange.id,
        Sort.STEP,
        Side.RESPONDER,
        responder.actor_id,
        once=words.step_once(0),
        step="ask",
        text=message,
        plan=plan,
    )
    await telling.tell_side(tx, exchange, [Side.PROPOSER], f"asked_{exchange.kind}", by=Side.RESPONDER)
    return exchange


async def _require_welcome(tx: Tx, listing: Listing, responder: Party) -> None:
    """Who is blocked asks for nothing (security case 129)."""
    asked = [(await proposer(tx, listing)).actor_id, listing.coop_id or ""]
    if await blocks.any_blocks(tx, asked, responder.actor_id):
        raise Conflict("enquiry.blocked", listing.key)


def _asked(tx: Tx, listing: Listing, proposer: Party, responder: Party, plan: Plan, once: str) -> Exchange:
    """A request as it begins."""
    return Exchange(
        id=tx.new_id().lower(),
        listing_id=listing.id,
        listing_key=listing.key,
        title=listing.title,
        kind=listing.kind,
        mode=listing.mode,
        coop_id=listing.coop_id or "",
        proposer=proposer,
        responder=responder,
        plan=plan,
        asked_at=tx.now,
        changed_at=tx.now,
        once=once,
    )


async def _require_free(tx: Tx, exchange: Exchange, listing: Listing) -> None:
    wanted = planning.taking(exchange.id, exchange.plan, listing)
    if taken.left(listing, await taken.of_listing(tx, listing.id), wanted) < wanted.quantity:
        raise Conflict("exchange.taken", listing.id, field="starts_on")
