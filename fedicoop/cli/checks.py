"""What `doctor` looks at, one function a matter: disk, database, names, network, promises, backups."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fedicoop.cli.words import language, t
from fedicoop.errors import Problem

if TYPE_CHECKING:
    from fedicoop.node import Node
    from fedicoop.settings import Settings

LEAST_ROOM, LITTLE_ROOM = 50_000_000, 500_000_000  # bytes
OLD_BACKUP = timedelta(days=7)
LATE = timedelta(hours=1)
OLDEST_SQLITE = (3, 40, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """✓ with what is well, or ! or ✗ with the problem that it is."""

    label: str
    mark: str
    text: str = ""
    problem: Problem | None = None


def fine(label: str, text: str) -> Finding:
    return Finding(label, "✓", text)


def mind(label: str, key: str, **values: str) -> Finding:
    """Works, but the operator should know.  `key` is a problem's."""
    return Finding(label, "!", problem=Problem(key, **values))


def wrong(label: str, key: str, **values: str) -> Finding:
    """Does not work."""
    return Finding(label, "✗", problem=Problem(key, **values))


async def examine(
    flags: Mapping[str, object], environ: Mapping[str, str], found: Callable[[Finding], None]
) -> None:
    """Look at everything that can be looked at, and hand each finding on as soon as it is there.

    What cannot be asked because something beneath it is broken is left out: one cause, one ✗.
    """
    from fedicoop import settings as room
    from fedicoop.cli import checks_network

    try:
        settings = room.load(flags, environ)
    except Problem as problem:
        return found(Finding("settings", "✗", problem=problem))
    found(fine("settings", str(settings.data_dir / room.FILE)))
    for check in (_folder, _room, _sqlite):
        for one in check(settings):
            found(one)
    try:
        await _database(settings, found)
        await _node(settings, found)
    except Problem as problem:
        found(Finding("database", "✗", problem=problem))
    return await checks_network.examine(settings, found)


def _folder(settings: "Settings") -> Iterator[Finding]:
    import os

    from fedicoop.settings import FILE

    folder = settings.data_dir
    if not folder.is_dir():
        return (yield wrong("folder", "settings.not_initialised", folder=str(folder)))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        reason = t("cli.doctor.no_access")
        return (yield wrong("folder", "cli.data_dir_unwritable", folder=str(folder), reason=reason))
    opened = [one for one in (folder, folder / FILE, settings.database_path) if one.exists()]
    if loose := [str(one) for one in opened if one.stat().st_mode & 0o077]:
        return (yield mind("folder", "doctor.folder_open", paths=", ".join(loose), command=_chmod(loose)))
    return (yield fine("folder", str(folder)))


def _chmod(paths: list[str]) -> str:
    return f"chmod go-rwx {' '.join(paths)}"


