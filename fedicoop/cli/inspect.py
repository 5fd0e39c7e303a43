"""`inspect`: what we see of something out there, step by step, and what we would make of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json
from fedicoop.cli.terminal import one_line, show, show_json, show_step
from fedicoop.cli.words import language, t

if TYPE_CHECKING:
    from fedicoop.desk.findings import Finding
    from fedicoop.relations.inspecting import Inspection

_NOT_THERE = {"absent", "gone", "no_name", "not_ours", "deleted"}
NOTHING_THERE, REFUSED = 4, 5


@click.command(
    cls=Command,
    examples=(
        "fedicoop inspect @objets@objets.example",
        "fedicoop inspect https://objets.example/l/01kb3x --json",
    ),
)
@click.argument("name", metavar="URL|@HANDLE")
@as_json
def inspect(name: str, as_json: bool) -> int:
    from fedicoop.relations import inspecting

    seen = opening.perform(_inspect(name))
    if as_json:
        show_json(inspecting.told(seen, language()))
    else:
        show(one_line(seen.told["id"] or seen.told["url"] or seen.name))
        show_steps(seen.steps)
        for line in _details(seen.told):
            show(f"  {'':14} {line}")
    return exit_code(seen.steps)


async def _inspect(name: str) -> "Inspection":
    from fedicoop.relations.inspecting import inspect as look_at

    async with opening.opened() as node:
        return await look_at(node, name)


def exit_code(steps: "Sequence[Finding]") -> int:
    """0 where nothing stands in the way; 4 where there is nothing; 5 where we are refused or not answered."""
    from fedicoop.peers.verdicts import name_of

    names = [name_of(one.problem) for one in steps if one.mark == "✗" and one.problem]
    if not names:
        return 0
    return NOTHING_THERE if names[0] in _NOT_THERE else REFUSED


def show_steps(steps: "Sequence[Finding]") -> None:
    """Each with its mark; under a ✗ or a !, why, and what to do."""
    from fedicoop.i18n import explain

    for one in steps:
        label = t(f"relation.label.{one.label}")
        print("  ", end="")
        if one.problem is None:
            show_step(one.mark, label, one_line(one.words(language())))
            continue
        said = explain(one.problem, language())
        show_step(one.mark, label, one_line(f"{said.what}  {said.code}"))
        show(f"{'':17}{one_line(t('cli.why', why=said.why))}")
        show(f"{'':17}{one_line(t('cli.do', do=said.remedy))}")


def _details(told: dict[str, Any]) -> Iterator[str]:
    """What is between an actor and us, or what a listing offers."""
    if told["becomes"] == "actor" and told.get("signature") != "ours":
        yield t(f"cli.inspect.followed.{told['followed'] or 'none'}")
    if told["becomes"] == "listing":
        yield t("cli.inspect.becomes.listing", words=" · ".join(_listing_words(told)))


def _listing_words(told: dict[str, Any]) -> list[str]:
    from decimal import Decimal

    from fedicoop.i18n import money

    words = [t(f"kind.{told['kind']}"), t(f"mode.{told['mode']}")]
    if told["price"]:
        words.append(money(Decimal(told["price"]["amount"]), told["price"]["currency"], language()))
    return words + [one_line(told[name]) for name in ("counterpart", "place") if told[name]]
