"""Who is followed has moved: those who hear it ask at its new address, then leave the old one."""

from fedicoop.actors import moves
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import store
from fedicoop.follows import store_between as between
from fedicoop.follows.back_fill import LetGo
from fedicoop.follows.federation import end_politely
from fedicoop.follows.follow import Status
from fedicoop.jobs import queue
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.types import Actor, Follow, Iri


async def follow_along(tx: Tx, old_id: str, new: Actor) -> int:
    """Ask the actor at its new id for everybody of ours who heard, or asked, the old one; how many."""
    asked = 0
    for following in await between.asked_of(tx, old_id):
        us = await actors.own(tx, following.follower_id)
        if us is None or await store.between(tx, us.id, new.id):
            continue
        wish = Follow(id=activity_id(tx, us.id), actor=us.id, object=new.id, to=(new.id,))
        await store.ask(tx, wish.id, us.id, new.id, Status.PENDING)
        await say(tx, wish, Audience(actors=(new.id,)))
        asked += 1
    return asked


async def leave_behind(tx: Tx, new_id: str) -> None:
    """Who is heard at the new id is heard no more at the old ones; what came from there follows.

    Called once the listings of the new id were read: those which replace older ones have done so.
    """
    for old_id in await moves.forerunners(tx, new_id):
        for following in await between.asked_of(tx, old_id):
            at_new = await store.between(tx, following.follower_id, new_id)
            if at_new is not None and at_new.status is Status.ACCEPTED:
                await end_politely(tx, following)
        await queue.enqueue(tx, LetGo(old_id), lane="leaving", thread=old_id)


async def ask_anew(tx: Tx, old: str, new: str) -> int:
    """Our house is elsewhere: what our actors asked of others under their old ids they ask again; how many.

    The old follows stay until the new ones are accepted, so that nothing is missed in between.
    """
    asked = 0
    for following in await between.asked_from(tx, f"{old}/"):
        us = await actors.own(tx, new + following.follower_id.removeprefix(old))
        if us is None or await store.between(tx, us.id, following.followed_id):
            continue
        them = Iri(following.followed_id)
        wish = Follow(id=activity_id(tx, us.id), actor=us.id, object=them, to=(them,))
        await store.ask(tx, wish.id, us.id, them, Status.PENDING)
        await say(tx, wish, Audience(actors=(them,)))
        asked += 1
    return asked
