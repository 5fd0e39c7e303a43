"""One way from text to a moment, and one way back.

Python's readers give naive times, overflow near the years 1 and 9999, and take forms that no peer
sends; compared or stored, each of those fails later and elsewhere.  Here a moment is in UTC and
lies within a human lifetime, or it is Malformed.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fedicoop.errors import Malformed

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
_LONGEST = 64
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,18})?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def parse_moment(text: str) -> datetime:
    """Read an xsd:dateTime (ActivityStreams 2.0, section 2.3) as an aware time in UTC.

    A time without a zone is taken as UTC, a bare date as its midnight.  Raises
    Malformed("federation.bad_date"), also for years outside 2000 to 2100.
    """
    if len(text) > _LONGEST or not _MOMENT.fullmatch(text):
        raise _bad(text)
    try:
        return _within(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as error:
        raise _bad(text) from error


def http_date(text: str) -> datetime:
    """Read an HTTP-date (RFC 9110, section 5.6.7), in any of its three forms, as a time in UTC.

    Raises Malformed("federation.bad_date").
    """
    if len(text) > _LONGEST or not text.isascii():
        raise _bad(text)
    try:
        return _within(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise _bad(text) from error


def moment_text(moment: datetime) -> str:
    """Write a moment as every peer reads it: UTC, whole seconds, a Z."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _within(moment: datetime) -> datetime:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not EARLIEST_YEAR <= aware.year <= LATEST_YEAR:
        raise ValueError("too far away")
    return aware


def _bad(text: str) -> Malformed:
    return Malformed("federation.bad_date", f"{text[:_LONGEST]!r} is not a date and time that we take")