def _room(settings: "Settings") -> Iterator[Finding]:
    import shutil

    from fedicoop.i18n import number

    if not settings.data_dir.is_dir():
        return
    free = shutil.disk_usage(settings.data_dir).free
    shown = number(free // 1_000_000, language())
    if free < LITTLE_ROOM:
        finding = wrong if free < LEAST_ROOM else mind
        yield finding("disk", "doctor.disk_nearly_full", free=shown, folder=str(settings.data_dir))
    else:
        yield fine("disk", t("cli.doctor.free", free=shown))


def _sqlite(_: "Settings") -> Iterator[Finding]:
    """The library that Python brought: recent enough, and able to search texts."""
    import sqlite3

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


async def _database(settings: "Settings", found: Callable[[Finding], None]) -> None:
    """The whole file is read; migrations that wait are told, not applied.  Raises Unavailable."""
    from fedicoop.cli.database import state
    from fedicoop.db.backup import check

    await check(settings.database_path)
    there = await state(settings)
    if there.pending:
        found(mind("database", "doctor.migrations_wait", names=", ".join(there.pending)))
    else:
        found(fine("database", t("cli.doctor.database_sound", size=f"{there.size / 1_000_000:.1f}")))


async def _node(settings: "Settings", found: Callable[[Finding], None]) -> None:
    from fedicoop.assemble import assemble

    checks: list[Callable[[Node], Awaitable[list[Finding]]]] = [
        _identity,
        _clock,
        _promises,
        _backups,
        _pictures,
    ]
    async with assemble(settings) as node:
        for check in checks:
            for one in await check(node):
                found(one)


async def _identity(node: "Node") -> list[Finding]:
    """The server, at least one coop, and keys for each of them."""
    from fedicoop.actors import addresses, keyring, store
    from fedicoop.errors import NotFound

    async with node.db.read() as tx:
        coops = await store.coops(tx)
        ids = [addresses.server_id(node.settings.origin), *(coop.id for coop in coops)]
        missing = []
        for id in ids:
            try:
                await keyring.signer(tx, id)
            except NotFound:
                missing.append(id)
    if not coops:
        return [wrong("keys", "coop.none")]
    if missing:
        return [wrong("keys", "doctor.keys_missing", actors=", ".join(missing))]
    return [fine("keys", t("cli.doctor.keys_there", coops=", ".join(coop.handle for coop in coops)))]


async def _clock(node: "Node") -> list[Finding]:
    """A clock that stands before our own last words is wrong, and so will be every signature."""
    from fedicoop.i18n import moment

    now = node.db.clock()
    async with node.db.read() as tx:
        ahead = await tx.count(
            "SELECT count(*) FROM sent WHERE created_at > :soon", soon=now + timedelta(minutes=5)
        )
    shown = moment(now, language())
    return [mind("clock", "doctor.clock_behind", now=shown)] if ahead else [fine("clock", shown)]


async def _promises(node: "Node") -> list[Finding]:
    """Is what we promised being kept: who does it, what is late, what was given up?"""
    from fedicoop.cli import opening
    from fedicoop.cli.outbox import reason, way_and_host
    from fedicoop.i18n import ago
    from fedicoop.jobs import queue

    async with node.db.read() as tx:
        lanes, now = await queue.lanes(tx), tx.now
    found = list[Finding]()
    if not opening.runs(node.settings):
        found.append(mind("running", "doctor.nobody_runs", command="fedicoop serve"))
    for lane in lanes:
        host = way_and_host(lane.lane)[1]
        if lane.dead:
            found.append(mind("outbox", "doctor.given_up", host=host, count=str(lane.dead)))
        elif lane.oldest and now - lane.oldest > LATE:
            why = reason(lane.last_error, lane.lane) if lane.last_error else t("cli.doctor.no_worker")
            since = ago(lane.oldest, now, language())
            shown = {"host": host, "count": str(lane.waiting), "since": since, "reason": why}
            found.append(mind("outbox", "doctor.late", **shown))
    waiting = sum(lane.waiting for lane in lanes)
    return [*found, *([] if found else [fine("outbox", t("cli.doctor.outbox_fine", waiting=waiting))])]


async def _backups(node: "Node") -> list[Finding]:
    from datetime import datetime

    from fedicoop import meta
    from fedicoop.i18n import ago

    async with node.db.read() as tx:
        last, now = await meta.find(tx, "backup_at"), tx.now
    command = "fedicoop backup create fedicoop-backup.tar.gz"
    if last is None:
        return [mind("backup", "doctor.no_backup", command=command)]
    since = ago(datetime.fromisoformat(last), now, language())
    if now - datetime.fromisoformat(last) > OLD_BACKUP:
        return [mind("backup", "doctor.old_backup", since=since, command=command)]
    return [fine("backup", since)]


async def _pictures(node: "Node") -> list[Finding]:
    """Every photo that a row names is there."""
    import os

    from fedicoop.media import files

    folder = node.settings.media_dir
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        reason = t("cli.doctor.no_access")
        return [wrong("media", "cli.data_dir_unwritable", folder=str(folder), reason=reason)]
    async with node.db.read() as tx:
        names = await tx.all(_Name, "SELECT name FROM pictures WHERE status = 'kept'")
    missing = [
        one.name for one in names if files.NAME.fullmatch(one.name) and not (folder / one.name).exists()
    ]
    if missing:
        return [wrong("media", "doctor.pictures_missing", count=str(len(missing)), folder=str(folder))]
    return [fine("media", t("cli.doctor.pictures_there", count=len(names)))]


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
