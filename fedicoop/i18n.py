"""French and English: texts by their keys, and how each language writes days, numbers and money.

Texts stand in fedicoop/locale/{fr,en}/, a file a room, and are read compiled (`make translations`).  The few
formats are written out here, because Babel's tables weigh 33 MB; the tests compare with Babel
(CLDR: fr, and en-GB for English, the English of our continent).
"""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from fedicoop.errors import Problem
from fedicoop.log import log

LANGUAGES = ("fr", "en")
LOCALE = Path(__file__).with_name("locale")
_HARD, _THIN = "\u00a0", "\u202f"  # the two spaces of French that do not break
_LIKED = re.compile(r"(\*|[a-z]{1,8})(-[a-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?")
_SYMBOLS = {
    "fr": {"EUR": "€", "GBP": "£GB", "USD": "$US"},
    "en": {"EUR": "€", "GBP": "£", "USD": "US$"},
}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_UNITS = (
    ("year", 365 * _DAY),
    ("month", 30 * _DAY),
    ("day", _DAY),
    ("hour", _HOUR),
    ("minute", _MINUTE),
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, why as far as known, and what to do now; `code` is stable (FC-3104)."""

    code: str
    what: str
    why: str
    remedy: str


def t(key: str, language: str, /, **values: object) -> str:
    """The text of a key.  A key that has none is returned itself, and logged once."""
    return _filled(_catalogue(_known(language)).gettext(key), values)


def n(key: str, count: int | float | Decimal, language: str, /, **values: object) -> str:
    """The text of a key for so many: `{count}` stands in it, written as the language writes numbers."""
    language = _known(language)
    text = _catalogue(language).ngettext(key, key, _grammatical(count, language))
    return _filled(text, {"count": number(count, language), **values})


def said(value: object, language: str, /) -> object:
    """A value that is told in words of the language of whoever reads it; any other is itself.

    `{"text": key, "values": {…}}` is a text, `{"day": "2030-05-01"}` a day, `{"all": […], "by": ", "}`
    several joined.  So what is kept as JSON today is read in French or in English tomorrow.
    """
    if not isinstance(value, Mapping):
        return value
    if "text" in value:
        values = value.get("values") or {}
        return t(str(value["text"]), language, **{name: said(one, language) for name, one in values.items()})
    if "day" in value:
        return day(date.fromisoformat(str(value["day"])), language)
    return str(value.get("by", ", ")).join(str(said(one, language)) for one in value.get("all") or ())


def explain(problem: Problem, language: str) -> Explanation:
    """The three sentences and the code of a problem, for a page, a terminal or problem+json."""
    parts = (t(f"problem.{problem.key}.{part}", language, **problem.values) for part in ("what", "why", "do"))
    return Explanation(codes().get(problem.key, "FC-0000"), *parts)


@cache
def codes() -> Mapping[str, str]:
    """Problem key → stable code, from locale/codes.txt."""
    lines = (LOCALE / "codes.txt").read_text(encoding="utf-8").splitlines()
    return {key.strip(): code for code, _, key in (line.partition(" ") for line in lines)}


def best(accept_language: str | None, default: str) -> str:
    """Our language that a reader likes best (RFC 9110, section 12.5.4; RFC 4647, section 3.4).

    Only the first 1000 characters and 20 languages are looked at.
    """
    liked: dict[str, float] = {}
    for item in (accept_language or "")[:1000].lower().split(",")[:20]:
        if found := _LIKED.fullmatch(item.strip()):
            liked[found[1]] = max(liked.get(found[1], 0.0), min(float(found[3] or 1), 1.0))
    others = liked.pop("*", 0.0001)  # what is not named comes last, but before what is refused by q=0
    ours = [language for language in (*liked, default, *LANGUAGES) if language in LANGUAGES]
    return max(ours, key=lambda language: liked.get(language, others))


def number(value: int | float | Decimal, language: str) -> str:
    """1 234,5 or 1,234.5; at most three decimals."""
    return _grouped(f"{value:,.3f}".rstrip("0").rstrip("."), language)


def money(amount: int | float | Decimal, currency: str, language: str) -> str:
    """20 € or €20; whole amounts have no cents.  `currency` is of ISO 4217, or the name of points."""
    digits = f"{abs(amount):,.2f}".removesuffix(".00")
    sign, symbol = "-" if amount < 0 else "", _SYMBOLS[_known(language)].get(currency, currency)
    if _known(language) == "fr":
        return f"{sign}{_grouped(digits, language)}{_HARD}{symbol}"
    return f"{sign}{symbol}{_HARD if symbol[-1].isalpha() else ''}{digits}"


def day(date: date, language: str, zone: tzinfo | None = None) -> str:
    """23 novembre 2026, 1er mai 2026; 23 November 2026.  A moment counts in `zone`, else in the machine's."""
    on = date.astimezone(zone) if isinstance(date, datetime) else date
    ordinal = "er" if on.day == 1 and _known(language) == "fr" else ""
    return f"{on.day}{ordinal} {t('format.months', language).split()[on.month - 1]} {on.year}"


def month(date: date, language: str) -> str:
    """mai 2030; May 2030."""
    return f"{t('format.months', language).split()[date.month - 1]} {date.year}"


def moment(at: datetime, language: str, zone: tzinfo | None = None) -> str:
    """Day and time in `zone`, else in the machine's; where that is UTC, it says so, as few live by it."""
    local = at.astimezone(zone)
    utc = " UTC" if local.tzname() == "UTC" else ""
    return t("format.moment", language, day=day(local.date(), language), time=f"{local:%H:%M}{utc}")


def distance(kilometres: float, language: str) -> str:
    """à 3 km, 3 km away; never finer than a kilometre, because places are blurred to about that."""
    if kilometres < 1:
        return t("format.distance_near", language)
    return t("format.distance", language, kilometres=number(round(kilometres), language))


def ago(then: datetime, now: datetime, language: str) -> str:
    """il y a 3 jours, dans 3 jours; 3 days ago, in 3 days."""
    apart = abs(now - then)
    for unit, length in _UNITS:
        if apart >= length:
            return n(f"format.{'ago' if then <= now else 'ahead'}.{unit}", apart // length, language)
    return t("format.just_now", language)


def _known(language: str) -> str:
    """A listing may be in any language; its frame is then in the first of ours."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _grouped(english: str, language: str) -> str:
    return english.translate({ord(","): _THIN, ord("."): ","}) if _known(language) == "fr" else english


def _grammatical(count: int | float | Decimal, language: str) -> int:
    """The whole number whose plural a fraction takes (CLDR): 1,5 litre, but 1.5 litres."""
    whole = abs(int(count))
    return whole if language == "fr" or whole == abs(count) else max(whole, 2)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format_map(_Values(values)) if "{" in text else text


class _Values(dict[str, Any]):
    """A value that nobody gave leaves its name standing: a page with a flaw is better than none."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


class _Absent(gettext.NullTranslations):
    """What answers for a key that the catalogue does not have."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.told: set[str] = set()

    def gettext(self, message: str) -> str:
        if message not in self.told and len(self.told) < 1000:
            self.told.add(message)
            log.error("i18n.text_missing", key=message, language=self.language)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - gettext's own signature
        return self.gettext(msgid1)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    absent = _Absent(language)
    try:
        with (LOCALE / f"{language}.mo").open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
    except OSError as error:
        log.error("i18n.catalogue_missing", language=language, error=str(error), remedy="make translations")
        return absent
    catalogue.add_fallback(absent)
    return catalogue
