"""What members do: ask, answer, take back.  One function is one transaction's worth of change."""

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, messages, reading
from fedicoop.enquiries.belonging import about, blockers
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.enquiries.federation import note_id, to_note
from fedicoop.enquiries.hearing import show, wipe
from fedicoop.errors import Conflict, Misused, NotFound
from fedicoop.follows import blocks
from fedicoop.listings import seeing
from fedicoop.listings.listing import Listing, Status
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import Create, Delete, Iri, Tombstone, Update
from fedicoop.web.clean import markdown

LONGEST = 4000  # characters of one message of ours


async def ask(
    tx: Tx, who: Member, listing: Listing, text: str, *, public: bool, once: str, language: str | None = None
) -> Message:
    """Ask something about a listing, of ours or of a peer's, as oneself.  The same form twice asks once.

    Raises NotFound where they may not see it (security case 77), Conflict where it is their own, where it is
    no longer shown, where nobody elsewhere could answer them, where they are blocked; Misused for the words.
    """
    voice = reading.voice(who)
    if before := await messages.find_sent(tx, voice, once):
        return before
    _require_open(who, listing)
    if not listing.local and not who.actor_id:
        raise Conflict("enquiry.no_voice", who.id)
    public = public and seeing.is_public(listing) and who.actor_id is not None
    known = None if public else await conversations.between(tx, listing.actor_id, voice, listing.id)
    conversation = known or about(tx, listing, voice, public=public, asker_member_id=who.id)
    if await blocks.any_blocks(tx, await blockers(tx, conversation), voice):
        raise Conflict("enquiry.blocked", listing.id)
    return await say_in(
        tx, who, conversation, text, to=listing.id, actor_id=voice, once=once, language=language
    )


def _require_open(who: Member, listing: Listing) -> None:
    if not access.may(who, Act.LISTING_SEE, listing):
        raise NotFound("page.no_listing", listing.key)
    if not access.may(who, Act.ENQUIRY_ASK, listing):
        raise Conflict("enquiry.own", listing.key)
    if listing.status not in (Status.PUBLISHED, Status.PAUSED):
        raise Conflict("enquiry.not_open", listing.key)


async def answer(
    tx: Tx,
    who: Member,
    conversation_id: str,
    text: str,
    *,
    once: str,
    to: str = "",
    language: str | None = None,
) -> Message:
    """Say something more in a conversation: as its listing's author, or as who asked.

    `to` is the key of the message that is answered, else the last one of the other side.  Raises NotFound
    for a conversation that is not theirs, Misused for the words, Conflict where the other has left.
    """
    conversation, speaker = await _place(tx, who, conversation_id)
    if before := await messages.find_sent(tx, speaker, once):
        return before
    across = conversation.across(speaker)
    if not across or not speaker:
        raise Conflict("enquiry.left", conversation_id)
    answered = await _answered(tx, conversation, speaker, to)
    if answered is None and speaker == conversation.owner_id:
        raise NotFound("enquiry.none", conversation_id)
    if await blocks.any_blocks(tx, await blockers(tx, conversation), speaker):
        raise Conflict("enquiry.blocked", conversation_id)
    where = answered.id if answered else conversation.listing_id
    return await say_in(
        tx,
        who,
        conversation,
        text,
        to=where,
        actor_id=speaker,
        once=once,
        language=language,
        answered=answered,
    )


async def _place(tx: Tx, who: Member, conversation_id: str) -> tuple[Conversation, str]:
    """A conversation that somebody is in, and the actor as which they speak there.  Raises NotFound."""
    found = (await conversations.several(tx, [conversation_id])).get(conversation_id)
    side = reading.side_of(found, who) if found else None
    if found is None or side is None:
        raise NotFound("enquiry.none", conversation_id)
    return found, found.actor_of(side)


