"""The name by which a member is addressed, made of the name that they gave: nobody invents one."""

import unicodedata
from collections.abc import Iterator
from itertools import count

from fedicoop.actors import store as actors
from fedicoop.actors.addresses import RESERVED
from fedicoop.db import Tx

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_LONGEST = 26  # what a handle may be (30), less the digits that tell namesakes apart


async def free(tx: Tx, name: str) -> str:
    """The first handle for this name that nobody has here, nor ever had (security case 139)."""
    for handle in proposed(name):
        if not await actors.handle_taken(tx, handle):
            return handle
    raise AssertionError("there is always another number")


def proposed(name: str) -> Iterator[str]:
    """`lea`, `lea_m`, `lea_martin`, `lea2`, `lea3` … for Léa Martin."""
    words = plain(name).split("_")
    first, rest = words[0], words[1:]
    wishes = [first, *([f"{first}_{rest[0][0]}", "_".join(words)] if rest else [])]
    for wish in dict.fromkeys(wish[:_LONGEST].strip("_") for wish in wishes):
        if len(wish) > 1 and wish not in RESERVED:
            yield wish
    yield from (f"{first[:_LONGEST]}{number}" for number in count(2))


def plain(name: str) -> str:
    """A name in what every peer takes: small letters, digits, `_` between its words."""
    spread = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    kept = "".join(
        sign if sign.isascii() and sign.isalnum() else "" if unicodedata.combining(sign) else " "
        for sign in spread
    )
    return "_".join(kept.split()) or "membre"
