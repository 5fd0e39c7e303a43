"""`db`: what the database is, and bringing it up to what this program needs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json
from fedicoop.cli.terminal import marked, show, show_json, show_step
from fedicoop.cli.words import n, t

if TYPE_CHECKING:
    from fedicoop.db import Tx
    from fedicoop.settings import Settings


@dataclass(frozen=True, slots=True)
class State:
    """Migrations by name, those that are there and those that wait, and the file."""

    path: str  # its address, where it is a server's
    engine: tuple[str, str]  # its name and version
    size: int
    applied: tuple[str, ...]
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@click.group(cls=Group, examples=("fedicoop db status", "fedicoop db migrate"))
def db() -> None:
    pass


@db.command(examples=("fedicoop db status", "fedicoop db status --json"))
@as_json
def status(as_json: bool) -> None:
    found = opening.perform(state(opening.settings()))
    name, version = found.engine
    if as_json:
        told = {"path": found.path, "size": found.size, name.lower(): version}
        return show_json(told | {"applied": list(found.applied), "pending": list(found.pending)})
    show_step("✓", t("cli.db.file"), f"{found.path} ({found.size / 1_000_000:.1f} MB)")
    show_step("✓", name, version)
    show_step("✓", t("cli.db.applied"), ", ".join(found.applied))
    if found.pending:
        show_step("!", t("cli.db.pending"), ", ".join(found.pending))
    return None


@db.command(examples=("fedicoop db migrate --data-dir /var/lib/fedicoop", "fedicoop db migrate --json"))
@as_json
def migrate(as_json: bool) -> None:
    settings = opening.settings()
    pending = opening.perform(state(settings)).pending
    opening.perform(_open_once())
    if as_json:
        return show_json({"applied": list(pending)})
    return show(marked("✓", n("cli.db.migrated", len(pending)) if pending else t("cli.db.up_to_date")))


@db.command(examples=("fedicoop db reindex", "fedicoop db reindex --data-dir /var/lib/fedicoop --json"))
@as_json
def reindex(as_json: bool) -> None:
    looked_at = opening.perform(_take_in_anew())
    if as_json:
        return show_json({"listings": looked_at})
    return show(marked("✓", n("cli.db.reindexed", looked_at)))


async def _take_in_anew() -> int:
    from fedicoop.finding import reindexing

    async with opening.opened() as node:
        return await reindexing.take_in_anew(node)


async def _open_once() -> None:
    """Opening a node brings its database up to date, after a backup."""
    async with opening.opened():
        pass


async def state(settings: "Settings") -> State:
    """Compare the database with this program, and change nothing.  Raises Unavailable."""
    from datetime import UTC, datetime
    from importlib.resources import files

    from fedicoop.assemble import open_engine
    from fedicoop.db import Database
    from fedicoop.db.ids import new_ulid_source
    from fedicoop.db.migrate import read
    from fedicoop.settings import describe

    engine = await open_engine(settings)
    try:
        async with Database(engine, lambda: datetime.now(UTC), new_ulid_source()).read() as tx:
            applied = await tx.all(_Name, "SELECT name FROM migrations ORDER BY name")
            size, version = await _measured(tx, settings)
    finally:
        await engine.close()
    there = tuple(one.name for one in applied)
    known = [one.name for one in read(files("fedicoop.db") / "migrations")]
    shown = next(value for name, value, _ in describe(settings) if name == "database_url")
    path = shown if settings.on_postgresql else str(settings.database_path)
    return State(path, version, size, there, tuple(name for name in known if name not in there))


async def _measured(tx: "Tx", settings: "Settings") -> tuple[int, tuple[str, str]]:
    if not settings.on_postgresql:
        import sqlite3

        return settings.database_path.stat().st_size, ("SQLite", sqlite3.sqlite_version)
    size = await tx.count("SELECT pg_database_size(current_database())")
    version = await tx.one(_Name, "SELECT current_setting('server_version') AS name")
    return size, ("PostgreSQL", version.name)
