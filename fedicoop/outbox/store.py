"""Our activities at rest, and which inboxes ever got which object."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among


@dataclass(frozen=True, slots=True)
class Sent:
    id: str
    actor_id: str
    type: str
    object_id: str
    public: bool
    body: str
    created_at: datetime


_SHOWN = "public AND type IN ('Create', 'Announce') AND body <> ''"
_COLUMNS = "id, actor_id, type, object_id, public, body, created_at"


async def get(tx: Tx, id: str) -> Sent:
    """An activity of ours.  Raises NotFound."""
    return await tx.one(Sent, f"SELECT {_COLUMNS} FROM sent WHERE id = :id", id=id)


async def find(tx: Tx, id: str) -> Sent | None:
    return await tx.maybe(Sent, f"SELECT {_COLUMNS} FROM sent WHERE id = :id", id=id)


async def several(tx: Tx, ids: Collection[str]) -> dict[str, Sent]:
    """Those of these activities that there are, by their ids."""
    places, names = among(sorted(ids))
    rows = await tx.all(Sent, f"SELECT {_COLUMNS} FROM sent WHERE id IN ({places})", **names)
    return {row.id: row for row in rows}


async def of_actor(tx: Tx, actor_id: str, *, before: str = "", limit: int = 20) -> list[Sent]:
    """What an actor said to everybody, newest first; `before` is the last id of the page before."""
    return await tx.all(
        Sent,
        f"""SELECT {_COLUMNS} FROM sent
            WHERE actor_id = :actor AND {_SHOWN} AND (:before = '' OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        actor=actor_id,
        before=before,
        limit=limit,
    )


async def count(tx: Tx, actor_id: str) -> int:
    return await tx.count(f"SELECT count(*) FROM sent WHERE actor_id = :actor AND {_SHOWN}", actor=actor_id)


async def erase(tx: Tx, object_id: str, *, but: str) -> None:
    """Forget the words of everything said about a deleted object, except its Delete itself."""
    await tx.run(
        "UPDATE sent SET body = '' WHERE object_id = :object AND id <> :but", object=object_id, but=but
    )


async def words_under(tx: Tx, prefix: str) -> list[Sent]:
    """What we said of objects whose ids begin so, and has not been erased, the oldest first."""
    return await tx.all(
        Sent,
        f"""SELECT {_COLUMNS} FROM sent
            WHERE object_id >= :prefix AND object_id < :end AND type = 'Create' AND body <> '' ORDER BY id""",
        prefix=prefix,
        end=f"{prefix}~",
    )


async def take_back(tx: Tx, id: str) -> None:
    """What one of us said is undone: nobody reads it here any more."""
    await tx.run("UPDATE sent SET body = '' WHERE id = :id", id=id)


async def create_of(tx: Tx, object_id: str) -> str | None:
    """The id of the Create of a thing of ours."""
    sql = "SELECT id FROM sent WHERE object_id = :id AND type = 'Create' ORDER BY id LIMIT 1"
    row = await tx.maybe(_Id, sql, id=object_id)
    return row.id if row else None


async def hush(tx: Tx, actor_id: str, object_id: str, *, but: Collection[str]) -> None:
    """Forget the words of what an actor said about a thing, except these."""
    places, names = among(sorted(but))
    await tx.run(
        f"""UPDATE sent SET body = '' WHERE actor_id = :actor AND object_id = :object
            AND id NOT IN ({places})""",
        actor=actor_id,
        object=object_id,
        **names,
    )


async def reach_all(tx: Tx, some: Iterable[tuple[str, str]]) -> None:
    """Remember which inbox got which object, so that its Delete gets there too (GDPR, art. 19)."""
    await tx.run_many(
        "INSERT INTO reached (object_id, inbox) VALUES (:object, :inbox) ON CONFLICT DO NOTHING",
        [{"object": object_id, "inbox": inbox} for object_id, inbox in sorted(set(some))],
    )


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


@dataclass(frozen=True, slots=True)
class _Inbox:
    inbox: str


async def reached(tx: Tx, object_id: str) -> list[str]:
    rows = await tx.all(
        _Inbox, "SELECT inbox FROM reached WHERE object_id = :id ORDER BY inbox", id=object_id
    )
    return [row.inbox for row in rows]


async def reach_as(tx: Tx, object_id: str, actor_id: str) -> None:
    """Whoever got this object knows its author too, and is told when the author goes."""
    await tx.run(
        """INSERT INTO reached (object_id, inbox) SELECT :actor, inbox FROM reached WHERE object_id = :object
           ON CONFLICT DO NOTHING""",
        actor=actor_id,
        object=object_id,
    )


async def about(tx: Tx, object_id: str) -> list[Sent]:
    """What was first said of an object, and by whom it was relayed."""
    return await tx.all(
        Sent,
        f"""SELECT {_COLUMNS} FROM sent WHERE object_id = :id AND type IN ('Create', 'Announce')
            AND body <> '' ORDER BY id""",
        id=object_id,
    )


async def created_below(tx: Tx, prefix: str, *, limit: int) -> list[Sent]:
    """The first words about objects whose ids begin so, and whose end was not told yet."""
    return await tx.all(
        Sent,
        f"""SELECT {_COLUMNS} FROM sent s
            WHERE type = 'Create' AND object_id >= :prefix AND object_id < :beyond AND NOT EXISTS (
                SELECT 1 FROM sent d WHERE d.type = 'Delete' AND d.object_id = s.object_id)
            ORDER BY id LIMIT :limit""",
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
        limit=limit,
    )
