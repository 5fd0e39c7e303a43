"""What the database is asked: who lives here, what is late, what is missing."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fedicoop import meta
from fedicoop.actors import addresses, keyring, readers, store
from fedicoop.desk import clock
from fedicoop.desk.checks_peers import neighbours
from fedicoop.desk.checks_promises import promises
from fedicoop.desk.findings import Finding, fine, mind, wrong
from fedicoop.errors import NotFound
from fedicoop.follows import store_between as between
from fedicoop.i18n import ago, moment, t
from fedicoop.mail import store as letters
from fedicoop.media import files
from fedicoop.node import Node
from fedicoop.peers import decisions
from fedicoop.peers.peer import Policy

OLD_BACKUP = timedelta(days=7)
REMINDED = timedelta(days=14)
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


async def _database(node: Node, language: str) -> list[Finding]:
    """It answers, with our own address in it.  Raises Unavailable."""
    async with node.db.read() as tx:
        if await meta.find(tx, "origin") != node.settings.origin:
            kept = await meta.find(tx, "origin") or ""
            return [wrong("database", "settings.origin_changed", kept=kept, given=node.settings.origin)]
    if node.settings.on_postgresql:
        return [fine("database", "PostgreSQL")]
    size = node.settings.database_path.stat().st_size
    return [fine("database", t("doctor.database_answers", language, size=f"{size / 1_000_000:.1f}"))]


async def _clock(node: Node, language: str) -> list[Finding]:
    """Compared with our own last words, and with what the other houses say of the time (case 135)."""
    now = node.db.clock()
    async with node.db.read() as tx:
        ahead = await tx.count(
            "SELECT count(*) FROM sent WHERE created_at > :soon", soon=now + timedelta(minutes=5)
        )
        skew = await clock.noted(tx)
    shown = moment(now, language, node.settings.zone)
    if skew and abs(skew.seconds) > clock.ODD:
        finding = wrong if abs(skew.seconds) > clock.FATAL else mind
        by = clock.words(skew, language)
        return [finding("clock", "doctor.clock_differs", now=shown, by=by, houses=str(skew.houses))]
    return [mind("clock", "doctor.clock_behind", now=shown)] if ahead else [fine("clock", shown)]


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


async def _rules(node: Node, language: str) -> list[Finding]:
    """What admins decided about other houses, as far as it is not the usual: why somebody is not heard."""
    async with node.db.read() as tx:
        listed_only, signed_only = await decisions.listed_only(tx), await readers.must_sign(tx)
        decided = await decisions.decided(tx)
        behind = await between.left_behind(tx)
    open = sum(1 for one in decided if one.policy is Policy.OPEN)
    found = []
    if listed_only and not open:
        found.append(mind("houses", "doctor.nobody_listed"))
    elif listed_only:
        found.append(fine("houses", t("doctor.listed_only", language, count=open)))
    if signed_only:
        found.append(fine("houses", t("doctor.signed_only", language)))
    if closed := len(decided) - open:
        found.append(fine("houses", t("doctor.houses_closed", language, count=closed)))
    if behind:
        found.append(fine("houses", t("doctor.left_behind", language, count=behind)))
    return found


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


async def _letters(node: Node, language: str) -> list[Finding]:
    """Is there mail, and has the mail server taken what we brought?"""
    async with node.db.read() as tx:
        waiting, refused = await letters.waiting(tx), await letters.refused_since(tx, tx.now - RECENT)
    if node.settings.mail_server is None:
        if waiting:
            return [mind("mail", "doctor.mail_waits", count=str(waiting))]
        return [fine("mail", t("doctor.no_mail", language))]
    if refused:
        return [mind("mail", "doctor.mail_refused", count=str(len(refused)), answer=refused[0].answer)]
    return []


def _missing(folder: Path, names: list[str]) -> int:
    return sum(bool(files.NAME.fullmatch(name)) and not (folder / name).exists() for name in names)


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


VITAL = (_database, _identity)
"""Without these nothing can be served."""
CHECKS = (*VITAL, _clock, promises, neighbours, _letters, _backups, _restored, _rules, _pictures)
"""They ask nobody outside."""
