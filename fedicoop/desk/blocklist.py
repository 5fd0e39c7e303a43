"""Lists of houses as a file, in the form that Mastodon imports and exports: `#domain,#severity,…`."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from fedicoop.desk.houses import LONGEST_REASON, named
from fedicoop.errors import Malformed, Misused, Problem
from fedicoop.peers.decisions import House
from fedicoop.peers.peer import Policy

HEAD = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
MOST = 10_000
_POLICY = {"suspend": Policy.CLOSED, "silence": Policy.LIMITED, "limit": Policy.LIMITED, "": Policy.CLOSED}
_SEVERITY = {Policy.CLOSED: "suspend", Policy.LIMITED: "silence"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: what it asks for, or the problem with it."""

    number: int
    host: str
    policy: Policy | None  # None: it asks for nothing that we do (Mastodon's `noop`)
    reason: str = ""
    problem: Problem | None = None


def write(houses: Iterable[House]) -> str:
    """Closed and limited houses, as Mastodon reads them; reasons are its public comments."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEAD)
    for one in houses:
        if one.policy in _SEVERITY:
            closed = str(one.policy is Policy.CLOSED).lower()
            lines.writerow([one.host, _SEVERITY[one.policy], closed, closed, _inert(one.reason), "false"])
    return out.getvalue()


def read(text: str, own_host: str) -> list[Line]:
    """The lines of a list, with a head or with domains alone; each stands for itself.

    Raises Malformed `houses.no_list` for what is no such file at all.
    """
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    except csv.Error as error:
        raise Malformed("houses.no_list", str(error)) from error
    head = [name.strip().lstrip("#").lower() for name in rows[0]] if rows else []
    if "domain" in head:
        rows, first = rows[1:], 2
    else:
        head, first = ["domain", "severity", "reject_media", "reject_reports", "public_comment"], 1
    found = [
        _line(number, dict(zip(head, row, strict=False)), own_host) for number, row in _told(rows, first)
    ]
    if not found or all(line.problem for line in found):
        raise Malformed("houses.no_list", f"{len(found)} lines")
    if len(found) > MOST:
        raise Malformed("houses.list_too_long", str(len(found)), most=str(MOST))
    return found


def _told(rows: list[list[str]], first: int) -> Iterable[tuple[int, list[str]]]:
    for number, row in enumerate(rows, first):
        if row and row[0].strip() and not row[0].lstrip().startswith("#"):
            yield number, row


def _line(number: int, cells: dict[str, str], own_host: str) -> Line:
    typed = cells.get("domain", "").strip()
    severity = cells.get("severity", "").strip().lower()
    reason = (cells.get("public_comment") or cells.get("private_comment") or "").strip()[:LONGEST_REASON]
    try:
        host = named(typed.removeprefix("*."), own_host)
    except Problem as problem:
        return Line(number, typed[:100], None, problem=problem)
    if severity not in _POLICY and severity != "noop":
        wrong = Misused("houses.severity", severity[:50], severity=severity[:50])
        return Line(number, host, None, problem=wrong)
    return Line(number, host, _POLICY.get(severity), reason)


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
