"""A question that waits: the listings that would answer it are recognised as they come by.

It is asked in the search's own tokens, so what a watch tells of is what the search finds.  Each watch
hangs on the tokens of its narrowest condition; a listing finds the few watches that hang on any of its
tokens, and only those are asked in full.  Pure.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl

from fedicoop.listings import index
from fedicoop.listings import question as questions
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import Question
from fedicoop.places.geometry import blur, distance_km
from fedicoop.words.synonyms import Synonyms, bundled
from fedicoop.words.tokens import AllOf, AnyOf, Term, asked, fulfils

ANY = "any"
"""Where a watch of everything hangs."""

_MARGIN_KM = 2  # squares are of blurred places, which may lie a little beside the circle


@dataclass(frozen=True, slots=True)
class News:
    """A listing as it comes by, with its tokens."""

    listing: Listing
    tokens: frozenset[str]
    now: datetime

    @classmethod
    def of(cls, listing: Listing, now: datetime) -> "News":
        return cls(listing, frozenset(index.tokens_of(listing)), now)

    def hooks(self, brought_by: Set[str] = frozenset()) -> set[str]:
        """Everything that a watch which it satisfies may hang on; `brought_by` are who relayed it."""
        listing = self.listing
        coops = {id for id in (listing.actor_id, listing.coop_id, *brought_by) if id}
        people = {of_member(listing.member_id)} if listing.member_id else set[str]()
        return {ANY, *self.tokens, *map(of_coop, coops), *people}


def of_coop(actor_id: str) -> str:
    return f"coop {actor_id}"


def of_member(member_id: str) -> str:
    return f"member {member_id}"


@lru_cache(maxsize=2_000)
def question_of(target: str) -> Question:
    """The question that a watch keeps as the query of an address."""
    return questions.read(dict(parse_qsl(target)))


def hooks_of(question: Question, house: Synonyms) -> set[str]:
    """Where the watch of a question hangs: on its longest word, else its place, else its category."""
    if terms := _terms(question, house):
        return _leaves(max(terms, key=_reach))
    term = index.term_of(
        question, (), seen_by=None, radius_km=question.radius_km + _MARGIN_KM if question.point else None
    )
    parts = term.parts if isinstance(term, AllOf) else (term,)
    for begins in ("g", "c"):
        for part in parts:
            if (found := _leaves(part)) and all(leaf.startswith(begins) for leaf in found):
                return found
    return {ANY}


def _terms(question: Question, house: Synonyms) -> list[Term]:
    return [term for _, term in bundled().term(asked(question.words, typing=False), house)]


def _reach(term: Term) -> int:
    """How long the longest word of a term is: long words are rare."""
    return max((len(leaf) for leaf in _leaves(term)), default=0)


def _leaves(term: Term) -> set[str]:
    """Tokens of which a text that fulfils the term has at least one."""
    if isinstance(term, AnyOf):
        return set().union(*(_leaves(part) for part in term.parts))
    if isinstance(term, AllOf):
        return _leaves(max(term.parts, key=_reach))
    return {term.text}


def satisfies(news: News, question: Question, house: Synonyms, *, seen_by: str | None) -> bool:
    """Whether the search would show this listing to a member of the coop `seen_by`, asked so."""
    term = index.term_of(question, _terms(question, house), seen_by=seen_by)
    return fulfils(news.tokens, term) and _near(news.listing, question) and _free(news, question)


def _near(listing: Listing, question: Question) -> bool:
    if question.point is None:
        return True
    where = listing.where
    if where is None or where.latitude is None or where.longitude is None:
        return False
    return distance_km(question.point, blur(where.latitude, where.longitude)) <= question.radius_km


def _free(news: News, question: Question) -> bool:
    """Whether it can be had on the days that are asked for; what says no date is free at any."""
    first = datetime.combine(question.free_from, time(), UTC) if question.free_from else None
    last = datetime.combine(question.free_to, time(23, 59, 59), UTC) if question.free_to else None
    if question.this_week:
        first, last = news.now, news.now + timedelta(days=7)
    begins, ends = news.listing.available_from, news.listing.available_to
    return not ((last and begins and begins > last) or (first and ends and ends < first))
