"""Messages as a stream, for whoever goes through them from any place; and many at once.  Only looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.enquiries.enquiry import Message
from fedicoop.enquiries.messages import COLUMNS

_SELECT = f"SELECT {COLUMNS} FROM messages"
_MINE = "SELECT id FROM conversations WHERE owner_member_id = :member OR asker_member_id = :member"


async def public_around(
    tx: Tx,
    member_id: str,
    *,
    below: tuple[datetime, str] | None = None,
    above: tuple[datetime, str] | None = None,
    oldest_first: bool = False,
    limit: int,
) -> list[Message]:
    """What is said for everybody where a member asked or is asked, between two places (moment, key)."""
    where, values = f"public AND state = 'shown' AND conversation_id IN ({_MINE})", dict[str, object]()
    for name, place, sign in (("below", below, "<"), ("above", above, ">")):
        if place is not None:
            where += f" AND (kept_at, key) {sign} (:{name}_at, :{name}_key)"
            values |= {f"{name}_at": place[0], f"{name}_key": place[1]}
    way = "ASC" if oldest_first else "DESC"
    return await tx.all(
        Message,
        f"{_SELECT} WHERE {where} ORDER BY kept_at {way}, key {way} LIMIT :limit",
        member=member_id,
        limit=limit,
        **values,
    )


@dataclass(frozen=True, slots=True)
class _Number:
    listing_id: str
    number: int


async def counts_under(tx: Tx, listing_ids: Sequence[str]) -> dict[str, int]:
    """How much is said for everybody under each of these listings."""
    if not listing_ids:
        return {}
    places, names = among(sorted(set(listing_ids)))
    rows = await tx.all(
        _Number,
        f"""SELECT c.listing_id, count(*) AS number FROM messages m
            JOIN conversations c ON c.id = m.conversation_id
            WHERE c.public AND m.public AND m.state = 'shown' AND c.listing_id IN ({places})
            GROUP BY c.listing_id""",
        **names,
    )
    return {row.listing_id: row.number for row in rows}


async def called(tx: Tx, ids: Sequence[str]) -> dict[str, Message]:
    """Those of these messages that there are, by their ids."""
    if not ids:
        return {}
    places, names = among(sorted(set(ids)))
    return {row.id: row for row in await tx.all(Message, f"{_SELECT} WHERE id IN ({places})", **names)}


async def keyed(tx: Tx, keys: Sequence[str]) -> dict[str, Message]:
    """The same, by their keys."""
    if not keys:
        return {}
    places, names = among(sorted(set(keys)))
    return {row.key: row for row in await tx.all(Message, f"{_SELECT} WHERE key IN ({places})", **names)}
