"""What is looked at on this machine: the folder, the disk, SQLite."""

import os
import shutil
import sqlite3
from collections.abc import Iterator

from fedicoop.desk.findings import Finding, fine, mind, wrong
from fedicoop.i18n import number, t
from fedicoop.settings import FILE, Settings

LEAST_ROOM, LITTLE_ROOM = 50_000_000, 500_000_000  # bytes
OLDEST_SQLITE = (3, 40, 0)


def folder(settings: Settings, language: str) -> Iterator[Finding]:
    home = settings.data_dir
    if not home.is_dir():
        return (yield wrong("folder", "settings.not_initialised", folder=str(home)))
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        reason = t("doctor.no_access", language)
        return (yield wrong("folder", "cli.data_dir_unwritable", folder=str(home), reason=reason))
    files = [home, home / FILE, *([] if settings.on_postgresql else [settings.database_path])]
    opened = [one for one in files if one.exists()]
    if loose := [str(one) for one in opened if one.stat().st_mode & 0o077]:
        return (yield mind("folder", "doctor.folder_open", paths=", ".join(loose), command=_chmod(loose)))
    return (yield fine("folder", str(home)))


def _chmod(paths: list[str]) -> str:
    return f"chmod go-rwx {' '.join(paths)}"


def room(settings: Settings, language: str) -> Iterator[Finding]:
    if not settings.data_dir.is_dir():
        return
    free = shutil.disk_usage(settings.data_dir).free
    shown = number(free // 1_000_000, language)
    if free < LITTLE_ROOM:
        finding = wrong if free < LEAST_ROOM else mind
        yield finding("disk", "doctor.disk_nearly_full", free=shown, folder=str(settings.data_dir))
    else:
        yield fine("disk", t("doctor.free", language, free=shown))


def sqlite(settings: Settings, _: str) -> Iterator[Finding]:
    """The library that Python brought: recent enough, and able to search texts."""
    if settings.on_postgresql:
        return
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield wrong("sqlite", "doctor.sqlite_old", version=version, least="3.40")
        return
    with sqlite3.connect(":memory:") as raw:
        options = {row[0] for row in raw.execute("PRAGMA compile_options")}
    raw.close()
    if "ENABLE_FTS5" not in options:
        yield mind("sqlite", "doctor.no_fts5", version=version)
    else:
        yield fine("sqlite", f"{version}, FTS5")


def https(settings: Settings, _: str) -> Iterator[Finding]:
    if settings.origin.startswith("http:"):
        yield mind("https", "doctor.plain_http", origin=settings.origin)
    else:
        yield fine("https", settings.origin)


CHECKS = (folder, room, sqlite, https)
