"""From a text to its words: no accents, no capitals, no markup; hyphens and apostrophes part words."""

import html
import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011'’][^\W_]+)*")
_PARTS = re.compile(r"[-\u2010\u2011'’]")
_MARKUP = re.compile(r"<[^>]{0,1000}>")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ı": "i"})
LONGEST = 40
"""Letters of a word that are looked at."""

COMMON = frozenset(
    "a an and as at au aux avec c ce ces cet cette d dans de des du elle en est et eux for from i il ils in "
    "is it j je l la le les leur leurs lui m ma mais me mes mon n ne nos notre nous of on or ou par pas pour "
    "qu que qui s sa se ses si son sur t ta te tes the to ton tu un une vos votre vous with y".split()
)
"""Words that every text has: nobody finds anything by them."""


def fold(text: str) -> str:
    """`Vélo à Œuvrer` → `velo a oeuvrer`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(text: str, longest: int = 70_000) -> Iterator[tuple[str, ...]]:
    """Each word of a text as its parts: `("velo",)`, `("porte", "bagages")`; common words are left out."""
    for found in _WORD.finditer(fold(html.unescape(_MARKUP.sub(" ", text[:longest])))):
        parts = tuple(part[:LONGEST] for part in _PARTS.split(found[0]) if part not in COMMON)
        if parts and (len(parts) > 1 or len(parts[0]) > 1):
            yield parts
