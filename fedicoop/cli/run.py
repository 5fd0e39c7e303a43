"""From words on the command line to an exit code; whatever goes wrong becomes sentences."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from fedicoop.cli.command import Given
from fedicoop.cli.terminal import marked, one_line, show, tell
from fedicoop.cli.words import language, t
from fedicoop.errors import Misused, Problem
from fedicoop.i18n import explain

INTERRUPTED = 130


class Unforeseen(Problem):
    """Our own mistake, or a machine that says no in a way that nobody thought of."""


def run(argv: Sequence[str]) -> int:
    """Do one command; every refusal and every mistake is told on stderr, never as a traceback."""
    from fedicoop.cli.root import root

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no ✓ shall not stop us
    as_json = "--json" in argv
    try:
        code = root.main(list(argv), prog_name="fedicoop", standalone_mode=False, obj=Given())
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as usage:
        if type(usage).__name__ == "NoArgsIsHelpError":  # a family without a verb, since click 8.2
            show(usage.message)
            return Misused.exit_code
        return refuse(of_usage(usage), as_json)
    except Problem as problem:
        return refuse(problem, as_json)
    except BrokenPipeError:  # `fedicoop listing list | head`: nobody reads on, and that is fine
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        file = str(error.filename or "")
        shown = {"file": file, "reason": error.strerror or str(error)}
        return refuse(Unforeseen("cli.file" if file else "cli.system", repr(error), **shown), as_json)
    except Exception as error:
        _trace(error, argv)
        return refuse(Unforeseen("cli.unforeseen", repr(error), kind=type(error).__name__), as_json)


def refuse(problem: Problem, as_json: bool = False) -> int:
    """Say what happened, why, and what to do, with the code to look up; the exit code comes back."""
    said = explain(problem, language())
    if as_json:
        told = {"code": said.code, "error": said.what, "why": said.why, "do": said.remedy}
        tell(json.dumps(told, ensure_ascii=False))
        return problem.exit_code
    tell(marked("✗", f"{one_line(said.what)}  {said.code}", sys.stderr))
    tell(f"  {t('cli.why', why=one_line(said.why))}")
    tell(f"  {t('cli.do', do=one_line(said.remedy))}")
    return problem.exit_code


def of_usage(error: click.ClickException) -> Problem:
    """What click found wrong with the words, said in ours."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "fedicoop"
    shown: dict[str, Any] = {"command": path}
    match error:
        case click.NoSuchOption():
            near = ", ".join(error.possibilities or ())
            key = "cli.no_such_option_near" if near else "cli.no_such_option"
            return Misused(key, option=error.option_name, near=near, **shown)
        case click.MissingParameter():
            return Misused("cli.missing", name=_named(error), **shown)
        case click.BadParameter():
            return _of_value(error, shown)
    return Misused("cli.usage", reason=error.format_message(), **shown)


def _of_value(error: click.BadParameter, shown: dict[str, Any]) -> Problem:
    shown |= {"name": _named(error)}
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return Misused("cli.bad_choice", choices=", ".join(map(str, kind.choices)), **shown)
    if isinstance(kind, click.IntRange):
        return Misused("cli.bad_number", least=str(kind.min), most=str(kind.max), **shown)
    return Misused("cli.bad_value", reason=error.message, **shown)


def _named(error: click.BadParameter) -> str:
    return (error.param.get_error_hint(error.ctx) or error.param.name or "?") if error.param else "?"


def _trace(error: Exception, argv: Sequence[str]) -> None:
    """Where it went wrong: for whoever asked for the most detailed log."""
    from fedicoop import log

    if os.environ.get("FEDICOOP_LOG_LEVEL") == "debug" or {"--log-level", "debug"} <= {*argv}:
        log.configure("debug", os.environ.get("FEDICOOP_LOG_FORMAT") or "text")
        log.log.debug("cli.unforeseen", exc_info=error)
