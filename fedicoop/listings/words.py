"""Words to search by: folded alike for what is kept and for what is asked."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]{2,}")
_MARKUP = re.compile(r"<[^>]{0,1000}>")
_COMMON = frozenset(
    "au aux avec ce ces cette dans de des du elle en est et for from il je la le les mais nos notre of on "
    "ou par pas pour que qui sa se ses son sur the to un une vos votre vous with".split()
)


def folded(text: str) -> list[str]:
    """`"Vélos d'occasion"` gives `["velo", "occasion"]`: no accents, no case, no plural, in order, once."""
    plain = unicodedata.normalize("NFKD", _MARKUP.sub(" ", text[:70_000]).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = (_singular(word) for word in _WORD.findall(plain) if word not in _COMMON)
    return list(dict.fromkeys(found))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("eaux"):
        return word[:-1]
    return word.removesuffix("s").removesuffix("x") if len(word) > 3 else word
