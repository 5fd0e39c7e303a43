"""The keys by which one word finds another: its families, or for a word of no lexicon its stem.

`f…` and `e…` are French and English families (`lexicon.py`), `s…` and `t…` French and English stems.
A word that the lexicon lacks but whose verb or noun it has (`visseuse` and `visser`, `bouturage` and
`bouture`, `knitter` and `knit`) belongs to that one's family.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from fedicoop.words import lexicon

_SHORTEST = 4  # letters that must be left of a word that is taken apart
_PLURALS = {"eaux": ("eau",), "aux": ("al", "ail"), "ies": ("y", "ie"), "ves": ("f", "fe")}
_FEMININES = {
    "iere": "ier",
    "ere": "er",
    "euse": "eur",
    "trice": "teur",
    "ienne": "ien",
    "onne": "on",
    "elle": "el",
    "ive": "if",
    "ette": "et",
    "ee": "e",
    "e": "",
}
_DEEDS = (
    *("ateurs", "ateur", "atrices", "atrice", "ations", "ation", "ements", "ement", "ables", "able", "oires"),
    *("oire", "euses", "euse", "antes", "ante", "eries", "erie", "eurs", "eur", "ages", "age", "ants", "ant"),
    *("oirs", "oir", "ures", "ure", "ees", "ee", "er", "es", "e"),
)
_OWN_WORKS = ("age", "eur", "euse", "er", "erie", "iste")  # what is made of a noun as well as of a verb
_WORKS = ("ings", "ing", "ers", "er", "ors", "or", "ed")


@lru_cache(maxsize=50_000)
def keys(word: str) -> tuple[str, ...]:
    """The keys of a folded word, of both languages; none for a number or a word that is too short."""
    if found := lexicon.families(word):
        return found
    for base in _bases(word):
        if found := lexicon.families(base):
            return found
    if made := _of_another(word):
        return (made,)
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    return f"s{_french_stem(word)}", f"t{_snowball('english').stemWord(word)}"


def is_known(word: str) -> bool:
    """Whether it is a word of a lexicon, in some form, and so not misspelt."""
    return any(key[0] in "fe" for key in keys(word))


def _bases(word: str) -> Iterator[str]:
    """What a plural or a feminine may be that of."""
    if len(word) < _SHORTEST:
        return
    for end, ends in _PLURALS.items():
        if word.endswith(end):
            yield from (word[: -len(end)] + one for one in ends)
    singular = word[:-1] if word[-1] in "sx" and word[-2] != "s" else word
    if singular != word:
        yield singular
    if word.endswith("es"):
        yield word[:-2]
    for end, masculine in _FEMININES.items():
        if singular.endswith(end) and len(singular) - len(end) >= _SHORTEST:
            yield singular[: -len(end)] + masculine


def _of_another(word: str) -> str | None:
    """The family of the verb or noun that it is made of, French or English."""
    for deed in _DEEDS:
        stem = word[: -len(deed)]
        if word.endswith(deed) and len(stem) >= _SHORTEST:
            stem = stem.removesuffix("e") if deed.startswith("a") else stem
            made_of = [stem + end for end in ("er", "ir", "re")]
            own = deed.removesuffix("s") in _OWN_WORKS
            made_of += [stem, stem + "e"] if own else []
            made_of += [stem + "age"] if deed == "er" else []
            for base in made_of:
                for family in lexicon.families(base):
                    if family[0] == "f" and (own or lexicon.has_verb(family)):
                        return family
    for work in _WORKS:
        stem = word[: -len(work)]
        if word.endswith(work) and len(stem) >= _SHORTEST:
            bases = [stem, stem + "e", *([stem[:-1]] if stem[-1] == stem[-2] else [])]
            for family in (family for base in bases for family in lexicon.families(base)):
                if family[0] == "e" and lexicon.has_verb(family):
                    return family
    return None


def _french_stem(word: str) -> str:
    """What is left without the ending of a deed or a trade, else as Snowball has it."""
    singular = word[:-1] if word[-1] in "sx" and word[-2] != "s" else word
    for deed in _DEEDS:
        if singular.endswith(deed) and len(singular) - len(deed) > _SHORTEST:
            return singular[: -len(deed)]
    return str(_snowball("french").stemWord(singular))


@cache
def _snowball(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(language)
