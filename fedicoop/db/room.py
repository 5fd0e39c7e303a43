"""How much room is left on the disk, and what is refused before there is none.

Peers are asked to come later while there is still room for members, and members are told while there is
still room for what was promised already: a full disk is never met in the middle of something (security,
section 2.2, rule 8).
"""

import os
from pathlib import Path

from fedicoop.errors import Unavailable
from fedicoop.settings import Settings

FOR_PEERS, FOR_MEMBERS = 200_000_000, 50_000_000
"""Bytes that must be free for a peer's letter, or its picture, and for a member's form."""


def free(folder: Path) -> int:
    """Bytes that we may still write there.  Raises OSError where the folder is gone."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def require(settings: Settings, least: int) -> None:
    """Insist that the database is in its place, and that there is room beside it.

    Raises Unavailable `storage.missing` where its file was taken away while we have it open: what would
    be written then nobody would ever find; `storage.nearly_full` where less than `least` bytes are free.
    """
    folder = settings.data_dir
    if settings.database.startswith("sqlite:"):
        if not settings.database_path.exists():
            raise Unavailable("storage.missing", str(settings.database_path))
        folder = settings.database_path.parent
    try:
        left = free(folder)
    except OSError as error:
        raise Unavailable("storage.missing", str(error)) from error
    if left < least:
        shown = {"free": str(left // 1_000_000), "least": str(least // 1_000_000)}
        raise Unavailable("storage.nearly_full", f"{left} bytes free in {folder}", **shown)
