"""An exchange in words: where it stands for the one who reads, what they can do now, and when it is.

Pure: an exchange and a side in, keys of the catalogue or sentences out.
"""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from markupsafe import Markup, escape

from fedicoop import i18n
from fedicoop.exchanges.exchange import Exchange, Plan
from fedicoop.exchanges.steps import BOUND, ENDED, WAITING, Side, Status, Step
from fedicoop.exchanges.words import Sort, Word
from fedicoop.i18n import t
from fedicoop.listings import terms
from fedicoop.listings.listing import Listing
from fedicoop.web.filters import weblink

LINE = ("asked", "proposed", "agreed", "under_way", "done")
"""The five states that members know."""

PHRASES = {
    "waiting": ("day", "more", "where"),
    "bound": ("where", "coming", "late", "noted"),
    "ended": ("noted", "next_time"),
}
_LINK = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]]")


def state(exchange: Exchange, side: Side, today: date) -> str:
    """The end of the key `exchange.state.…` that tells this side where it stands."""
    if side not in (Side.PROPOSER, Side.RESPONDER):
        return "steward"
    whose = "yours" if awaits_answer(exchange, side) else "theirs"
    role = "giver" if side is exchange.giver else "taker"
    match exchange.status:
        case Status.ASKED:
            return f"asked.{exchange.kind}.{whose}"
        case Status.COUNTERED | Status.REARRANGING | Status.EXTENDING:
            return f"{exchange.status}.{whose}"
        case Status.AGREED:
            return "agreed.now" if day_has_come(exchange, today) else "agreed.before"
        case Status.HANDED_OVER:
            return f"handed_over.{role}{'.late' if is_late(exchange, today) else ''}"
        case Status.RETURNED:
            return f"returned.{role}"
        case Status.DECLINED | Status.WITHDRAWN:
            return f"{exchange.status}.{side}"
        case _:
            return exchange.status.value


def tells_when(exchange: Exchange) -> bool:
    """Whether the plan stands under the sentence that tells the state."""
    return exchange.status in WAITING | {Status.AGREED, Status.REARRANGING, Status.EXTENDING}


def awaits_answer(exchange: Exchange, side: Side) -> bool:
    """Whether the other waits for what this side says to a proposal."""
    asked = exchange.status in (Status.ASKED, Status.COUNTERED, Status.REARRANGING, Status.EXTENDING)
    return asked and exchange.turn is side


def day_has_come(exchange: Exchange, today: date) -> bool:
    return exchange.plan.starts_on is None or exchange.plan.starts_on <= today


def is_late(exchange: Exchange, today: date) -> bool:
    """Lent, and its last day is over."""
    out = exchange.status in (Status.HANDED_OVER, Status.EXTENDING)
    return out and exchange.plan.ends_on is not None and exchange.plan.ends_on < today


def next_step(exchange: Exchange, side: Side, today: date) -> Step | None:
    """The one thing that this side does next; None while it is for the other, or for time, to act."""
    wanted = {
        Status.ASKED: (Step.ACCEPT,),
        Status.COUNTERED: (Step.ACCEPT,),
        Status.REARRANGING: (Step.GRANT,),
        Status.AGREED: (Step.HAND_OVER, Step.FINISH) if day_has_come(exchange, today) else (),
        Status.HANDED_OVER: (Step.TAKE_BACK, Step.GIVE_BACK),
        Status.EXTENDING: (Step.GRANT, Step.GIVE_BACK),
        Status.RETURNED: (Step.TAKE_BACK,),
    }.get(exchange.status, ())
    return next((step for step in wanted if exchange.may(step, side, today)), None)


def waits_for(exchange: Exchange, side: Side, today: date) -> bool:
    """Whether something waits for this side: an answer, a confirmation, an appointment or a return today."""
    step = next_step(exchange, side, today)
    if exchange.status is Status.HANDED_OVER:
        return side is exchange.taker and exchange.plan.ends_on is not None and exchange.plan.ends_on <= today
    if exchange.status is Status.AGREED:
        return step is not None and exchange.plan.starts_on is not None
    return step in (Step.ACCEPT, Step.GRANT, Step.TAKE_BACK)


def station(exchange: Exchange, today: date) -> int | None:
    """How far along the line it is; None where it ended otherwise."""
    if exchange.status in ENDED:
        return len(LINE) - 1 if exchange.status is Status.DONE else None
    if exchange.status in WAITING:
        return 1 if exchange.status is Status.COUNTERED else 0
    if exchange.status in (Status.AGREED, Status.REARRANGING):
        return 3 if not exchange.lent and day_has_come(exchange, today) else 2
    return 3


