"""Which notices there are, in families, and how often a member is told of a family by mail.

A notice of a new kind needs its words (the texts `notice.<kind>` and `notice.<kind>.why`) and, here, a
line for the first part of its kind.  A kind that nobody named belongs to the life of the coop (and a
test says so, before a release does).
"""

from enum import StrEnum


class Family(StrEnum):
    """What members choose by, in the order of the page; words: `notice.family.<name>`."""

    EXCHANGES = "exchanges"  # what somebody waits for
    MATCHES = "matches"  # what might interest them
    COOP = "coop"
    ACCOUNT = "account"


class Pace(StrEnum):
    """How often by mail; on the page everything is always there.  Words: `notice.pace.<name>`."""

    INSTANT = "instant"  # within minutes
    DAILY = "daily"  # in the morning
    WEEKLY = "weekly"  # on Monday morning
    NEVER = "never"


USUAL: dict[Family, Pace] = {
    Family.EXCHANGES: Pace.INSTANT,
    Family.MATCHES: Pace.DAILY,
    Family.COOP: Pace.WEEKLY,
    Family.ACCOUNT: Pace.INSTANT,
}
"""What holds for whoever chose nothing."""

FAMILIES: dict[str, Family] = {
    "exchange": Family.EXCHANGES,
    "conversation": Family.EXCHANGES,
    "enquiry": Family.EXCHANGES,
    "message": Family.EXCHANGES,
    "match": Family.MATCHES,
    "watch": Family.MATCHES,
    "search": Family.MATCHES,
    "follow": Family.MATCHES,
    "coop": Family.COOP,
    "desk": Family.COOP,
    "member": Family.COOP,
    "motion": Family.COOP,
    "report": Family.COOP,
    "account": Family.ACCOUNT,
    "address_changed": Family.ACCOUNT,
    "password_changed": Family.ACCOUNT,
    "listing": Family.ACCOUNT,  # one's own: about to end, say
    "session": Family.ACCOUNT,
}
"""The first part of a kind (`match` of `match.offer_for_your_need`), and its family."""


def family_of(kind: str) -> Family:
    return FAMILIES.get(kind.partition(".")[0], Family.COOP)
