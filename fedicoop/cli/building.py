"""A data folder that appears whole, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fedicoop.errors import Conflict, Unavailable

_UNFINISHED = ".fedicoop-"
_LEFT_OPEN = ("", "-wal", "-shm")  # a database, and what SQLite keeps beside it


@contextmanager
def site(target: Path, apart: Path | None = None) -> Iterator[Path]:
    """A folder to build in; when the block ends well, it becomes the folder `target`, else nothing is left.

    Raises Conflict("cli.data_dir_taken") where there is something already: a house is never written
    over.  `apart` is the file of a database elsewhere: it is taken away again if something fails.
    """
    require_free(target)
    if apart and apart.exists():
        raise Conflict("cli.data_dir_taken", str(apart), folder=str(apart))
    missing = [one for one in (target, *target.parents) if not one.exists()]
    folder = _workshop(target)
    try:
        yield folder
        _open(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        for one in missing:
            with suppress(OSError):
                one.rmdir()
        for ending in _LEFT_OPEN if apart else ():
            Path(f"{apart}{ending}").unlink(missing_ok=True)
        raise


def require_free(target: Path) -> None:
    """Raise Conflict unless nothing is at `target`, or an empty folder, or what a killed `init` left."""
    try:
        found = [one.name for one in target.iterdir()] if target.exists() else []
    except OSError as error:
        raise _unwritable(target, error) from error
    if any(not name.startswith(_UNFINISHED) and name != "lost+found" for name in found):
        raise Conflict("cli.data_dir_taken", str(target), folder=str(target))


def _workshop(target: Path) -> Path:
    """A private folder beside `target`; within it where only that is ours to write (/var/lib, a volume)."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
    except OSError as beside:
        if not target.exists():
            raise _unwritable(target, beside) from beside
        try:
            return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target))
        except OSError as error:
            raise _unwritable(target, error) from error


def _open(folder: Path, target: Path) -> None:
    """One rename where that can be; else the settings come last, for they make it a house."""
    try:
        for leftover in target.glob(f"{_UNFINISHED}*") if target.exists() else ():
            if leftover != folder:
                shutil.rmtree(leftover)
        try:
            os.rename(folder, target)  # an empty folder there is replaced
        except OSError:  # it is the root of a disk, or the folder stands within it
            _move_all(folder, target)
    except OSError as error:
        raise _unwritable(target, error) from error


def _move_all(folder: Path, target: Path) -> None:
    moved = list[Path]()
    try:
        for one in sorted(folder.iterdir(), key=lambda path: path.suffix == ".toml"):
            moved.append(target / one.name)
            shutil.move(one, moved[-1])
        folder.rmdir()
    except BaseException:
        for one in moved:
            shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it belongs to somebody else, who lets us write
        target.chmod(0o700)


def _unwritable(target: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "cli.data_dir_unwritable", repr(error), folder=str(target), reason=error.strerror or ""
    )
