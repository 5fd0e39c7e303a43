"""`db`: what the database is, and bringing it up to what this program needs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json
from fedicoop.cli.terminal import marked, show, show_json, show_step
from fedicoop.cli.words import n, t

if TYPE_CHECKING:
    from fedicoop.settings import Settings


@dataclass(frozen=True, slots=True)
class State:
    """Migrations by name, those that are there and those that wait, and the file."""

    path: str
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
    import sqlite3

    found = opening.perform(state(opening.settings()))
    if as_json:
        told = {"path": found.path, "size": found.size, "sqlite": sqlite3.sqlite_version}
        return show_json(told | {"applied": list(found.applied), "pending": list(found.pending)})
    show_step("✓", t("cli.db.file"), f"{found.path} ({found.size / 1_000_000:.1f} MB)")
    show_step("✓", "SQLite", sqlite3.sqlite_version)
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

    from fedicoop.db import Database
    from fedicoop.db.ids import new_ulid_source
    from fedicoop.db.migrate import read
    from fedicoop.db.sqlite import SqliteEngine

    path = settings.database_path
    engine = await SqliteEngine.open(path, create=False)
    try:
        async with Database(engine, lambda: datetime.now(UTC), new_ulid_source()).read() as tx:
            applied = await tx.all(_Name, "SELECT name FROM migrations ORDER BY name")
    finally:
        await engine.close()
    there = tuple(one.name for one in applied)
    known = [one.name for one in read(files("fedicoop.db") / "migrations")]
    return State(str(path), path.stat().st_size, there, tuple(name for name in known if name not in there))
