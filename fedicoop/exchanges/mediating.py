"""When something goes wrong: one of the two tells, the stewards of the coop help, it is settled."""

from dataclasses import replace

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.exchanges import due, effects, store, telling, words
from fedicoop.exchanges.actions import BOTH, get_seen, keep, side_of, voice_of
from fedicoop.exchanges.exchange import Exchange, Trouble
from fedicoop.exchanges.steps import BOUND, Side, Status, Step
from fedicoop.exchanges.words import Sort


async def report(tx: Tx, who: Member, id: str, trouble: Trouble, text: str, *, once: str) -> Exchange:
    """Call the stewards: from now on they see this exchange, and can write in it.

    What is broken rests until its owner shows it again, and who has it next is warned.
    """
    before = await get_seen(tx, who, id)
    side = side_of(who, before)
    if side not in BOTH:
        raise Conflict("exchange.step", f"{who.id} mediates {id}")
    voice = voice_of(before, side, who)
    if trouble is Trouble.NO_SHOW:
        before = await _miss(tx, before, side, voice)
    said = await words.say(
        tx, id, Sort.TROUBLE, side, voice, once=f"trouble {side} {once}", step=trouble, text=text
    )
    if said is None:
        return before
    after = due.wound(
        replace(
            before,
            trouble=trouble,
            trouble_by=side,
            trouble_at=before.trouble_at if before.in_trouble else tx.now,
            solved_at=None,
            version=before.version + 1,
        ),
        tx.zone,
    )
    await store.keep_step(tx, before, after)
    if trouble is Trouble.BROKEN and before.status in BOUND | {Status.DONE}:
        await effects.set_aside(tx, after)
        await warn_next(tx, after, "item_broken")
    if trouble is not Trouble.NO_SHOW:  # that they heard by the step itself
        await telling.tell_side(tx, after, [side.other], "trouble", key=f"{id} {said}", by=side)
    await telling.tell_side(tx, after, [Side.STEWARD], "trouble_steward", key=f"{id} {said}", by=side)
    return after


async def _miss(tx: Tx, before: Exchange, side: Side, voice: str) -> Exchange:
    """Nobody came: the appointment is over, and what was reserved is free again."""
    if before.status is Status.MISSED:
        return before
    if not before.may(Step.MISS, side, tx.today):
        raise Conflict("exchange.too_early", before.id)
    after = before.take(Step.MISS, side, tx.now, tx.today)
    return await keep(tx, before, after, Step.MISS, side, voice)


async def warn_next(tx: Tx, exchange: Exchange, what: str) -> None:
    """Who has the same thing next should know."""
    for other in await store.of_listing(
        tx, exchange.listing_id, frozenset({Status.AGREED, Status.REARRANGING})
    ):
        if other.id != exchange.id:
            await telling.tell_side(tx, other, [other.taker], what, key=f"{other.id} {exchange.id} {what}")


async def solve(tx: Tx, who: Member, id: str) -> Exchange:
    """It is settled: said by who reported it, or by a steward.  Saying it twice changes nothing."""
    before = await get_seen(tx, who, id)
    side = side_of(who, before)
    if not before.in_trouble:
        return before
    if side not in (before.trouble_by, Side.STEWARD):
        raise Conflict("exchange.step", f"{side} settles {id}")
    after = due.wound(replace(before, solved_at=tx.now, version=before.version + 1), tx.zone)
    await store.keep_step(tx, before, after)
    voice = voice_of(before, side, who)
    await words.say(tx, id, Sort.TROUBLE, side, voice, once=f"solved {after.version}", step="solved")
    others = [one for one in (*BOTH, Side.STEWARD) if one is not side]
    await telling.tell_side(tx, after, others, "solved", key=f"{id} solved {after.version}", by=side)
    return after


def may_solve(exchange: Exchange, side: Side) -> bool:
    """Whether this side may say that it is settled."""
    return exchange.in_trouble and side in (exchange.trouble_by, Side.STEWARD)
