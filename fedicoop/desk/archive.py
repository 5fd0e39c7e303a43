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
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fedicoop.errors import Malformed, NotFound

if TYPE_CHECKING:
    pass

DATABASE, SETTINGS, MEDIA, MANIFEST = "fedicoop.db", "fedicoop.toml", "media/", "manifest.json"
MARGIN = 16 * 1024 * 1024
FORMAT = 1
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


class Summed(io.RawIOBase):
    """A file, and the sum of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sum.update(data)
        return data


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
            reading = Summed(data)
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
    if found.format != FORMAT:
        raise Malformed("cli.backup_newer", str(found.format), file=file.name, version=found.version)
    if dict(found.sums) != sums or DATABASE not in sums:
        raise Malformed("cli.backup_broken", "the sums differ", file=file.name)
    return found
