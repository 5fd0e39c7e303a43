"""What the database is asked: who lives here, what is late, what is missing."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from fedicoop import meta
from fedicoop.actors import addresses, keyring, store
from fedicoop.db.lock import is_worked_on
from fedicoop.desk.findings import Finding, fine, mind, wrong
from fedicoop.errors import NotFound, Problem
from fedicoop.i18n import ago, moment, t
from fedicoop.jobs import queue
from fedicoop.jobs.told import reason, way_and_host
from fedicoop.mail import store as letters
from fedicoop.media import files
from fedicoop.node import Node
from fedicoop.outward.post import knock

OLD_BACKUP = timedelta(days=7)
REMINDED = timedelta(days=14)
LATE = timedelta(hours=1)
RECENT = timedelta(days=7)


async def _identity(node: Node, language: str) -> list[Finding]:
    """The server, at least one coop, and keys for each of them."""
    async with node.db.read() as tx:
        coops = await store.coops(tx)
        ids = [addresses.server_id(node.settings.origin), *(coop.id for coop in coops)]
        missing = []
        for id in ids:
            try:
                await keyring.signer(tx, id)
            except NotFound:
                missing.append(id)
    if missing:
        return [wrong("keys", "doctor.keys_missing", actors=", ".join(missing))]
    if not coops:
        return [mind("keys", "coop.none")]
    return [fine("keys", t("doctor.keys_there", language, coops=", ".join(coop.handle for coop in coops)))]


async def _clock(node: Node, language: str) -> list[Finding]:
    """A clock that stands before our own last words is wrong, and so will be every signature."""
    now = node.db.clock()
    async with node.db.read() as tx:
        ahead = await tx.count(
            "SELECT count(*) FROM sent WHERE created_at > :soon", soon=now + timedelta(minutes=5)
        )
    shown = moment(now, language)
    return [mind("clock", "doctor.clock_behind", now=shown)] if ahead else [fine("clock", shown)]


async def _promises(node: Node, language: str) -> list[Finding]:
    """Is what we promised being kept: who does it, what is late, what was given up?"""
    async with node.db.read() as tx:
        lanes, now = await queue.lanes(tx), tx.now
    found = list[Finding]()
    if not is_worked_on(node.settings.data_dir):
        found.append(mind("running", "doctor.nobody_runs", command="fedicoop serve"))
    for lane in lanes:
        host = way_and_host(lane.lane)[1]
        if lane.dead:
            found.append(mind("outbox", "doctor.given_up", host=host, count=str(lane.dead)))
        elif lane.oldest and now - lane.oldest > LATE:
            why = (
                reason(lane.last_error, lane.lane, language)
                if lane.last_error
                else t("doctor.no_worker", language)
            )
            since = ago(lane.oldest, now, language)
            shown = {"host": host, "count": str(lane.waiting), "since": since, "reason": why}
            found.append(mind("outbox", "doctor.late", **shown))
    waiting = sum(lane.waiting for lane in lanes)
    return [*found, *([] if found else [fine("outbox", t("doctor.outbox_fine", language, waiting=waiting))])]


async def _backups(node: Node, language: str) -> list[Finding]:

    async with node.db.read() as tx:
        last, now = await meta.find(tx, "backup_at"), tx.now
    command = "fedicoop backup create fedicoop-backup.tar.gz"
    if last is None:
        return [mind("backup", "doctor.no_backup", command=command)]
    since = ago(datetime.fromisoformat(last), now, language)
    if now - datetime.fromisoformat(last) > OLD_BACKUP:
        return [mind("backup", "doctor.old_backup", since=since, command=command)]
    return [fine("backup", since)]


async def _restored(node: Node, language: str) -> list[Finding]:
    """A house that came back from an earlier day lacks what was done since: somebody must look."""
    async with node.db.read() as tx:
        at, source = await meta.find(tx, "restored_at"), await meta.find(tx, "restored_from")
        now = tx.now
    if at is None or source is None or now - datetime.fromisoformat(at) > REMINDED:
        return []
    made = moment(datetime.fromisoformat(json.loads(source)["created"]), language)
    return [
        mind("restored", "doctor.restored", since=ago(datetime.fromisoformat(at), now, language), made=made)
    ]


async def _pictures(node: Node, language: str) -> list[Finding]:
    """Every photo that a row names is there."""

    folder = node.settings.media_dir
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        why = t("doctor.no_access", language)
        return [wrong("media", "cli.data_dir_unwritable", folder=str(folder), reason=why)]
    async with node.db.read() as tx:
        names = await tx.all(_Name, "SELECT name FROM pictures WHERE status = 'kept'")
    missing = await asyncio.to_thread(_missing, folder, [one.name for one in names])
    if missing:
        return [wrong("media", "doctor.pictures_missing", count=str(missing), folder=str(folder))]
    return [fine("media", t("doctor.pictures_there", language, count=len(names)))]


async def _mail(node: Node, language: str, *, knocking: bool = True) -> list[Finding]:
    """Does the mail server let us in, and has it taken what we brought?"""

    server = node.settings.mail_server
    async with node.db.read() as tx:
        waiting, refused = await letters.waiting(tx), await letters.refused_since(tx, tx.now - RECENT)
    if server is None:
        if waiting:
            return [mind("mail", "doctor.mail_waits", count=str(waiting))]
        return [fine("mail", t("doctor.no_mail", language))]
    ourselves = urlsplit(node.settings.origin).hostname or "localhost"
    try:
        if knocking:
            await knock(server, ourselves=ourselves, ca_file=node.out.ca_file)
    except Problem as problem:
        return [Finding("mail", "✗", problem=problem)]
    if refused:
        return [mind("mail", "doctor.mail_refused", count=str(len(refused)), answer=refused[0].answer)]
    return [fine("mail", t("doctor.mail_fine", language, server=f"{server.host}:{server.port}"))]


def _missing(folder: Path, names: list[str]) -> int:
    return sum(bool(files.NAME.fullmatch(name)) and not (folder / name).exists() for name in names)


async def _letters(node: Node, language: str) -> list[Finding]:
    """The same without asking the mail server, who may take his time."""
    return await _mail(node, language, knocking=False)


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


QUICK = (_identity, _clock, _promises, _letters, _backups, _restored, _pictures)
"""For a page: asks nobody outside."""
CHECKS = (_identity, _clock, _promises, _mail, _backups, _restored, _pictures)
