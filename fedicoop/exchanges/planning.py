"""What a plan has to say, and whether it fits its listing.  Pure: a refusal names the field that is wrong."""

import re
from datetime import date, timedelta
from decimal import Decimal

from fedicoop.errors import Misused
from fedicoop.exchanges.exchange import Plan
from fedicoop.listings import taken
from fedicoop.listings.listing import Kind, Listing, Mode
from fedicoop.listings.taken import Taking

FARTHEST = timedelta(days=366)  # nobody plans further ahead, nor lends for longer
LONGEST_PLACE = 200

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def needs_days(mode: Mode) -> bool:
    """What is lent comes back on a day."""
    return mode is Mode.LOAN


def shares_out(listing: Listing) -> bool:
    """Whether one says how much of it one wants."""
    return (
        listing.quantity is not None
        and listing.quantity > 1
        and listing.mode not in (Mode.SERVICE, Mode.SKILL)
    )


def check(plan: Plan, listing: Listing, today: date) -> None:
    """Raises Misused `exchange.…` for the first field that does not fit, `form.missing` for one left out."""
    if needs_days(listing.mode):
        for name in ("starts_on", "ends_on"):
            if getattr(plan, name) is None:
                raise Misused("form.missing", name, field=name)
    _check_days(plan, listing, today)
    if plan.at is not None and not _HOUR.fullmatch(plan.at):
        raise Misused("exchange.hour", plan.at, field="at")
    if plan.at is not None and plan.starts_on is None:
        raise Misused("exchange.hour_alone", field="starts_on")
    if plan.quantity is not None and not _fits(plan.quantity, listing):
        raise Misused("exchange.quantity", str(plan.quantity), field="quantity")
    if len(plan.place) > LONGEST_PLACE:
        raise Misused("exchange.long", field="place", longest=str(LONGEST_PLACE))


def _fits(quantity: Decimal, listing: Listing) -> bool:
    return quantity.is_finite() and Decimal(0) < quantity <= (listing.quantity or Decimal(1))


def _check_days(plan: Plan, listing: Listing, today: date) -> None:
    start, end = plan.starts_on, plan.ends_on
    if start and start < today:
        raise Misused("exchange.past", start.isoformat(), field="starts_on")
    if start and end and end < start:
        raise Misused("exchange.reversed", f"{start} {end}", field="ends_on")
    if start and start > today + FARTHEST:
        raise Misused("exchange.far", start.isoformat(), field="starts_on")
    if start and end and end > start + FARTHEST:
        raise Misused("exchange.far", end.isoformat(), field="ends_on")
    if listing.kind is Kind.OFFER:
        _check_available(plan, listing)


def _check_available(plan: Plan, listing: Listing) -> None:
    first, last = listing.available_from, listing.available_to
    for name in ("starts_on", "ends_on"):
        day: date | None = getattr(plan, name)
        if day and ((first and day < first.date()) or (last and day > last.date())):
            raise Misused("exchange.not_available", day.isoformat(), field=name)


def check_longer(plan: Plan, before: Plan) -> None:
    """An extension ends later than what is agreed, and not beyond a year."""
    if plan.ends_on is None:
        raise Misused("form.missing", field="ends_on")
    if before.ends_on and not before.ends_on < plan.ends_on <= before.ends_on + FARTHEST:
        raise Misused("exchange.not_longer", plan.ends_on.isoformat(), field="ends_on")


def taking(id: str, plan: Plan, listing: Listing) -> Taking:
    """What this plan takes of its listing."""
    quantity = (plan.quantity if shares_out(listing) else None) or Decimal(1)
    if not taken.lasts(listing):
        return Taking(id, listing.id, quantity)
    start = plan.starts_on.isoformat() if plan.starts_on else None
    end = plan.ends_on.isoformat() if plan.ends_on else None
    return Taking(id, listing.id, quantity, start, end, plan.at)
