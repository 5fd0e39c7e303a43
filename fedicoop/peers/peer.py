"""Another house, known by its normal host."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Form = Literal["cavage", "rfc9421"]


class Policy(StrEnum):
    """How we treat a peer: like anybody; heard but not shown unasked; neither heard nor served."""

    OPEN = "open"
    LIMITED = "limited"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`signature` is the form that worked last, `software` what its NodeInfo said."""

    host: str
    policy: Policy
    signature: Form | None
    software: str | None
    first_seen_at: datetime
    last_heard_at: datetime | None
    last_reached_at: datetime | None


EVERYBODY = "*"
"""Where it is closed, only those that were opened here by name are open ("listed houses only")."""
MOST_PARENTS = 8


def covering(host: str) -> list[str]:
    """The hosts whose policy covers a normal host: itself, itself on any port, the domains above it.

    An address has no domain above it.  Domains are counted from the top and at most MOST_PARENTS, so
    that a name of a hundred labels costs no more than another, and hides behind none of them.
    """
    literal = host.startswith("[")
    bare = host.partition("]")[0] + "]" if literal else host.partition(":")[0]
    if literal or bare.replace(".", "").isdecimal():
        return list(dict.fromkeys([host, bare]))
    labels = bare.split(".")
    first = max(1, len(labels) - MOST_PARENTS)
    return list(dict.fromkeys([host, bare, *(".".join(labels[at:]) for at in range(first, len(labels)))]))


def is_covered(host: str, by: str) -> bool:
    """Whether what is decided about `by` counts for `host` too."""
    return by == EVERYBODY or by in covering(host)
