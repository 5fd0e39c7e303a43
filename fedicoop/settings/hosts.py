"""The one spelling of a host in the settings."""

import re
from ipaddress import IPv6Address

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def host_name(name: str) -> str:
    """In A-labels; an IPv6 address in brackets and short.  Raises ValueError."""
    if ":" in name:
        return f"[{IPv6Address(name).compressed}]"
    if not name.isascii():
        from idna import encode  # httpx's own choice: IDNA 2008, UTS 46

        name = encode(name, uts46=True).decode()
    if not _HOST.fullmatch(name):
        raise ValueError("not a host")
    return name
