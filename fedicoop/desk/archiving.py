"""Writing a backup: whole or not at all, and never over another file."""

import asyncio
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fedicoop import __version__
from fedicoop.desk.archive import DATABASE, FORMAT, MANIFEST, MEDIA, SETTINGS, Manifest, Summed, verify
from fedicoop.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from fedicoop.settings import Settings

MARGIN = 16 * 1024 * 1024  # bytes left free beside what is needed


async def make(settings: "Settings", file: Path, *, listings: int, spare: int = MARGIN) -> Manifest:
    """Write a backup to the new file `file`, and read it back.  The house may be in use meanwhile.

    `spare` bytes must be left beside it.  Raises Conflict where the file exists, Unavailable where there
    is no room or the disk says no.
    """
    from fedicoop.db import faults

    folder = _place(file)
    try:
        _require_room(settings, folder, await _size(settings), spare)
        with tempfile.TemporaryDirectory(prefix=".fedicoop-", dir=folder) as scratch:
            copy = await _copied(settings, Path(scratch) / DATABASE)
            partial = Path(scratch) / "backup.tar.gz"
            await asyncio.to_thread(_write, settings, copy, partial, listings)
            copy.unlink()
            found = await verify(partial)
            _appear(partial, file)
    except OSError as error:
        raise faults.of_system(error) from error
    return found


async def _copied(settings: "Settings", target: Path) -> Path:
    """The database as one file of SQLite, whichever it is: so a backup opens anywhere."""
    from fedicoop.db.backup import back_up
    from fedicoop.desk.exporting import export

    if settings.on_postgresql:
        return await export(settings, target)
    return await back_up(settings.database_path, target)


def _place(file: Path) -> Path:
    """The folder that a new file will be in.  Raises Conflict, NotFound."""
    folder = file.absolute().parent
    if file.exists():
        raise Conflict("storage.backup_exists", str(file), name=file.name)
    if not folder.is_dir():
        raise NotFound("cli.no_such_folder", str(folder), folder=str(folder))
    return folder


async def _size(settings: "Settings") -> int:
    """Bytes of the database."""
    from fedicoop.desk.exporting import size

    return await size(settings) if settings.on_postgresql else settings.database_path.stat().st_size


def _require_room(settings: "Settings", folder: Path, database: int, spare: int) -> None:
    """Room for a copy of the database and for the archive, which is at most as large as what is in it."""
    pictures = sum(one.stat().st_size for one in _pictures(settings.media_dir))
    needed = 2 * database + pictures + spare
    free = shutil.disk_usage(folder).free
    if free < needed:
        shown = {"needed": str(-(-needed // 1_000_000)), "free": str(free // 1_000_000)}
        raise Unavailable("storage.no_room", str(folder), **shown)


def _pictures(folder: Path) -> list[Path]:
    from fedicoop.media.files import NAME

    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if NAME.fullmatch(one.name) and one.is_file())


def _write(settings: "Settings", copy: Path, partial: Path, listings: int) -> None:
    sums = dict[str, str]()
    with partial.open("xb") as file:
        partial.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
            _add(tar, DATABASE, copy, sums)
            if (settings.data_dir / SETTINGS).exists():
                _add(tar, SETTINGS, settings.data_dir / SETTINGS, sums)
            for picture in _pictures(settings.media_dir):
                with suppress(FileNotFoundError):  # deleted a moment ago: its row was copied before
                    _add(tar, MEDIA + picture.name, picture, sums)
            data = json.dumps(asdict(_about(settings, listings, sums)), indent=1).encode()
            tar.addfile(_entry(MANIFEST, len(data)), io.BytesIO(data))
        file.flush()
        os.fsync(file.fileno())


def _about(settings: "Settings", listings: int, sums: Mapping[str, str]) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=__version__,
        origin=settings.origin,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        listings=listings,
        sums=sums,
    )


def _add(tar: tarfile.TarFile, name: str, path: Path, sums: dict[str, str]) -> None:
    with path.open("rb") as file:
        reading = Summed(file)
        tar.addfile(_entry(name, os.fstat(file.fileno()).st_size), reading)
        sums[name] = reading.sum.hexdigest()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


def _appear(partial: Path, file: Path) -> None:
    """Under its own name at last; a file that came there meanwhile is not overwritten."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise Conflict("storage.backup_exists", str(file), name=file.name) from None
    except OSError:  # a disk without hard links: a USB stick
        partial.rename(file)
    folder = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
