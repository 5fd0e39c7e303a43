"""Numbered SQL files, each applied once, in order, each in its own transaction.

Forward only: the way back is the backup that is made before a database with something in it changes.
Where PostgreSQL needs other words than SQLite, `0007_search.postgres.sql` stands beside `0007_search.sql`
and is the same step there.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fedicoop.db import Database
from fedicoop.db.statements import by_bytes
from fedicoop.errors import Misconfigured, Problem

_NAME = re.compile(r"\d{4}_\w+\.sql")
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*"        # a string, a name
      | --[^\n]* | /\*.*?\*/                   # comments
      | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$        # a dollar-quoted string
      | (?P<end>;)""",
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Migration:
    """A file, and what is kept to see that it never changes once it was applied."""

    name: str
    sql: str
    checksum: str


@dataclass(frozen=True, slots=True)
class _Applied:
    name: str
    checksum: str


async def migrate(
    db: Database,
    *,
    backup: Callable[[str], Awaitable[Path]] | None,
    folder: Traversable | None = None,
) -> list[str]:
    """Bring the database to what this program needs; the names of what was applied.

    `backup` is called with the name of the first file, `0002_exchanges`, before a database that has
    something in it is changed; None makes none.  Raises Misconfigured:
    "storage.newer" if the database knows a migration that this program does not, "storage.
    migration_changed" if an applied file is not what it was, "storage.migration_failed" if SQL
    fails (nothing of that file is kept then).
    """
    known = read(folder or files("fedicoop.db") / "migrations", db.engine.dialect)
    applied = await _applied(db)
    _compare(known, applied)
    fresh = [one for one in known if one.name not in applied]
    if fresh and applied and backup:
        await backup(fresh[0].name.removesuffix(".sql"))
    return [one.name for one in fresh if await _apply(db, one)]


def read(folder: Traversable, dialect: str = "sqlite") -> list[Migration]:
    """The migrations of a folder, in their order, as a database of this sort needs them."""
    found = {file.name: file for file in folder.iterdir()}
    texts = []
    for name in sorted(name for name in found if _NAME.fullmatch(name)):
        own = name.replace(".sql", ".postgres.sql") if dialect == "postgresql" else name
        texts.append((name, found.get(own, found[name]).read_text(encoding="utf-8")))
    return [Migration(name, text, sha256(text.encode()).hexdigest()) for name, text in texts]


def statements(sql: str) -> Iterator[str]:
    """Each statement of a script, without its semicolon.

    A semicolon in a string, a quoted name or a comment ends nothing.  Comments stay where they are,
    because SQLite shows them with the table; a statement made of nothing else is left out.
    """
    start = 0
    ends = [token.start() for token in _TOKEN.finditer(sql) if token["end"]]
    for end in (*ends, len(sql)):
        statement = sql[start:end].strip()
        if _COMMENT.sub("", statement).strip():
            yield statement
        start = end + 1


async def _applied(db: Database) -> dict[str, str]:
    async with db.write() as tx:
        await tx.run(
            """CREATE TABLE IF NOT EXISTS migrations (
                   name TEXT PRIMARY KEY, checksum TEXT NOT NULL, at TIMESTAMPTZ NOT NULL)"""
        )
        rows = await tx.all(_Applied, "SELECT name, checksum FROM migrations")
    return {row.name: row.checksum for row in rows}


def _compare(known: list[Migration], applied: dict[str, str]) -> None:
    ours = {one.name: one.checksum for one in known}
    if newer := sorted({*applied} - {*ours}):
        raise Misconfigured("storage.newer", ", ".join(newer), name=newer[-1])
    for name, checksum in sorted(applied.items()):
        if ours[name] != checksum:
            raise Misconfigured("storage.migration_changed", name=name)


async def _apply(db: Database, migration: Migration) -> bool:
    """False where another process was faster."""
    async with db.write() as tx:
        if await tx.count("SELECT count(*) FROM migrations WHERE name = :name", name=migration.name):
            return False
        try:
            for statement in statements(migration.sql):
                await tx.run(by_bytes(statement) if tx.dialect == "postgresql" else statement)
        except Problem:
            raise
        except Exception as error:
            raise Misconfigured("storage.migration_failed", repr(error), name=migration.name) from error
        await tx.run(
            "INSERT INTO migrations (name, checksum, at) VALUES (:name, :checksum, :now)",
            name=migration.name,
            checksum=migration.checksum,
            now=tx.now,
        )
    return True
