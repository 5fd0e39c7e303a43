"""What the search's index is given and what it answers, whichever engine holds it."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.places.geometry import km_of_cosine
from fedicoop.words.tokens import Term

MIXED = 4000
"""How many of the newest take their turns in the fair order."""
PRIME = 1_000_003
"""Lots are drawn modulo this."""

NOWHERE = 1 << 60
"""How far away is, in the order of the nearest, what says no place."""

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept of a listing beside its tokens."""

    number: int
    listing_id: str
    owner: int
    place: Vector | None
    available_from: datetime | None
    available_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must hold of a hit: its tokens, how near it is (the cosine of the angle), when it is free."""

    term: Term
    seen_from: Vector | None = None
    cosine: float | None = None
    free_from: datetime | None = None
    free_to: datetime | None = None

    @property
    def by_tokens_alone(self) -> bool:
        """Whether the tokens decide, wherever and whenever it is."""
        return self.cosine is None and self.free_from is None and self.free_to is None


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing that answers, with the key by which it is ordered: three whole numbers, rising."""

    listing_id: str
    first: int
    second: int
    third: int

    @property
    def key(self) -> tuple[int, int, int]:
        return self.first, self.second, self.third


def mixing(day: int) -> int:
    """A number by which all others are multiplied, modulo the prime: another one each day."""
    return 1 + day * 7919 % (PRIME - 1)


def seen_from(wanted: Wanted) -> dict[str, float]:
    """The values of `x`, `y` and `z`."""
    return dict(zip("xyz", wanted.seen_from or (0.0, 0.0, 0.0), strict=True))


def km_of(hit: Hit) -> float:
    """How far a hit of `nearest` is."""
    return km_of_cosine(1 - hit.first / 1e15)
