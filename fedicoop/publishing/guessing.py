"""Which category a title means: guessed from the words of `guesses.txt`, never imposed.

A word that few categories share says more than one that many do, two words that belong together say
more than each alone, and where two categories are as likely, the branch of the coop's own kind wins.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path

from fedicoop.listings.categories import CATEGORIES, FIRST_BRANCH
from fedicoop.words.folding import words
from fedicoop.words.stemming import keys

_FILE = Path(__file__).with_name("guesses.txt")
_ENOUGH = 0.3
_OWN_BRANCH = 0.2
_LONGEST = 300  # letters of a title that are looked at


def category(title: str, coop_kind: str | None = None) -> str | None:
    """The category that a title most likely means; None where its words say nothing."""
    said = _families(title[:_LONGEST])
    scores = defaultdict[str, float](float)
    for phrase, speaks_for in _phrases():
        places = [next((at for at, word in enumerate(said) if word & one), None) for one in phrase]
        found = [at for at in places if at is not None]
        if len(found) == len(phrase):
            for key, weight in speaks_for:
                scores[key] += weight * len(phrase) ** 1.5 / len(speaks_for) / (1 + min(found) / 10)
    own = FIRST_BRANCH.get(coop_kind or "")
    for key in scores:
        if CATEGORIES[key].branch == own:
            scores[key] += _OWN_BRANCH
    best = max(scores, key=lambda key: scores[key], default=None)
    return best if best and scores[best] >= _ENOUGH else None


def _families(text: str) -> list[frozenset[str]]:
    """The words of a text, each as all that it is known by: itself, its families, its stems."""
    return [frozenset((f"w{part}", *keys(part))) for word in words(text) for part in word]


@cache
def _phrases() -> list[tuple[tuple[frozenset[str], ...], tuple[tuple[str, float], ...]]]:
    """Each word or pair of words, with the categories that it speaks for, and how loudly."""
    found = defaultdict[tuple[frozenset[str], ...], dict[str, float]](dict)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        key, _, written = line.partition(":")
        for one in written.split() if not line.startswith("#") else ():
            phrase = tuple(_families(one.replace("+", " ").rstrip("?")))
            if phrase:
                found[phrase].setdefault(key, 0.5 if one.endswith("?") else 1.0)
    return [(phrase, tuple(speaks_for.items())) for phrase, speaks_for in found.items()]
