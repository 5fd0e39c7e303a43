"""The ids of statuses: words that sort as the things happened, and say themselves what they name.  Pure.

A status is a listing, a message of an enquiry, a listing that a coop relays, or a notice in its words; its
id is when, what sort, and under which key: `1904216400000000l01hq…`.  So a page of a timeline goes on from
any id, also from one whose thing is gone, and no table of numbers is needed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_ID = re.compile(r"([0-9]{16})([a-z])([A-Za-z0-9]{1,40})")
_START = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 4_102_444_800_000_000  # the year 2100; no client sends us later than that


class Sort(StrEnum):
    """In the order in which two things of one moment stand."""

    LISTING = "l"
    MESSAGE = "m"
    NOTICE = "n"
    RELAYED = "r"


@dataclass(frozen=True, slots=True)
class Ref:
    at: datetime
    sort: Sort
    key: str

    def __str__(self) -> str:
        return f"{(self.at - _START) // timedelta(microseconds=1):016d}{self.sort}{self.key}"


def read(id: str) -> Ref | None:
    """None for what is no id of ours."""
    found = _ID.fullmatch(id)
    if found is None or found[2] not in set(Sort) or int(found[1]) > _LAST:
        return None
    return Ref(_START + timedelta(microseconds=int(found[1])), Sort(found[2]), found[3])


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between two things of one sort: everything before or after (at, key)."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a timeline: older than `below`, newer than `above`, from the one end or the other."""

    below: Ref | None = None
    above: Ref | None = None
    oldest_first: bool = False
    limit: int = 20

    def edges(self, sort: Sort) -> tuple[Edge | None, Edge | None]:
        """Where the span begins and ends among things of one sort."""
        return _edge(self.below, sort), _edge(self.above, sort)


def _edge(ref: Ref | None, sort: Sort) -> Edge | None:
    """Things of one moment stand in the order of their sorts: those of an earlier sort are below."""
    if ref is None:
        return None
    key = ref.key if ref.sort is sort else "" if sort > ref.sort else "~"
    return Edge(ref.at, key)
