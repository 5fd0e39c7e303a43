"""What stewards do with follows.  One function is one transaction's worth of change."""

from dataclasses import replace

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.follows import store
from fedicoop.follows.back_fill import LetGo
from fedicoop.follows.federation import answer, to_follow
from fedicoop.follows.follow import Following, Status
from fedicoop.jobs import queue
from fedicoop.outbox import profile
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.types import Accept, Actor, Follow, Reject, Undo


async def follow(tx: Tx, who: Member, us: Actor, them: Actor) -> Following:
    """Ask another actor for its news.  Asking again while unanswered or refused sends a new Follow.

    Raises Conflict where we already hear it, or where it is ourselves.
    """
    _require(who, us)
    if us.id == them.id:
        raise Conflict("follow.ourselves", us.id)
    before = await store.between(tx, us.id, them.id)
    if before and before.status is Status.ACCEPTED:
        raise Conflict("follow.already", them.id, name=them.name or them.handle)
    wish = Follow(id=activity_id(tx, us.id), actor=us.id, object=them.id, to=(them.id,))
    if await actors.own(tx, them.id):  # a coop of the same house: there is nobody to write to
        status = Status.PENDING if them.manually_approves else Status.ACCEPTED
        await store.ask(tx, wish.id, us.id, them.id, status)
    else:
        await store.ask(tx, wish.id, us.id, them.id, Status.PENDING)
        await say(tx, wish, Audience(actors=(them.id,)))
    found = await store.find(tx, wish.id)
    assert found is not None
    return found


def _require(who: Member, us: Actor) -> None:
    """Stewards follow for their coop, everybody as their own actor."""
    if us.id == who.actor_id:
        access.require(who, Act.MEMBER_FOLLOW, OfCoop(who.coop_id, who.id))
    else:
        access.require(who, Act.COOP_FOLLOW, OfCoop(us.id))


async def unfollow(tx: Tx, who: Member, us: Actor, them: Actor) -> None:
    """Stop hearing another actor, and tell it.  Raises NotFound where we did not."""
    _require(who, us)
    following = await store.between(tx, us.id, them.id)
    if following is None:
        raise NotFound("follow.none", them.id, name=them.name or them.handle)
    await store.end(tx, following)
    if await actors.own(tx, them.id):
        return
    await queue.enqueue(tx, LetGo(them.id), lane="leaving", thread=them.id)
    undo = Undo(id=activity_id(tx, us.id), actor=us.id, object=to_follow(following), to=(them.id,))
    await say(tx, undo, Audience(actors=(them.id,)))


async def decide(tx: Tx, who: Member, us: Actor, them: Actor, *, accept: bool) -> None:
    """Let somebody hear us, or not: answers a waiting Follow, or sends an accepted follower away."""
    access.require(who, Act.COOP_ANSWER_FOLLOW, OfCoop(us.id))
    following = await store.between(tx, them.id, us.id)
    if following is None:
        raise NotFound("follow.not_asked", them.id, name=them.name or them.handle)
    if not await actors.own(tx, them.id):
        await answer(tx, Accept if accept else Reject, to_follow(following))
    if accept:
        await store.decide(tx, following, Status.ACCEPTED)
    else:
        await store.end(tx, following)


async def require_approval(tx: Tx, who: Member, us: Actor, approval: bool) -> None:
    """Choose whether followers wait for a steward's yes; the actor document says so to everybody."""
    access.require(who, Act.COOP_EDIT, OfCoop(us.id))
    await actors.put(tx, replace(us, manually_approves=approval), local=True)
    await profile.tell(tx, us.id)


async def choose_authors(tx: Tx, who: Member, us: Actor, mode: AuthorMode) -> None:
    """Who writes from now on: the coop, or its members with the coop's boost.  Listings keep their author."""
    access.require(who, Act.COOP_EDIT, OfCoop(us.id))
    await coops.set_author_mode(tx, us.id, mode)
