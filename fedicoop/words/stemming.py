"""The keys by which one word finds another: its families, or for a word of no lexicon its stem.

`f…` and `e…` are French and English families (`lexicon.py`), `s…` and `t…` French and English stems.
A word that the lexicon lacks but whose verb it has (`visseuse`, `visser`) belongs to that verb.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from fedicoop.words import lexicon

_DEEDS = (
    *(
        "euses",
        "euse",
        "eurs",
        "eur",
        "ateurs",
        "ateur",
        "atrices",
        "atrice",
        "ages",
        "age",
        "ements",
        "ement",
    ),
    *(
        "ations",
        "ation",
        "oirs",
        "oir",
        "oires",
        "oire",
        "ures",
        "ure",
        "ables",
        "able",
        "ees",
        "ee",
        "es",
        "e",
    ),
    *("ant", "ants", "ante", "antes"),
)
_VERBS = ("er", "ir", "re")
_SHORTEST = 4  # letters that must be left of a word that is taken apart


@lru_cache(maxsize=50_000)
def keys(word: str) -> tuple[str, ...]:
    """The keys of a folded word, of both languages; none for a number or a word that is too short."""
    if found := lexicon.families(word):
        return found
    for singular in _singulars(word):
        if found := lexicon.families(singular):
            return found
    if verb := _of_its_verb(word):
        return (verb,)
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    singular = next(_singulars(word), word)
    return f"s{_snowball('french').stemWord(singular)}", f"t{_snowball('english').stemWord(word)}"


def is_known(word: str) -> bool:
    """Whether it is a word of a lexicon, in some form, and so not misspelt."""
    return any(key[0] in "fe" for key in keys(word))


def _singulars(word: str) -> Iterator[str]:
    """What a plural may be the plural of: `-eaux`, `-aux`, `-ies`, `-ves`, `-es`, `-s`, `-x`."""
    if len(word) < _SHORTEST:
        return
    for end, ends in {"eaux": ("eau",), "aux": ("al", "ail"), "ies": ("y", "ie"), "ves": ("f", "fe")}.items():
        if word.endswith(end):
            yield from (word[: -len(end)] + one for one in ends)
    if word[-1] in "sx" and word[-2] != "s":
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]


def _of_its_verb(word: str) -> str | None:
    for deed in _DEEDS:
        stem = word[: -len(deed)]
        if word.endswith(deed) and len(stem) >= _SHORTEST:
            for end in _VERBS:
                for family in lexicon.families(stem + end):
                    if family[0] == "f" and lexicon.has_verb(family):
                        return family
    return None


@cache
def _snowball(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(language)
