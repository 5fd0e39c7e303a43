"""What the queue keeps, in words: whose lane it is, and why a try failed."""

import re

from fedicoop.errors import Problem
from fedicoop.i18n import codes, explain, t

_WAYS = ("to", "from", "read")  # what a lane's name begins with; the rest is the host


def way_and_host(lane: str) -> tuple[str, str]:
    """`to objets.example` is the way to a host; a lane of another form is a matter of our own."""
    way, _, host = lane.partition(" ")
    return (way, host) if way in _WAYS and host else ("own", lane)


def reason(error: str, lane: str, language: str) -> str:
    """A kept error in words: it begins with the key of a problem, if it is one."""
    key, _, detail = error.partition(" ")
    if key not in codes():
        return t("jobs.bug", language, error=error[:200])
    status = re.search(r": (\d{3})\)?$", detail)
    values = {"host": way_and_host(lane)[1], "status": status[1] if status else "…"}
    said = explain(Problem(key, detail, **values), language)
    return re.sub(r"\{\w+\}", "…", said.what)
