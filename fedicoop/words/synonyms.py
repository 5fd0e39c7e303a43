"""What else may stand in a listing for the words of a question: `perceuse = drill`, `outil > marteau`.

Lines of words, one line a group: with `=` each stands for each; with `>` the first word finds the others
as well, and they do not find it.  A coop adds lines of its own; those of everybody are `synonyms.txt`.
Groups are applied to the question, so that a new line counts at once and nothing is taken in anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fedicoop.words.tokens import Term, Word, all_of, any_of, asked

LONGEST_PHRASE = 4
MOST_PHRASES = 20
MOST_STANDINS = 40
"""Phrases that may stand for one: more would make a question slow, and nobody needs them."""

Phrase = tuple[Word, ...]


class NoSynonyms(ValueError):
    """A line that says no two things."""


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases, and whether each finds each or only the first the others."""

    phrases: tuple[Phrase, ...]
    mutual: bool
    texts: tuple[str, ...] = ()  # the phrases as they were written

    def says(self, other: "Group") -> bool:
        """Whether it says all that the other says."""
        same = self.mutual == other.mutual and (self.mutual or _same(self.phrases[0], other.phrases[0]))
        return same and all(any(_same(one, mine) for mine in self.phrases) for one in other.phrases)

    def standins(self, number: int) -> tuple[Phrase, ...]:
        """What else to look for, where the phrase of that number was asked for."""
        if not self.mutual and number > 0:
            return ()
        return tuple(phrase for other, phrase in enumerate(self.phrases) if other != number)


def read_line(line: str) -> Group:
    """A group from its line.  Raises NoSynonyms."""
    mutual = "=" in line
    if mutual and ">" in line:
        raise NoSynonyms(line)
    first, *others = line.split("=") if mutual else line.split(">", 1)
    texts = [first, *(others if mutual else others[0].split(",") if others else ())]
    read: dict[Phrase, str] = {}
    for text in map(_plain, texts):
        phrase = tuple(asked(text, typing=False))
        if phrase and not any(_same(phrase, other) for other in read):
            read[phrase] = text
    if not (2 <= len(read) <= MOST_PHRASES) or any(len(phrase) > LONGEST_PHRASE for phrase in read):
        raise NoSynonyms(line)
    return Group(tuple(read), mutual, tuple(read.values()))


def _plain(text: str) -> str:
    return " ".join(text.split())


class Synonyms:
    """Groups, found by the keys of the first word of each phrase."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._starting: dict[str, list[tuple[Group, int]]] = defaultdict(list)
        self.words: set[str] = set()  # those of one word: what somebody may have meant to type
        for group in groups:
            for number, phrase in enumerate(group.phrases):
                if len(phrase) == 1:
                    self.words.add(phrase[0].text)
                for key in _flat(phrase)[0].keys:
                    self._starting[key].append((group, number))

    def _at(self, words: Sequence[Word]) -> dict[int, dict[Phrase, None]]:
        """Stand-ins for what the words begin with, by how many of the words they stand for."""
        found: dict[int, dict[Phrase, None]] = defaultdict(dict)
        for count in range(1, min(len(words), LONGEST_PHRASE) + 1):
            asked_for = _flat(words[:count])
            for key in sorted(asked_for[0].keys):
                for group, number in self._starting.get(key, ()):
                    if _alike(_flat(group.phrases[number]), asked_for):
                        found[count] |= dict.fromkeys(group.standins(number))
        return found

    def term(self, words: Sequence[Word], *others: "Synonyms") -> list[tuple[int, Term]]:
        """What to look for: for so many words each, a term that they or their stand-ins fulfil."""
        terms: list[tuple[int, Term]] = []
        at = 0
        while at < len(words):
            found: dict[int, dict[Phrase, None]] = defaultdict(dict)
            for synonyms in (self, *others):
                for count, phrases in synonyms._at(words[at:]).items():
                    found[count] |= phrases
            length = max(found, default=1)
            own = all_of(word.term for word in words[at : at + length])
            standins = list(found[length])[:MOST_STANDINS]
            terms.append((length, any_of((own, *(_of(phrase) for phrase in standins)))))
            at += length
        return terms

    def texts(self, words: Sequence[Word]) -> list[str]:
        """What else is looked for where exactly these words are asked for, as it was written."""
        found: dict[str, None] = {}
        asked_for = _flat(words)
        for key in sorted(asked_for[0].keys) if asked_for else ():
            for group, number in self._starting.get(key, ()):
                if _alike(_flat(group.phrases[number]), asked_for) and (group.mutual or not number):
                    found |= dict.fromkeys(text for at, text in enumerate(group.texts) if at != number)
        return list(found)

    def knows(self, word: Word) -> bool:
        return any(key in self._starting for key in word.keys)


def _flat(phrase: Sequence[Word]) -> Phrase:
    """`deux-roues` as `deux`, `roues`."""
    return tuple(Word((part,)) for word in phrase for part in word.parts)


def _same(one: Phrase, other: Phrase) -> bool:
    return _alike(_flat(one), _flat(other))


def _alike(one: Phrase, other: Phrase) -> bool:
    return len(one) == len(other) and all(a.keys & b.keys for a, b in zip(one, other, strict=True))


def _of(phrase: Phrase) -> Term:
    return all_of(word.term for word in phrase)


@cache
def bundled() -> Synonyms:
    """The synonyms that come with the program."""
    text = resources.files(__package__).joinpath("synonyms.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return Synonyms(read_line(line) for line in lines if line and not line.startswith("#"))