async def _answered(tx: Tx, conversation: Conversation, speaker: str, key: str) -> Message | None:
    """The message that is answered: the one that was chosen, else the last that another said."""
    said = (await messages.of_conversations(tx, [conversation.id]))[conversation.id]
    others = [one for one in said if one.actor_id != speaker]
    chosen = [one for one in others if one.key == key]
    return next(iter(chosen), others[-1] if others else None)


async def say_in(
    tx: Tx,
    who: Member,
    conversation: Conversation,
    text: str,
    *,
    to: str,
    actor_id: str,
    once: str,
    language: str | None,
    answered: Message | None = None,
) -> Message:
    """Keep what somebody of ours says, and promise it to whom it is for."""
    words = checked(text)
    key = tx.new_id().lower()
    message = Message(
        id=note_id(origin_of(who.coop_id), key),
        key=key,
        conversation_id=conversation.id,
        actor_id=actor_id,
        member_id=who.id,
        local=True,
        public=conversation.public,
        reply_to=to,
        text=words,
        html=markdown(words),
        language=language or (await coops.get(tx, who.coop_id)).locale,
        thread=answered.thread if answered else None,
        mentions=(answered.actor_id if answered else conversation.across(actor_id),),
        state=State.SHOWN,
        once=once,
        said_at=tx.now,
        kept_at=tx.now,
    )
    await show(tx, conversation, message)
    await send(tx, message, conversation)
    return message


def checked(text: str) -> str:
    words = text.strip()
    if not words:
        raise Misused("enquiry.empty", field="text")
    if len(words) > LONGEST:
        raise Misused("enquiry.long", field="text", longest=str(LONGEST))
    return words


async def send(
    tx: Tx, message: Message, conversation: Conversation, kind: type[Create] | type[Update] = Create
) -> Create | Update | None:
    """Out to whom it is for; what two of this house say to each other in private never leaves it (None)."""
    far = [id for id in message.mentions if id and await actors.own(tx, id) is None]
    speaks = await actors.own(tx, message.actor_id)
    if speaks is None or (not far and not message.public):
        return None
    note = await to_note(tx, message, conversation)
    said = kind(
        id=activity_id(tx, speaks.id),
        actor=speaks.id,
        object=note,
        to=note.to,
        cc=note.cc,
        published=message.said_at if kind is Create else message.updated_at,
    )
    await say(tx, said, Audience(followers_of=(speaks.id,) if message.public else (), actors=tuple(far)))
    return said


async def delete(tx: Tx, who: Member, key: str) -> Message:
    """Take back what one said, or what was said in the name of one's coop: for everybody who got it.

    Raises NotFound for what they may not delete, exactly as for what never was.
    """
    message = await messages.find_by_key(tx, key)
    if message is None or not message.local or not _may_delete(who, message):
        raise NotFound("enquiry.no_message", key)
    if message.state is State.GONE:
        return message
    await retract(tx, message)
    return message


def _may_delete(who: Member, message: Message) -> bool:
    own = message.member_id == who.id
    return own or (
        message.actor_id == who.coop_id and access.may(who, Act.ENQUIRY_SORT, access.OfCoop(who.coop_id))
    )


async def retract(tx: Tx, message: Message) -> None:
    """No word of it stays here, and whoever got it is told (GDPR, art. 17 and 19)."""
    conversation = await conversations.get(tx, message.conversation_id)
    speaks = await actors.own(tx, message.actor_id)
    far = [id for id in message.mentions if id and await actors.own(tx, id) is None]
    was_sent = speaks is not None and (message.public or far)
    note = await to_note(tx, message, conversation) if was_sent else None
    await wipe(tx, message)
    if speaks is None or note is None:
        await outbox.erase(tx, message.id, but="")
        return
    gone = Delete(
        id=activity_id(tx, speaks.id),
        actor=speaks.id,
        object=Tombstone(id=Iri(message.id), deleted=tx.now),
        to=note.to,
        cc=note.cc,
    )
    await outbox.erase(tx, message.id, but=gone.id)
    await say(tx, gone, Audience(actors=tuple(far), everyone_reached=True))
