"""How long a job may take, and how long it waits for its next try.  Pure: luck comes from outside."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=15)
LONGEST = timedelta(hours=6)
LONGEST_ASKED_FOR = timedelta(hours=24)
GIVE_UP = timedelta(days=7)
GIVE_UP_DAYS = 7  # on so many different days it must have failed as well
KEEP_DEAD = timedelta(days=30)

LEASE = timedelta(minutes=5)
DEADLINE = timedelta(minutes=4)  # for a try: it ends before its lease does, so that no two work on one job

SUSPECT = timedelta(seconds=30)  # for a job that was in hand when its worker died, twice in a row

_SHORTEST = timedelta(seconds=1)


def days_with(days: int, failed_at: datetime | None, now: datetime) -> int:
    """On how many different days something has failed, now that it failed again.

    Time that went by unseen counts for nothing: a clock that jumps, or a house that was off for a week,
    has tried once (Mastodon counts like this, app/lib/delivery_failure_tracker.rb).
    """
    return days if failed_at is not None and failed_at.date() == now.date() else days + 1


def delay(failures: int, luck: float, retry_after: float | None = None) -> timedelta:
    """The wait after so many failures in a row (one or more), for a `luck` between 0 and 1.

    Up to 15 s, 30 s, 1 min … 6 h, with full jitter: all of it is left to chance, so that those who
    failed together do not come back together.  A wait that the other side asked for, in seconds, is
    kept as it is, between one second and a day.
    """
    if retry_after is not None:
        return min(max(timedelta(seconds=retry_after), _SHORTEST), LONGEST_ASKED_FOR)
    longest = min(FIRST * (1 << min(failures - 1, 20)), LONGEST)
    return max(longest * luck, _SHORTEST)
