"""`db to-postgres`: a coop that has outgrown its file moves to a PostgreSQL server."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import as_json
from fedicoop.cli.database import db
from fedicoop.cli.terminal import marked, show, show_json, show_step
from fedicoop.cli.words import n, t
from fedicoop.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from fedicoop.settings import Settings


@db.command(
    "to-postgres",
    examples=(
        "fedicoop db to-postgres postgresql://fedicoop:PASSWORD@localhost/fedicoop",
        "fedicoop db to-postgres postgresql:///fedicoop --data-dir /var/lib/fedicoop --json",
    ),
)
@click.argument("url", metavar="URL")
@as_json
def to_postgres(url: str, as_json: bool) -> None:
    from fedicoop.settings.values import Given as Said
    from fedicoop.settings.values import checked

    settings = opening.settings()
    there = replace(settings, database_url=checked("database_url", Said(url, "URL", "URL")))
    if settings.on_postgresql or not there.on_postgresql:
        raise Conflict("cli.to_postgres_from", url)
    if opening.runs(settings):
        raise Unavailable("cli.to_postgres_running", str(settings.data_dir), folder=str(settings.data_dir))
    rows = opening.perform(_move(settings, there))
    kept = settings.database_path
    aside = kept.with_name(f"{kept.name}.moved-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    written = _point_to(settings, url)
    kept.rename(aside)
    if as_json:
        return show_json({"rows": rows, "set_aside": str(aside), "settings_written": written})
    for table, number in sorted(rows.items()):
        if number:
            show_step("✓", table, str(number))
    show(marked("✓", n("cli.db.moved", sum(rows.values()))))
    show(f"  {t('cli.db.moved_aside', file=aside)}")
    if not written:
        show(f"  {t('cli.db.moved_variable')}")
    return show(
        f"  {t('cli.db.moved_next', command=opening.command('serve', '--data-dir', settings.data_dir))}"
    )


async def _move(here: "Settings", there: "Settings") -> dict[str, int]:
    """Everything in one commit; then the search takes in what came."""
    from fedicoop.assemble import assemble
    from fedicoop.db.lock import hold
    from fedicoop.db.moving import move
    from fedicoop.finding import reindexing

    with hold(here.data_dir, "serve"), hold(here.data_dir, "worker"):
        async with assemble(here) as source, assemble(there, create=True) as target:
            rows = await move(source.db, target.db)
            await reindexing.take_in_anew(target)
            return rows


def _point_to(settings: "Settings", url: str) -> bool:
    """Write the new address into the settings; False where the environment says another one."""
    from fedicoop import settings as room

    file = settings.data_dir / room.FILE
    if settings.sources["database_url"] not in ("default", str(file)):
        return False
    room.note(file, "database_url", url)
    return True
