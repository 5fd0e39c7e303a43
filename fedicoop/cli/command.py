"""Commands as click has them, with our words: help in both languages, and two examples each."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from fedicoop.cli.words import t
from fedicoop.errors import Misused

F = TypeVar("F", bound=Callable[..., Any])


class Given:
    """What was said before or after the verb alike."""

    def __init__(self) -> None:
        self.data_dir: Path | None = None


class Option(click.Option):
    """An option whose help stands in the catalogue, under `cli.option.<name>`."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None:
            return None
        text = t("cli.option.help") if self.name == "help" else t(f"cli.option.{self.name}")
        return record[0], f"{text} {t('cli.required')}" if self.required else text


class _Worded(click.Command):
    """Help in the operator's language: `cli.help.<path>`, its first line for lists of commands."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **more: Any) -> None:
        more.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
        super().__init__(*args, **more)
        self.examples = examples
        self.params.append(_data_dir())

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=t("cli.usage_is"))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(t(f"cli.help.{help_key(ctx)}"))

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section(t("cli.examples")):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        names = self.get_help_option_names(ctx)
        return Option(names, is_flag=True, is_eager=True, expose_value=False, callback=_help, help="?")

    def _format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for one in options if (record := one.get_help_record(ctx))]
        if records:
            with formatter.section(t("cli.options")):
                formatter.write_dl(records)


def _help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


def help_key(ctx: click.Context, *more: str) -> str:
    """`coop.follow` for `fedicoop coop follow`; `all` for `fedicoop` itself."""
    return ".".join([*ctx.command_path.split()[1:], *more]) or "all"


class Command(_Worded):
    """One verb."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._format_options(ctx, formatter)


class Group(_Worded, click.Group):
    """A family of verbs; its commands stand in the order in which they were written."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = get_close_matches(name, self.list_commands(ctx), 1)
            shown = {"name": name, "near": near[0] if near else "", "command": ctx.command_path}
            raise Misused("cli.no_such_command_near" if near else "cli.no_such_command", **shown)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._format_options(ctx, formatter)
        names = self.list_commands(ctx)
        lines = [(name, t(f"cli.help.{help_key(ctx, name)}").partition("\n")[0]) for name in names]
        with formatter.section(t("cli.commands")):
            formatter.write_dl(lines)


class LazyGroup(Group):
    """Commands that are imported when they are called: `places` gives name → file and its variable."""

    def __init__(self, *args: Any, places: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.places:
            return None
        file, _, variable = self.places[cmd_name].partition(":")
        found = getattr(import_module(f"fedicoop.cli.{file}"), variable)
        assert isinstance(found, click.Command)
        return found


def _data_dir() -> Option:
    """Taken after the verb, where everybody writes it, and before it too."""
    kind = click.Path(path_type=Path, file_okay=False, readable=False)
    return Option(
        ["--data-dir"], type=kind, metavar="DIR", expose_value=False, callback=_keep_data_dir, help="?"
    )


def _keep_data_dir(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Given).data_dir = value


def option(*names: str, **more: Any) -> Callable[[F], F]:
    """An option of ours; its help is `cli.option.<name>`."""
    return click.option(*names, cls=Option, help="?", **more)


as_json = option("--json", "as_json", is_flag=True)
yes = option("--yes", is_flag=True)
dry_run = option("--dry-run", is_flag=True)
coop_option = option("--coop", metavar="HANDLE")
