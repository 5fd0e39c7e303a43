"""HTTP Message Signatures (RFC 9421), as Mastodon 4.5, Fedify, Mitra and a growing number speak it.

We verify strictly: each covered component is one that we can rebuild ourselves, from our own
configured origin, or the request is refused; nothing that was signed is ever skipped.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from fedicoop.errors import Unauthenticated
from fedicoop.signatures import keys
from fedicoop.signatures.digest import content_digest_header, matches_content_digest
from fedicoop.signatures.fields import Member, read_dictionary, write_list
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
from fedicoop.signatures.window import check_expiry, check_made, read_seconds

LABEL = "sig1"

_SCHEMES: dict[object, Scheme] = {name: name for name in ("rsa-v1_5-sha256", "rsa-pss-sha512", "ed25519")}
_OF_KEY: dict[keys.Algorithm, Scheme] = {"rsa": "rsa-v1_5-sha256", "ed25519": "ed25519"}


@dataclass(frozen=True, slots=True)
class _Member:
    """One labelled signature: what it covers, its parameters as values and as they were written."""

    names: tuple[str, ...]
    parameters: Mapping[str, object]
    written: str
    signature: bytes

    @property
    def key_id(self) -> str:
        key_id = self.parameters.get("keyid")
        if not isinstance(key_id, str):
            raise Unauthenticated("signature.malformed", "no keyid")
        return check_key_id(key_id)

    @property
    def scheme(self) -> Scheme | None:
        """The algorithm named, or None for whatever the key is (section 3.2, step 6)."""
        if "alg" not in self.parameters:
            return None
        if (scheme := _SCHEMES.get(self.parameters["alg"])) is None:
            raise Unauthenticated("signature.algorithm_unknown", str(self.parameters["alg"])[:64])
        return scheme

    def moment(self, name: str) -> datetime:
        """`created` or `expires`, which must be whole seconds (section 2.3)."""
        seconds = self.parameters.get(name)
        if type(seconds) is not int:
            raise Unauthenticated("signature.date_unreadable", f"{name}={str(seconds)[:64]}")
        return read_seconds(seconds)


def component(request: SignedRequest, name: str) -> str:
    """The value of a covered component (sections 2.1 and 2.2); Unauthenticated if we do not know it.

    What names a place is built from our configured origin, not from what the request says.
    """
    if not name.startswith("@"):
        if name != name.lower():
            raise Unauthenticated("signature.component_unknown", name[:64])
        return request.field(name)
    derived = {
        "@method": request.method,
        "@target-uri": f"{_scheme(request)}://{request.authority}{request.target}",
        "@authority": request.authority,
        "@scheme": _scheme(request),
        "@request-target": request.target,
        "@path": request.path,
        "@query": f"?{request.query}",
    }
    if name not in derived:
        raise Unauthenticated("signature.component_unknown", name[:64])
    return derived[name]


def signature_base(request: SignedRequest, names: Sequence[str], written: str) -> bytes:
    """Build the bytes that are signed (section 2.5).

    `names` are the covered components in order, `written` is the serialised list of them with the
    parameters of the signature: the value of `@signature-params`.
    """
    lines = [f'"{name}": {check_line(name, component(request, name))}' for name in names]
    lines.append(f'"@signature-params": {written}')
    try:
        return "\n".join(lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise Unauthenticated("signature.malformed", "not ASCII") from error


def claim(request: SignedRequest, now: datetime) -> Claim:
    """Read a request's signature, and refuse at once what no key could make good.

    Raises Unauthenticated.  What is left to do is to find the key and to verify.
    """
    member = _choose(_members(request))
    _check_coverage(request, member.names)
    if request.lines("host"):
        check_host(request)
    check_made(member.moment("created"), now)
    if "expires" in member.parameters:
        check_expiry(member.moment("expires"), now)
    _check_digest(request, member.names)
    base = signature_base(request, member.names, member.written)
    return Claim(member.key_id, (base,), member.signature, "rfc9421", member.scheme)


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
    """The headers that make a request ours.  Call it at the moment of sending: `created` goes stale.

    Covers `@method @target-uri`, and `content-digest` on a POST: what Mastodon and Mitra ask for
    (federation, 2.2 rule 1).  Raises Refused for an address that nobody can be sent to,
    Misconfigured for a key of ours that cannot be read.
    """
    address = address_of(url)
    headers = {"host": address.authority}
    names = ["@method", "@target-uri"]
    if method.upper() in ("GET", "HEAD"):
        headers["accept"] = accept
    else:
        headers |= {"content-type": content_type, "content-digest": content_digest_header(body)}
        names.append("content-digest")
    algorithm = _OF_KEY[keys.algorithm_of(private_pem)]
    parameters = {"created": int(now.timestamp()), "keyid": key_id, "alg": algorithm}
    written = write_list([(name, {}) for name in names], parameters)
    request = SignedRequest(method, address.path, address.query, tuple(headers.items()), body, address.origin)
    signature = b64encode(keys.sign(private_pem, signature_base(request, names, written))).decode()
    return headers | {"signature-input": f"{LABEL}={written}", "signature": f"{LABEL}=:{signature}:"}


def _members(request: SignedRequest) -> list[_Member]:
    """The labelled signatures of a request; both headers must name the same labels, once each."""
    inputs = read_dictionary(request.only("signature-input"))
    signatures = read_dictionary(only_signature(request))
    if not inputs or inputs.keys() != signatures.keys():
        raise Unauthenticated("signature.malformed", "labels of Signature-Input and Signature differ")
    found = []
    for label, (items, parameters) in inputs.items():
        signature = signatures[label][0]
        if not isinstance(items, list) or not isinstance(signature, bytes):
            raise Unauthenticated("signature.malformed", f"label {label}")
        written = write_list(items, parameters)
        found.append(_Member(_names(items), parameters, written, signature))
    return found


def _names(items: Sequence[Member]) -> tuple[str, ...]:
    """The covered components.  One with a parameter (sf, key, bs, req, tr, name) is none of ours: refused."""
    names = []
    for name, parameters in items:
        if not isinstance(name, str) or parameters:
            raise Unauthenticated("signature.component_unknown", str(name)[:64])
        names.append(name)
    if len(set(names)) != len(names):
        raise Unauthenticated("signature.repeated", "a covered component")
    return tuple(names)


def _choose(members: Sequence[_Member]) -> _Member:
    """The first signature whose algorithm we speak, if all of them name one and the same key.

    A proxy may sign beside the actor; whom to believe is not ours to guess (security case 16).
    """
    if len({member.key_id for member in members}) > 1:
        raise Unauthenticated("signature.several")
    for member in members:
        if member.parameters.get("alg") in (None, *_SCHEMES):
            return member
    return members[0]


def _check_coverage(request: SignedRequest, names: Sequence[str]) -> None:
    """What must be signed, or the letter could be sent on to another house, path or verb (cases 4 to 6)."""
    missing = [] if "@method" in names else ["@method"]
    path = "@path" in names and ("@query" in names or not request.query)
    spelled = "@authority" in names and ("@request-target" in names or path)
    if "@target-uri" not in names and not spelled:
        missing.append("@target-uri")
    if request.has_content and "content-digest" not in names:
        missing.append("content-digest")
    if missing:
        raise Unauthenticated("signature.too_narrow", missing=", ".join(missing))


def _check_digest(request: SignedRequest, names: Sequence[str]) -> None:
    if "content-digest" not in names:
        return
    if not matches_content_digest(request.field("content-digest"), request.body):
        raise Unauthenticated("signature.digest_differs")


def _scheme(request: SignedRequest) -> str:
    return urlsplit(request.origin).scheme
