"""What a member takes along of their conversations, and what becomes of them when they leave."""

from dataclasses import replace
from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.enquiries import actions, conversations, messages, reading
from fedicoop.enquiries.enquiry import State
from fedicoop.follows import blocks
from fedicoop.members.keeping import plain


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    """Their conversations, what they wrote in them themselves, and whom they blocked.

    What the others wrote is theirs, and is not in it.
    """
    found = await conversations.every_of_member(tx, who.id)
    typed = await messages.typed_by(tx, who.id)
    voice = reading.voice(who)
    return {
        "conversations": [
            plain(one, "id", "listing_id", "title", "public", "begun_at", "moved_at")
            | {"as": "asker" if one.asker_member_id == who.id else "owner"}
            for one in found
        ],
        "messages": [
            plain(one, "id", "conversation_id", "public", "text", "said_at", "updated_at") for one in typed
        ],
        "blocks": [plain(one, "blocked_id", "blocked_at") for one in await blocks.of(tx, voice)],
    }


async def forget(tx: Tx, who: Member) -> None:
    """What they said in their own name is deleted for everybody who ever got it; what they typed for the
    coop stays the coop's, without their name."""
    voice = reading.voice(who)
    for message in await messages.of_actor(tx, voice):
        if message.local and message.state is not State.GONE:
            await actions.retract(tx, message)
    await messages.disown(tx, who.id)
    for one in await conversations.every_of_member(tx, who.id):
        asked = one.asker_member_id == who.id
        is_asked = one.owner_member_id == who.id
        await conversations.put(
            tx,
            replace(
                one,
                asker_id="" if asked else one.asker_id,
                asker_member_id=None if asked else one.asker_member_id,
                owner_id="" if is_asked and one.owner_id == voice else one.owner_id,
                owner_member_id=None if is_asked else one.owner_member_id,
                title="" if is_asked else one.title,  # the words of who wrote the listing
                waits=one.waits and not asked,
            ),
        )
    await blocks.end_all_of(tx, voice)
