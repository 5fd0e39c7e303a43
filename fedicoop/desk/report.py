"""Somebody says that a listing is wrong, and what a steward decides.  No database, no words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    SCAM = "scam"
    FALSE = "false"  # not true, or no more
    HURTFUL = "hurtful"
    ILLEGAL = "illegal"
    OTHER = "other"


class About(StrEnum):
    """What a report is about; `listing_id` and `listing_key` are its id and key, whatever it is."""

    LISTING = "listing"
    ACTOR = "actor"
    MESSAGE = "message"


class Outcome(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`source` is a hash of who says it: enough to hear each once, too little to name a visitor.

    `host` is the server that says it, of whom we know no more; its repetitions are counted.
    """

    id: str
    listing_id: str
    listing_key: str
    title: str
    coop_id: str
    source: str
    member_id: str | None
    contact: str
    reason: Reason
    text: str
    created_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None
    outcome: Outcome | None = None
    answer: str = ""
    about: About = About.LISTING
    host: str = ""
    times: int = 1
    passed_on_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is said of one listing and waits for one decision; the oldest report names it."""

    reports: tuple[Report, ...]

    @property
    def first(self) -> Report:
        return self.reports[0]


def cases(reports: Iterable[Report]) -> list[Case]:
    """The reports of each listing together, in the order in which the first ones came."""
    found: dict[str, list[Report]] = {}
    for report in reports:
        found.setdefault(report.listing_id, []).append(report)
    return [Case(tuple(several)) for several in found.values()]
