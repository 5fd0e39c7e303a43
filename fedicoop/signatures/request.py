"""A request as it arrived, a claim as we read it, and an address as we sign for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from fedicoop.errors import Refused, Unauthenticated

Scheme = Literal["rsa-v1_5-sha256", "rsa-pss-sha512", "ed25519"]
"""How a signature was made, in the words of RFC 9421, section 6.2.2."""

ACTIVITY = "application/activity+json"
ACCEPT = f'{ACTIVITY}, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

MAX_HEADER = 8192
"""Characters of a header that we are willing to parse."""

MAX_KEY_ID = 2048

_DEFAULT_PORT = {"http": ":80", "https": ":443"}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ADDRESS = re.compile(r"[!-~]+", re.ASCII)
_PATH_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"#<>?`{}')
_QUERY_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"#<>')


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that they signed, and the bytes that they must have signed.

    A peer may have signed any one of `bases`.  `algorithm` is None when the signer leaves it to
    the type of the key (no algorithm named, or cavage's `hs2019`).
    """

    key_id: str
    bases: tuple[bytes, ...]
    signature: bytes
    form: Literal["cavage", "rfc9421"]
    algorithm: Scheme | None


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it came over the wire, and the origin that we answer for.

    `path` and `query` are the raw halves of the request target (query without `?`, empty if none).
    `headers` have lower-case names and values decoded as Latin-1, as ASGI servers give them; a
    header that came twice stands here twice.  `origin` is ours from the settings, never from the
    request: a letter to another house must not pass because it names that house (security case 7).
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    origin: str

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def authority(self) -> str:
        """Our host in its normal form, with the port only where it is not the default."""
        parts = urlsplit(self.origin)
        return authority(parts.netloc, parts.scheme)

    @property
    def has_content(self) -> bool:
        """Whether a digest must be signed: always, but for a plain GET or HEAD."""
        return bool(self.body) or self.method.upper() not in ("GET", "HEAD")

    def lines(self, name: str) -> list[str]:
        return [value.strip(" \t") for key, value in self.headers if key == name]

    def field(self, name: str) -> str:
        """A header's value, several lines joined as both signature forms join them; absent = refused."""
        lines = self.lines(name)
        if not lines:
            raise Unauthenticated("signature.header_missing", name)
        return ", ".join(lines)

    def only(self, name: str) -> str:
        """The value of a header that must not come twice: two readers might each take another one."""
        lines = self.lines(name)
        if len(lines) > 1:
            raise Unauthenticated("signature.repeated", f"header {name}")
        return self.field(name)


def authority(netloc: str, scheme: str) -> str:
    """`host[:port]` in lower case, without the scheme's default port (RFC 9421, section 2.2.3)."""
    return netloc.lower().removesuffix(_DEFAULT_PORT.get(scheme, ""))


def check_host(request: SignedRequest) -> None:
    """Refuse a request that names another house than ours, whoever signed it (security case 7)."""
    host = request.only("host")
    if authority(host, urlsplit(request.origin).scheme) != request.authority:
        raise Unauthenticated("signature.other_host", host[:256])


def only_signature(request: SignedRequest) -> str:
    """The one signature of a request: its Signature header, else `Authorization: Signature …`.

    Several are refused even where all would verify: the next reader might believe another one
    (security case 16).
    """
    found = request.lines("signature")
    for line in request.lines("authorization"):
        scheme, _, credentials = line.partition(" ")
        if scheme.lower() == "signature":
            found.append(credentials)
    if not found:
        raise Unauthenticated("signature.absent")
    if len(found) > 1:
        raise Unauthenticated("signature.several")
    return bounded(found[0])


def bounded(header: str) -> str:
    if len(header) > MAX_HEADER:
        raise Unauthenticated("signature.too_long", f"{len(header)} characters")
    return header


def check_key_id(key_id: str) -> str:
    if not 0 < len(key_id) <= MAX_KEY_ID:
        raise Unauthenticated("signature.malformed", f"a key id of {len(key_id)} characters")
    return key_id


def check_line(name: str, value: str) -> str:
    """Keep what is signed on one line: a line break inside a value would forge the lines after it."""
    if _CONTROL.search(value):
        raise Unauthenticated("signature.malformed", f"a control character in {name}")
    return value


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request of ours goes, spelled as HTTP clients put it on the wire."""

    scheme: str
    authority: str
    path: str
    query: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def address_of(url: str) -> Address:
    """Split a URL as it will travel: characters outside a URL are percent-encoded, the fragment dropped.

    Raises Refused for what nobody can be sent to: no http(s), user names, a host that is not ASCII
    (an IDN must come as its A-label).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("signature.target_unusable", url[:256]) from error
    usable = parts.scheme in _DEFAULT_PORT and parts.hostname and "@" not in parts.netloc and port != 0
    if not usable or not _ADDRESS.fullmatch(parts.netloc):
        raise Refused("signature.target_unusable", url[:256])
    return Address(
        scheme=parts.scheme,
        authority=authority(parts.netloc, parts.scheme),
        path=quote(parts.path, safe=_PATH_SAFE) or "/",
        query=quote(parts.query, safe=_QUERY_SAFE),
    )
