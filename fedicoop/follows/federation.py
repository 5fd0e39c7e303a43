"""Follows on the wire: asked, answered, taken back."""

from datetime import timedelta

from fedicoop.actors import moves, portraits
from fedicoop.db import Tx
from fedicoop.follows import blocks, store
from fedicoop.follows.back_fill import BackFill, HandOver, LetGo
from fedicoop.follows.follow import Following, Status
from fedicoop.jobs import queue
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Accept, Actor, Block, Follow, Iri, Reject, Undo


async def on_follow(tx: Tx, received: Received[Follow, Actor]) -> None:
    """Somebody wants our news: note it, and answer in the same commit, unless a steward decides.

    Of a house that is limited, each first Follow waits for a steward.

    Mastodon waits for our Accept even from an unlocked actor (M app/services/follow_service.rb), and
    asks again under a new id when it lost the answer: every Follow is answered.
    """
    us, sender = received.object, received.sender
    if await blocks.any_blocks(tx, [us.id], sender.id):
        await answer(tx, Reject, received.activity)
        return
    before = await store.between(tx, sender.id, us.id)
    came_along = await _came_along(tx, sender, us)
    known = came_along or (before is not None and before.status is Status.ACCEPTED)
    waits = us.manually_approves or await peers.policy(tx, normal_host(sender.id)) is not Policy.OPEN
    status = Status.ACCEPTED if known or not waits else Status.PENDING
    await store.ask(tx, received.activity.id, sender.id, us.id, status)
    if status is Status.ACCEPTED:
        await answer(tx, Accept, received.activity)


async def _came_along(tx: Tx, sender: Actor, us: Actor) -> bool:
    """Whether they followed us under an older id of ours; that follow ends, and they get what there is."""
    came = False
    for old_id in await moves.own_forerunners(tx, us.id):
        there = await store.between(tx, sender.id, old_id)
        if there is not None:
            await store.end(tx, there)
            came = came or there.status is Status.ACCEPTED
    inbox = sender.shared_inbox or sender.inbox
    if came and await peers.take_turn(tx, f"hand over {us.id} to {inbox}", timedelta(hours=1)):
        await queue.enqueue(tx, HandOver(us.id, inbox), lane="hand over", thread=inbox)
    return came


async def answer(tx: Tx, kind: type[Accept] | type[Reject], follow: Follow) -> None:
    """Say yes or no to a Follow of one of ours, with the Follow embedded, as every peer reads it."""
    us = Iri(str(follow.object))
    reply = kind(id=activity_id(tx, us), actor=us, object=to_follow(follow), to=(follow.actor,))
    await say(tx, reply, Audience(actors=(follow.actor,)))


def to_follow(follow: Follow | Following) -> Follow:
    """The bare Follow, as it is embedded in an answer or in an Undo."""
    if isinstance(follow, Following):
        return Follow(id=Iri(follow.id), actor=Iri(follow.follower_id), object=Iri(follow.followed_id))
    object = follow.object if isinstance(follow.object, str) else follow.object.id
    return Follow(id=follow.id, actor=follow.actor, object=Iri(object))


async def on_accept(tx: Tx, received: Received[Accept, Follow]) -> None:
    """They let us follow them: from now on their listings arrive, and the earlier ones are read."""
    following = await store.find(tx, received.object.id)
    if following is None or following.status is not Status.PENDING:
        return  # accepted already, or refused since: a late yes revives nothing
    await store.decide(tx, following, Status.ACCEPTED)
    await portraits.want(tx, received.sender)
    task = BackFill(followed_id=following.followed_id)
    await queue.enqueue(tx, task, lane=f"read {normal_host(following.followed_id)}")
    await _leave_as_before(tx, following)


async def _leave_as_before(tx: Tx, following: Following) -> None:
    """We hear them under our new id: what an id that we had before asked of them is taken back."""
    for old_id in await moves.own_forerunners(tx, following.follower_id):
        if before := await store.between(tx, old_id, following.followed_id):
            await end_politely(tx, before)


async def end_politely(tx: Tx, following: Following) -> None:
    """End a follow of one of ours, and say so in the name of who asked."""
    await store.end(tx, following)
    us, them = Iri(following.follower_id), Iri(following.followed_id)
    undo = Undo(id=activity_id(tx, us), actor=us, object=to_follow(following), to=(them,))
    await say(tx, undo, Audience(actors=(them,)))


async def on_reject(tx: Tx, received: Received[Reject, Follow]) -> None:
    """They do not, or no longer, want us among their followers."""
    following = await store.find(tx, received.object.id)
    if following is not None:
        await store.decide(tx, following, Status.REJECTED)
        await queue.enqueue(tx, LetGo(following.followed_id), lane="leaving", thread=following.followed_id)


async def on_block(tx: Tx, received: Received[Block, Actor]) -> None:
    """They want nothing to do with one of ours: neither hears the other (M app/lib/…/activity/block.rb).

    It is shown to nobody, and what one of ours would write to them is refused from now on.
    """
    us, sender = received.object, received.sender
    await blocks.put(tx, sender.id, us.id)
    if theirs := await store.between(tx, sender.id, us.id):
        await store.end(tx, theirs)
    if ours := await store.between(tx, us.id, sender.id):
        await store.end(tx, ours)
        await queue.enqueue(tx, LetGo(sender.id), lane="leaving", thread=sender.id)


async def on_undo_block(tx: Tx, received: Received[Undo, Block]) -> None:
    """They no longer mind; follows do not come back by themselves."""
    await blocks.end(tx, received.sender.id, str(received.object.object))


async def on_undo(tx: Tx, received: Received[Undo, Follow]) -> None:
    """They stop hearing us: nothing more is said to them."""
    following = await store.between(tx, received.sender.id, str(received.object.object))
    if following is not None:
        await store.end(tx, following)
