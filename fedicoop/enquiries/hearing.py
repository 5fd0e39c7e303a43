"""What we do when somebody elsewhere asks, answers, edits or deletes."""

from dataclasses import replace
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.enquiries import conversations, federation, messages, naming, strangers, telling
from fedicoop.enquiries.belonging import belonging, blockers
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.errors import Forbidden
from fedicoop.follows import blocks
from fedicoop.listings import store as listings
from fedicoop.notices import store as notices
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Actor, Create, Delete, Note, Tombstone, Update
from fedicoop.web.clean import plain

HOUR = timedelta(hours=1)
MOST_OF_ONE, MOST_OF_A_HOST = 30, 300
"""Messages of one person and of one server in an hour: more than anybody asks."""


async def on_create(tx: Tx, received: Received[Create, Note]) -> None:
    """Somebody answers a listing or a message of ours, or writes to one of ours."""
    await _keep(tx, received.object, received.sender)


async def _keep(tx: Tx, note: Note, sender: Actor) -> None:
    known = await messages.find(tx, note.id) or await messages.is_buried(tx, note.id, sender.id)
    conversation = None if known else await belonging(tx, note, sender)
    if conversation is None:
        return
    if await blocks.any_blocks(tx, await blockers(tx, conversation), sender.id):
        return
    message = federation.from_note(note, conversation, tx.new_id().lower(), tx.now)
    if not plain(message.html) and not message.pictures:
        return  # a vote in a poll, or nothing at all
    await _require_patience(tx, sender)
    await naming.promise(tx, sender.id)
    host = normal_host(sender.id)
    if conversation.coop_id and await strangers.waits(tx, conversation.coop_id, host, public=message.public):
        await conversations.put(tx, conversation)
        await messages.put(tx, replace(message, state=State.WAITING))
        await telling.tell_stewards(tx, conversation, sender.id)
        return
    await show(tx, conversation, message)


async def _require_patience(tx: Tx, sender: Actor) -> None:
    then = tx.now - HOUR
    many = await messages.since(tx, sender.id, then) >= MOST_OF_ONE
    if many or await messages.since_from_host(tx, normal_host(sender.id), then) >= MOST_OF_A_HOST:
        raise Forbidden("enquiry.too_many", sender.id)


async def show(tx: Tx, conversation: Conversation, message: Message) -> None:
    """Put it where those who may read it find it, and tell who is asked."""
    waits = message.actor_id != conversation.owner_id and conversation.coop_id != ""
    await conversations.put(tx, replace(conversation, waits=waits, moved_at=tx.now))
    await messages.put(tx, replace(message, state=State.SHOWN))
    await telling.tell_of(tx, conversation, message)


async def on_update(tx: Tx, received: Received[Update, Note]) -> None:
    """Its author says it otherwise; an edit that overtook its Create becomes the message."""
    note, sender = received.object, received.sender
    known = await messages.find(tx, note.id)
    if known is None:
        await _keep(tx, note, sender)
        return
    if known.local or known.actor_id != sender.id or known.state is State.GONE:
        return
    if note.updated is None or note.updated <= (known.updated_at or known.said_at):
        return  # older state never replaces newer (invariant 5)
    conversation = await conversations.get(tx, known.conversation_id)
    if await blocks.any_blocks(tx, await blockers(tx, conversation), sender.id):
        return  # security case 128
    now = federation.from_note(note, conversation, known.key, tx.now)
    if known.public and not federation.is_public(note):
        await wipe(tx, known)  # it is no longer for everybody: nobody reads it here
        return
    await messages.put(tx, federation.edited(known, note, now))


async def on_delete(tx: Tx, received: Received[Delete, Tombstone]) -> None:
    """Its author deleted it: no word of it stays, and if it comes late it is not taken."""
    id, sender = received.object.id, received.sender
    known = await messages.find(tx, id)
    if known is None:
        if await listings.find(tx, id) is None:
            await messages.bury(tx, id, sender.id)
        return
    if known.local or known.actor_id != sender.id:
        return
    conversation = await conversations.get(tx, known.conversation_id)
    if not await blocks.any_blocks(tx, await blockers(tx, conversation), sender.id):
        await wipe(tx, known)


async def wipe(tx: Tx, message: Message) -> None:
    """No word of it is left, nor a notice that leads to it; its place in the thread stays."""
    gone = replace(message, html="", text="", warning="", url=None, pictures=0)
    await messages.put(tx, replace(gone, state=State.GONE, settled_at=tx.now, updated_at=None))
    conversation = await conversations.get(tx, message.conversation_id)
    await notices.withdraw(tx, telling.path_to(conversation, message))
    last = (await messages.latest(tx, [conversation.id])).get(conversation.id)
    if conversation.waits and (last is None or last.actor_id == conversation.owner_id):
        await conversations.put(tx, replace(conversation, waits=False))


async def forget_actor(tx: Tx, actor_id: str) -> None:
    """An actor elsewhere is gone, with everything that it said here."""
    for message in await messages.of_actor(tx, actor_id):
        if not message.local and message.state is not State.GONE:
            await wipe(tx, message)
    await blocks.end_all_of(tx, actor_id)


async def on_delete_actor(tx: Tx, received: Received[Delete, Actor]) -> None:
    await forget_actor(tx, received.sender.id)
