"""Hosts, origins and ids: one normal form, so that two spellings of one house are one house.

Hosts are compared after parsing, never as raw text: lower case, IDNA A-labels (a Cyrillic twin
shows as xn--…), no trailing dot, no default port.  Nothing is ever taken out of a host: what does
not parse is refused.
"""

import re
from collections.abc import Set
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from fedicoop.errors import Malformed
from fedicoop.vocabulary.types import Iri

MAX_ID = 2048
_URL = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_BRACKETED = re.compile(r"\[([0-9a-f:.]{2,45})\](?::(.*))?", re.IGNORECASE)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_DEFAULT_PORT = {"https": 443, "http": 80}
_FORBIDDEN = re.compile(
    r'[\x00-\x20\x7f-\xa0\\<>"\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufffd\ud800-\udfff]'
)


def normal_host(url_or_host: str) -> str:
    """Give the normal `host[:port]` of an address or of a host as somebody typed it.

    A bare host is taken as https; 443 goes whatever the scheme, so that a normal form stays itself.
    Raises Malformed("federation.bad_host").
    """
    if "://" in url_or_host:
        scheme, authority = _parts(url_or_host)
    else:
        scheme, authority = "https", url_or_host
    host, port = _host_and_port(authority)
    return host if port in (None, 443, _DEFAULT_PORT[scheme]) else f"{host}:{port}"


def origin_of(url: str) -> str:
    """Give the origin `scheme://host[:port]` (RFC 6454) of an address, in normal form.

    Raises Malformed("federation.bad_host").
    """
    scheme, authority = _parts(url)
    host, port = _host_and_port(authority)
    end = "" if port in (None, _DEFAULT_PORT[scheme]) else f":{port}"
    return f"{scheme}://{host}{end}"


def same_origin(a: str, b: str) -> bool:
    """Say whether two addresses belong to one house (FEP-fe34).  What does not parse belongs to none."""
    try:
        return origin_of(a) == origin_of(b)
    except Malformed:
        return False


def check_id(text: object, *, plain_http_hosts: Set[str] = frozenset()) -> Iri:
    """Insist that something is an id that we may keep, compare and fetch, and return it unchanged.

    Https only; plain http for the exact `host:port` of `plain_http_hosts` (tests and demonstrations).
    No user information, backslash, space, control or direction character; at most 2048 characters.
    Raises Malformed("federation.bad_id").
    """
    if not isinstance(text, str):
        raise Malformed("federation.bad_id", f"expected an https address, got a {type(text).__name__}")
    if len(text) > MAX_ID:
        raise Malformed("federation.bad_id", f"{len(text)} characters")
    if not text.startswith(("https://", "http://")) or _FORBIDDEN.search(text):
        raise Malformed("federation.bad_id", f"not an https address: {text[:100]!r}")
    scheme, authority = _parts(text)
    try:
        host, port = _host_and_port(authority)
    except Malformed as error:
        raise Malformed("federation.bad_id", error.detail) from error
    if scheme == "http" and f"{host}:{port or 80}" not in plain_http_hosts:
        raise Malformed("federation.bad_id", f"plain http: {text[:100]!r}")
    return Iri(text)


def _parts(url: str) -> tuple[str, str]:
    found = _URL.match(url)
    if found is None or "\\" in url:
        raise _bad(url)
    return found[1].lower(), found[2]


@lru_cache(maxsize=4096)
def _host_and_port(authority: str) -> tuple[str, int | None]:
    if bracketed := _BRACKETED.fullmatch(authority):
        host, port = _ipv6(bracketed[1]), bracketed[2]
    else:
        name, colon, rest = authority.partition(":")
        host, port = _name(name), rest if colon else None
    if port is not None and (not _PORT.fullmatch(port) or int(port) > 65535):
        raise _bad(authority)
    return host, None if port is None else int(port)


def _ipv6(text: str) -> str:
    try:
        return f"[{IPv6Address(text).compressed}]"
    except AddressValueError as error:
        raise _bad(text) from error


def _name(host: str) -> str:
    name = host.lower() if host.isascii() else _a_labels(host)
    name = name.removesuffix(".")
    if not _NAME.fullmatch(name):
        raise _bad(host)
    return name


def _a_labels(host: str) -> str:
    """Spell an international name in ASCII (IDNA 2008, UTS 46), as httpx does when it dials."""
    import idna

    if len(host) > 253:
        raise _bad(host)
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise _bad(host) from error


def _bad(text: str) -> Malformed:
    return Malformed("federation.bad_host", f"not a host: {text[:100]!r}", host=text[:100])
