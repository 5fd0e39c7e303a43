"""What a member takes along of what they follow, and its end when they leave."""

from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.members import followable
from fedicoop.watches import store, tellings


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    found = await store.of_member(tx, who.id)
    return {
        "follows": [
            {
                "kind": str(one.kind),
                "what": one.target,
                "channel": str(one.channel),
                "paused": one.paused,
                "since": one.created_at.isoformat(),
            }
            for one in found
        ],
        "followable": [{"may_be_followed": await followable.may_be_followed(tx, who.id)}],
    }


async def forget(tx: Tx, who: Member) -> None:
    """What they follow, what they were told of, and what others follow of them."""
    await followable.allow(tx, who.id, False)
    await tellings.forget_member(tx, who.id)
    await store.forget_member(tx, who.id)
