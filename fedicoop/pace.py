"""How fast somebody may go on: a bucket of tokens for each name, and never more than so many buckets.

Kept in the memory of one process: what it guards is this process, and a restart forgives.  Limits that must
outlive it, passwords say, are in web/limits.py.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MOST_NAMES = 4096


class Pace:
    """`at_once` may come together, and after that `a_minute`; 0 a minute means as many as they like.

    For each name one number is kept: when its bucket will be full again (the GCRA of ATM networks).
    """

    def __init__(
        self,
        *,
        a_minute: float,
        at_once: float,
        names: int = MOST_NAMES,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._each = 60 / a_minute if a_minute else 0.0
        self._slack = self._each * max(at_once - 1, 0)
        self._names, self._clock = names, clock
        self._full: OrderedDict[str, float] = OrderedDict()

    def take(self, name: str) -> float:
        """Take a token of this name: 0, or the seconds until there is one (then none was taken)."""
        if not self._each:
            return 0.0
        now = self._clock()
        full = max(self._full.pop(name, now), now)
        wait = full - self._slack - now
        if wait <= 0:
            full += self._each
        self._full[name] = full
        self._forget(now)
        return max(wait, 0.0)

    def __len__(self) -> int:
        return len(self._full)

    def _forget(self, now: float) -> None:
        """Full buckets say nothing; where all of too many are not, the one that was idle longest goes."""
        while self._full:
            name = next(iter(self._full))
            if self._full[name] > now and len(self._full) <= self._names:
                return
            del self._full[name]
