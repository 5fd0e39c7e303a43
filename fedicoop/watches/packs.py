"""Lists of coops that stewards read.  The only file that names their tables."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.watches.pack import Pack


@dataclass(frozen=True, slots=True)
class Kept:
    """A list as it was last read from its address, which is `source`."""

    id: str
    coop_id: str
    source: str
    name: str
    about: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One coop of a list: whom its address led to, or the key of the problem that stood in the way."""

    pack_id: str
    place: int
    address: str
    name: str
    about: str
    actor_id: str | None
    problem: str | None


_KEPT = "id, coop_id, source, name, about, read_at"
_ENTRY = "pack_id, place, address, name, about, actor_id, problem"


async def keep(tx: Tx, coop_id: str, source: str, pack: Pack) -> str:
    """Keep a list as it is now, instead of what stood at the same address before; its id."""
    await tx.run(
        """INSERT INTO packs (id, coop_id, source, name, about, read_at)
           VALUES (:id, :coop, :source, :name, :about, :now)
           ON CONFLICT (coop_id, source) DO UPDATE SET name = excluded.name, about = excluded.about,
               read_at = excluded.read_at""",
        id=tx.new_id().lower(),
        coop=coop_id,
        source=source,
        name=pack.name,
        about=pack.about,
        now=tx.now,
    )
    sql = f"SELECT {_KEPT} FROM packs WHERE coop_id = :coop AND source = :source"
    kept = await tx.one(Kept, sql, coop=coop_id, source=source)
    await tx.run("DELETE FROM pack_entries WHERE pack_id = :id", id=kept.id)
    await tx.run_many(
        """INSERT INTO pack_entries (pack_id, place, address, name, about)
           VALUES (:pack, :place, :address, :name, :about)""",
        [
            {"pack": kept.id, "place": place, "address": one.address, "name": one.name, "about": one.about}
            for place, one in enumerate(pack.coops)
        ],
    )
    return kept.id


async def get(tx: Tx, id: str, coop_id: str) -> Kept:
    """A list of this coop.  Raises NotFound `pack.none`."""
    sql = f"SELECT {_KEPT} FROM packs WHERE id = :id AND coop_id = :coop"
    found = await tx.maybe(Kept, sql, id=id, coop=coop_id)
    if found is None:
        raise NotFound("pack.none", id)
    return found


async def of_coop(tx: Tx, coop_id: str) -> list[Kept]:
    """The lists that a coop's stewards read, the latest first."""
    sql = f"SELECT {_KEPT} FROM packs WHERE coop_id = :coop ORDER BY read_at DESC, id LIMIT 50"
    return await tx.all(Kept, sql, coop=coop_id)


async def entries(tx: Tx, pack_id: str) -> list[Entry]:
    sql = f"SELECT {_ENTRY} FROM pack_entries WHERE pack_id = :id ORDER BY place"
    return await tx.all(Entry, sql, id=pack_id)


async def find_entry(tx: Tx, pack_id: str, place: int) -> Entry | None:
    sql = f"SELECT {_ENTRY} FROM pack_entries WHERE pack_id = :id AND place = :place"
    return await tx.maybe(Entry, sql, id=pack_id, place=place)


async def note(tx: Tx, entry: Entry, *, actor_id: str | None, problem: str | None) -> None:
    """What came of asking: whom it led to, or why to nobody."""
    await tx.run(
        """UPDATE pack_entries SET actor_id = coalesce(:actor, actor_id), problem = :problem
           WHERE pack_id = :id AND place = :place AND address = :address""",
        id=entry.pack_id,
        place=entry.place,
        address=entry.address,
        actor=actor_id,
        problem=problem,
    )


async def remove(tx: Tx, kept: Kept) -> None:
    await tx.run("DELETE FROM packs WHERE id = :id", id=kept.id)
