"""`config`: which settings are in force, and who said so."""

import os

import click

from fedicoop.cli.command import Given, Group, as_json, option
from fedicoop.cli.terminal import show, show_json, show_table
from fedicoop.cli.words import t


@click.group(cls=Group, examples=("fedicoop config show --origin", "fedicoop config path"))
def config() -> None:
    pass


@config.command("show", examples=("fedicoop config show --origin", "fedicoop config show --json"))
@option("--origin", "with_source", is_flag=True)
@as_json
def show_(with_source: bool, as_json: bool) -> None:
    from fedicoop import settings as room

    flags = {"data_dir": click.get_current_context().ensure_object(Given).data_dir}
    found = room.describe(room.load(flags, os.environ, require_origin=False))
    if as_json:
        return show_json({name: {"value": value, "source": source} for name, value, source in found})
    rows = [row if with_source else row[:2] for row in found]
    heads = [t(f"cli.config.head.{head}") for head in ("name", "value", "source")]
    return show_table(rows, heads[: len(rows[0])], whole=True)


@config.command(examples=("fedicoop config path", "fedicoop config path --data-dir velo --json"))
@as_json
def path(as_json: bool) -> None:
    from fedicoop import settings as room

    flags = {"data_dir": click.get_current_context().ensure_object(Given).data_dir}
    found = room.load(flags, os.environ, require_origin=False).data_dir / room.FILE
    if as_json:
        return show_json({"path": str(found), "exists": found.exists()})
    return show(str(found))
