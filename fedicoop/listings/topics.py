"""What a title is about: its words, each with how much it says.

"Cherche un vélo cargo pour livrer les gros objets" is about a cargo bike: "cherche" says nothing,
"vélo" little (half of a bike coop's listings have it), and what comes after "pour" only why.  Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fedicoop.listings.words import folded

_WORD = re.compile(r"[^\W_]{2,}")
_PURPOSE = frozenset(["pour", "afin", "for"])
_RETURN = frozenset(["contre", "against"])
"""After these comes what is given in return, which is not what is offered or sought."""

PLAIN, WIDE, WHY = 1.0, 0.4, 0.4
"""How much a word says: an ordinary one, one that names a whole branch, one that says what for."""

_EMPTY = frozenset(
    folded(
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
)
_WIDE = frozenset(
    folded(
        "vélo vélos bicyclette cycle bike bicycle outil outillage tool matériel équipement appareil machine "
        "objet jeu jouet game toy livre book meuble furniture vêtement habit clothes légume fruit plante "
        "graine plant seed vegetable cours leçon lesson atelier workshop aide service conseil réparation "
        "réparer repair enfant bébé child kid baby adulte maison jardin cuisine kitchen house garden "
        "musique music bois métal électrique électronique travail travaux fête party salle room place "
        "voiture car panier"
    )
)


@dataclass(frozen=True, slots=True)
class Topic:
    """The words of a title: folded form → how much it says; `spelt` is how it was written."""

    weights: dict[str, float]
    spelt: dict[str, str]

    @property
    def head(self) -> str:
        """The first word that says anything: in a title, nearly always the thing itself."""
        return next((word for word, weight in self.weights.items() if weight), "")

    def covered(self, words: Mapping[str, float]) -> float:
        """How much of it these words are, 0 to 1; a long title is covered by three."""
        whole = min(sum(self.weights.values()), 3.0)
        return min(1.0, sum(words.values()) / whole) if whole else 0.0


def of(title: str) -> Topic:
    """What a title is about."""
    weights, spelt, why = dict[str, float](), dict[str, str](), 1.0
    for word in _WORD.findall(title[:200]):
        low = word.casefold()
        if low in _RETURN:
            break
        if low in _PURPOSE and any(
            weights.values()
        ):  # but in "looking for" and "quelqu’un pour" comes the thing
            why = WHY
        for stem in folded(word):
            weight = _says(stem) * why
            if weight > weights.get(stem, 0.0):
                weights[stem], spelt[stem] = weight, low
    return Topic(weights, spelt)


def _says(stem: str) -> float:
    if stem in _EMPTY or stem.isdigit():
        return 0.0
    return WIDE if stem in _WIDE else PLAIN


def shared(one: Topic, other: Topic) -> dict[str, float]:
    """The words that both titles have, each for the little that it says in either."""
    both = one.weights.keys() & other.weights.keys()
    return {stem: min(one.weights[stem], other.weights[stem]) for stem in one.weights if stem in both}


def told(topic: Topic, words: frozenset[str]) -> dict[str, float]:
    """The words of a title that stand in the other's text or hashtags: half a title's worth each."""
    return {stem: weight / 2 for stem, weight in topic.weights.items() if stem in words}
