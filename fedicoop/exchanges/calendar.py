"""An agreement as an entry for somebody's calendar (RFC 5545).

Days and hours are written without a zone ("floating"): ten o'clock at the place where two people meet.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from fedicoop.exchanges.exchange import Exchange, Plan
from fedicoop.i18n import t

if TYPE_CHECKING:
    from icalendar import Event

_MEETING = timedelta(hours=1)


def file(exchange: Exchange, *, origin: str, who: str, place: str, language: str) -> bytes:
    """A loan as whole days, with its hand-over where an hour is agreed; anything else as a meeting."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//fedicoop//exchanges//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    plan = exchange.plan
    title = t("exchange.calendar.title", language, title=exchange.title, who=who)
    if exchange.lent and plan.starts_on and plan.ends_on:
        calendar.add_component(
            _entry(exchange, "loan", title, plan.starts_on, plan.ends_on + timedelta(days=1), origin, place)
        )
        if plan.at:
            meet = t("exchange.calendar.meet", language, title=exchange.title, who=who)
            calendar.add_component(_meeting(exchange, "meet", meet, plan, origin, place))
    elif plan.starts_on and plan.at:
        calendar.add_component(_meeting(exchange, "meet", title, plan, origin, place))
    elif plan.starts_on:
        following = plan.starts_on + timedelta(days=1)
        calendar.add_component(_entry(exchange, "day", title, plan.starts_on, following, origin, place))
    return bytes(calendar.to_ical())


def _meeting(exchange: Exchange, part: str, title: str, plan: Plan, origin: str, place: str) -> "Event":
    assert plan.starts_on
    assert plan.at
    start = datetime.fromisoformat(f"{plan.starts_on.isoformat()}T{plan.at}")  # floating, on purpose
    return _entry(exchange, part, title, start, start + _MEETING, origin, place)


def _entry(
    exchange: Exchange,
    part: str,
    title: str,
    start: date | datetime,
    end: date | datetime,
    origin: str,
    place: str,
) -> "Event":
    from icalendar import Event, vText

    event = Event()
    event.add("uid", f"{exchange.id}-{part}@{origin.partition('://')[2]}")
    event.add("dtstamp", exchange.changed_at.astimezone(UTC))
    event.add("sequence", exchange.version)
    event.add("summary", vText(title))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("url", f"{origin}/echanges/{exchange.id}")
    if place:
        event.add("location", vText(place))
    return event
