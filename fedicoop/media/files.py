"""The media folder: files with names that we made, whole or not at all."""

import base64
import os
import re
import secrets
import time
from collections.abc import Mapping, Set
from contextlib import suppress
from pathlib import Path

from fedicoop.db import faults

NAME = re.compile(r"(?P<stem>[a-z0-9]{26,32})(?:\.card)?\.(?P<extension>jpg|webp|png)")
"""Everything that is ever asked of the folder.  No other name reaches the file system (security case 71)."""

GRACE = 3600.0  # seconds that a file may wait for its row
_UNFINISHED = re.compile(r"[a-z0-9.]+\.part")


def new_name(extension: str) -> str:
    """A name that nobody can guess: 128 random bits, in 26 letters and digits."""
    return f"{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}.{extension}"


def card_of(name: str) -> str:
    """The small picture beside a photo."""
    return f"{name.partition('.')[0]}.card.webp"


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put these files there for good: a power cut leaves each of them whole, or absent.

    Raises Unavailable `storage.…` when the disk is full, read-only or broken; then none is there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _write_whole(folder / name, content)
        _sync(folder)
    except OSError as error:
        for name in files:
            with suppress(OSError):
                (folder / name).unlink()
        raise faults.of_system(error) from error


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _sync(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unlisted(folder: Path, kept: Set[str]) -> int:
    """Remove the pictures that no row names any more, and leftovers of a crash; say how many.

    A young file may still get its row.  Files that are not ours by their name are left alone.
    Times of files are the machine's own, whatever clock the database goes by.
    """
    if not folder.is_dir():
        return 0
    stems, removed = {name.partition(".")[0] for name in kept}, 0
    for path in folder.iterdir():
        found = NAME.fullmatch(path.name)
        left_over = found["stem"] not in stems if found else _UNFINISHED.fullmatch(path.name)
        if left_over and time.time() - path.lstat().st_mtime > GRACE:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
