"""When a signature counts: not long ago, not far ahead, not after it expired (security cases 9 and 10)."""

import re
from datetime import UTC, datetime, timedelta

from fedicoop.errors import Unauthenticated

WINDOW = timedelta(minutes=65)
"""How far a peer's clock may be from ours, either way: an hour, as nearly all peers have it, and some."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HTTP_DATE = re.compile(
    rf"(?:{'|'.join(_DAYS)}), (\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) "
    r"(\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)",
    re.ASCII,
)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def write_date(moment: datetime) -> str:
    """An IMF-fixdate (RFC 9110, section 5.6.7), whatever the locale of this machine."""
    at = moment.astimezone(UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} GMT"


def read_date(text: str) -> datetime:
    """Read a Date header.  The obsolete forms of RFC 9110 and dates without a zone are refused."""
    found = _HTTP_DATE.fullmatch(text)
    if not found:
        raise Unauthenticated("signature.date_unreadable", text[:64])
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError as error:
        raise Unauthenticated("signature.date_unreadable", text) from error


def read_seconds(seconds: float) -> datetime:
    """Read a moment counted from 1970; outside of this century it is nonsense."""
    if not _EARLIEST <= seconds < _LATEST:
        raise Unauthenticated("signature.date_unreadable", f"{seconds} s")
    return datetime.fromtimestamp(seconds, UTC)


def check_made(made: datetime, now: datetime) -> None:
    if now - made > WINDOW:
        raise Unauthenticated("signature.too_old", str(now - made))
    if made - now > WINDOW:
        raise Unauthenticated("signature.too_new", str(made - now))


def check_expiry(expires: datetime, now: datetime) -> None:
    """No grace here: the signer chose the end, and the window above already forgives clocks."""
    if expires < now:
        raise Unauthenticated("signature.expired", str(now - expires))
