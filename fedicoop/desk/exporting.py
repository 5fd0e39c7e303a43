"""A PostgreSQL database as one file of SQLite: what a backup holds, so that it opens on any machine."""

from pathlib import Path

from fedicoop.assemble import now, open_engine
from fedicoop.db import Database
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import migrate
from fedicoop.db.moving import move
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.listings import index
from fedicoop.settings import Settings


async def export(settings: Settings, target: Path) -> Path:
    """Copy the database as it stands at one moment to the new file `target`; `target`.

    Others go on meanwhile.  What the search knows is taken in anew by whoever opens the copy.
    """
    source, copy = await open_engine(settings, role="backup"), await SqliteEngine.open(target, durable=False)
    try:
        there = Database(copy, now, new_ulid_source())
        await migrate(there, backup=None)
        await move(Database(source, now, new_ulid_source()), there)
        async with there.write() as tx:
            await index.begin_anew(tx)
    finally:
        await copy.close()
        await source.close()
    return target


async def size(settings: Settings) -> int:
    """Bytes that the database takes on its server; about what its copy will."""
    source = await open_engine(settings, role="backup")
    try:
        async with Database(source, now, new_ulid_source()).read() as tx:
            return await tx.count("SELECT pg_database_size(current_database())")
    finally:
        await source.close()
