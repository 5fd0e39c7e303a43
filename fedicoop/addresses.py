"""Where we go and where we do not: the rules of outgoing addresses, without a socket.

Two questions are answered here, and asked nowhere else.  May this *text* be asked for at all
(`destination`, before anything is looked up)?  And may this *address* be dialled (`is_public`, at
the moment of dialling, on what the name really led to)?  The second is an allowlist on purpose:
whatever nobody thought of is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote

from fedicoop.errors import Refused

MOST_CHARACTERS = 2048
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::([1-9][0-9]{0,4}))?")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_VISIBLE = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"  # left as they are: what was signed is what is sent
_DEFAULT_PORT = {"https": 443, "http": 80}

_SPECIAL_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; some clouds keep their metadata here
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # in no registry: Azure answers its own machines here
    )
)
"""IANA's registry of special-purpose IPv4 addresses, whole (RFC 6890), and multicast."""

_UNICAST_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocols' own, Teredo among them (an IPv4 address inside)
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",
    )
)
"""What is special within 2000::/3 (IANA's registry).  All outside it is refused without a list."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that was read, in its one normal form; `target` is path and query, fragment dropped.

    `host` is lower-case ASCII without a final dot, or a literal address without brackets.
    `listed` says that the operator named it in `allowed_peers`.
    """

    scheme: str
    host: str
    port: int
    target: str
    listed: bool = False

    @property
    def peer(self) -> str:
        """`host:port`, as `allowed_peers` spells it: the port always, IPv6 in brackets."""
        return peer_name(self.host, self.port)

    @property
    def netloc(self) -> str:
        """Host, and the port if it is not the scheme's own."""
        return self.peer.removesuffix(f":{_DEFAULT_PORT[self.scheme]}")

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


def peer_name(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def destination(url: object, allowed_peers: Iterable[str] = ()) -> Destination:
    """Read an address that somebody gave us, and refuse what we never ask for.

    A listed peer may speak plain http, on any port and any address; all others https on port 443.
    Names are not resolved: what they lead to is judged when it is dialled.
    Raises Refused `outward.url`, `outward.scheme`, `outward.port` or `outward.address`.
    """
    found = parse(url)
    if found.peer in allowed_peers:
        return Destination(found.scheme, found.host, found.port, found.target, listed=True)
    if found.scheme != "https":
        raise Refused("outward.scheme", found.url, host=found.netloc)
    if found.port != _DEFAULT_PORT["https"]:
        raise Refused("outward.port", found.url, host=found.host, port=str(found.port))
    address = literal(found.host)
    if address and not is_public(address):
        raise Refused("outward.address", found.url, host=found.host)
    return found


def parse(url: object) -> Destination:
    """The parts of an http(s) address, strictly: nothing is repaired, every oddity is refused.

    No user, backslash, space, control or invisible character, no odd spelling of an IPv4 address,
    no port 0 or 00443.  Raises Refused `outward.url` or `outward.scheme`.
    """
    if not isinstance(url, str) or len(url) > MOST_CHARACTERS or not url.isprintable():
        raise _odd(url)
    if " " in url or "\\" in url or not (parts := _URL.fullmatch(url)):
        raise _odd(url)
    scheme, authority, path, query = parts.groups()
    if (scheme := scheme.lower()) not in _DEFAULT_PORT:
        raise Refused("outward.scheme", url, host=_shown(authority))
    place = _AUTHORITY.fullmatch(authority)
    port = int(place[2] or _DEFAULT_PORT[scheme]) if place else 0
    if not place or port > 65_535:
        raise _odd(url)
    target = quote((path or "/") + (query or ""), safe=_VISIBLE)
    return Destination(scheme, _host(place[1], url), port, target)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a normal host spells out, or None if it is a name."""
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if _NUMBER.fullmatch(host.rpartition(".")[2]) else None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is global unicast, and so may be dialled.

    `ipaddress.is_global` is not asked: it calls multicast, NAT64, 6to4 and others global.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return address in _UNICAST_6 and not any(address in block for block in _SPECIAL_6)
        address = address.ipv4_mapped
    return not any(address in block for block in _SPECIAL_4)


def _host(text: str, url: str) -> str:
    """The one spelling of a host: A-labels in lower case, or an address as `ipaddress` writes it."""
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        name = text.lower() if text.isascii() else _a_labels(text)
        name = name.removesuffix(".")
        if len(name) > 253 or not _NAME.fullmatch(name):
            raise _odd(url)
        return str(literal(name) or name)
    except ValueError as error:
        raise _odd(url) from error


def _a_labels(text: str) -> str:
    """IDNA 2008 without the mappings that would turn full-width digits into an address (RFC 5891)."""
    import idna

    name = idna.encode(text.lower().removesuffix("."), strict=True).decode()
    if literal(name):
        raise ValueError("an address in disguise")
    return name


def _odd(url: object) -> Refused:
    return Refused("outward.url", repr(url)[:200], address=_shown(url))


def _shown(text: object) -> str:
    """What of a stranger's text may stand in a sentence: short, and nothing invisible."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[:80])
