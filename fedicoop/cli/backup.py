"""`backup` and `restore`: the whole house in one file, and back."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from fedicoop.cli import building, opening
from fedicoop.cli.command import Command, Given, Group, as_json, option
from fedicoop.cli.terminal import marked, show, show_json
from fedicoop.cli.words import language, t
from fedicoop.desk import archive, archiving
from fedicoop.errors import Conflict, Misconfigured, Unavailable

FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))


@click.group(cls=Group, examples=("fedicoop backup create velo.tar.gz", "fedicoop backup verify velo.tar.gz"))
def backup() -> None:
    pass


@backup.command(
    examples=("fedicoop backup create /mnt/usb/velo.tar.gz", "fedicoop backup create velo.tar.gz --json")
)
@FILE
@as_json
def create(file: Path, as_json: bool) -> None:
    found = opening.perform(_create(file))
    size = file.stat().st_size
    if as_json:
        return show_json({"file": str(file.absolute()), "size": size} | found.told())
    show(marked("✓", t("cli.backup.created", file=file, size=_megabytes(size))))
    show(f"  {_contents(found)}")
    return show(f"  {t('cli.backup.keys_inside')}")


async def _create(file: Path) -> archive.Manifest:
    from fedicoop.desk import backups

    async with opening.opened() as node:
        async with node.db.read() as tx:
            listings = await tx.count("SELECT count(*) FROM listings WHERE local AND status <> 'removed'")
        found = await archiving.make(node.settings, file, listings=listings)
        async with node.db.write() as tx:
            await backups.note(tx)
    return found


@backup.command(examples=("fedicoop backup verify velo.tar.gz", "fedicoop backup verify velo.tar.gz --json"))
@FILE
@as_json
def verify(file: Path, as_json: bool) -> None:
    found = opening.perform(archive.verify(file))
    if as_json:
        return show_json({"file": str(file.absolute()), "size": file.stat().st_size} | found.told())
    show(marked("✓", t("cli.backup.sound", file=file)))
    return show(f"  {_contents(found)}")


def _contents(found: archive.Manifest) -> str:
    from fedicoop.i18n import moment, number

    count = number(found.listings, language())
    made = moment(datetime.fromisoformat(found.created), language())
    return t("cli.backup.contents", origin=found.origin, made=made, listings=count, pictures=found.pictures)


def _megabytes(size: int) -> str:
    from fedicoop.i18n import number

    return number(max(round(size / 1_000_000, 1), 0.1), language())


@click.command(
    cls=Command,
    examples=(
        "fedicoop restore velo.tar.gz --data-dir /var/lib/fedicoop",
        "fedicoop restore velo.tar.gz --data-dir /var/lib/fedicoop --force",
    ),
)
@FILE
@option("--force", is_flag=True)
@as_json
def restore(file: Path, force: bool, as_json: bool) -> None:
    from fedicoop import settings as room

    flags = {"data_dir": click.get_current_context().ensure_object(Given).data_dir}
    settings = room.load(flags, os.environ, require_origin=False)
    target = settings.data_dir
    if settings.sources["database_url"] == f"{room.PREFIX}DATABASE_URL":
        raise Misconfigured("cli.restore_apart", settings.database_url, url=settings.database)
    found = opening.perform(archive.verify(file))
    aside = _make_room(target, force)
    try:
        with building.site(target) as folder:
            archive.unpack(file, folder)
            opening.perform(_note(folder, file, found))
    except BaseException:
        if aside:
            aside.rename(target)
        raise
    if as_json:
        told = {"data_dir": str(target), "set_aside": str(aside) if aside else None}
        return show_json(told | found.told())
    show(marked("✓", t("cli.backup.restored", folder=target)))
    show(f"  {_contents(found)}")
    if aside:
        show(f"  {t('cli.backup.set_aside', folder=aside)}")
    return show(f"  {t('cli.backup.next', command=opening.command('doctor', '--data-dir', target))}")


def _make_room(target: Path, force: bool) -> Path | None:
    """Where the house that stands there went, if there is one and the operator insists."""
    from fedicoop.db.lock import is_held

    if not target.exists():
        return None
    for name in ("serve", "worker"):
        if is_held(target, name):
            raise Unavailable("cli.restore_running", str(target), folder=str(target), name=name)
    try:
        building.require_free(target)
        return None
    except Conflict:
        if not force:
            raise Conflict("cli.restore_taken", str(target), folder=str(target)) from None
    aside = target.with_name(f"{target.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    try:
        target.rename(aside)
    except OSError as error:
        reason = error.strerror or ""
        raise Unavailable(
            "cli.data_dir_unwritable", repr(error), folder=str(target), reason=reason
        ) from error
    return aside


async def _note(folder: Path, file: Path, found: archive.Manifest) -> None:
    """The restored house knows that it was restored, and has its database at home.

    Where the settings name a database elsewhere, another one may stand there now.
    """
    from fedicoop import meta
    from fedicoop.db import Database
    from fedicoop.db.ids import new_ulid_source
    from fedicoop.db.sqlite import SqliteEngine

    settings = folder / archive.SETTINGS
    if settings.exists():
        text = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub(r"(?m)^(\s*database_url\b)", r"#\1", text), encoding="utf-8")
    engine = await SqliteEngine.open(folder / archive.DATABASE, create=False)
    try:
        async with Database(engine, lambda: datetime.now(UTC), new_ulid_source()).write() as tx:
            source = json.dumps({"file": file.name, "created": found.created, "version": found.version})
            await meta.put(tx, "restored_from", source)
            await meta.put(tx, "restored_at", tx.now.isoformat(timespec="seconds"))
    finally:
        await engine.close()
