"""What each setting must look like, and the one spelling of an origin."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from fedicoop.errors import Misconfigured
from fedicoop.settings.hosts import host_name
from fedicoop.settings.mail_server import mail_server, sender

EXAMPLES: Mapping[str, str] = {
    "data_dir": "/var/lib/fedicoop",
    "origin": "https://coop.example",
    "bind": "127.0.0.1:8080",
    "database_url": "sqlite:///var/lib/fedicoop/fedicoop.db, postgresql://fedicoop:PASSWORD@localhost/fedicoop",
    "locale": "fr, en",
    "timezone": "Europe/Paris, America/Montreal, UTC",
    "log_level": "debug, info, warning, error",
    "log_format": "text, json",
    "allowed_peers": "127.0.0.1:8001, 127.0.0.1:8002",
    "workers": "16",
    "trusted_proxies": "127.0.0.1, 10.0.0.0/8",
    "tiles_url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "tiles_credit": "© OpenStreetMap contributors",
    "source_url": "https://code.example/fedicoop",
    "smtp_url": "smtps://coop@velo.example:PASSWORD@mail.example:465, smtp://127.0.0.1:25",
    "mail_from": "Vélo Fives <bonjour@velo.example>",
    "backups_kept": "7",
    "metrics_token": "a-long-random-word-of-yours",
}
"""Every setting, and what a good value looks like: shown whenever one is not understood."""


class Given(NamedTuple):
    value: object
    source: str  # as `config show --origin` prints it
    place: str  # the same to the line, for a message
    typed: bool = False  # the file has numbers and lists of its own; elsewhere all is text


def checked(name: str, given: Given) -> Any:
    """The value in its own type.  Raises Misconfigured."""
    from msgspec import ValidationError, convert

    value = str(given.value) if isinstance(given.value, Path) else given.value
    if name == "allowed_peers" and isinstance(value, str) and not given.typed:
        value = [peer for peer in re.split(r"[,\s]+", value) if peer]
    try:
        value = convert(value, _kinds()[name], strict=given.typed)
        if name == "timezone":
            zone_of(value)
        if name == "smtp_url" and value:
            mail_server(value)
        if name == "mail_from" and value:
            sender(value)
        if name == "trusted_proxies":  # `*` is none: it would let anybody choose their address
            value = ",".join(str(ip_network(one)) for one in re.split(r"[,\s]+", value) if one)
        return value
    except (ValidationError, ValueError) as error:
        shown = {"name": name, "place": given.place, "example": EXAMPLES[name]}
        raise Misconfigured("settings.not_understood", str(error), **shown) from error


def zone_of(name: str) -> tzinfo:
    """A time zone by its name in the IANA list.  Raises ValueError."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("no such time zone") from error


def _kinds() -> dict[str, Any]:
    """What each value must look like."""
    from msgspec import Meta  # 12 ms, and `fedicoop --help` needs no settings

    port = r"(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"
    place = rf"\A(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):{port}\Z"
    return dict.fromkeys(EXAMPLES, str) | {
        "bind": Annotated[str, Meta(pattern=place)],
        "database_url": Annotated[str, Meta(pattern=r"\A(sqlite:///.+|postgres(ql)?://.+)?\Z")],
        "locale": Literal["fr", "en"],
        "log_level": Literal["debug", "info", "warning", "error"],
        "log_format": Literal["text", "json"],
        "allowed_peers": list[Annotated[str, Meta(pattern=place)]],
        "tiles_url": Annotated[str, Meta(pattern=r"\A(https?://\S*\{z\}\S*\{[xy]\}\S*\{[xy]\}\S*)?\Z")],
        "tiles_credit": Annotated[str, Meta(max_length=200)],
        "source_url": Annotated[str, Meta(pattern=r"\A(https?://\S+)?\Z", max_length=2048)],
        "workers": Annotated[int, Meta(ge=0, le=64)],
        "metrics_token": Annotated[str, Meta(pattern=r"\A([\x21-\x7e]{16,})?\Z")],
        "backups_kept": Annotated[int, Meta(ge=0, le=1000)],
    }


def one_origin(text: str, place: str, allowed_peers: frozenset[str]) -> str:
    """One spelling of an origin (RFC 6454, section 6.2): lower case, A-labels, no default port, no slash.

    It becomes part of every address that we publish, so nothing about it may be ambiguous.
    """
    try:
        parts = urlsplit(text)
        host = host_name((parts.hostname or "").removesuffix("."))
        usual = {"https": 443, "http": 80}[parts.scheme]
        port = parts.port or usual
        rest = (parts.username, parts.password, parts.path.strip("/"), parts.query, parts.fragment)
        if any(rest) or re.search(r"[\s\\]", text):
            raise ValueError("not an origin and nothing else")
    except (ValueError, KeyError) as error:
        raise Misconfigured("settings.bad_origin", str(error), origin=text, place=place) from error
    if parts.scheme == "http" and f"{host}:{port}" not in allowed_peers:
        raise Misconfigured("settings.plain_http", origin=text, peer=f"{host}:{port}", place=place)
    return f"{parts.scheme}://{host}" + (f":{port}" if port != usual else "")