def phrases(exchange: Exchange) -> tuple[str, ...]:
    """The ready answers that fit now, as the ends of the keys `exchange.quick.…`."""
    if exchange.status in WAITING:
        return PHRASES["waiting"]
    return PHRASES["bound" if exchange.status in BOUND else "ended"]


def changing(exchange: Exchange, side: Side, today: date) -> Step | None:
    """The step by which this side proposes another plan now, if any."""
    for step in (Step.COUNTER, Step.REARRANGE, Step.ASK_LONGER):
        if exchange.may(step, side, today):
            return step
    return None


def ending(exchange: Exchange, side: Side, today: date) -> Step | None:
    """The step by which this side says no, or ends it before it took place."""
    for step in (Step.REFUSE, Step.NOT_BACK, Step.DECLINE, Step.WITHDRAW, Step.CANCEL, Step.SETTLE):
        if exchange.may(step, side, today):
            return step
    return None


def log_key(word: Word, mine: bool) -> str:
    """The end of the key `exchange.log.…` for a step, or a problem, in the thread."""
    if word.side is Side.CLOCK:
        return f"clock.{word.step}"
    if word.side is Side.STEWARD:
        return f"coop.{word.step}"
    prefix = "trouble" if word.sort is Sort.TROUBLE and word.step != "solved" else word.step
    return f"{prefix}.{'mine' if mine else 'theirs'}"


def when(plan: Plan, language: str, today: date) -> str:
    """`du samedi 4 au lundi 6 mai, à 10 h`; "" where no day is said."""
    if plan.starts_on is None:
        return ""
    first = weekday(plan.starts_on, language, today)
    hour = at(plan.at, language) if plan.at else ""
    if plan.ends_on is None:
        return (
            t("exchange.on_at", language, day=first, at=hour)
            if hour
            else t("exchange.on", language, day=first)
        )
    if plan.ends_on == plan.starts_on:
        return (
            t("exchange.on_at", language, day=first, at=hour)
            if hour
            else t("exchange.on", language, day=first)
        )
    last = weekday(plan.ends_on, language, today)
    key = "exchange.from_to_at" if hour else "exchange.from_to"
    return t(key, language, first=first, last=last, at=hour)


def weekday(day: date, language: str, today: date) -> str:
    """`samedi 4 mai`; the year only where it is another one."""
    names = t("format.weekdays", language).split()
    written = i18n.day(day, language)
    return f"{names[day.weekday()]} {written if day.year != today.year else written.rpartition(' ')[0]}"


def until(end: datetime, language: str, today: date, zone: tzinfo) -> str:
    """When an answer is expected at the latest: `samedi 4 mai`, `samedi 4 mai à 10 h`."""
    there = end.astimezone(zone)
    if (there.hour, there.minute) == (0, 0):
        return weekday((there - timedelta(days=1)).date(), language, today)
    return f"{weekday(there.date(), language, today)} {at(f'{there.hour:02}:00', language)}"


def moment(at: datetime, language: str, zone: tzinfo) -> str:
    """Day and time, for a deadline or a photo."""
    return i18n.moment(at, language, zone)


def at(hour: str, language: str) -> str:
    """`à 10 h 30`, `at 10:30`."""
    hours, minutes = hour.split(":")
    if minutes == "00":
        return t("exchange.at_full", language, hour=str(int(hours)))
    return t("exchange.at", language, hour=str(int(hours)), minutes=minutes)


def span(first: str | None, last: str | None, language: str, today: date) -> str:
    """Days that are taken, as they are kept: `du samedi 4 au lundi 6 mai`."""
    start = date.fromisoformat(first) if first else None
    return when(Plan(starts_on=start, ends_on=date.fromisoformat(last) if last else None), language, today)


def quantity(plan: Plan, listing: Listing, language: str) -> str:
    """How much of it, in the listing's own unit."""
    return terms.quantity(replace(listing, quantity=plan.quantity), language) or str(plan.quantity)


def linked(text: str) -> Markup:
    """A member's plain words for a page: escaped, lines kept, web addresses made links."""
    parts, end = list[Markup](), 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        address = found[0]
        link = Markup('<a href="{0}" rel="nofollow noopener noreferrer ugc">{0}</a>').format(address)
        parts.append(link if weblink(address) else escape(address))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("<br>").join(Markup("").join(parts).split("\n"))
