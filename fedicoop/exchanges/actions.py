"""What members do in exchanges.  One function is one transaction's worth of change."""

from dataclasses import replace

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Forbidden, NotFound
from fedicoop.exchanges import due, effects, photos, planning, store, telling, words
from fedicoop.exchanges.exchange import Exchange, Plan
from fedicoop.exchanges.steps import BOUND, OPEN, WAITING, Side, Status, Step
from fedicoop.exchanges.words import Sort
from fedicoop.listings import store as listings
from fedicoop.media.store import Kept

BOTH = (Side.PROPOSER, Side.RESPONDER)


async def get_seen(tx: Tx, who: Member | None, id: str) -> Exchange:
    """An exchange that this member may see.  Another's and one that never was are told alike (case 76)."""
    found = await store.find(tx, id)
    if found is None or not access.may(who, Act.EXCHANGE_SEE, found):
        raise NotFound("exchange.not_found", id)
    return found


def side_of(who: Member, exchange: Exchange) -> Side:
    side = exchange.side_of(who)
    if side is None:
        raise NotFound("exchange.not_found", exchange.id)
    return side


def voice_of(exchange: Exchange, side: Side, who: Member) -> str:
    """The actor in whose name somebody speaks on a side."""
    return who.coop_id if side is Side.STEWARD else exchange.party(side).actor_id


async def take_step(
    tx: Tx,
    who: Member,
    id: str,
    step: Step,
    *,
    seen: int,
    plan: Plan | None = None,
    text: str = "",
    contact: str | None = None,
    place: str = "",
) -> Exchange:
    """Take a step from what one saw (its `version`): consent is given to that, and to nothing newer.

    Whoever accepts may add how to be reached, and where to meet.  A button pressed twice takes its
    step once.  Raises NotFound to strangers, Conflict `exchange.moved_on` where the other was quicker,
    and what `Exchange.take` and the listing refuse.
    """
    before = await get_seen(tx, who, id)
    side = side_of(who, before)
    if before.version != seen:
        if await words.took(tx, id, seen + 1, step, side):
            return before
        raise Conflict("exchange.moved_on", f"{id} is at {before.version}, not {seen}")
    await _check_plan(tx, before, step, plan)
    after = before.take(step, side, tx.now, tx.today, plan)
    if contact and side in BOTH:
        after = after.with_contact(side, contact)
    if place and step is Step.ACCEPT:
        after = replace(after, plan=replace(after.plan, place=place))
    return await keep(tx, before, after, step, side, voice_of(before, side, who), text)


async def _check_plan(tx: Tx, before: Exchange, step: Step, plan: Plan | None) -> None:
    if plan is None:
        return
    if step is Step.ASK_LONGER:
        planning.check_longer(plan, before.plan)
        return
    listing = await listings.find(tx, before.listing_id)
    if listing is None:
        raise Conflict("exchange.listing_gone", before.listing_id)
    planning.check(plan, listing, tx.today)


async def keep(
    tx: Tx, before: Exchange, after: Exchange, step: Step, side: Side, voice: str, text: str = ""
) -> Exchange:
    """A step with everything that follows: the clock, the listing, the thread, the notices."""
    after = due.wound(after, tx.zone)
    await store.keep_step(tx, before, after)
    await effects.after_step(tx, before, after)
    await words.say(
        tx,
        after.id,
        Sort.STEP,
        side,
        voice,
        once=words.step_once(after.version),
        step=step,
        text=text,
        plan=after.wish or (after.plan if after.plan != before.plan or step is Step.ACCEPT else None),
    )
    await _tell(tx, before, after, step, side)
    if after.status is Status.DONE:
        await let_others_go(tx, after)
    return after


async def _tell(tx: Tx, before: Exchange, after: Exchange, step: Step, side: Side) -> None:
    """The other side hears of each move; of what the clock or a mediator does, both."""
    if step is Step.LAPSE and after.status is not Status.LAPSED:
        what = "wish_lapsed"
    elif step is Step.LAPSE and before.status not in WAITING:
        what = "abandoned"
    else:
        what = step.value
    await telling.tell_side(tx, after, [one for one in BOTH if one is not side], what, by=side)


