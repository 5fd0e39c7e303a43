"""`move-domain`: the whole house takes another address."""

from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json, dry_run, yes
from fedicoop.cli.terminal import marked, show, show_json, show_step
from fedicoop.cli.words import t
from fedicoop.errors import Conflict, Misused, Unavailable

if TYPE_CHECKING:
    from fedicoop.desk.house_moving import Plan
    from fedicoop.node import Node
    from fedicoop.settings import Settings

NUMBERS = ("actors", "listings", "followers", "following", "members", "passkeys")


@click.command(
    cls=Command,
    examples=(
        "fedicoop move-domain https://velo.example.coop --dry-run",
        "fedicoop move-domain https://velo.example.coop --yes",
    ),
)
@click.argument("origin", metavar="ORIGIN")
@dry_run
@yes
@as_json
def move_domain(origin: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    from fedicoop.settings.values import one_origin

    settings = opening.settings()
    new = one_origin(origin, "ORIGIN", settings.allowed_peers)
    if not dry_run and opening.runs(settings):
        raise Unavailable("moving.still_serves", str(settings.data_dir), folder=str(settings.data_dir))
    plan, done = opening.perform(_move(settings, new, write=yes and not dry_run))
    written = done and _point_to(settings, new)
    if as_json:
        told = {name: getattr(plan, name) for name in ("old", "new", *NUMBERS)}
        return show_json(told | {"moved": done, "settings_written": written})
    show(t("cli.move.from_to", old=plan.old, new=plan.new))
    for name in NUMBERS:
        show_step("·", t(f"moving.{name}"), str(getattr(plan, name)))
    if not done:
        if not (dry_run or yes):
            raise Misused("moving.not_sure", new, command=opening.command("move-domain", new, "--yes"))
        return show(t("cli.move.nothing"))
    show(marked("✓", t("cli.move.done", new=new)))
    if not written:
        show(f"  {t('cli.move.variable', new=new)}")
    return show(f"  {t('cli.move.next', command=opening.command('serve'), old=plan.old)}")


async def _move(settings: "Settings", new: str, *, write: bool) -> "tuple[Plan, bool]":
    """Count, and with `write` move: in one commit, after a copy of the database was made.

    Where a move was begun before and the settings alone were left behind, it is as good as done.
    """
    from fedicoop.assemble import back_up_before
    from fedicoop.desk import house_moving
    from fedicoop.finding import reindexing

    async with opening.opened() as node:
        old = settings.origin
        async with node.db.read() as tx:
            plan = await house_moving.plan(tx, old, new)
            already = await house_moving.is_moved(tx, new)
        if already and old == new:
            raise Conflict("moving.already", new, origin=new)
        if write and not already:
            await _require_other(node, new)
            await back_up_before(node.settings, "move-domain")
            async with node.db.write() as tx:
                await house_moving.move(tx, node.settings.origin, new)
        if write:
            await reindexing.take_in_anew(node)
        return plan, write


async def _require_other(node: "Node", new: str) -> None:
    """Raises Conflict where peers know that address already as somebody else's."""
    from fedicoop.vocabulary.hosts import normal_host

    host = normal_host(new)
    async with node.db.read() as tx:
        sql = "SELECT count(*) FROM actors WHERE host = :host AND NOT former"
        if await tx.count(sql, host=host):
            raise Conflict("moving.inhabited", host, host=host)


def _point_to(settings: "Settings", new: str) -> bool:
    """Write the new origin into the settings; False where the environment says another one."""
    from fedicoop import settings as room

    file = settings.data_dir / room.FILE
    if settings.sources["origin"] not in ("default", str(file)):
        return False
    room.note(file, "origin", new)
    return True
