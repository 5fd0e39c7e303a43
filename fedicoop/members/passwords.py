"""Passwords: Argon2id, kept as PHC strings, computed a few at a time beside the event loop.

Security case 88.  The costs are OWASP's second recommendation for Argon2id (19 MiB, two passes), so
that a house on a small machine bears some sign-ins at once.
"""

import asyncio
import base64
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from fedicoop.errors import Misused, Unavailable

T = TypeVar("T")

SHORTEST = 10  # characters
MOST_BYTES = 1024
MEMORY, PASSES, LANES, LENGTH = 19_456, 2, 1, 32  # KiB, iterations, parallelism, bytes
AT_ONCE = 2  # hashes that are computed beside each other
MOST_WAITING = 64

_PHC = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)
_pool = ThreadPoolExecutor(AT_ONCE, "password")
_waiting = 0


def checked(password: str, *, known: tuple[str | None, ...] = ()) -> str:
    """A password that may be chosen.  Raises Misused: too short, too long, or one of the `known` words.

    No rule about digits and signs: length is what helps (NIST SP 800-63B, 5.1.1.2).
    """
    if len(password.encode()) > MOST_BYTES:
        raise Misused("password.long", most=str(MOST_BYTES))
    if len(password) < SHORTEST:
        raise Misused("password.short", least=str(SHORTEST))
    if len(set(password)) < 4 or password.lower() in {word.lower() for word in known if word}:
        raise Misused("password.easy")
    return password


async def hash(password: str) -> str:
    """The PHC string to keep.  Raises Unavailable while too many wait."""
    return await _beside(lambda: _hashed(password))


async def verify(password: str, phc: str | None) -> bool:
    """Whether it is that password.  Where there is none to compare with, it takes as long (case 90)."""
    if len(password.encode()) > MOST_BYTES:
        password, phc = "", None
    return await _beside(lambda: _same(password, phc or _nobodys()) and phc is not None)


def outdated(phc: str) -> bool:
    """Whether it was made with other costs than today's, and is to be made anew at the next sign-in."""
    found = _PHC.fullmatch(phc)
    return found is None or tuple(map(int, found.groups()[:3])) != (MEMORY, PASSES, LANES)


async def _beside(work: Callable[[], T]) -> T:
    """In one of a few threads: other pages go on meanwhile, and memory stays bounded."""
    global _waiting
    if _waiting >= MOST_WAITING:
        raise Unavailable("password.busy")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work)
    finally:
        _waiting -= 1


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    derived = _derive(password, salt, MEMORY, PASSES, LANES, LENGTH)
    return f"$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${_base64(salt)}${_base64(derived)}"


def _same(password: str, phc: str) -> bool:
    found = _PHC.fullmatch(phc)
    if found is None:
        return False
    memory, passes, lanes = map(int, found.groups()[:3])
    salt, kept = (base64.b64decode(part + "=" * (-len(part) % 4)) for part in found.groups()[3:])
    return hmac.compare_digest(_derive(password, salt, memory, passes, lanes, len(kept)), kept)


def _derive(password: str, salt: bytes, memory: int, passes: int, lanes: int, length: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # OpenSSL 3.2, in its own wheels

    plain = unicodedata.normalize("NFKC", password).encode()  # one password on every keyboard
    return Argon2id(salt=salt, length=length, iterations=passes, lanes=lanes, memory_cost=memory).derive(
        plain
    )


@cache
def _nobodys() -> str:
    return _hashed(secrets.token_urlsafe())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
