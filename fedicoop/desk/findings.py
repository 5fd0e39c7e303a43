"""What can be said of a matter: it is well, the operator should know, or it does not work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedicoop.errors import Problem
from fedicoop.i18n import explain, t

STATES = {"✓": "ok", "!": "warning", "✗": "error"}


@dataclass(frozen=True, slots=True)
class Finding:
    """✓ with what is well, or ! or ✗ with the problem that it is.

    `key` with its `values` is a text for what is well, where the reader's language is not known yet.
    """

    label: str
    mark: str
    text: str = ""
    problem: Problem | None = None
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def words(self, language: str) -> str:
        return t(self.key, language, **self.values) if self.key else self.text


def fine(label: str, text: str) -> Finding:
    return Finding(label, "✓", text)


def fine_in_words(label: str, key: str, **values: str) -> Finding:
    return Finding(label, "✓", key=key, values=values)


def mind(label: str, key: str, **values: str) -> Finding:
    """Works, but the operator should know.  `key` is a problem's."""
    return Finding(label, "!", problem=Problem(key, **values))


def wrong(label: str, key: str, **values: str) -> Finding:
    """Does not work."""
    return Finding(label, "✗", problem=Problem(key, **values))


def told(one: Finding, language: str) -> dict[str, str | None]:
    """A finding for machines: `doctor --json` and `/readyz` say it alike."""
    base: dict[str, str | None] = {"name": one.label, "state": STATES[one.mark]}
    if one.problem is None:
        return base | {"code": None, "what": one.words(language), "why": None, "do": None}
    said = explain(one.problem, language)
    return base | {"code": said.code, "what": said.what, "why": said.why, "do": said.remedy}


def kept(one: Finding) -> dict[str, Any]:
    """A finding as plain values, to be read in any language later."""
    problem = {"key": one.problem.key, "values": one.problem.values} if one.problem else None
    return {
        "label": one.label,
        "mark": one.mark,
        "text": one.text,
        "key": one.key,
        "values": dict(one.values),
        "problem": problem,
    }


def from_kept(values: Mapping[str, Any]) -> Finding:
    problem = values.get("problem")
    rest = {name: values[name] for name in ("label", "mark", "text", "key", "values")}
    return Finding(**rest, problem=Problem(problem["key"], **problem["values"]) if problem else None)
