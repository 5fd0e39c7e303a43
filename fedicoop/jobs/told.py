"""What the queue keeps, in words: whose lane it is, and why a try failed."""

import re

from fedicoop.errors import Problem
from fedicoop.i18n import Explanation, codes, explain, t
from fedicoop.peers.verdicts import name_of, of_kept

_WAYS = ("to", "from", "read")  # what a lane's name begins with; the rest is the host


def way_and_host(lane: str) -> tuple[str, str]:
    """`to objets.example` is the way to a host; a lane of another form is a matter of our own."""
    way, _, host = lane.partition(" ")
    return (way, host) if way in _WAYS and host else ("own", lane)


def explained(error: str, lane: str, language: str) -> Explanation | None:
    """A kept error as the registry of what goes wrong between houses knows it; None for any other.

    The same words as `inspect`, `doctor` and the pages about that house.
    """
    way, host = way_and_host(lane)
    verdict = of_kept(error, host)
    if way == "own" or name_of(verdict) == "unforeseen":
        return None
    return explain(verdict, language)


def reason(error: str, lane: str, language: str) -> str:
    """A kept error in words: it begins with the key of a problem, if it is one."""
    if said := explained(error, lane, language):
        return said.what
    key, _, detail = error.partition(" ")
    if key not in codes():
        return t("jobs.bug", language, error=error[:200])
    said = explain(Problem(key, detail, host=way_and_host(lane)[1]), language)
    return re.sub(r"\{\w+\}", "…", said.what)


def remedy(error: str, lane: str, language: str) -> str:
    """What is to be done about it; empty where only a look at our own errors helps."""
    said = explained(error, lane, language)
    return said.remedy if said else ""
