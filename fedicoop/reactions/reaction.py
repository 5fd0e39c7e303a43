"""That somebody likes, shares or quotes a listing.  No database, no words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    LIKE = "like"
    SHARE = "share"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """`mark`: of a like its emoji as plain text, of a quote the note that quotes."""

    kind: Kind
    actor_id: str
    listing_id: str
    mark: str = ""
    id: str
    stamp: str | None = None
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many actors like, share and quote a listing: each counts once."""

    likes: int = 0
    shares: int = 0
    quotes: int = 0

    @property
    def any(self) -> bool:
        return bool(self.likes or self.shares or self.quotes)
