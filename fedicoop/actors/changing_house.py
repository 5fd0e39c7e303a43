"""Our own actors, when this house takes another address: they live on there, and their old ids say so."""

from dataclasses import dataclass

from fedicoop import meta
from fedicoop.db import Tx, renaming
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import normal_host

_ELSE = ("manually_approves", "discoverable", "indexable", "published", "fetched_at", "gone_at")


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    handle: str
    type: str
    also_known_as: tuple[str, ...]


async def former_origins(tx: Tx) -> tuple[str, ...]:
    """The origins that this house had before, the first one first."""
    return tuple((await meta.find(tx, meta.FORMER_ORIGINS) or "").split())


@dataclass(frozen=True, slots=True)
class _Before:
    """What is read once for each start: a move is followed by one."""

    origins: tuple[str, ...]


async def formerly(node: Node) -> tuple[str, ...]:
    """The origins that this house had before, without asking the database each time."""
    found = node.shared.get(_Before)
    if not isinstance(found, _Before):
        async with node.db.read() as tx:
            origins = await former_origins(tx)
        found = node.shared[_Before] = _Before(tuple(one for one in origins if one != node.settings.origin))
    return found.origins


async def become(tx: Tx, old: str, new: str) -> int:
    """After everything of ours was renamed from one origin to the other: how many actors moved.

    For each actor of ours a row stands in for its old id.  It is no actor of ours any more (nobody signs
    in or publishes as one), but it has its keys, and its followers until they have come along.
    """
    ours = await tx.all(
        _Known, "SELECT id, handle, type, also_known_as FROM actors WHERE local AND gone_at IS NULL"
    )
    await _stand_ins(tx, old, new)
    host = new.partition("://")[2]
    for one in ours:
        handle = host if one.type == "Application" else one.handle
        await tx.run(
            """UPDATE actors SET also_known_as = :aliases, handle = :handle, webfinger = :webfinger,
                   name = CASE WHEN type = 'Application' THEN :handle ELSE name END WHERE id = :id""",
            aliases=(*one.also_known_as, old + one.id.removeprefix(new)),
            handle=handle,
            webfinger=f"{handle}@{host}",
            id=one.id,
        )
    await tx.run("UPDATE actors SET host = :host WHERE local", host=normal_host(new))
    await _note_origin(tx, old, new)
    return len(ours)


async def _stand_ins(tx: Tx, old: str, new: str) -> None:
    names = [one.name for one in await renaming.columns_of_text(tx) if one.table == "actors"]
    given = {"host": ":host", "moved_to": "id", "also_known_as": "'[]'"}
    columns = {name: given.get(name, f"replace({name}, :new, :old)") for name in names}
    columns |= {name: name for name in _ELSE}
    columns |= {"local": "FALSE", "former": "TRUE", "moved_at": ":now"}
    await tx.run(
        f"""INSERT INTO actors ({", ".join(columns)}) SELECT {", ".join(columns.values())}
            FROM actors WHERE local""",
        old=f"{old}/",
        new=f"{new}/",
        host=normal_host(old),
        now=tx.now,
    )
    await tx.run(
        """INSERT INTO keys (id, actor_id, algorithm, public_key, private_key, created_at)
           SELECT replace(id, :new, :old), replace(actor_id, :new, :old), algorithm, public_key,
                  private_key, created_at FROM keys WHERE private_key IS NOT NULL AND id LIKE :ours""",
        old=f"{old}/",
        new=f"{new}/",
        ours=f"{new}/%",
    )


async def _note_origin(tx: Tx, old: str, new: str) -> None:
    before = [one for one in await former_origins(tx) if one not in (old, new)]
    await meta.put(tx, meta.FORMER_ORIGINS, "\n".join([*before, old]))
    await meta.put(tx, "origin", new)
