"""Settings in, a running node out: the only place that picks an engine, a clock and a client."""

import os
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fedicoop import __version__, meta
from fedicoop.db import Database, Engine
from fedicoop.db.backup import back_up
from fedicoop.db.dump import dump
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Conflict, Misconfigured, Unavailable
from fedicoop.log import log
from fedicoop.meta import FORMER_ORIGINS
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import FILE, Settings


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def assemble(settings: Settings, *, create: bool = False, role: str = "command") -> AsyncIterator[Node]:
    """A node on its database, brought up to date, with its origin checked.

    `create` is for `init` alone: everybody else refuses to start on a database that is not there,
    rather than begin silently with an empty one.  `role` is what this process is: `serve`, `worker`.
    Raises Misconfigured and Unavailable.
    """
    engine = await open_engine(settings, create=create, role=role)
    db = Database(engine, now, new_ulid_source(), settings.zone)
    try:
        if settings.on_postgresql:
            await _inhabited(db, settings, create)
        await migrate(db, backup=partial(back_up_before, settings))
        settings = await _at_home(db, settings)
    except BaseException:
        await engine.close()
        raise
    out = Outward(
        allowed_peers=settings.allowed_peers,
        user_agent=f"fedicoop/{__version__} (+{settings.origin})",
        own_origin=settings.origin,
        ca_file=os.environ.get("SSL_CERT_FILE"),
        clock=now,
    )
    try:
        yield Node(settings, db, out)
    finally:
        await out.close()
        await engine.close()


async def open_engine(settings: Settings, *, create: bool = False, role: str = "command") -> Engine:
    """The engine that the settings ask for.  Raises Misconfigured and Unavailable."""
    if not settings.on_postgresql:
        path = settings.database_path
        if not create and not path.exists():
            if (settings.data_dir / FILE).exists():  # there was one
                raise Unavailable("storage.missing", str(path))
            raise Misconfigured("settings.not_initialised", str(path), folder=str(settings.data_dir))
        return await SqliteEngine.open(path, create=create)
    try:
        from fedicoop.db.postgres import PostgresEngine
    except ImportError as error:  # the extra `postgres` is not installed
        raise Misconfigured("storage.no_driver", str(error)) from error
    name = f"fedicoop {role} {platform.node()[:24]}:{os.getpid()}"
    return await PostgresEngine.open(settings.database_url, name=name)


async def _inhabited(db: Database, settings: Settings, create: bool) -> None:
    """A house moves into an empty database, and nobody else but it lives there afterwards."""
    async with db.read() as tx:
        tables = await tx.count("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
    if create and tables:
        raise Conflict("storage.inhabited", tables=str(tables))
    if not create and not tables:
        raise Misconfigured("settings.not_initialised", "no tables", folder=str(settings.data_dir))


async def back_up_before(settings: Settings, name: str) -> Path:
    """Before a migration, or a move: the way back from it."""
    settings.backups_dir.mkdir(parents=True, exist_ok=True)
    kind = "dump" if settings.on_postgresql else "db"
    target = settings.backups_dir / f"before-{name}-{now():%Y%m%dT%H%M%S%f}.{kind}"
    if settings.on_postgresql:
        await dump(settings.database_url, target)
    else:
        await back_up(settings.database_path, target)
    return target


async def _at_home(db: Database, settings: Settings) -> Settings:
    """The origin is part of every address ever published: it cannot change behind anybody's back.

    Where the house has moved, and the settings still say where it was, the database is right.
    """
    async with db.write() as tx:
        kept = await meta.find(tx, "origin")
        former = (await meta.find(tx, FORMER_ORIGINS) or "").split()
        if kept is None:
            await meta.put(tx, "origin", settings.origin)
        elif kept != settings.origin and settings.origin in former:
            log.warning("settings.moved", said=settings.origin, origin=kept)
            return replace(settings, origin=kept)
        elif kept != settings.origin:
            raise Misconfigured("settings.origin_changed", kept, kept=kept, given=settings.origin)
    return settings
