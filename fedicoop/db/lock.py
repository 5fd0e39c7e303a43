"""One process at a time: who works on a data folder says so in a locked file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fedicoop.db import faults
from fedicoop.errors import Unavailable


@contextmanager
def hold(data_dir: Path, name: str, *, shared: bool = False) -> Iterator[None]:
    """Hold `name` (`serve`, say) on this data folder until the end of the block.

    `shared`: together with others that say so too, as the processes of one PostgreSQL do.  Else whoever
    comes second is refused with Unavailable("storage.held"), which names the process that
    holds it.  The lock goes with its process, however that ends: the file left behind means nothing.
    """
    path = data_dir / f"{name}.lock"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise faults.of_system(error) from error
    try:
        _lock(file, name, path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def is_held(data_dir: Path, name: str) -> bool:
    """Whether a process of this sort has the data folder in its hands."""
    if not (data_dir / f"{name}.lock").exists():
        return False
    try:
        with hold(data_dir, name):
            return False
    except Unavailable as problem:
        if problem.key == "storage.held":
            return True
        raise


def is_worked_on(data_dir: Path) -> bool:
    """Whether `serve` or `worker` works on the data folder now, and so carries what is promised."""
    return is_held(data_dir, "serve") or is_held(data_dir, "worker")


def _lock(file: int, name: str, path: Path, how: int) -> None:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "?"
        raise Unavailable("storage.held", str(path), name=name, pid=holder) from error
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
