"""Structured fields (RFC 9651), as far as signatures need them.

`http_sf` does the reading.  It is imported at the first use: not every letter needs its 25 ms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fedicoop.errors import Unauthenticated
from fedicoop.signatures.request import bounded

Member = tuple[Any, Mapping[str, Any]]
"""A value (for an inner list: a list of members) and its parameters."""


def read_dictionary(header: str) -> dict[str, Member]:
    """Read a dictionary.  Raises Unauthenticated: too long, malformed, or a name that comes twice.

    RFC 9651 lets the last of two win; a signature is no place to choose (security case 15).
    """
    import http_sf

    try:
        members: Any = http_sf.parse(
            bounded(header).encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_twice
        )
    except ValueError as error:
        raise Unauthenticated("signature.malformed", str(error)[:256]) from error
    return dict(members)


def write_list(items: Sequence[Member], parameters: Mapping[str, Any]) -> str:
    """Write an inner list: the one spelling that RFC 9421, section 2.5, signs as `@signature-params`."""
    import http_sf

    inner: Any = (list(items), dict(parameters))
    return str(http_sf.ser([inner]))


def _refuse_twice(name: str, where: str) -> None:
    raise Unauthenticated("signature.repeated", f"{where} {name[:64]}")
