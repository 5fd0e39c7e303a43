"""Bytes from a stranger become JSON values, within bounds, or a Malformed that says why.

The only JSON parser for what comes over the wire.  Python's own, used plainly, takes NaN, duplicate
names, UTF-16 and lone surrogates, and leaves with four kinds of exception; each of those was once a
crash somewhere in the field.  Everything here costs time in proportion to the size of the body.
"""

import json
import math
import re
from collections import Counter
from itertools import accumulate
from typing import Any, NoReturn

from fedicoop.errors import Malformed

MAX_BODY = 1024 * 1024
"""Bytes of one document.  Mastodon draws the same line (federation.md 1.1)."""
MAX_DEPTH = 32
MAX_NUMBER = 64
"""Characters of one number."""

_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(set(range(256)) - _STEP.keys())

_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, other than tab and line ends
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # those that turn the direction of writing
    r"\ud800-\udfff]"  # halves of a character
)


def parse_untrusted(body: bytes) -> dict[str, Any]:
    """Parse one JSON object (RFC 8259), taking only what every JSON reader would read alike.

    Strings come out without control characters and lone surrogates, so that both databases, every
    page and every peer can hold them; a member whose name has some is left out.  Raises Malformed
    (`federation.…`), and nothing else.
    """
    text = _text(body)
    if _depth(body) > MAX_DEPTH:
        raise Malformed("federation.too_deep", f"nested deeper than {MAX_DEPTH}")
    try:
        raw = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except ValueError as error:
        raise Malformed("federation.not_json", str(error)) from error
    if not isinstance(raw, dict):
        raise Malformed("federation.not_an_object", f"the document is a {type(raw).__name__}")
    return _members(raw)


def clean(text: str) -> str:
    """Take out what no text may hold: control and direction characters, halves of characters.

    In an address they become U+FFFD instead, which `hosts.check_id` refuses: taking them out would
    turn one host into another (Mastodon CVE-2023-42451).
    """
    if not _UNWANTED.search(text):
        return text
    without = _UNWANTED.sub("", text)
    if without.lstrip()[:8].lower().startswith(("http://", "https://")):
        return _UNWANTED.sub("\ufffd", text)
    return without


def _text(body: bytes) -> str:
    if len(body) > MAX_BODY:
        raise Malformed("federation.too_large", f"{len(body)} bytes")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("federation.not_utf8", f"byte {error.start}: {error.reason}") from error
    if text.startswith("\ufeff"):
        raise Malformed("federation.not_utf8", "a byte order mark")
    return text


def _depth(body: bytes) -> int:
    """How deep the brackets nest.  Counted before parsing: the parser itself recurses.

    Without its escapes, every second piece between quotes is outside the strings; where that is not
    so, the parser stops before it gets there.
    """
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    pieces = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    brackets = b"".join(pieces[::2]).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse two members of one name: one reader would take the first, the next the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise Malformed("federation.duplicate_name", f"{clean(twice)[:100]!r} stands twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER or not -(2**63) <= (value := int(digits)) < 2**63:
        raise Malformed("federation.bad_number", f"{digits[:40]} does not fit in 64 bits")
    return value


def _fraction(digits: str) -> float:
    if len(digits) > MAX_NUMBER or math.isinf(value := float(digits)):
        raise Malformed("federation.bad_number", f"{digits[:40]} is too large or too long")
    return value


def _constant(name: str) -> NoReturn:
    raise Malformed("federation.bad_number", f"{name} is not JSON")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return _members(value)
    return value


def _members(raw: dict[str, Any]) -> dict[str, Any]:
    """The members of an object; one whose name would have to be cleaned is nothing that we know."""
    return {name: _cleaned(value) for name, value in raw.items() if not _UNWANTED.search(name)}
