"""What rooms keep of a member: handed out to them, and forgotten when they leave.

This room does not know those above; each says what it has, and `app/keeps.py` puts them together.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx

Rows = list[dict[str, Any]]
"""Plain values: text, numbers, truth values, lists; moments as ISO text."""


async def _nothing(_tx: Tx, _who: Member) -> None:
    return None


async def _no_photos(_tx: Tx, _who: Member) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Keep:
    """One room's part.  `take_along`: the tables of the archive by name; `photos`: names of pictures."""

    take_along: Callable[[Tx, Member], Awaitable[dict[str, Rows]]]
    forget: Callable[[Tx, Member], Awaitable[None]] = _nothing
    photos: Callable[[Tx, Member], Awaitable[list[str]]] = _no_photos


Keeps = Sequence[Keep]
"""In the order in which things are forgotten: what speaks in a member's name before their name."""


def plain(thing: Any, *names: str) -> dict[str, Any]:
    """These fields of a value as plain values."""
    return {name: _plain(getattr(thing, name)) for name in names}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)
