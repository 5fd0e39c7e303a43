"""What people of other networks send: notes as Mastodon writes them, about listings of ours."""

from typing import Any

from fedicoop.enquiries import conversations, messages
from fedicoop.enquiries.enquiry import Conversation, Message
from fedicoop.vocabulary.dates import moment_text
from tests.conftest import Instance
from tests.hostile import PUBLIC, Stranger


def note(
    house: Stranger,
    key: str,
    text: str,
    *,
    by: str = "bob",
    to: list[str] | None = None,
    cc: list[str] | None = None,
    mentions: list[str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A post of somebody there, as Mastodon shapes it; without `to`, for everybody."""
    to = [PUBLIC] if to is None else to
    named = mentions if mentions is not None else [one for one in (*to, *(cc or [])) if one != PUBLIC]
    return {
        "id": f"{house.origin}/users/{by}/statuses/{key}",
        "type": "Note",
        "summary": None,
        "published": moment_text(house.network.clock()),
        "url": f"{house.origin}/@{by}/{key}",
        "attributedTo": house.id(by),
        "to": to,
        "cc": cc or [],
        "sensitive": False,
        "conversation": f"tag:{house.host},2030-05-01:objectId=9:objectType=Conversation",
        "content": f"<p>{text}</p>",
        "attachment": [],
        "tag": [{"type": "Mention", "href": one, "name": "@nord@nord.test"} for one in named],
    } | fields


async def write(
    house: Stranger,
    instance: Instance,
    key: str,
    text: str,
    *,
    by: str = "bob",
    kind: str = "Create",
    **how: Any,
) -> dict[str, Any]:
    """Somebody there writes, and the instance does all that follows; what they wrote."""
    said = note(house, key, text, by=by, **how)
    answer = await house.send(house.says(kind, said, by=by, to=said["to"], cc=said["cc"]), instance, by=by)
    assert answer.status_code == 202
    return said


async def kept(instance: Instance) -> list[tuple[Conversation, Message]]:
    """Everything that was asked and answered there, in order."""
    async with instance.node.db.read() as tx:
        rows = await tx.all(Message, f"{messages._SELECT} ORDER BY key")
        of = await conversations.several(tx, [row.conversation_id for row in rows])
    return [(of[row.conversation_id], row) for row in rows]


async def words(instance: Instance) -> list[str]:
    """What is shown of it, without its marks."""
    return [
        message.html.replace("<p>", "").replace("</p>", "").strip()
        for _, message in await kept(instance)
        if message.state == "shown"
    ]


async def message(instance: Instance, id: str) -> Message | None:
    async with instance.node.db.read() as tx:
        return await messages.find(tx, id)
