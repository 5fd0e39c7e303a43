"""What a title is about: its words, each with how much it says.

"Cherche un vélo cargo pour livrer les gros objets" is about a cargo bike: "cherche" says nothing,
"vélo" little (half of a bike coop's listings have it), and what comes after "pour" only why.  Words are
compared by their families and synonyms, as the search does.  Pure.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

from fedicoop.words import tokens
from fedicoop.words.folding import COMMON, fold
from fedicoop.words.synonyms import bundled
from fedicoop.words.tokens import Term, Word, fulfils

_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011'’][^\W_]+)*")
_ELIDED = re.compile(r"['’]")
_PURPOSE = frozenset(["pour", "afin", "for"])
_RETURN = frozenset(["contre", "against"])
"""After these comes what is given in return, which is not what is offered or sought."""
LONGEST_TITLE = 200
LONGEST_TEXT = 5_000

PLAIN, WIDE, WHY = 1.0, 0.4, 0.4
"""How much a word says: an ordinary one, one that names a whole branch, one that says what for."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in fold(text).split())


def _singular(word: str) -> str:
    return word.removesuffix("s").removesuffix("x") if len(word) > 3 else word


_EMPTY = _listed(
    "cherche recherche cherchons recherchons besoin souhaite souhaitons voudrait veut aimerait demande "
    "propose proposons offre offrons donne donnons prête prêtons prêt vend vends vendons échange "
    "échangeons troc don location loue louer emprunter emprunte prêter donner vendre trouver gratuit "
    "gratuite libre prix bon bonne état très tout tous toute toutes petit petite grand grande gros "
    "grosse nouveau nouvelle neuf neuve vieux vieille ancien occasion taille couleur paire lot série "
    "pièce chose quelqu quelque quelques personne personnes monde bénévole volontaire plusieurs autre "
    "autres même sans sous vers chez entre être avoir faire sait savoir peut pouvoir venir jour jours "
    "semaine mois soir matin samedi dimanche lundi mardi mercredi jeudi vendredi week end weekend "
    "vacances heure heures minute urgent rapidement possible ici lille quartier ville commune "
    "coopérative coop association collectif membre adhérent coup main cm mm kg litre mètre deux trois "
    "quatre cinq six huit dix looking seeking wanted want need needed wish offer offering lend lending "
    "give giving sell selling swap free good very small big large new old used size somebody someone "
    "people volunteer day week month morning evening saturday sunday help hand please available borrow "
    "rent loan gift this that have who can know how my your our any some all"
)
_WIDE = _listed(
    "vélo vélos bicyclette cycle bike bicycle outil outillage tool matériel équipement appareil machine "
    "objet jeu jouet game toy livre book meuble furniture vêtement habit clothes légume fruit plante "
    "graine plant seed vegetable cours leçon lesson atelier workshop aide service conseil réparation "
    "réparer repair enfant bébé child kid baby adulte maison jardin cuisine kitchen house garden "
    "musique music bois métal électrique électronique travail travaux fête party salle room place "
    "voiture car panier"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One word of a title: how it is spelt, how much it says, its tokens, and what may stand for it."""

    spelt: str
    weight: float
    tokens: frozenset[str]
    term: Term


@dataclass(frozen=True, slots=True)
class Topic:
    """What a title is about, in its order."""

    words: tuple[Said, ...]

    @property
    def whole(self) -> float:
        """How much there is to be covered of it; a long title is covered by three words."""
        return min(sum(word.weight for word in self.words), 3.0)

    def covered(self, words: Iterable[Said]) -> float:
        """How much of it these words are, 0 to 1."""
        return min(1.0, sum(word.weight for word in words) / self.whole) if self.whole else 0.0


@lru_cache(maxsize=256)
def of(title: str, language: str) -> Topic:
    """What a title is about."""
    found, why = list[Said](), 1.0
    for spelt, text in _words(title[:LONGEST_TITLE]):
        if text in _RETURN:
            break
        if text in _PURPOSE and found:  # not in "looking for" and "quelqu’un pour": there comes the thing
            why = WHY
        weight = _says(text) * why
        if weight:
            own = frozenset(tokens.written(text, language))
            found.append(Said(spelt, weight, own, _standing_for(text)))
    return Topic(tuple(found))


def _words(title: str) -> Iterator[tuple[str, str]]:
    """Each word as it is spelt, and folded with its parts joined: `porte-bébé` is `portebebe`."""
    for found in _WORD.findall(title):
        parts = [part for part in re.split(r"[-\u2010\u2011'’]", fold(found)) if part]
        kept = [part for part in parts if part not in COMMON or part in _PURPOSE]
        if kept and len("".join(kept)) > 1:
            yield _ELIDED.split(found)[-1].casefold(), "".join(kept)


def _says(text: str) -> float:
    word = _singular(text)
    if word in _EMPTY or text in _PURPOSE or text.isdigit():
        return 0.0
    return WIDE if word in _WIDE else PLAIN


def _standing_for(text: str) -> Term:
    [(_, term)] = bundled().term([Word((text,))])
    return term


def shared(one: Topic, other: Topic) -> list[tuple[Said, Said, float]]:
    """The words that both titles have, or that stand for each other, with the less that they say."""
    found, taken = list[tuple[Said, Said, float]](), set[int]()
    for mine in one.words:
        for number, theirs in enumerate(other.words):
            if number not in taken and _alike(mine, theirs):
                taken.add(number)
                found.append((mine, theirs, min(mine.weight, theirs.weight)))
                break
    return found


def _alike(one: Said, other: Said) -> bool:
    return fulfils(other.tokens, one.term) or fulfils(one.tokens, other.term)


def told(topic: Topic, text: Set[str]) -> list[Said]:
    """The words of a title that stand in the other's text or hashtags."""
    return [word for word in topic.words if fulfils(text, word.term)]


@lru_cache(maxsize=16)  # one listing is compared with many, one after the other
def text_of(text: str, tags: tuple[str, ...], language: str) -> frozenset[str]:
    """The tokens of a listing's text and hashtags."""
    return frozenset(tokens.written(" . ".join([*tags, text[:LONGEST_TEXT]]), language))
