"""One actor hears another: asked, then accepted or rejected."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """`id` is the Follow activity's; the follower asked, the followed answers."""

    id: str
    follower_id: str
    followed_id: str
    status: Status
    asked_at: datetime
    decided_at: datetime | None = None
