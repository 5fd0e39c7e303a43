"""A backup as one file: database, pictures and settings in a tar.gz, with a list that says what is right.

Keys are in the database, so the file is for its owner alone.  It appears whole or not at all, and is
read back before anybody is told that it exists.
"""

import asyncio
import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fedicoop import __version__
from fedicoop.errors import Conflict, Malformed, NotFound, Unavailable

if TYPE_CHECKING:
    from fedicoop.settings import Settings

DATABASE, SETTINGS, MEDIA, MANIFEST = "fedicoop.db", "fedicoop.toml", "media/", "manifest.json"
MARGIN = 16 * 1024 * 1024
_FORMAT = 1
_LONGEST_MANIFEST = 64 * 1024 * 1024
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in a backup: the last member of the archive."""

    format: int
    version: str
    origin: str
    created: str
    listings: int
    sums: Mapping[str, str]  # name → SHA-256, in hexadecimal

    @property
    def pictures(self) -> int:
        """How many files there are of members' and peers' photos: each has a large and a small form."""
        return sum(name.startswith(MEDIA) for name in self.sums)

    def told(self) -> dict[str, Any]:
        told = {"origin": self.origin, "created": self.created, "version": self.version}
        return told | {"listings": self.listings, "pictures": self.pictures}


async def make(settings: "Settings", file: Path, *, listings: int) -> Manifest:
    """Write a backup to the new file `file`, and read it back.  The house may be in use meanwhile.

    Raises Conflict where the file exists, Unavailable where there is no room or the disk says no.
    """
    from fedicoop.db import faults
    from fedicoop.db.backup import back_up

    folder = _place(file)
    try:
        _require_room(settings, folder)
        with tempfile.TemporaryDirectory(prefix=".fedicoop-", dir=folder) as scratch:
            copy = await back_up(settings.database_path, Path(scratch) / DATABASE)
            partial = Path(scratch) / "backup.tar.gz"
            await asyncio.to_thread(_write, settings, copy, partial, listings)
            copy.unlink()
            found = await verify(partial)
            _appear(partial, file)
    except OSError as error:
        raise faults.of_system(error) from error
    return found


def _place(file: Path) -> Path:
    """The folder that a new file will be in.  Raises Conflict, NotFound."""
    folder = file.absolute().parent
    if file.exists():
        raise Conflict("storage.backup_exists", str(file), name=file.name)
    if not folder.is_dir():
        raise NotFound("cli.no_such_folder", str(folder), folder=str(folder))
    return folder


def _require_room(settings: "Settings", folder: Path) -> None:
    """Room for a copy of the database and for the archive, which is at most as large as what is in it."""
    pictures = sum(one.stat().st_size for one in _pictures(settings.media_dir))
    needed = 2 * settings.database_path.stat().st_size + pictures + MARGIN
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
        with (
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=file) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
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
        format=_FORMAT,
        version=__version__,
        origin=settings.origin,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        listings=listings,
        sums=sums,
    )


def _add(tar: tarfile.TarFile, name: str, path: Path, sums: dict[str, str]) -> None:
    with path.open("rb") as file:
        reading = _Summed(file)
        tar.addfile(_entry(name, os.fstat(file.fileno()).st_size), reading)
        sums[name] = reading.sum.hexdigest()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


class _Summed(io.RawIOBase):
    """A file, and the sum of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sum.update(data)
        return data


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


async def verify(file: Path) -> Manifest:
    """Read all of a backup: each sum, and each page of its database.  Raises Malformed and NotFound."""
    from fedicoop.db.backup import check

    with tempfile.TemporaryDirectory(prefix="fedicoop-") as scratch:
        found = await asyncio.to_thread(_read, file, Path(scratch), (DATABASE,))
        await check(Path(scratch) / DATABASE)
    return found


def unpack(file: Path, folder: Path) -> None:
    """Everything that a backup holds, into `folder`; the list of sums stays outside."""
    (folder / MEDIA).mkdir(mode=0o700, exist_ok=True)
    _read(file, folder, None)


def _read(file: Path, folder: Path, wanted: tuple[str, ...] | None) -> Manifest:
    """Compare every member with its sum, and write those that are wanted (None: all) to `folder`."""
    sums, manifest = dict[str, str](), b""
    with _opened(file) as tar:
        for member in tar:
            data = tar.extractfile(member)
            if data is None or not _ours(member.name):
                raise Malformed("cli.backup_odd", member.name, file=file.name, name=member.name[:100])
            if member.name == MANIFEST:
                manifest = data.read(_LONGEST_MANIFEST)
                continue
            reading = _Summed(data)
            keep = wanted is None or member.name in wanted
            with _sink(folder / member.name if keep else None) as sink:
                while block := reading.read(_BLOCK):
                    sink.write(block)
            sums[member.name] = reading.sum.hexdigest()
    return _compared(file, manifest, sums)


def _ours(name: str) -> bool:
    """Only names that we write ourselves: no path of an archive ever chooses where we write."""
    from fedicoop.media.files import NAME

    picture = name.removeprefix(MEDIA)
    return name in (DATABASE, SETTINGS, MANIFEST) or (name != picture and bool(NAME.fullmatch(picture)))


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r|gz") as tar:
            yield tar
    except FileNotFoundError as error:
        raise NotFound("cli.no_such_file", str(file), file=str(file)) from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise Malformed("cli.backup_broken", repr(error), file=file.name) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Malformed("cli.backup_broken", repr(error), file=file.name) from error


@contextmanager
def _sink(path: Path | None) -> Iterator[IO[bytes]]:
    with open(os.devnull, "wb") if path is None else path.open("xb") as file:
        if path is not None:
            path.chmod(0o600)
        yield file


def _compared(file: Path, manifest: bytes, sums: Mapping[str, str]) -> Manifest:
    import zlib

    try:
        found = Manifest(**json.loads(manifest))
    except (ValueError, TypeError, zlib.error) as error:
        raise Malformed("cli.backup_broken", repr(error), file=file.name) from error
    if found.format != _FORMAT:
        raise Malformed("cli.backup_newer", str(found.format), file=file.name, version=found.version)
    if dict(found.sums) != sums or DATABASE not in sums:
        raise Malformed("cli.backup_broken", "the sums differ", file=file.name)
    return found
