"""The months in which a listing is free, day by day, for a table that one can read without colours.  Pure."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta

MOST_MONTHS = 2
"""Further days are said in the sentence above the calendar."""


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    free: bool
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` begin on Monday; a place that is no day of this month is None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def months(start: date | None, end: date | None, today: date, busy: Set[date] = frozenset()) -> list[Month]:
    """The first months that hold a free day; none where nothing is said or taken, or where all is over."""
    if (start is None and end is None and not busy) or (end is not None and end < today):
        return []
    opens = max(start or today, today)
    return [
        _month(first, opens, end, today, busy)
        for first in _firsts(opens)
        if end is None or first <= end
        if end is not None or busy or first == opens.replace(day=1)  # one month shows the beginning
    ]


def _firsts(opens: date) -> Iterator[date]:
    first = opens.replace(day=1)
    for _ in range(MOST_MONTHS):
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


def _month(first: date, opens: date, end: date | None, today: date, busy: Set[date]) -> Month:
    days: list[Day | None] = [None] * first.weekday()
    on = first
    while on.month == first.month:
        free = opens <= on and (end is None or on <= end) and on not in busy
        days.append(Day(on, free, on == today))
        on += timedelta(days=1)
    days += [None] * (-len(days) % 7)
    return Month(first, tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7)))
