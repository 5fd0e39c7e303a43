"""What a word that nobody wrote may have been meant to be."""

from collections.abc import Iterable


def allowed(word: str) -> int:
    """How many slips are forgiven: none in a short word, where each letter makes another word."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def closest(word: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """The candidate (with how often it is written) nearest to the word within what is allowed.

    Of those equally near, the one that begins alike, then the one written most often.
    """
    most, best = allowed(word), None
    if not most:
        return None
    letters = _letters(word)
    for other, times in candidates:
        if abs(len(other) - len(word)) > most or (letters ^ _letters(other)).bit_count() > 2 * most:
            continue
        slips = distance(word, other, most)
        if slips <= most:
            rank = (slips, other[0] != word[0], -times, other)
            best = rank if best is None or rank < best else best
    return best[3] if best else None


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
