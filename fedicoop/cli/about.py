"""`version` and `completion`."""

import platform
import sqlite3

import click

from fedicoop import __version__
from fedicoop.cli.command import Command, as_json
from fedicoop.cli.terminal import show, show_json


@click.command(cls=Command, examples=("fedicoop version", "fedicoop version --json"))
@as_json
def version(as_json: bool) -> None:
    if as_json:
        told = {"fedicoop": __version__, "python": platform.python_version()}
        return show_json(told | {"sqlite": sqlite3.sqlite_version})
    return show(
        f"fedicoop {__version__} (Python {platform.python_version()}, SQLite {sqlite3.sqlite_version})"
    )


@click.command(
    cls=Command,
    examples=(
        "fedicoop completion bash > /etc/bash_completion.d/fedicoop",
        "fedicoop completion fish > ~/.config/fish/completions/fedicoop.fish",
    ),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    from click.shell_completion import get_completion_class

    from fedicoop.cli.root import root

    found = get_completion_class(shell)
    assert found is not None
    show(found(root, {}, "fedicoop", "_FEDICOOP_COMPLETE").source())
