"""Settings in, a running node out: the only place that picks an engine, a clock and a client."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fedicoop import __version__, meta
from fedicoop.db import Database
from fedicoop.db.backup import back_up
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Misconfigured, Unavailable
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import FILE, Settings


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def assemble(settings: Settings, *, create: bool = False) -> AsyncIterator[Node]:
    """A node on its database, brought up to date, with its origin checked.

    `create` is for `init` alone: everybody else refuses to start on a database that is not there,
    rather than begin silently with an empty one.  Raises Misconfigured and Unavailable.
    """
    path = settings.database_path
    if not create and not path.exists():
        if (settings.data_dir / FILE).exists():  # there was one
            raise Unavailable("storage.missing", str(path))
        raise Misconfigured("settings.not_initialised", str(path), folder=str(settings.data_dir))
    engine = await SqliteEngine.open(path)
    out = Outward(
        allowed_peers=settings.allowed_peers,
        user_agent=f"fedicoop/{__version__} (+{settings.origin})",
        own_origin=settings.origin,
        ca_file=os.environ.get("SSL_CERT_FILE"),
    )
    try:
        db = Database(engine, now, new_ulid_source(), settings.zone)

        async def before_migrating(name: str) -> Path:
            settings.backups_dir.mkdir(parents=True, exist_ok=True)
            target = settings.backups_dir / f"before-{name}-{now():%Y%m%dT%H%M%S}.db"
            await back_up(path, target)
            return target

        await migrate(db, backup=before_migrating)
        await _same_origin(db, settings)
        yield Node(settings, db, out)
    finally:
        await out.close()
        await engine.close()


async def _same_origin(db: Database, settings: Settings) -> None:
    """The origin is part of every address ever published: it cannot change behind anybody's back."""
    async with db.write() as tx:
        kept = await meta.find(tx, "origin")
        if kept is None:
            await meta.put(tx, "origin", settings.origin)
        elif kept != settings.origin:
            raise Misconfigured("settings.origin_changed", kept, kept=kept, given=settings.origin)
