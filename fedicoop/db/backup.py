"""A copy of the database that is whole, made while the database is in use."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from fedicoop.db import faults
from fedicoop.errors import Conflict, Unavailable

MARGIN = 16 * 1024 * 1024  # bytes left free beside twice the size of the database


async def back_up(db_path: Path, target: Path) -> Path:
    """Copy the database in `db_path` to the new file `target`, as it stands at one moment; `target`.

    Writers go on meanwhile (https://www.sqlite.org/backup.html).  The copy has a temporary name until
    it was checked and is on the disk; it is one file, readable for its owner alone.  Raises
    Conflict("storage.backup_exists"), Unavailable("storage.no_room") before anything was written, and
    Unavailable("storage.corrupt") if the copy does not pass its check.
    """
    return await asyncio.to_thread(_back_up, db_path, target)


async def check(db_path: Path) -> None:
    """Read the whole database and compare its pages with its indexes.

    Raises Unavailable("storage.corrupt") with what was found first.
    """
    await asyncio.to_thread(look_at, db_path)


def was_left_open(db_path: Path) -> bool:
    """Whether the last process did not close the database, or another one has it open now."""
    log = db_path.with_name(f"{db_path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _back_up(db_path: Path, target: Path) -> Path:
    with arriving(target) as partial:
        _require_room(db_path, target.parent)
        _copy(db_path, partial)
        look_at(partial)
    return target


@contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """A new file for the block to fill, which takes the name `target` once it is whole and on the disk.

    Readable for its owner alone; gone where the block fails.  Raises Conflict("storage.backup_exists"), and
    Unavailable for what the disk has against it.
    """
    if target.exists():
        raise Conflict("storage.backup_exists", str(target), name=target.name)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        yield partial
        _put_on_disk(partial)
        partial.rename(target)
        _put_on_disk(target.parent)
    except OSError as error:
        raise faults.of_system(error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _require_room(db_path: Path, folder: Path) -> None:
    files = [db_path, db_path.with_name(f"{db_path.name}-wal")]
    needed = 2 * sum(file.stat().st_size for file in files if file.exists()) + MARGIN
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable("storage.no_room", str(folder), needed=_megabytes(needed), free=_megabytes(free))


def _megabytes(size: int) -> str:
    return str(-(-size // 1_000_000))


def _copy(db_path: Path, partial: Path) -> None:
    """All pages in one step: in steps, each write of another process would start it over."""
    try:
        with (
            closing(sqlite3.connect(f"{db_path.absolute().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise faults.of_sqlite(error) from error


def look_at(db_path: Path, pragma: str = "integrity_check") -> None:
    """As `check`; `quick_check` reads every page, and leaves the comparison out."""
    try:
        with closing(sqlite3.connect(f"{db_path.absolute().as_uri()}?mode=rw", uri=True)) as raw:
            found = raw.execute(f"PRAGMA {pragma}(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise faults.of_sqlite(error) from error
    if found != "ok":
        raise Unavailable("storage.corrupt", found)


def _put_on_disk(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
