"""`errors`: what went wrong of late, gathered by fault, with what to do."""

from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json, option
from fedicoop.cli.terminal import marked, one_line, show, show_json
from fedicoop.cli.words import language, n, t

if TYPE_CHECKING:
    from fedicoop.desk.troubles import Trouble


@click.command(cls=Command, examples=("fedicoop errors --json", "fedicoop errors --forget"))
@option("--forget", is_flag=True)
@as_json
def errors(forget: bool, as_json: bool) -> None:
    from datetime import UTC, datetime

    from fedicoop.i18n import ago

    found = opening.perform(_errors(forget))
    if as_json:
        names = ("event", "about", "place", "sample", "request", "times")
        rows = [{name: getattr(one, name) for name in names} for one in found]
        for row, one in zip(rows, found, strict=True):
            row |= {"first": one.first_at.isoformat(), "last": one.last_at.isoformat()}
            row["do"] = t(f"desk.trouble.{one.hint}")
        return show_json({"errors": rows, "forgotten": forget})
    if not found:
        return show(marked("✓", t("cli.errors.none")))
    for one in found:
        when = ago(one.last_at, datetime.now(UTC), language())
        show(marked("✗", one_line(f"{one.event} {one.about} {one.place}")))
        show(f"    {n('desk.trouble.times', one.times)}, {when}  {one.request}".rstrip())
        show(f"    {one_line(one.sample)}")
        show(f"    {t('cli.do', do=t(f'desk.trouble.{one.hint}'))}")
    return show(t("cli.errors.forgotten")) if forget else None


async def _errors(forget: bool) -> "list[Trouble]":
    from fedicoop.desk import troubles

    async with opening.opened() as node, node.db.write() as tx:
        found = await troubles.latest(tx)
        if forget:
            await troubles.forget(tx)
    return found
