"""Pairs of words that a search must join, or keep apart, and what it makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fedicoop.words import synonyms, tokens
from fedicoop.words.tokens import AllOf, AnyOf, Term

FOLDER = Path(__file__).parent / "search"


@dataclass(frozen=True)
class Pair:
    verdict: str  # join, apart
    sort: str  # form, family, english, synonym
    asked: str
    written: str

    @property
    def languages(self) -> tuple[str, ...]:
        """In which a listing might say it: what must stay apart, stays apart in both."""
        return {"form": ("fr",), "family": ("fr",), "english": ("en",)}.get(self.sort, ("fr", "en"))

    @property
    def joined(self) -> bool:
        return any(finds(self.asked, self.written, language) for language in self.languages)


def pairs(name: str) -> Iterator[Pair]:
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[2:]:
        yield Pair(*line.split("\t"))


def finds(asked: str, written: str, language: str) -> bool:
    """Whether a listing of that text answers a search for those words."""
    kept = set(tokens.written(written, language))
    terms = synonyms.bundled().term(tokens.asked(asked))
    return all(fulfilled(term, kept) for _, term in terms)


def fulfilled(term: Term, kept: set[str]) -> bool:
    if isinstance(term, AnyOf):
        return any(fulfilled(part, kept) for part in term.parts)
    if isinstance(term, AllOf):
        return all(fulfilled(part, kept) for part in term.parts)
    return any(token.startswith(term.text) for token in kept) if term.prefix else term.text in kept


def shares(name: str) -> tuple[float, float]:
    """Which share of the pairs to join is joined, and which share of those to keep apart."""
    found = list(pairs(name))
    joins = [pair.joined for pair in found if pair.verdict == "join"]
    aparts = [pair.joined for pair in found if pair.verdict == "apart"]
    return sum(joins) / len(joins), sum(aparts) / len(aparts)
