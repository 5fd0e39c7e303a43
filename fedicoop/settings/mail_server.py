"""The one address by which letters leave: `smtps://user:password@mail.example:465`, as people guess it."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote

from fedicoop.settings.hosts import host_name

_ADDRESS = r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
ADDRESS = re.compile(_ADDRESS)
"""The addresses that every mail program reads alike (security, case 94)."""

_URL = re.compile(
    r"(?P<scheme>smtp|smtps|smtp\+starttls)://(?:(?P<who>.*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^@/:?#\[\]\s]+)(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE | re.DOTALL,
)
_FROM = re.compile(rf'(?:(?P<name>[^<>"\\]{{0,100}})<)?(?P<address>{_ADDRESS})>?')


class Safety(StrEnum):
    """How the way to the server is closed to others."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for, and insisted on
    OFFERED = "offered"  # asked for where the server offers it
    PLAIN = "plain"  # on this very machine


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in.  The password shows in no log and no message."""

    host: str
    port: int
    safety: Safety
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(url: str) -> MailServer:
    """What an address of a mail server says.  Raises ValueError, which never holds the password.

    465 is TLS from the first byte and 587 is STARTTLS, whatever scheme stands before (RFC 8314); a
    password goes over an open way to this very machine alone.  It may be written as it is, or with
    %-codes: everything up to the last @ is the user and the password.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError("not smtp://, smtps:// or smtp+starttls:// and a host")
    user, colon, password = (parts["who"] or "").partition(":")
    if parts["who"] is not None and not (user and colon and password):
        raise ValueError("a user and a password, or neither")
    try:
        host = host_name(parts["host"].strip("[]").lower().removesuffix("."))
    except ValueError:
        raise ValueError("not a host") from None
    scheme = parts["scheme"].lower()
    port = int(parts["port"] or {"smtps": 465, "smtp+starttls": 587}.get(scheme, 587 if user else 25))
    if not 0 < port < 65_536:
        raise ValueError("not a port")
    found = (unquote(user), unquote(password))
    if any(sign < " " or sign == "\x7f" for sign in "".join(found)):
        raise ValueError("a user and a password without control characters")
    return MailServer(host.strip("[]"), port, _safety(scheme, host.strip("[]"), port, bool(user)), *found)


def _safety(scheme: str, host: str, port: int, secret: bool) -> Safety:
    if port == 465 or (scheme == "smtps" and port != 587):
        return Safety.TLS
    if scheme == "smtp" and _is_this_machine(host):
        return Safety.PLAIN
    return Safety.STARTTLS if secret or port == 587 or scheme != "smtp" else Safety.OFFERED


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def sender(text: str) -> tuple[str, str]:
    """Name and address of `Vélo Fives <bonjour@velo.example>`; the name may be absent.  Raises ValueError."""
    found = _FROM.fullmatch(text.strip())
    if found is None or (found["name"] is None) is not (not text.strip().endswith(">")):
        raise ValueError("not an address")
    name = " ".join((found["name"] or "").split())
    if not name.isprintable() or len(found["address"]) > 254:
        raise ValueError("not an address")
    return name, found["address"]
