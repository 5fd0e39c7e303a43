"""What a word that nobody wrote may have been meant to be."""

import re
from collections.abc import Sequence

SHORTEST = 3
_MOST = 2


def allowed(word: str, other: str) -> int:
    """How many slips are forgiven: fewer in short words, where each letter makes another word."""
    longer = max(len(word), len(other))
    return 0 if min(len(word), len(other)) < SHORTEST or longer < 4 else 1 if longer < 8 else _MOST


def closest(word: str, candidates: Sequence[tuple[str, int]]) -> str | None:
    """The candidate (with how often it is written) nearest to the word within what is allowed.

    Of those equally near, the one that begins alike, then the one written most often.  If none is near,
    one that sounds the same: `escabo`, `escabeau`.
    """
    best, letters = None, _letters(word)
    for other, times in candidates:
        most = allowed(word, other)
        if (
            not most
            or abs(len(other) - len(word)) > most
            or (letters ^ _letters(other)).bit_count() > 2 * most
        ):
            continue
        slips = distance(word, other, most)
        if slips <= most:
            rank = (slips, other[0] != word[0], -times, other)
            best = rank if best is None or rank < best else best
    return best[3] if best else _sounding(word, candidates)


def _sounding(word: str, candidates: Sequence[tuple[str, int]]) -> str | None:
    if len(word) < SHORTEST + 1:
        return None
    heard = sound(word)
    alike = [(-times, other) for other, times in candidates if other[0] == word[0] and sound(other) == heard]
    return min(alike)[1] if alike else None


_SOUNDS = [
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"eaux?|aux?", "o"),
        (r"ph", "f"),
        (r"qu|ck|c(?=[aou]|[^eihy]|$)", "k"),
        (r"ch", "S"),
        (r"c|ss|z|x$", "s"),
        (r"ge(?=[ao])", "j"),
        (r"y", "i"),
        (r"h", ""),
        (r"en|em|am", "an"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(es|e|s|t|d)$", ""),
    )
]


def sound(word: str) -> str:
    """A word as a French ear takes it, roughly: what is spelt otherwise and heard alike becomes one."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def _letters(word: str) -> int:
    """The set of letters as bits: each slip changes at most two of them."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def distance(one: str, other: str, most: int) -> int:
    """Letters added, lost, changed or swapped with their neighbour; `most + 1` where there are more."""
    if one == other:
        return 0
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
