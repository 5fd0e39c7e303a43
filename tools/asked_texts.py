"""Which texts the program and its pages ask for, as far as one sees without running them."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

KEY = r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+"
_NOT_SHOWN = {"detail", "retry_after"}  # parameters of a Problem that fill no placeholder
_IN_TEMPLATES = (
    rf"""["']({KEY})["']\s*\|\s*t\b""",  # {{ "listing.publish" | t }}
    rf"""\|\s*n\(\s*["']({KEY})["']""",  # {{ 3 | n("listing.count") }}
    rf"""(?<![\w.])[tn]\(\s*["']({KEY})["']""",  # {{ t("listing.publish") }}
)
# {{ ("kind." ~ kind) | t }}
_PREFIX_IN_TEMPLATES = r"""\(\s*["']([a-z][a-z0-9_.-]*\.)["']\s*~[^)]*\)\s*\|\s*t\b"""


class Use(NamedTuple):
    """Where code asks for a text.  `pattern` matches the key; `given` are the values, None if unknown."""

    pattern: str
    where: str
    problem: bool = False
    given: frozenset[str] | None = None


def asked_in_code(root: Path) -> Iterator[Use]:
    """What the program asks for: `t("…")`, `n("…")`, and the key of every Problem that it makes."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(root.glob("fedicoop/**/*.py"))
    }
    problems = _problem_classes(trees.values())
    for path, tree in trees.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in problems and name not in ("t", "n"):
                continue
            given = frozenset(one.arg or "**" for one in call.keywords) - _NOT_SHOWN
            named = None if "**" in given else given | ({"count"} if name == "n" else frozenset())
            for pattern in _patterns(call.args[0]):
                yield Use(pattern, f"{path.relative_to(root)}:{call.lineno}", name in problems, named)


def _problem_classes(trees: Iterable[ast.Module]) -> set[str]:
    bases = {
        node.name: {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Problem"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _patterns(argument: ast.expr) -> Iterator[str]:
    """The keys that an expression may give, as far as it tells: a text, one of two, or a text with gaps."""
    if isinstance(argument, ast.IfExp):
        yield from _patterns(argument.body)
        yield from _patterns(argument.orelse)
    elif isinstance(argument, ast.Constant) and re.fullmatch(KEY, str(argument.value)):
        yield re.escape(str(argument.value))
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_.-]+"
            for part in argument.values
        )


def asked_in_templates(root: Path) -> Iterator[Use]:
    """What the pages ask for."""
    for path in sorted(root.glob("templates/**/*.*")):
        text = path.read_text(encoding="utf-8")
        for expression in (*_IN_TEMPLATES, _PREFIX_IN_TEMPLATES):
            for found in re.finditer(expression, text):
                line = text.count("\n", 0, found.start()) + 1
                rest = "[a-z0-9_.-]+" if expression is _PREFIX_IN_TEMPLATES else ""
                yield Use(re.escape(found[1]) + rest, f"{path.relative_to(root)}:{line}")
