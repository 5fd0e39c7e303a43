"""The one registry of what commonly goes wrong between two houses, and how each is recognised.

A verdict is a Problem whose key is `verdict.<name>`: what happened, why, and what to do stand in the
catalogues.  `inspect`, `doctor`, the page of health and the pages about a house all say it from here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fedicoop.errors import Problem


@dataclass(frozen=True, slots=True)
class Verdict:
    """`mark` is ✗ where nothing gets through, ! where it may still, or only part of it does.

    `whose` is who can mend it: `ours`, `theirs`, or `both`.
    """

    mark: str
    whose: str


VERDICTS: Mapping[str, Verdict] = {
    "clock_here": Verdict("✗", "ours"),
    "clock_there": Verdict("✗", "theirs"),
    "clock_refused": Verdict("✗", "both"),
    "digest_here": Verdict("✗", "both"),
    "digest_there": Verdict("✗", "both"),
    "signature": Verdict("✗", "both"),
    "their_signature": Verdict("✗", "theirs"),
    "their_key": Verdict("✗", "theirs"),
    "no_key": Verdict("✗", "theirs"),
    "blocked": Verdict("✗", "theirs"),
    "closed_here": Verdict("✗", "ours"),
    "absent": Verdict("✗", "both"),
    "gone": Verdict("✗", "theirs"),
    "waits": Verdict("!", "theirs"),
    "unwell": Verdict("!", "theirs"),
    "slow": Verdict("!", "theirs"),
    "silent": Verdict("!", "theirs"),
    "unreachable": Verdict("!", "theirs"),
    "no_address": Verdict("✗", "both"),
    "certificate": Verdict("✗", "both"),
    "redirects": Verdict("✗", "theirs"),
    "garbled": Verdict("✗", "theirs"),
    "unreadable": Verdict("✗", "theirs"),
    "no_name": Verdict("✗", "both"),
    "loop": Verdict("!", "theirs"),
    "forbidden_address": Verdict("✗", "ours"),
    "refused": Verdict("✗", "theirs"),
    "follow_pending": Verdict("!", "theirs"),
    "follow_refused": Verdict("!", "theirs"),
    "quiet": Verdict("!", "both"),
    "late": Verdict("!", "ours"),
    "unforeseen": Verdict("!", "ours"),
    "foreign_id": Verdict("✗", "theirs"),
    "foreign_author": Verdict("✗", "theirs"),
    "only_a_note": Verdict("✗", "ours"),
    "only_a_list": Verdict("✗", "ours"),
    "only_an_activity": Verdict("✗", "ours"),
    "unspoken": Verdict("✗", "theirs"),
    "deleted": Verdict("✗", "theirs"),
    "taken_down": Verdict("!", "ours"),
    "stranger": Verdict("!", "ours"),
    "not_ours": Verdict("✗", "ours"),
}

_BY_KEY = {
    "peer.name_unknown": "no_address",
    "peer.silent": "unreachable",
    "peer.timeout": "silent",
    "peer.slow": "slow",
    "peer.tls": "certificate",
    "peer.garbled": "garbled",
    "peer.too_large": "garbled",
    "actor.silent": "silent",
    "actor.no_such_name": "no_name",
    "actor.gone": "gone",
    "actor.unknown": "absent",
    "fetch.gone": "gone",
    "fetch.not_found": "absent",
    "fetch.media_type": "unreadable",
    "fetch.no_actor": "unreadable",
    "fetch.other_id": "unreadable",
    "fetch.closed_house": "closed_here",
    "fetch.later": "unwell",
    "delivery.later": "unwell",
    "delivery.not_taken": "unwell",
    "delivery.refused": "refused",
    "fetch.refused": "refused",
    "federation.no_key": "no_key",
    "signature.digest_differs": "digest_here",
    "signature.too_old": "clock_there",
    "signature.too_new": "clock_there",
    "signature.expired": "clock_there",
    "signature.key_unknown": "their_key",
    "signature.key_unreachable": "their_key",
    "signature.key_gone": "gone",
}
_ANSWERS = {"delivery.later", "delivery.not_taken", "delivery.refused", "fetch.refused", "fetch.later"}
_FAMILIES = {"outward.": "forbidden_address", "signature.": "their_signature", "federation.": "unreadable"}
_DIGEST = re.compile(r"digest", re.IGNORECASE)
_CLOCK = re.compile(r"\b(clock|skew|date|expired)", re.IGNORECASE)
_APART = re.compile(r"(?:(\d{1,6}) days?, )?(\d{1,2}):(\d\d):(\d\d)")
_STATUS = re.compile(r": (\d{3})\)?$")


def verdict(name: str, /, **values: str) -> Problem:
    """The problem of that name; the pages and the terminal say it as any other."""
    assert name in VERDICTS, name
    return Problem(f"verdict.{name}", **values)


def name_of(problem: Problem) -> str:
    """The name of a verdict, as it was given."""
    return problem.key.removeprefix("verdict.")


def mark_of(problem: Problem) -> str:
    known = VERDICTS.get(name_of(problem))
    return known.mark if known else "✗"


def of_status(status: int, said: str = "") -> str:
    """What an answer means to whoever asked or wrote; `said` is the beginning of its body."""
    if status in (400, 401, 403):
        if _DIGEST.search(said):
            return "digest_there"
        if _CLOCK.search(said):
            return "clock_refused"
    if 300 <= status < 400:
        return "redirects"
    named = {401: "signature", 403: "blocked", 404: "absent", 410: "gone", 429: "waits", 503: "waits"}
    named |= {408: "waits", 425: "waits"}
    return named.get(status, "unwell" if status >= 500 else "refused")


def of_answer(status: int, said: str, host: str) -> Problem:
    """The verdict about an answer; `said` is the beginning of its body, or where it leads."""
    name, leads = of_status(status, said), said if 300 <= status < 400 else ""
    return verdict(name, host=host, status=str(status), said=said or "…", location=leads or "…")


def of_problem(problem: Problem, host: str) -> Problem:
    """The verdict about what went wrong with a house, whatever room found it."""
    if problem.key.startswith("verdict."):
        return problem
    return of_error(problem.key, problem.detail, host, problem.values.get("status"))


def of_error(key: str, detail: str, host: str, status: str | None = None, said: str = "") -> Problem:
    """The same of an error that was kept: its key, and what stands behind it."""
    found = _STATUS.search(detail)
    code = status or (found[1] if found else "")
    if key in _ANSWERS and code.isdigit():
        return of_answer(int(code), said, host)
    values = {"host": host, "status": code or "…", "said": said or detail[:200] or "…", "location": "…"}
    values["seconds"] = _seconds(detail)
    if key in _BY_KEY:
        return verdict(_BY_KEY[key], **values)
    name = next((name for family, name in _FAMILIES.items() if key.startswith(family)), "unforeseen")
    return verdict(name, **values)


def _seconds(detail: str) -> str:
    """How far apart two clocks are, where the detail is a time like `2:59:58.12`."""
    found = _APART.search(detail)
    if found is None:
        return "…"
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def of_kept(error: str, host: str) -> Problem:
    """The same of `key (detail)`, as a job or a lane keeps it."""
    key, _, detail = error.partition(" ")
    return of_error(key, detail.strip("()"), host)
