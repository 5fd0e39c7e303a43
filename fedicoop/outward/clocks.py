"""What other houses say of the time, in the `Date` of their answers (security case 135)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median

MOST = 64
"""Of so many houses the last word is remembered."""
FEWEST = 2
"""One house alone may be wrong, or lie."""


@dataclass(frozen=True, slots=True)
class Skew:
    """By how many seconds the others are ahead of us, and how many houses say so."""

    seconds: float
    houses: int


class Clocks:
    """The last word of each house, compared with our clock when it came."""

    def __init__(self, clock: Callable[[], datetime] | None) -> None:
        self._clock = clock
        self._found: dict[str, float] = {}

    def heard(self, peer: str, date: str | None) -> None:
        """Note what a house said; what cannot be read says nothing."""
        if self._clock is None or date is None:
            return
        try:
            said = parsedate_to_datetime(date[:64])
        except (ValueError, IndexError, OverflowError):
            return
        if said.tzinfo is None:
            said = said.replace(tzinfo=UTC)
        self._found.pop(peer, None)
        self._found[peer] = (said - self._clock()).total_seconds()
        while len(self._found) > MOST:
            self._found.pop(next(iter(self._found)))

    def of(self, peer: str) -> float | None:
        """By how many seconds a house was ahead of us when it last said the time."""
        return self._found.get(peer)

    def skew(self) -> Skew | None:
        """The middle of what was heard: half of the houses must be wrong to mislead us."""
        if len(self._found) < FEWEST:
            return None
        return Skew(round(median(self._found.values()), 1), len(self._found))
