"""Keeping order: what waits from strangers, what is hidden, who is blocked, who is called.

One function is one transaction's worth of change.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop, Role
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, messages, reading, strangers, telling
from fedicoop.enquiries.enquiry import Conversation, Message, Side, State
from fedicoop.enquiries.hearing import show
from fedicoop.enquiries.strangers import Quarantine
from fedicoop.errors import Conflict, NotFound
from fedicoop.follows import blocks
from fedicoop.follows import store as follows
from fedicoop.follows.federation import answer, to_follow
from fedicoop.outbox import store as outbox
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Reject

KEPT = timedelta(days=30)
"""How long what was thrown away can be brought back."""
LASTS = timedelta(days=365)
"""How long a conversation is kept after its last word."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """What somebody from an unknown server said first; its words are for whoever they are for."""

    message: Message
    conversation: Conversation
    speaker: Actor | None
    readable: bool  # the coop itself is asked, or it is public: a steward reads it before deciding

    @property
    def host(self) -> str:
        return normal_host(self.message.actor_id)


async def waiting(tx: Tx, who: Member, state: State = State.WAITING) -> dict[str, list[Stranger]]:
    """What waits for a steward (or was thrown away), by server, in the order in which it came."""
    access.require(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id))
    said = await messages.in_state(tx, who.coop_id, state)
    of = await conversations.several(tx, [one.conversation_id for one in said])
    speakers = await actors.several(tx, {one.actor_id for one in said})
    found: dict[str, list[Stranger]] = {}
    for one in said:
        conversation = of[one.conversation_id]
        readable = one.public or conversation.owner_id == who.coop_id
        stranger = Stranger(one, conversation, speakers.get(one.actor_id), readable)
        found.setdefault(stranger.host, []).append(stranger)
    return found


async def let_in(tx: Tx, who: Member, host: str) -> int:
    """Everything that waits from that server goes where it belongs, and the server is known from now on."""
    access.require(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id))
    await strangers.meet(tx, who.coop_id, host)
    return await _show_all(tx, who, host, State.WAITING)


async def bring_back(tx: Tx, who: Member, host: str) -> int:
    """What was thrown away by mistake."""
    access.require(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id))
    await strangers.meet(tx, who.coop_id, host)
    return await _show_all(tx, who, host, State.THROWN)


async def _show_all(tx: Tx, who: Member, host: str, state: State) -> int:
    said = (await waiting(tx, who, state)).get(host, [])
    for one in said:
        conversation = await conversations.get(tx, one.conversation.id)
        await show(tx, conversation, replace(one.message, settled_at=tx.now))
    return len(said)


async def throw_away(tx: Tx, who: Member, host: str) -> int:
    """What waits from that server is shown to nobody, and is kept for a month; it stays unknown."""
    said = (await waiting(tx, who)).get(host, [])
    for one in said:
        await messages.put(tx, replace(one.message, state=State.THROWN, settled_at=tx.now))
    return len(said)


async def choose(tx: Tx, who: Member, quarantine: Quarantine) -> None:
    """Which first messages wait; with none, what waits already goes on waiting for its decision."""
    access.require(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id))
    await strangers.choose(tx, who.coop_id, quarantine)


async def hide(tx: Tx, who: Member, key: str) -> None:
    """Take a public question from under the listing that one looks after; it is kept for a month."""
    message = await messages.find_by_key(tx, key)
    conversation = await conversations.get(tx, message.conversation_id) if message else None
    if message is None or conversation is None or reading.side_of(conversation, who) is not Side.OWNER:
        raise NotFound("enquiry.no_message", key)
    if not message.public or message.actor_id == conversation.owner_id or message.state is State.GONE:
        raise NotFound("enquiry.no_message", key)
    await messages.put(tx, replace(message, state=State.THROWN, settled_at=tx.now))
    last = (await messages.latest(tx, [conversation.id])).get(conversation.id)
    if last is None or last.actor_id == conversation.owner_id:
        await conversations.put(tx, replace(conversation, waits=False))


async def settle(tx: Tx, who: Member, conversation_id: str) -> None:
    """Nothing is left to answer.  Raises NotFound for a conversation that is not theirs."""
    found = (await conversations.several(tx, [conversation_id])).get(conversation_id)
    if found is None or reading.side_of(found, who) is not Side.OWNER:
        raise NotFound("enquiry.none", conversation_id)
    await conversations.put(tx, replace(found, waits=False))


async def report(tx: Tx, who: Member, conversation_id: str) -> None:
    """Call the stewards of one's own coop: they may read this conversation from now on, and nobody else."""
    found = (await conversations.several(tx, [conversation_id])).get(conversation_id)
    if found is None or reading.side_of(found, who) is None:
        raise NotFound("enquiry.none", conversation_id)
    if found.reported_to:
        return
    called = replace(found, reported_to=who.coop_id, reported_by=who.id, reported_at=tx.now)
    await conversations.put(tx, called)
    await telling.tell_of_report(tx, called, who.name)


