"""Backups that the house makes of itself, each night or when an admin asks: beside the database, to be
carried away."""

import asyncio
import json
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fedicoop import meta
from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.db import Tx, room
from fedicoop.desk import archiving
from fedicoop.errors import Problem, Unavailable
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node

KEPT = 3
"""How many backups stay in a house that makes none at night; older ones go once a newer one is there."""
HOUR = 3
"""After three at night, where the house is."""
UNFINISHED = 3600.0  # seconds after which nobody works on it any more
LANE = "backup"
_NAME = re.compile(r"fedicoop-\d{8}T\d{6}\.tar\.gz")


@dataclass(frozen=True, slots=True)
class MakeBackup:
    """A promise: the whole house in one file; `asked_by` nobody at night."""

    asked_by: str


@dataclass(frozen=True, slots=True)
class Backup:
    name: str
    size: int  # bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the last one could not be made."""

    key: str
    values: dict[str, str]

    @property
    def problem(self) -> Problem:
        return Problem(self.key, **self.values)


async def make_backup(node: Node, job: Job, task: MakeBackup) -> None:  # noqa: ARG001 - as every job
    """Made once: what stands in its way is told on the page, and it is asked for again by a click.

    A second try means that the first one was cut off: the house is too large for a job's time, and the
    operator's command takes as long as it needs.
    """
    folder = node.settings.backups_dir
    file = folder / f"fedicoop-{node.db.clock():%Y%m%dT%H%M%S}.tar.gz"
    async with node.db.read() as tx:
        listings = await tx.count("SELECT count(*) FROM listings WHERE local AND status <> 'removed'")
    try:
        if job.attempts > 1:
            raise Unavailable("desk.backup_long", command="fedicoop backup create fedicoop-backup.tar.gz")
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(_sweep, folder)
        await archiving.make(node.settings, file, listings=listings, spare=room.FOR_PEERS)
    except Problem as problem:
        log.seldom("backup.not_made", about=problem.key, key=problem.key, detail=problem.detail)
        async with node.db.write() as tx:
            await meta.put(tx, "backup_trouble", json.dumps({"key": problem.key, "values": problem.values}))
        return
    await asyncio.to_thread(_forget_old, folder, node.settings.backups_kept or KEPT)
    async with node.db.write() as tx:
        await note(tx)
    log.info("backup.made", file=str(file))


async def nightly(node: Node) -> bool:
    """Promise the backup of this night, if it is time and none was made since; whether it was promised.

    A house that slept at that hour makes it when it wakes; a new house waits for its first night.  What
    could not be made is tried again with the next call, an hour later.
    """
    if not node.settings.backups_kept:
        return False
    async with node.db.write() as tx:
        if await is_at_work(tx) or not _due(tx, await latest(tx) or await _born(node, tx)):
            return False
        await queue.enqueue(tx, MakeBackup(""), lane=LANE)
    return True


async def is_at_work(tx: Tx) -> bool:
    """Whether one is promised, or being made."""
    return bool(await queue.waiting(tx, LANE, most=1))


def _due(tx: Tx, last: datetime) -> bool:
    here = tx.now.astimezone(tx.zone)
    night = here.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return last < (night if night <= here else night - timedelta(days=1))


async def _born(node: Node, tx: Tx) -> datetime:
    server = await actors.find(tx, addresses.server_id(node.settings.origin))
    return server.published if server and server.published else tx.now


async def note(tx: Tx) -> None:
    """A backup was made now, here or by the operator's command."""
    await meta.put(tx, "backup_at", tx.now.isoformat(timespec="seconds"))
    await meta.put(tx, "backup_trouble", "")


async def trouble(tx: Tx) -> Trouble | None:
    kept = await meta.find(tx, "backup_trouble")
    return Trouble(**json.loads(kept)) if kept else None


async def latest(tx: Tx) -> datetime | None:
    """When the last backup was made, wherever it went."""
    kept = await meta.find(tx, "backup_at")
    return datetime.fromisoformat(kept) if kept else None


def here(folder: Path) -> list[Backup]:
    """The backups that stand beside the database, newest first."""
    found = [one for one in folder.iterdir() if _NAME.fullmatch(one.name)] if folder.is_dir() else []
    return [
        Backup(one.name, one.stat().st_size, datetime.fromtimestamp(one.stat().st_mtime, UTC))
        for one in sorted(found, reverse=True)
    ]


def _forget_old(folder: Path, kept: int) -> None:
    for old in here(folder)[kept:]:
        (folder / old.name).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """What a killed process left half made: nobody will end it."""
    for one in folder.glob(".fedicoop-*"):
        if time.time() - one.stat().st_mtime > UNFINISHED:
            shutil.rmtree(one, ignore_errors=True)
