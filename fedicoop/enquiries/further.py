"""What applications let members do besides: write to somebody in private, and say a thing otherwise."""

from dataclasses import replace
from datetime import timedelta

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, messages, reading
from fedicoop.enquiries.actions import checked, say_in, send
from fedicoop.enquiries.belonging import blockers
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.errors import Conflict, NotFound
from fedicoop.follows import blocks
from fedicoop.members import store as members
from fedicoop.outbox.say import restate
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import Actor, Update
from fedicoop.web.clean import markdown


async def write_to(
    tx: Tx, who: Member, them: Actor, text: str, *, once: str, language: str | None = None
) -> Message:
    """Write to a coop or a person in private, about none of their listings.  The same form twice writes once.

    Raises Conflict where one is blocked, has no voice outside, or writes to oneself; Misused for the words.
    """
    voice = reading.voice(who)
    if before := await messages.find_sent(tx, voice, once):
        return before
    if them.id == voice:
        raise Conflict("enquiry.own", them.id)
    if not who.actor_id:
        raise Conflict("enquiry.no_voice", who.id)
    known = await conversations.between(tx, voice, them.id, "")
    conversation = known or await _new(tx, who, them, voice)
    if await blocks.any_blocks(tx, await blockers(tx, conversation), voice):
        raise Conflict("enquiry.blocked", them.id)
    return await say_in(tx, who, conversation, text, to="", actor_id=voice, once=once, language=language)


async def _new(tx: Tx, who: Member, them: Actor, voice: str) -> Conversation:
    ours = await actors.own(tx, them.id) is not None
    member = await members.speaking_as(tx, them.id) if ours and them.type != "Organization" else None
    id = tx.new_id().lower()
    return Conversation(
        id=id,
        public=False,
        owner_id=them.id,
        owner_member_id=member.id if member else None,
        asker_id=voice,
        asker_member_id=who.id,
        coop_id=member.coop_id if member else them.id if ours else "",
        context=f"{origin_of(voice)}/contexts/{id}",
        begun_at=tx.now,
        moved_at=tx.now,
    )


async def edit(tx: Tx, who: Member, key: str, text: str) -> Message:
    """Say otherwise what one typed oneself; whoever got it is told.

    Raises NotFound for what is not theirs, exactly as for what never was; Misused for the words.
    """
    before = await messages.find_by_key(tx, key)
    if before is None or not before.local or before.member_id != who.id or before.state is not State.SHOWN:
        raise NotFound("enquiry.no_message", key)
    words = checked(text)
    if words == before.text:
        return before
    last = before.updated_at or before.said_at
    now = max(tx.now, last + timedelta(seconds=1))  # peers take an edit only if it is newer, to the second
    message = replace(before, text=words, html=markdown(words), updated_at=now)
    await messages.put(tx, message)
    said = await send(tx, message, await conversations.get(tx, message.conversation_id), Update)
    if isinstance(said, Update):
        await restate(tx, said)
    return message