async def close_report(tx: Tx, who: Member, conversation_id: str) -> None:
    """A steward who was called is done: nobody but the two reads it any more."""
    found = (await conversations.several(tx, [conversation_id])).get(conversation_id)
    if found is None or not found.reported_to:
        raise NotFound("enquiry.none", conversation_id)
    access.require(who, Act.ENQUIRY_SORT, OfCoop(found.reported_to))
    await conversations.put(tx, replace(found, reported_to=None, reported_by=None, reported_at=None))


def speaks_for(who: Member, conversation: Conversation) -> str:
    """The actor as which somebody blocks: a steward who answers for the coop blocks for the coop."""
    own = who.id in (conversation.owner_member_id, conversation.asker_member_id)
    cares = who.role is not Role.MEMBER and who.coop_id == conversation.owner_id
    return who.coop_id if cares and not own else reading.voice(who)


async def block(tx: Tx, who: Member, conversation_id: str, actor_id: str) -> None:
    """Hear nothing more of somebody who wrote here: no message, no edit, no follow (case 129)."""
    found = (await conversations.several(tx, [conversation_id])).get(conversation_id)
    if found is None or reading.side_of(found, who) is None:
        raise NotFound("enquiry.none", conversation_id)
    said = (await messages.of_conversations(tx, [found.id]))[found.id]
    if actor_id not in {one.actor_id for one in said} or actor_id in (who.coop_id, reading.voice(who)):
        raise Conflict("enquiry.not_blocked", actor_id)
    await shut_out(tx, speaks_for(who, found), actor_id)
    await conversations.put(tx, replace(found, waits=False))


async def shut_out(tx: Tx, blocker_id: str, blocked_id: str) -> None:
    """The block itself, and the end of their following."""
    await blocks.put(tx, blocker_id, blocked_id)
    following = await follows.between(tx, blocked_id, blocker_id)
    if following is not None:
        await follows.end(tx, following)
        if await actors.own(tx, blocker_id) and not await actors.own(tx, blocked_id):
            await answer(tx, Reject, to_follow(following))


async def unblock(tx: Tx, who: Member, blocked_id: str) -> None:
    """They may write again, to oneself and, where one cares for the coop, to the coop."""
    await blocks.end(tx, reading.voice(who), blocked_id)
    if access.may(who, Act.COOP_EDIT, OfCoop(who.coop_id)):
        await blocks.end(tx, who.coop_id, blocked_id)


async def counts(tx: Tx, who: Member) -> tuple[int, int, int, int]:
    """How many conversations wait for a member; for stewards: those of the coop, strangers, and reports."""
    mine = await conversations.waiting_for_member(tx, who.id)
    if not access.may(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id)):
        return mine, 0, 0, 0
    late = await conversations.waiting_for_coop(tx, who.coop_id, patience=tx.now - timedelta(days=2))
    reported = len(await conversations.reported(tx, who.coop_id))
    return mine, late, await messages.count_waiting(tx, who.coop_id), reported


async def forget_old(tx: Tx) -> None:
    """What was thrown away a month ago loses its words, and what nobody went on with is forgotten."""
    await messages.forget_old(tx, tx.now - KEPT, tx.now - 3 * KEPT)
    for one in await conversations.over(tx, tx.now - LASTS):
        for message in (await messages.of_conversations(tx, [one.id]))[one.id]:
            if message.local:
                await outbox.erase(tx, message.id, but="")
        await messages.remove_of(tx, one.id)
        await conversations.remove(tx, one.id)
