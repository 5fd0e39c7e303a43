"""What the clock has to do with an exchange, and when: remind, let lapse, close, forget.

Pure.  Times of the day are those of the house's `zone`: a reminder comes in the morning, not at night.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from fedicoop.exchanges.exchange import Exchange
from fedicoop.exchanges.steps import ENDED, WAITING, Status, Step

ANSWER_WITHIN = timedelta(hours=72)
CLOSES_AFTER = timedelta(days=7)
"""A return that the taker told of, and the giver neither confirmed nor denied."""
ABANDONED_AFTER = timedelta(days=30)
"""An agreement of which nobody said that it took place."""
KEPT_FOR = timedelta(days=365)
"""After the end: then its words, photos, place and contacts are forgotten."""

_MORNING = time(8)
_DAY = timedelta(days=1)


class Reminder(StrEnum):
    """What members are reminded of; each is a kind of notice, `exchange.<reminder>`."""

    ANSWER_SOON = "answer_soon"
    TOMORROW = "tomorrow"
    DID_IT_HAPPEN = "did_it_happen"
    DUE_TOMORROW = "due_tomorrow"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    LONG_OVERDUE = "long_overdue"
    CONFIRM_RETURN = "confirm_return"


class Forgetting(StrEnum):
    FORGET = "forget"


Event = Reminder | Step | Forgetting


def events(exchange: Exchange, zone: tzinfo) -> list[tuple[datetime, Event]]:
    """All that the clock will do as long as nobody moves, in order; what was due before is left out."""
    since = exchange.changed_at
    found = [(at, event) for at, event in _stretch(exchange, zone) if isinstance(event, Step) or at > since]
    return sorted(((max(at, since), event) for at, event in found), key=lambda one: one[0])


def due(exchange: Exchange, zone: tzinfo) -> tuple[datetime, Event] | None:
    """What comes next, and when."""
    coming = events(exchange, zone)
    return coming[exchange.reminded] if exchange.reminded < len(coming) else None


def wound(exchange: Exchange, zone: tzinfo) -> Exchange:
    """The exchange with the moment at which the clock looks at it again."""
    coming = due(exchange, zone)
    return replace(exchange, due_at=coming[0] if coming else None)


def _stretch(exchange: Exchange, zone: tzinfo) -> Iterator[tuple[datetime, Event]]:
    since, plan = exchange.changed_at, exchange.plan
    if exchange.status in WAITING:
        yield from _unanswered(since, plan.starts_on, zone)
    elif exchange.status in (Status.REARRANGING, Status.EXTENDING):
        yield since + ANSWER_WITHIN, Step.LAPSE
    elif exchange.status is Status.AGREED:
        yield from _agreed(since, plan.starts_on, zone)
    elif exchange.status is Status.HANDED_OVER and plan.ends_on:
        yield morning(plan.ends_on - _DAY, zone), Reminder.DUE_TOMORROW
        yield morning(plan.ends_on, zone), Reminder.DUE_TODAY
        yield morning(plan.ends_on + _DAY, zone), Reminder.OVERDUE
        yield morning(plan.ends_on + 7 * _DAY, zone), Reminder.LONG_OVERDUE
    elif exchange.status is Status.RETURNED:
        yield since + 3 * _DAY, Reminder.CONFIRM_RETURN
        yield since + CLOSES_AFTER, Step.CLOSE
    elif exchange.status in ENDED and exchange.ended_at and not exchange.in_trouble:
        yield exchange.ended_at + KEPT_FOR, Forgetting.FORGET


def _unanswered(since: datetime, day: date | None, zone: tzinfo) -> Iterator[tuple[datetime, Event]]:
    """72 hours, but no longer than the day that it is about."""
    end = since + ANSWER_WITHIN
    if day:
        end = min(end, morning(day + _DAY, zone, time()))
    yield end - _DAY, Reminder.ANSWER_SOON
    yield end, Step.LAPSE


def _agreed(since: datetime, day: date | None, zone: tzinfo) -> Iterator[tuple[datetime, Event]]:
    if day is None:
        yield since + 7 * _DAY, Reminder.DID_IT_HAPPEN
        yield since + ABANDONED_AFTER, Step.LAPSE
        return
    yield morning(day - _DAY, zone), Reminder.TOMORROW
    yield morning(day + _DAY, zone), Reminder.DID_IT_HAPPEN
    yield morning(day + 7 * _DAY, zone), Reminder.DID_IT_HAPPEN
    yield morning(day, zone) + ABANDONED_AFTER, Step.LAPSE


def morning(day: date, zone: tzinfo, at: time = _MORNING) -> datetime:
    """That time of that day, there."""
    return datetime.combine(day, at, zone)
