"""A letter as it is promised: for whom, in which language, of which template, and until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    key: str
    address: str
    language: str
    template: str
    details: dict[str, Any]
    created_at: datetime
    until: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None  # not sent, and never will be

    @property
    def settled(self) -> bool:
        return self.sent_at is not None or self.ended_at is not None

    def too_late(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now
