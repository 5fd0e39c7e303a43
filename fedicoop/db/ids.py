"""Ids that sort by the time they were made (ULID, https://github.com/ulid/spec)."""

import secrets
import threading
import time
from collections.abc import Callable

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26  # of 5 bits each; the first holds 3
_RANDOM_BITS = 80
_STEP_BITS = 40


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def new_ulid_source(milliseconds: Callable[[], int] = _milliseconds) -> Callable[[], str]:
    """A function that answers a new ULID each time: 48 bits of `milliseconds`, 80 random ones.

    Each is greater than the one before, also within a millisecond, and also when the clock went
    back: it then goes on from the last one, by a random step, so that nobody guesses the next.
    Any thread may call it.
    """
    lock, last = threading.Lock(), 0

    def new_ulid() -> str:
        nonlocal last
        fresh = milliseconds() << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with lock:
            last = fresh if fresh > last else last + 1 + secrets.randbits(_STEP_BITS)
            return _spell(last)

    return new_ulid


def _spell(number: int) -> str:
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
