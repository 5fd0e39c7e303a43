"""Sums, numbers and days as people write them, made into what the file of a listing would say."""

import re

from fedicoop.errors import Misused

_CURRENCIES = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "$": "USD"}
_SIGN = r"[€£$]|[A-Z]{3}|euros?"
_MONEY = re.compile(rf"(?P<before>{_SIGN})?\s*(?P<amount>\d[\d\s.,'’]*)(?P<after>{_SIGN})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}([.,]\d{3})+")
_SPACES = re.compile(r"[\s'’]+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def amount(typed: str) -> dict[str, str]:
    """`20`, `12,50 €`, `1 200 euros`, `CHF 30`.  Raises Misused `publish.price_words`."""
    found = _MONEY.fullmatch(typed)
    if not found:
        raise Misused("publish.price_words", typed[:40], typed=typed[:40])
    sign = (found["before"] or found["after"] or "EUR").upper()
    plain = _SPACES.sub("", found["amount"])
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(".", "")
    elif "," in plain and "." in plain:  # the one that comes last parts the cents
        plain = plain.replace("." if plain.rindex(",") > plain.rindex(".") else ",", "")
    return {"amount": plain.replace(",", "."), "currency": _CURRENCIES.get(sign, sign)}


def number(typed: str) -> str:
    """`1,5` and `2 000` as machines write them."""
    return _SPACES.sub("", typed).replace(",", ".")


def iso(typed: str) -> str:
    """A day as machines write it; browsers without a calendar let people write 31/12/2027."""
    found = _DAY.fullmatch(typed)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else typed
