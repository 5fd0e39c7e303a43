"""`doctor`: is this house well?  Every ✗ and ! has a code, a reason and a remedy."""

import os
from typing import Any

import click

from fedicoop.cli.command import Command, Given, as_json, option
from fedicoop.cli.terminal import one_line, show, show_json, show_step
from fedicoop.cli.words import language, n, t

ERROR_FOUND = 3


@click.command(
    cls=Command,
    examples=("fedicoop doctor --json --strict", "fedicoop doctor --remote @objets@objets.example"),
)
@option("--strict", is_flag=True)
@option("--remote", metavar="@COOP@HOST")
@as_json
def doctor(strict: bool, remote: str | None, as_json: bool) -> int:
    from fedicoop.cli import opening
    from fedicoop.cli.checks import examine
    from fedicoop.desk import findings as findings_room
    from fedicoop.desk.findings import Finding

    if remote is not None:
        return _remote(remote, strict, as_json)
    flags = {"data_dir": click.get_current_context().ensure_object(Given).data_dir}
    findings = list[Finding]()

    def found(one: Finding) -> None:
        findings.append(one)
        if not as_json:
            _show(one)

    opening.perform(examine(flags, os.environ, found))
    warnings, errors = (sum(one.mark == mark for one in findings) for mark in "!✗")
    if as_json:
        checks = [findings_room.told(one, language()) for one in findings]
        show_json({"checks": checks, "warnings": warnings, "errors": errors})
    else:
        show(
            t(
                "cli.doctor.sum",
                warnings=n("cli.doctor.warnings", warnings),
                errors=n("cli.doctor.errors", errors),
            )
        )
    return ERROR_FOUND if errors or (strict and warnings) else 0


def _remote(name: str, strict: bool, as_json: bool) -> int:
    """The whole handshake with another house, and one verdict."""
    from fedicoop.cli import opening
    from fedicoop.cli.inspect import show_steps
    from fedicoop.cli.peer_shown import verdict_lines
    from fedicoop.relations import handshake

    async def walk() -> handshake.Handshake:
        async with opening.opened() as node:
            return await handshake.walk(node, name, language())

    walked = opening.perform(walk())
    if as_json:
        show_json(handshake.told(walked, language()))
    else:
        show(one_line(walked.name))
        show_steps(walked.steps)
        show()
        for line in verdict_lines(walked.fault):
            show(line)
    wrong = any(one.mark == "✗" for one in walked.steps)
    return ERROR_FOUND if wrong or (strict and walked.fault) else 0


def _show(one: Any) -> None:
    from fedicoop.i18n import explain

    print("  ", end="")
    label = t(f"doctor.label.{one.label}")
    if one.problem is None:
        return show_step("✓", label, one.words(language()))
    said = explain(one.problem, language())
    show_step(one.mark, label, f"{said.what}  {said.code}")
    show(f"{'':17}{t('cli.why', why=said.why)}")
    return show(f"{'':17}{t('cli.do', do=said.remedy)}")
