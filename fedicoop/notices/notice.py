"""A notice: something a member should know.  Its words are made when read, in the reader's language."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop import i18n
from fedicoop.notices.kinds import Family, Pace, family_of


@dataclass(frozen=True, slots=True)
class Notice:
    """Its words are the texts `notice.<kind>` and `notice.<kind>.why`."""

    id: str
    member_id: str
    kind: str
    details: str  # JSON of the values for those words
    path: str
    key: str
    created_at: datetime
    seen_at: datetime | None
    mailed_at: datetime | None
    pace: Pace | None = None  # of its own; None: as its family's

    @property
    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.details)
        return found

    @property
    def family(self) -> Family:
        return family_of(self.kind)

    def words(self, language: str) -> str:
        """One sentence.  What others wrote stands in it as plain text: whoever shows it escapes it."""
        return self._said(f"notice.{self.kind}", "notice.other", language)

    def why(self, language: str) -> str:
        """Why this member is told."""
        return self._said(f"notice.{self.kind}.why", "notice.other.why", language)

    def _said(self, key: str, otherwise: str, language: str) -> str:
        """A kind of another release may have no words any more."""
        values = {name: i18n.said(value, language) for name, value in self.values.items()}
        said = i18n.t(key, language, **values)
        return i18n.t(otherwise, language) if said == key else said
