"""Fingerprints of a body: `Digest` (RFC 3230) with cavage, `Content-Digest` (RFC 9530) with RFC 9421.

A header may name several algorithms.  Those we know (SHA-256, SHA-512) must all match and at least
one must be there; the others say nothing to us.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable

from fedicoop.errors import Unauthenticated
from fedicoop.signatures.fields import read_dictionary
from fedicoop.signatures.request import MAX_HEADER

_KNOWN = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def digest_header(body: bytes) -> str:
    """The value of `Digest`: SHA-256 in capitals, as every peer spells and wants it."""
    return "SHA-256=" + b64encode(hashlib.sha256(body).digest()).decode()


def content_digest_header(body: bytes) -> str:
    """The value of `Content-Digest`: a dictionary of one byte sequence."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def matches_digest(header: str, body: bytes) -> bool:
    """Whether a `Digest` header tells the truth about these bytes.  Never raises."""
    if len(header) > MAX_HEADER:
        return False
    told: list[tuple[str, object]] = []
    for part in header.split(","):
        name, _, value = part.partition("=")
        if name.strip().lower() in _KNOWN:
            try:
                told.append((name.strip().lower(), b64decode(value.strip(), validate=True)))
            except ValueError:
                return False
    return _all_true(told, body)


def matches_content_digest(header: str, body: bytes) -> bool:
    """Whether a `Content-Digest` header tells the truth about these bytes.  Never raises."""
    try:
        members = read_dictionary(header)
    except Unauthenticated:
        return False
    return _all_true([(name, value) for name, (value, _) in members.items()], body)


def _all_true(told: Iterable[tuple[str, object]], body: bytes) -> bool:
    known = [(name, value) for name, value in told if name in _KNOWN]
    truth = {name: _KNOWN[name](body).digest() for name in {name for name, _ in known}}
    return bool(known) and all(truth[name] == value for name, value in known)