async def let_others_go(tx: Tx, done: Exchange) -> None:
    """Who still waits for what another has got is not left waiting."""
    listing = await listings.find(tx, done.listing_id)
    if listing is None or listing.status != "closed":
        return
    for other in await store.of_listing(tx, done.listing_id, WAITING):
        await let_go(tx, other)


async def let_go(tx: Tx, waiting: Exchange) -> None:
    """The listing is gone: a request that waits for an answer ends here."""
    after = due.wound(waiting.take(Step.LAPSE, Side.CLOCK, tx.now, tx.today), tx.zone)
    await store.keep_step(tx, waiting, after)
    once = words.step_once(after.version)
    await words.say(tx, after.id, Sort.STEP, Side.CLOCK, "", once=once, step="gone")
    await telling.tell_side(tx, after, [Side.RESPONDER], "gone")


async def say(tx: Tx, who: Member, id: str, text: str, *, once: str) -> Exchange:
    """A message to the other side, and to the mediator where there is one."""
    exchange = await get_seen(tx, who, id)
    side = side_of(who, exchange)
    said = await words.say(
        tx, id, Sort.MESSAGE, side, voice_of(exchange, side, who), once=f"message {side} {once}", text=text
    )
    if said:
        others = [
            one for one in (*BOTH, *((Side.STEWARD,) if exchange.in_trouble else ())) if one is not side
        ]
        await telling.tell_side(tx, exchange, others, "message", key=f"{id} {said}", by=side)
    return exchange


async def give_contact(tx: Tx, who: Member, id: str, contact: str) -> Exchange:
    """How the other can reach this side, while there is something to arrange."""
    before = await get_seen(tx, who, id)
    side = side_of(who, before)
    if side not in BOTH or before.status not in OPEN:
        raise Conflict("exchange.step", f"a contact in {id}, which is {before.status}")
    await store.put_contact(tx, id, side, contact)
    return before.with_contact(side, contact)


async def thank(tx: Tx, who: Member, id: str, text: str) -> Exchange:
    """A word of thanks at the end, once from each side.  Raises Conflict before the end."""
    exchange = await get_seen(tx, who, id)
    side = side_of(who, exchange)
    if side not in BOTH:
        raise Forbidden("exchange.other_side", f"{who.id} thanks in {id}")
    if exchange.status is not Status.DONE:
        raise Conflict("exchange.step", f"thanks in {id}, which is {exchange.status}")
    voice = voice_of(exchange, side, who)
    if said := await words.say(tx, id, Sort.THANKS, side, voice, once=f"thanks {side}", text=text):
        await telling.tell_side(tx, exchange, [side.other], "thanks", key=f"{id} {said}", by=side)
    return exchange


async def keep_photo(tx: Tx, who: Member, id: str, picture: Kept) -> Exchange:
    """A photo of the thing's state, for the two: before it is handed over, and when it came back.

    Raises Conflict `exchange.step` while nothing is agreed, `exchange.photos` where there are enough.
    """
    exchange = await get_seen(tx, who, id)
    side = side_of(who, exchange)
    if side not in BOTH:
        raise Forbidden("exchange.other_side", f"{who.id} photographs in {id}")
    if not shows_state(exchange):
        raise Conflict("exchange.step", f"a photo in {id}, which is {exchange.status}")
    if len(await photos.of_exchange(tx, id)) >= photos.MOST:
        raise Conflict("exchange.photos", id, most=str(photos.MOST))
    voice = voice_of(exchange, side, who)
    await photos.put(tx, id, picture, actor_id=voice, side=side, during=exchange.status)
    return exchange


def shows_state(exchange: Exchange) -> bool:
    """Whether photos of the thing's state make sense: once agreed, and at the end."""
    return exchange.status in BOUND | {Status.DONE, Status.CLOSED}
