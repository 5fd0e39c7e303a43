"""HTTP signatures as nearly every peer still sends them (draft-cavage-http-signatures-12).

What peers really do differs from the draft: `hs2019` hides RSA with SHA-256 (GoToSocial, Lemmy),
some sign the query with the path and some the path alone (Misskey, Mitra, Akkoma), and the
parameters are often written with spaces or with quoted numbers.  rfc9421.py has the same verbs for
the newer form.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from fedicoop.errors import Unauthenticated
from fedicoop.signatures import keys
from fedicoop.signatures.digest import digest_header, matches_digest
from fedicoop.signatures.request import (
    ACCEPT,
    ACTIVITY,
    Claim,
    Scheme,
    SignedRequest,
    address_of,
    check_host,
    check_key_id,
    check_line,
    only_signature,
)
from fedicoop.signatures.window import check_expiry, check_made, read_date, read_seconds, write_date

_ALGORITHMS: dict[str, Scheme | None] = {"": None, "hs2019": None, "rsa-sha256": "rsa-v1_5-sha256"}

# One parameter and its comma, or the end.  Every quantifier is possessive: no input makes it step back.
_PARAMETER = re.compile(
    r"""[ \t]*+ (?P<name>[A-Za-z][A-Za-z0-9_-]{0,31}+) [ \t]*+ = [ \t]*+
        (?: "(?P<quoted>[^"\\\x00-\x1f\x7f]*+)" | (?P<bare>[A-Za-z0-9._-]++) ) [ \t]*+ (?P<more>,|\Z)""",
    re.VERBOSE | re.ASCII,
)
_SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def parameters(header: str) -> dict[str, str]:
    """Read `keyId="…",algorithm="…",headers="…",signature="…"`; names come back in lower case.

    Spaces and unquoted numbers are forgiven.  A name that comes twice is refused, because another
    reader may take the other one (security case 15, Mastodon 4.5.5); so is anything escaped.
    """
    found: dict[str, str] = {}
    position, more = 0, True
    while more:
        match = _PARAMETER.match(header, position)
        if match is None:
            raise Unauthenticated("signature.malformed", f"at character {position}")
        name = match["name"].lower()
        if name in found:
            raise Unauthenticated("signature.repeated", f"parameter {name}")
        found[name] = match["bare"] if match["quoted"] is None else match["quoted"]
        position, more = match.end(), match["more"] == ","
    return found


def signature_base(method: str, target: str, headers: Mapping[str, str], names: Sequence[str]) -> bytes:
    """Build the bytes that are signed: one `name: value` line for each of `names`, in order.

    `headers` has the values by lower-case name, and those of `(created)` and `(expires)` too.
    Section 2.3 of the draft.
    """
    lines = []
    for name in names:
        if name == "(request-target)":
            value = f"{method.lower()} {target}"
        elif name in headers:
            value = headers[name].strip()
        else:
            raise Unauthenticated("signature.header_missing", name)
        lines.append(f"{name}: {check_line(name, value)}")
    try:
        return "\n".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise Unauthenticated("signature.malformed", "not Latin-1") from error


def claim(request: SignedRequest, now: datetime) -> Claim:
    """Read a request's signature, and refuse at once what no key could make good.

    Raises Unauthenticated.  What is left to do is to find the key and to verify.
    """
    given = parameters(only_signature(request))
    key_id, algorithm = check_key_id(given.get("keyid", "")), _algorithm(given.get("algorithm", ""))
    signature = _signature(given.get("signature", ""))
    names = given.get("headers", "").lower().split()
    _check_coverage(request, names)
    check_host(request)
    _check_time(request, names, given, now)
    if "digest" in names and not matches_digest(request.field("digest"), request.body):
        raise Unauthenticated("signature.digest_differs")
    headers = {name: request.field(name) for name in names if not name.startswith("(")}
    headers |= {f"({name})": given[name] for name in ("created", "expires") if name in given}
    # Half of the peers sign the query, the others do not: try both (federation, 2.2 rule 2).
    targets = dict.fromkeys((request.target, request.path))
    bases = tuple(signature_base(request.method, target, headers, names) for target in targets)
    return Claim(key_id, bases, signature, "cavage", algorithm)


def sign(
    method: str,
    url: str,
    body: bytes,
    key_id: str,
    private_pem: str,
    now: datetime,
    *,
    content_type: str = ACTIVITY,
    accept: str = ACCEPT,
) -> dict[str, str]:
    """The headers that make a request ours.  Call it at the moment of sending: dates go stale.

    A POST signs `(request-target) host date digest content-type`, a GET `(request-target) host
    date accept`: what every peer takes (federation, 2.2 rule 1).  Raises Refused for an address
    that nobody can be sent to, Misconfigured for a key of ours that cannot be read.
    """
    address = address_of(url)
    headers = {"host": address.authority, "date": write_date(now)}
    if method.upper() in ("GET", "HEAD"):
        headers["accept"] = accept
    else:
        headers |= {"digest": digest_header(body), "content-type": content_type}
    names = ("(request-target)", *headers)
    base = signature_base(method, address.target, headers, names)
    # Peers know an Ed25519 signature in this form by `hs2019` alone, and RSA best by its own name.
    algorithm = "rsa-sha256" if keys.algorithm_of(private_pem) == "rsa" else "hs2019"
    fields = {
        "keyId": key_id,
        "algorithm": algorithm,
        "headers": " ".join(names),
        "signature": b64encode(keys.sign(private_pem, base)).decode(),
    }
    return headers | {"signature": ",".join(f'{name}="{value}"' for name, value in fields.items())}


def _check_coverage(request: SignedRequest, names: Sequence[str]) -> None:
    """What must be signed, or the letter could be sent on to another house, path or day (cases 4 to 6)."""
    if len(set(names)) != len(names):
        raise Unauthenticated("signature.repeated", "a signed header")
    wanted = ["(request-target)", "host", *(["digest"] if request.has_content else [])]
    missing = [name for name in wanted if name not in names]
    if "date" not in names and "(created)" not in names:
        missing.append("date")
    if missing:
        raise Unauthenticated("signature.too_narrow", missing=", ".join(missing))


def _check_time(
    request: SignedRequest, names: Sequence[str], given: Mapping[str, str], now: datetime
) -> None:
    """Every time that was signed must be near; an end that was stated holds, signed or not.

    The draft forbids `(created)` beside `rsa-sha256`; a time that was signed is as good for us.
    """
    if "date" in names:
        check_made(read_date(request.only("date")), now)
    if "(created)" in names:
        check_made(_moment(given.get("created", "")), now)
    if "expires" in given:
        check_expiry(_moment(given["expires"]), now)


def _moment(seconds: str) -> datetime:
    if not _SECONDS.fullmatch(seconds):
        raise Unauthenticated("signature.date_unreadable", seconds[:64])
    return read_seconds(float(seconds))


def _algorithm(name: str) -> Scheme | None:
    try:
        return _ALGORITHMS[name.lower()]
    except KeyError:
        raise Unauthenticated("signature.algorithm_unknown", name[:64]) from None


def _signature(text: str) -> bytes:
    try:
        signature = b64decode(text, validate=True)
    except ValueError as error:
        raise Unauthenticated("signature.malformed", "the signature is not base64") from error
    if not signature:
        raise Unauthenticated("signature.malformed", "no signature")
    return signature
