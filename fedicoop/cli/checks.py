"""Everything that `doctor` looks at, in order: from the disk to the front door."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fedicoop.cli import checks_disk, checks_house, checks_network
from fedicoop.cli.findings import Finding, fine
from fedicoop.errors import Problem

if TYPE_CHECKING:
    from fedicoop.settings import Settings


async def examine(
    flags: Mapping[str, object], environ: Mapping[str, str], found: Callable[[Finding], None]
) -> None:
    """Look at everything that can be looked at, and hand each finding on as soon as it is there.

    What cannot be asked because something beneath it is broken is left out: one cause, one ✗.
    """
    from fedicoop import settings as room

    try:
        settings = room.load(flags, environ)
    except Problem as problem:
        return found(Finding("settings", "✗", problem=problem))
    found(fine("settings", str(settings.data_dir / room.FILE)))
    for check in (checks_disk.folder, checks_disk.room, checks_disk.sqlite):
        for one in check(settings):
            found(one)
    try:
        await checks_disk.database(settings, found)
        serving_at = await _node(settings, found)
    except Problem as problem:
        found(Finding("database", "✗", problem=problem))
        serving_at = None
    return await checks_network.examine(settings, serving_at, found)


async def _node(settings: "Settings", found: Callable[[Finding], None]) -> str | None:
    """What the database knows; and where `serve` said that it listens."""
    from fedicoop import meta
    from fedicoop.assemble import assemble

    async with assemble(settings) as node:
        for check in checks_house.CHECKS:
            for one in await check(node):
                found(one)
        async with node.db.read() as tx:
            return await meta.find(tx, "serving_at")
