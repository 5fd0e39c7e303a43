"""Messages at rest, and the graves of those that were deleted before they came.

The only file that names these tables.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.enquiries.enquiry import Message, State

_NAMES = tuple(field.name for field in fields(Message))
COLUMNS = ", ".join(_NAMES)
_SELECT = f"SELECT {COLUMNS} FROM messages"


async def get(tx: Tx, key: str) -> Message:
    """By its key.  Raises NotFound."""
    return await tx.one(Message, f"{_SELECT} WHERE key = :key", key=key)


async def find(tx: Tx, id: str) -> Message | None:
    return await tx.maybe(Message, f"{_SELECT} WHERE id = :id", id=id)


async def find_by_key(tx: Tx, key: str) -> Message | None:
    return await tx.maybe(Message, f"{_SELECT} WHERE key = :key", key=key)


async def find_sent(tx: Tx, actor_id: str, once: str) -> Message | None:
    """What was said with that form already."""
    sql = f"{_SELECT} WHERE actor_id = :actor AND once = :once"
    return await tx.maybe(Message, sql, actor=actor_id, once=once)


async def put(tx: Tx, message: Message) -> None:
    """Keep it; what is known by that id changes only in what an edit may change."""
    edits = ("html", "text", "warning", "language", "pictures", "state", "updated_at", "settled_at")
    changes = ", ".join(f"{name} = excluded.{name}" for name in edits)
    await tx.run(
        f"""INSERT INTO messages ({COLUMNS}) VALUES ({", ".join(":" + name for name in _NAMES)})
            ON CONFLICT (id) DO UPDATE SET {changes} WHERE messages.actor_id = excluded.actor_id""",
        **{name: getattr(message, name) for name in _NAMES},
    )


async def of_conversations(
    tx: Tx, ids: Sequence[str], *, states: Sequence[State] = (State.SHOWN,)
) -> dict[str, list[Message]]:
    """What was said in each, oldest first."""
    found: dict[str, list[Message]] = {id: [] for id in ids}
    if not ids:
        return found
    places, names = among(sorted(set(ids)))
    wanted, more = among(sorted(states), "state")
    sql = f"{_SELECT} WHERE conversation_id IN ({places}) AND state IN ({wanted}) ORDER BY key LIMIT 5000"
    for message in await tx.all(Message, sql, **names, **more):
        found[message.conversation_id].append(message)
    return found


async def latest(tx: Tx, ids: Sequence[str]) -> dict[str, Message]:
    """The last one of each that is shown, for a list."""
    if not ids:
        return {}
    places, names = among(sorted(set(ids)))
    sql = f"""{_SELECT} WHERE key IN (SELECT max(key) FROM messages
              WHERE state = 'shown' AND conversation_id IN ({places}) GROUP BY conversation_id)"""
    return {row.conversation_id: row for row in await tx.all(Message, sql, **names)}


async def under(tx: Tx, listing_id: str) -> list[Message]:
    """All that is said in public under a listing, newest first."""
    return await tx.all(
        Message,
        f"""{_SELECT} WHERE public AND state = 'shown' AND conversation_id IN
            (SELECT id FROM conversations WHERE public AND listing_id = :listing)
            ORDER BY key DESC LIMIT 5000""",
        listing=listing_id,
    )


async def since(tx: Tx, actor_id: str, then: datetime) -> int:
    """How many an actor sent since."""
    sql = "SELECT count(*) FROM messages WHERE actor_id = :id AND kept_at > :then"
    return await tx.count(sql, id=actor_id, then=then)


async def since_from_host(tx: Tx, host: str, then: datetime) -> int:
    return await tx.count(
        """SELECT count(*) FROM messages m JOIN actors a ON a.id = m.actor_id
           WHERE a.host = :host AND m.kept_at > :then""",
        host=host,
        then=then,
    )


async def of_actor(tx: Tx, actor_id: str) -> list[Message]:
    """Everything that an actor said here."""
    return await tx.all(Message, f"{_SELECT} WHERE actor_id = :id ORDER BY key", id=actor_id)


async def typed_by(tx: Tx, member_id: str) -> list[Message]:
    """Everything that a member typed, in their own name and in their coop's."""
    return await tx.all(Message, f"{_SELECT} WHERE member_id = :id ORDER BY key", id=member_id)


