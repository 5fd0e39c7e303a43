"""What a member takes along of their notices, and their end when they leave."""

from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.notices import readers, store

MOST = 10_000


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    reader = await readers.get(tx, who.id)
    found = await store.of_member(tx, who.id, limit=MOST)
    paces = await readers.paces(tx, who.id)
    return {
        "notices": [
            {
                "at": one.created_at.isoformat(),
                "text": one.words(reader.language),
                "seen_at": one.seen_at.isoformat() if one.seen_at else None,
            }
            for one in found
        ],
        "notice_choices": [{"family": str(family), "by_mail": str(pace)} for family, pace in paces.items()],
    }


async def forget(tx: Tx, who: Member) -> None:
    await store.forget_member(tx, who.id)
    await readers.forget_member(tx, who.id)
