"""What `doctor` asks the database: who lives here, what is late, what is missing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fedicoop.cli.findings import Finding, fine, mind, wrong
from fedicoop.cli.words import language, t
from fedicoop.errors import Problem

if TYPE_CHECKING:
    from fedicoop.node import Node

OLD_BACKUP = timedelta(days=7)
LATE = timedelta(hours=1)
RECENT = timedelta(days=7)


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
    if missing:
        return [wrong("keys", "doctor.keys_missing", actors=", ".join(missing))]
    if not coops:
        return [mind("keys", "coop.none")]
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


async def _mail(node: "Node") -> list[Finding]:
    """Does the mail server let us in, and has it taken what we brought?"""
    from urllib.parse import urlsplit

    from fedicoop.mail import store
    from fedicoop.outward.post import knock

    server = node.settings.mail_server
    async with node.db.read() as tx:
        waiting, refused = await store.waiting(tx), await store.refused_since(tx, tx.now - RECENT)
    if server is None:
        if waiting:
            return [mind("mail", "doctor.mail_waits", count=str(waiting))]
        return [fine("mail", t("cli.doctor.no_mail"))]
    ourselves = urlsplit(node.settings.origin).hostname or "localhost"
    try:
        await knock(server, ourselves=ourselves, ca_file=node.out.ca_file)
    except Problem as problem:
        return [Finding("mail", "✗", problem=problem)]
    if refused:
        return [mind("mail", "doctor.mail_refused", count=str(len(refused)), answer=refused[0].answer)]
    return [fine("mail", t("cli.doctor.mail_fine", server=f"{server.host}:{server.port}"))]


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


CHECKS = (_identity, _clock, _promises, _mail, _backups, _pictures)
