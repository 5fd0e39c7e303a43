"""The one stream of tokens: what is kept of a text, and what a question asks of it.

A token begins with what it is: `w` a word as it was written, folded; `f e s t` its families and stems
(`stemming.py`).  The search adds its own for kind, place and audience.  `VERSION` changes with anything
that changes the tokens of a text; then every listing is taken in anew.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from fedicoop.words import lexicon
from fedicoop.words.folding import fold, words
from fedicoop.words.stemming import keys

VERSION = 2
MOST_WORDS = 8
"""Words of a question that are looked at."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    prefix: bool = False  # any token that begins so


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Term", ...]


Term = Token | AnyOf | AllOf


def written(text: str, language: str) -> list[str]:
    """The tokens of a text, each once.  A word of both languages counts in the text's own."""
    found: dict[str, None] = {}
    before = ""
    for parts in words(text):
        joined = "".join(parts)
        for word in dict.fromkeys((joined, *parts)):
            found[f"w{word}"] = None
            found |= dict.fromkeys(_own(keys(word), language))
        if before and len(found) < 200:
            found |= dict.fromkeys(key for key in keys(before + joined) if key[0] in "fe")
        before = joined
    return list(found)


def _own(found: Sequence[str], language: str) -> Iterator[str]:
    foreign = {"fr": "e", "en": "f"}.get(language, "")
    own = [key for key in found if key[0] != foreign]
    yield from own or found


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: its parts as they were typed, and all that may stand for it in a text."""

    parts: tuple[str, ...]
    last: bool = False  # somebody may still be typing it

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def begun(self) -> bool:
        """Whether it may be the beginning of a longer word: `port` is a word, and no beginning of `porte`."""
        return self.last and len(self.text) > 2 and not lexicon.families(self.text)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((f"w{self.text}", *keys(self.text)))

    @property
    def term(self) -> Term:
        whole = any_of(
            (
                Token(f"w{self.text}", prefix=self.begun),
                *(Token(key) for key in keys(self.text)),
            )
        )
        if len(self.parts) == 1:
            return whole
        apart = all_of(Word((part,)).term for part in self.parts)
        return any_of((whole, apart))


def asked(text: str, *, typing: bool = True) -> list[Word]:
    """The words of a question, in order.  With `typing`, the last one may be the beginning of a word."""
    found = list(words(text, 1_000))[:MOST_WORDS]
    if not found and (bare := "".join(c for c in fold(text) if c.isalnum())):
        found = [(bare[:40],)]  # nothing but common words: then those
    ends = typing and not text.endswith(" ")
    return [Word(parts, ends and number == len(found)) for number, parts in enumerate(found, 1)]


def any_of(terms: Iterable[Term]) -> Term:
    return _joined(AnyOf, terms)


def all_of(terms: Iterable[Term]) -> Term:
    return _joined(AllOf, terms)


def _joined(kind: type[AnyOf] | type[AllOf], terms: Iterable[Term]) -> Term:
    flat: list[Term] = []
    for term in terms:
        flat.extend(term.parts if isinstance(term, kind) else (term,))
    once = tuple(dict.fromkeys(flat))
    return once[0] if len(once) == 1 else kind(once)


def fulfils(tokens: Set[str], term: Term) -> bool:
    """Whether a text of these tokens is what a term asks for: the index's answer, for one text."""
    if isinstance(term, AnyOf):
        return any(fulfils(tokens, part) for part in term.parts)
    if isinstance(term, AllOf):
        return all(fulfils(tokens, part) for part in term.parts)
    if term.prefix:
        return any(token.startswith(term.text) for token in tokens)
    return term.text in tokens
