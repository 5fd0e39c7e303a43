"""Everything that `doctor` looks at, in order: from the disk to the front door."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fedicoop.cli.words import language, t
from fedicoop.desk.findings import Finding, fine, mind
from fedicoop.errors import Problem

if TYPE_CHECKING:
    from fedicoop.desk.checks_network import Place
    from fedicoop.settings import Settings


async def examine(
    flags: Mapping[str, object], environ: Mapping[str, str], found: Callable[[Finding], None]
) -> None:
    """Look at everything that can be looked at, and hand each finding on as soon as it is there.

    What cannot be asked because something beneath it is broken is left out: one cause, one ✗.
    """
    from fedicoop import settings as room
    from fedicoop.desk import checks_machine, checks_network
    from fedicoop.desk.checks_network import Place

    try:
        settings = room.load(flags, environ)
    except Problem as problem:
        return found(Finding("settings", "✗", problem=problem))
    found(fine("settings", str(settings.data_dir / room.FILE)))
    for check in checks_machine.CHECKS:
        for one in check(settings, language()):
            found(one)
    place = Place(settings, environ.get("SSL_CERT_FILE"))
    try:
        await _database(settings, found)
        await _node(settings, place, found)
    except Problem as problem:
        found(Finding("database", "✗", problem=problem))
        await _ask(place, checks_network.CHECKS, found)


async def _ask(place: "Place", checks: "Iterable[Any]", found: Callable[[Finding], None]) -> None:
    for check in checks:
        for one in await check(place):
            found(one)


async def _database(settings: "Settings", found: Callable[[Finding], None]) -> None:
    """The whole file is read; migrations that wait are told, not applied.  Raises Unavailable."""
    from fedicoop.cli.database import state
    from fedicoop.db.backup import check

    if not settings.on_postgresql:  # a server looks after its own files
        await check(settings.database_path)
    there = await state(settings)
    if there.pending:
        found(mind("database", "doctor.migrations_wait", names=", ".join(there.pending)))
    else:
        found(fine("database", t("doctor.database_sound", size=f"{there.size / 1_000_000:.1f}")))


async def _node(settings: "Settings", place: "Place", found: Callable[[Finding], None]) -> None:
    """What the database knows, and where `serve` said that it listens; then the world outside."""
    from fedicoop import meta
    from fedicoop.assemble import assemble
    from fedicoop.desk import checks_house, checks_network

    async with assemble(settings) as node:
        for check in checks_house.CHECKS:
            for one in await check(node, language()):
                if one.label != "database" or one.problem:  # the whole of it was read just now
                    found(one)
        async with node.db.read() as tx:
            serving_at = await meta.find(tx, "serving_at")
        await _ask(replace(place, node=node, serving_at=serving_at), checks_network.CHECKS, found)
