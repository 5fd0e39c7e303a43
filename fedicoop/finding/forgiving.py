"""When nothing is found: slips of the finger are undone, then the question is loosened step by step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fedicoop.db import Tx
from fedicoop.listings import engine, index
from fedicoop.listings.hits import Wanted
from fedicoop.listings.question import FARTHEST_KM, RADII, Question
from fedicoop.words.folding import words as written
from fedicoop.words.stemming import is_known
from fedicoop.words.synonyms import Synonyms, bundled
from fedicoop.words.tokens import Word, asked
from fedicoop.words.typos import closest

_TRIES = 5  # words of listings for others that may lie nearer than one for this viewer
_COMPARED = 20_000  # words that are written here and begin alike; more are not looked through


@dataclass(frozen=True, slots=True)
class Looser:
    """A question with less to fulfil, and what it leaves out."""

    question: Question
    radius: bool = False
    words: tuple[str, ...] = ()
    dates: bool = False


async def corrections(
    tx: Tx, words: str, house: Synonyms, *, seen_by: str | None
) -> tuple[tuple[str, str], ...]:
    """Words of a question that nobody wrote and no lexicon has, each with the word that was meant.

    Only words of listings that this viewer may see count as written (invariant 8): a guess by one
    letter teaches nobody what stands in a listing for others.
    """
    found = []
    for typed in _telling(words):
        terms = asked(typed, typing=False)
        if len(terms) == 1 and (meant := await _meant(tx, terms[0], house, seen_by)):
            found.append((typed, meant))
    return tuple(found)


async def _meant(tx: Tx, word: Word, house: Synonyms, seen_by: str | None) -> str | None:
    text = word.text
    if len(word.parts) > 1 or is_known(text) or bundled().knows(word) or house.knows(word):
        return None
    if await _seen(tx, word, seen_by):
        return None
    told = [*house.words, *bundled().words]  # these are no secret, whoever writes them
    candidates = [(other, 0) for other in told]
    for letter in dict.fromkeys(text[:2]):  # the first two may have changed places, or the first be missing
        alike = await engine.beginning(tx, f"w{letter}", most=_COMPARED)
        candidates += [(token[1:], times) for token, times in alike]
    for _ in range(_TRIES):
        meant = closest(text, candidates)
        if meant is None or meant in told or await _is_written(tx, meant, seen_by):
            return meant
        candidates = [(other, times) for other, times in candidates if other != meant]
    return None


async def _is_written(tx: Tx, text: str, seen_by: str | None) -> bool:
    return any([await _seen(tx, word, seen_by) for word in asked(text, typing=False)])


async def _seen(tx: Tx, word: Word, seen_by: str | None) -> bool:
    """Whether a listing that this viewer may see has the word."""
    term = index.term_of(Question(), [word.term], seen_by=seen_by)
    return bool(await engine.count(tx, Wanted(term=term), most=1))


def farther(question: Question) -> Iterator[Looser]:
    """The same in ever wider circles, in the steps that pages offer."""
    for radius in (*RADII, FARTHEST_KM):
        if radius > question.radius_km:
            yield Looser(replace(question, radius_km=radius), radius=True)


def looser(question: Question) -> Iterator[Looser]:
    """With fewer words, as near as may be; then on any day."""
    far = replace(question, radius_km=FARTHEST_KM)
    for kept, left_out in _fewer(_telling(question.words)):
        if question.point:
            yield Looser(replace(question, words=kept), words=left_out)
        yield Looser(replace(far, words=kept), radius=bool(question.point), words=left_out)
    if question.this_week or question.free_from or question.free_to:
        ever = replace(question, this_week=False, free_from=None, free_to=None)
        yield Looser(ever, dates=True)
        if question.point:
            yield Looser(replace(ever, radius_km=FARTHEST_KM), radius=True, dates=True)


def _telling(text: str) -> list[str]:
    """The words as typed, without those so common that nothing is looked for by them (à, le, the)."""
    typed = text.split()
    return [word for word in typed if any(written(word))] or typed


def _fewer(words: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All words but one, the last one first; then each word alone.  At most eight words are looked at."""
    words = words[:8]
    if len(words) < 2:
        return
    for number in reversed(range(len(words))):
        yield " ".join(words[:number] + words[number + 1 :]), (words[number],)
    if len(words) > 2:
        for number, word in enumerate(words):
            yield word, tuple(words[:number] + words[number + 1 :])
