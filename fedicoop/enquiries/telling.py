"""Who is told of what is asked and answered.  The notice's words never hold the message's."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries.enquiry import Conversation, Message, Side
from fedicoop.members import store as members
from fedicoop.notices.tell import tell
from fedicoop.vocabulary.hosts import normal_host

DESK = "/admin/messages"


async def people(tx: Tx, conversation: Conversation, side: Side) -> list[str]:
    """The members on a side: the person, or the stewards where nobody else of the coop is asked.

    Nobody, where that side is elsewhere.
    """
    if side is Side.ASKER:
        return [conversation.asker_member_id] if conversation.asker_member_id else []
    if conversation.owner_member_id and await members.present(tx, conversation.owner_member_id):
        return [conversation.owner_member_id]
    if conversation.owner_id != conversation.coop_id:
        return []
    return [one.id for one in await members.stewards(tx, conversation.coop_id)]


async def tell_of(tx: Tx, conversation: Conversation, message: Message) -> None:
    """Let the other side know that there is something to read."""
    by = Side.OWNER if message.actor_id == conversation.owner_id else Side.ASKER
    sort = "public" if conversation.public else "private"
    kind = f"enquiry.{'answer' if by is Side.OWNER else 'question'}_{sort}"
    await tell(
        tx,
        [id for id in await people(tx, conversation, by.other) if id != message.member_id],
        kind if conversation.title else f"{kind}_plain",
        path=path_to(conversation, message),
        key=message.key,
        who=await name_of(tx, message.actor_id),
        title=conversation.title,
    )


def path_to(conversation: Conversation, message: Message) -> str:
    return f"/moi/messages/{conversation.id}#{message.anchor}"


async def tell_stewards(tx: Tx, conversation: Conversation, sender_id: str) -> None:
    """Somebody whom nobody here knows has written: once for each server, until it is decided."""
    host = normal_host(sender_id)
    carers = [one.id for one in await members.stewards(tx, conversation.coop_id)]
    await tell(tx, carers, "enquiry.stranger", path=DESK, key=f"{host} {tx.today}", host=host)


async def tell_of_report(tx: Tx, conversation: Conversation, who: str) -> None:
    assert conversation.reported_to
    carers = [one.id for one in await members.stewards(tx, conversation.reported_to)]
    await tell(
        tx,
        [id for id in carers if id != conversation.reported_by],
        "enquiry.reported",
        path=f"/moi/messages/{conversation.id}",
        key=f"reported {conversation.id}",
        who=who,
    )


async def name_of(tx: Tx, actor_id: str) -> str:
    """What somebody is called; "" for a member who left."""
    found = await actors.find(tx, actor_id) if actor_id else None
    return (found.name or found.handle)[:100] if found else ""
