"""A listing's terms in two words ("Prêt · caution 20 €"), for cards, pages, previews and peers' notes.

Pure: a listing and a language in, words out.  An offer with no price is free; a need with no price
only says how its writer would like to have the thing.
"""

from datetime import datetime, tzinfo

from fedicoop.i18n import day, moment, money, n, number, t
from fedicoop.listings.listing import Kind, Listing, Mode, Money
from fedicoop.web.clean import markdown

UNITS = ("one", "hour", "kg", "g", "litre", "metre", "day", "half-day", "basket", "dozen")
"""The units that we have words for."""


def terms(listing: Listing, language: str) -> str:
    """The way and the price of it, joined by a dot; of an event, its day."""
    if listing.event and listing.available_from:
        return day(listing.available_from, language)
    way = t(f"mode.{listing.mode}", language)
    asked = asked_for(listing, language)
    return f"{way} · {asked}" if asked else way


def asked_for(listing: Listing, language: str) -> str:
    """What is given in return: free, a price, a deposit, a swap; "" where nothing is said."""
    if listing.counterpart:
        return t("terms.against", language, counterpart=shortened(listing.counterpart))
    if listing.price and listing.price.amount:
        return _price(listing, listing.price, language)
    if listing.deposit and listing.deposit.amount:
        return t("terms.deposit", language, amount=amount(listing.deposit, language))
    if listing.mode is Mode.EXCHANGE:
        return t("terms.swap_open", language)
    if listing.kind is Kind.NEED:
        return ""
    return t("terms.price_open" if listing.mode is Mode.SALE else "terms.free", language)


def _price(listing: Listing, price: Money, language: str) -> str:
    said = amount(price, language)
    if listing.kind is Kind.NEED:
        return t("terms.budget", language, amount=said)
    if listing.unit != "one":
        return f"{said} {per(listing.unit, language)}"
    return said


def amount(money_: Money, language: str) -> str:
    return money(money_.amount, money_.currency, language)


def per(unit: str, language: str) -> str:
    """`"l’heure"`; a unit that we do not know, a peer's, is shown as it came."""
    return t(f"unit.{unit}.per", language) if unit in UNITS else f"/ {unit}"


def quantity(listing: Listing, language: str) -> str:
    """How much there is, where it is more than the one thing that everybody expects."""
    if listing.quantity is None or (listing.quantity == 1 and listing.unit == "one"):
        return ""
    unit = n(f"unit.{listing.unit}", listing.quantity, language) if listing.unit in UNITS else listing.unit
    return f"{number(listing.quantity, language)} {unit}"


def availability(listing: Listing, language: str) -> str:
    """When: a beginning, an end, both, or nothing said."""
    start = _unbroken(listing.available_from, language)
    end = _unbroken(listing.available_to, language)
    if start and end:
        return t("terms.between", language, start=start, end=end)
    if start or end:
        return t("terms.from" if start else "terms.until", language, start=start, end=end)
    return ""


def occurs(listing: Listing, language: str, zone: tzinfo) -> str:
    """When an event takes place, in the time of those who read it here."""
    start, end = listing.available_from, listing.available_to
    if start is None:
        return ""
    begins = moment(start, language, zone)
    if end is None or end <= start:
        return begins
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        return t("terms.event.day", language, start=begins, end=f"{end.astimezone(zone):%H:%M}")
    return t("terms.event.days", language, start=begins, end=moment(end, language, zone))


def _unbroken(date: datetime | None, language: str) -> str:
    """A day that no line end tears apart."""
    return day(date, language).replace(" ", "\u00a0") if date else ""


def description(listing: Listing) -> str:
    """Its text as sanitised HTML: a peer's as it was kept, ours from the Markdown that was written."""
    return listing.html or markdown(listing.text)


def shortened(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + "…"
