"""The tree of categories: stable keys, words in the catalogues (`category.<key>`).

A coop's kind chooses which branch comes first; every listing may use every branch, so that a bike
repairer's spare drill and a tool library's bicycle find each other across coops.  `wikidata` names
the thing for machines (`resourceConformsTo`) where there is a good item for it.
"""

from dataclasses import dataclass

from fedicoop.vocabulary.types import NAMESPACE, Iri


@dataclass(frozen=True, slots=True)
class Category:
    key: str  # branch, or branch.leaf
    wikidata: str | None = None

    @property
    def branch(self) -> str:
        return self.key.partition(".")[0]

    @property
    def iri(self) -> Iri:
        return Iri(f"{NAMESPACE}category/{self.key}")


KINDS = ("bike-repair", "lending", "tools", "food", "skills", "other")

_TREE: dict[str, dict[str, str | None]] = {
    "bikes": {
        "repair": None,
        "bicycle": "Q11442",
        "cargo-bike": None,
        "child-bike": None,
        "electric-bike": None,
        "trailer": "Q216530",
        "parts": None,
        "accessories": None,
    },
    "lending": {
        "kitchen": None,
        "party": None,
        "camping": None,
        "games": None,
        "childcare": None,
        "sewing": None,
        "electronics": None,
        "books": None,
        "clothes": None,
        "furniture": None,
        "health": None,
        "music": None,
    },
    "tools": {
        "hand-tools": None,
        "power-tools": None,
        "garden": None,
        "building": None,
        "painting": None,
        "cleaning": None,
        "ladders": "Q168639",
        "vehicles": None,
    },
    "food": {
        "vegetables": "Q11004",
        "fruit": "Q3314483",
        "bread": "Q7802",
        "dairy": "Q185217",
        "dry-goods": None,
        "seeds": "Q40763",
        "baskets": None,
        "preserves": None,
    },
    "skills": {
        "handiwork": None,
        "computing": None,
        "languages": None,
        "lessons": None,
        "gardening": None,
        "care": None,
        "transport": None,
        "paperwork": None,
        "arts": None,
        "wellbeing": None,
    },
    "places": {"room": None, "garden-plot": None, "storage": None, "workshop": None},
    "other": {},
}

CATEGORIES: dict[str, Category] = {}
for _branch, _leaves in _TREE.items():
    CATEGORIES[_branch] = Category(_branch)
    for _leaf, _item in _leaves.items():
        CATEGORIES[f"{_branch}.{_leaf}"] = Category(f"{_branch}.{_leaf}", _item)

NARROW = frozenset(
    "bikes.cargo-bike bikes.child-bike bikes.electric-bike bikes.trailer tools.ladders food.baskets "
    "food.bread skills.paperwork places.garden-plot places.storage places.workshop".split()
)
"""Categories of one sort of thing: two listings of it speak of the same, whatever words they use."""

FIRST_BRANCH = {
    "bike-repair": "bikes",
    "lending": "lending",
    "tools": "tools",
    "food": "food",
    "skills": "skills",
}
"""Which branch a coop of this kind sees first; one of another kind sees all of them alike."""


def from_iri(iri: str) -> str | None:
    """The key of a category that a peer names by our own address for it, else None."""
    key = iri.removeprefix(f"{NAMESPACE}category/")
    return key if key in CATEGORIES else None


def conforms_to(category: str | None) -> Iri | None:
    """The Wikidata item of a category, for programs that know no fedicoop."""
    item = CATEGORIES[category].wikidata if category in CATEGORIES else None
    return Iri(f"https://www.wikidata.org/wiki/{item}") if item else None