async def in_state(tx: Tx, coop_id: str, state: State, *, limit: int = 200) -> list[Message]:
    """What waits for a coop's stewards, or was thrown away by them: oldest first."""
    return await tx.all(
        Message,
        f"""{_SELECT} WHERE state = :state AND NOT local AND conversation_id IN
            (SELECT id FROM conversations WHERE coop_id = :coop)
            AND before_veil IS NULL ORDER BY key LIMIT :limit""",
        state=state,
        coop=coop_id,
        limit=limit,
    )


async def count_waiting(tx: Tx, coop_id: str) -> int:
    return await tx.count(
        """SELECT count(*) FROM messages WHERE state = 'waiting' AND conversation_id IN
           (SELECT id FROM conversations WHERE coop_id = :coop)""",
        coop=coop_id,
    )


async def wrote_to(tx: Tx, host: str) -> bool:
    """Whether somebody of this house has said something to somebody there."""
    return bool(
        await tx.count(
            """SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
               JOIN actors a ON a.id IN (c.owner_id, c.asker_id)
               WHERE m.local AND m.state = 'shown' AND a.host = :host""",
            host=host,
        )
    )


async def disown(tx: Tx, member_id: str) -> None:
    """What a member typed for their coop stays the coop's; nobody knows any more who typed it."""
    await tx.run("UPDATE messages SET member_id = NULL WHERE member_id = :id", id=member_id)


async def bury(tx: Tx, id: str, actor_id: str) -> None:
    """Its author deleted something that did not come yet: it never will (invariant 5)."""
    await tx.run(
        """INSERT INTO message_graves (id, actor_id, buried_at) VALUES (:id, :actor, :now)
           ON CONFLICT (id, actor_id) DO NOTHING""",
        id=id,
        actor=actor_id,
        now=tx.now,
    )


async def is_buried(tx: Tx, id: str, actor_id: str) -> bool:
    sql = "SELECT count(*) FROM message_graves WHERE id = :id AND actor_id = :actor"
    return bool(await tx.count(sql, id=id, actor=actor_id))


async def forget_old(tx: Tx, thrown: datetime, buried: datetime) -> None:
    """What was thrown away long ago loses its words, and old graves are levelled."""
    await tx.run(
        """UPDATE messages SET state = 'gone', html = '', text = '', warning = '', url = NULL
           WHERE state = 'thrown' AND settled_at < :then""",
        then=thrown,
    )
    await tx.run("DELETE FROM message_graves WHERE buried_at < :then", then=buried)


async def veil(tx: Tx, host: str) -> int:
    """What was said from a host, and is shown or waits, is for nobody any more."""
    return await tx.run(
        """UPDATE messages SET before_veil = state, state = 'thrown', settled_at = NULL
            WHERE state IN ('shown', 'waiting') AND NOT local
              AND actor_id IN (SELECT id FROM actors WHERE NOT local AND host = :host)""",
        host=host,
    )


async def unveil(tx: Tx, host: str) -> int:
    """It is shown again, or waits again, as it did."""
    return await tx.run(
        """UPDATE messages SET state = before_veil, before_veil = NULL
            WHERE before_veil IS NOT NULL AND state = 'thrown'
              AND actor_id IN (SELECT id FROM actors WHERE host = :host)""",
        host=host,
    )


async def remove_of(tx: Tx, conversation_id: str) -> None:
    await tx.run("DELETE FROM messages WHERE conversation_id = :id", id=conversation_id)
