"""What somebody looks for among the listings, read from an address and written into one.

A question is an address, so it can be kept, sent, printed and followed, and works without script.
What an address says that we do not know is left out, never refused; a town that we do not know is
told with those that sound like it.  Addresses are written with French names (`q`, `type`, `lieu`,
`rayon` …); English names and those of older links are read as well.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from fedicoop.listings.categories import CATEGORIES
from fedicoop.listings.listing import EVENT, Kind, Mode
from fedicoop.listings.listing import Sort as What
from fedicoop.places import gazetteer
from fedicoop.places.geometry import Point

RADIUS_KM = 20
"""How far one goes who has not said how far."""
RADII = (2, 5, 10, 20, 50, 100)
"""The distances that pages offer; an address may name any other up to `FARTHEST_KM`."""
FARTHEST_KM = 1000
LONGEST = 100
"""Letters of the words, and of a place: nobody types more, and each word costs."""


class Source(StrEnum):
    """Whose listings: everybody's, this house's, or those of coops elsewhere that it follows."""

    ALL = "all"
    LOCAL = "local"
    PEERS = "peers"


class Sort(StrEnum):
    """Nearest first, newest first, or mixed anew each day with every owner's in turn."""

    NEAR = "near"
    NEW = "new"
    FAIR = "fair"


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody looks from when they name no place: their town, and how far they go."""

    point: Point
    radius_km: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that narrows, orders and pages a list of listings; an empty one asks for all of them."""

    words: str = ""
    kind: What | None = None
    mode: Mode | None = None
    category: str | None = None  # a branch, or branch.leaf
    place: str = ""  # as it was typed, or the town's name; empty where the place is not known
    point: Point | None = None  # the middle of that place
    radius_km: int = RADIUS_KM  # counts where there is a point
    this_week: bool = False  # available at some time within the next seven days
    free_from: date | None = None  # available at some time from this day …
    free_to: date | None = None  # … to this day
    source: Source = Source.ALL
    order: Sort | None = None  # None: nearest first where a place is named, else newest first
    after: str = ""  # where this page begins: what `Found.next` of the page before said
    unknown_place: str = ""  # what was typed, where no town is called so
    close_names: tuple[str, ...] = ()  # towns that sound like it
    home: Home | None = None  # where the viewer looks from; no part of the address
    owner_id: str | None = (
        None  # whose, a coop's or an actor's: for what is theirs alone; no part of it either
    )

    @property
    def sort(self) -> Sort:
        if self.order is None or (self.order is Sort.NEAR and self.seen_from is None):
            return Sort.NEAR if self.point else Sort.NEW
        return self.order

    @property
    def seen_from(self) -> Point | None:
        """From where distances are told: the place that is asked for, else the viewer's own."""
        return self.point or (self.home.point if self.home else None)

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for; an order or a page is not."""
        return bool(self.query.keys() - {"tri", "apres"})

    @property
    def query(self) -> dict[str, str]:
        """The question as the query of an address: each part that says something, in a fixed order."""
        said = {
            "q": self.words,
            "type": _KINDS.said(self.kind),
            "mode": _MODES.said(self.mode),
            "categorie": self.category,
            "lieu": self.place or self.unknown_place,
            "rayon": str(self.radius_km) if self.point else None,
            "libre": "semaine" if self.this_week else None,
            "du": self.free_from.isoformat() if self.free_from else None,
            "au": self.free_to.isoformat() if self.free_to else None,
            "chez": _SOURCES.said(self.source if self.source is not Source.ALL else None),
            "tri": _SORTS.said(self.order),
            "apres": self.after,
        }
        return {name: value for name, value in said.items() if value}

    def with_(self, **changes: Any) -> "Question":
        """The question changed, from its first page on; None or "" takes a part away.

        Values may be those of the fields or what an address says: `with_(kind="besoin", place="Lille")`.
        A place brings its point with it.
        """
        fitting = {
            name: _FITTING[name](value) if name in _FITTING else value for name, value in changes.items()
        }
        changed = replace(self, **({"after": ""} | fitting))
        return _placed(changed, changed.place) if "place" in changes and "point" not in changes else changed


def read(query: Mapping[str, str], *, home: Home | None = None) -> Question:
    """The question in an address's query.  `home` decides between towns of one name, and how far is near."""

    def said(*names: str) -> str:
        return next((value for name in names if (value := _line(query.get(name, "")))), "")

    start, end = _day(said("du", "from")), _day(said("au", "to"))
    if start and end and end < start:
        start, end = end, start
    question = Question(
        words=said("q", "mots", "query"),
        kind=_KINDS.meant(said("type", "kind")),
        mode=_MODES.meant(said("mode")),
        category=_category(said("categorie", "category", "branch")),
        this_week=said("libre", "free") in ("semaine", "week"),
        free_from=start,
        free_to=end,
        source=_SOURCES.meant(said("chez", "source")) or Source.ALL,
        order=_SORTS.meant(said("tri", "sort")),
        after=_cursor(said("apres", "after", "before")),
        home=home,
        radius_km=_radius(said("rayon", "radius")) or (home.radius_km if home else None) or RADIUS_KM,
    )
    return _placed(question, said("lieu", "place", "near"))


def _placed(question: Question, name: str) -> Question:
    """The question at the town of that name; one that is not the best known of its name gets its number."""
    nowhere = replace(question, place="", point=None, unknown_place="", close_names=())
    if not name:
        return nowhere
    town = gazetteer.find_town(name, near=question.home.point if question.home else None)
    if town is None:
        return replace(nowhere, unknown_place=name, close_names=tuple(gazetteer.close_names(name)))
    known = gazetteer.find_town(town.name) == town
    return replace(nowhere, place=town.name if known else town.label, point=town.point)


@dataclass(frozen=True, slots=True)
class _Words:
    """The values of one part of an address: the French word that is written, and what is read besides."""

    values: Mapping[str, Any]

    def meant(self, word: str) -> Any:
        return self.values.get(word.lower())

    def said(self, value: Any) -> str | None:
        return next((word for word, one in self.values.items() if value is not None and one is value), None)


_KINDS = _Words(
    {"offre": Kind.OFFER, "besoin": Kind.NEED, "demande": Kind.NEED, "evenement": EVENT, "event": EVENT}
    | {kind.value: kind for kind in Kind}
)
_MODES = _Words(
    {
        "don": Mode.GIFT,
        "pret": Mode.LOAN,
        "prêt": Mode.LOAN,
        "echange": Mode.EXCHANGE,
        "troc": Mode.EXCHANGE,
        "vente": Mode.SALE,
        "service": Mode.SERVICE,
        "savoir-faire": Mode.SKILL,
    }
    | {mode.value: mode for mode in Mode}
)
_SOURCES = _Words(
    {"ici": Source.LOCAL, "partenaires": Source.PEERS} | {source.value: source for source in Source}
)
_SORTS = _Words(
    {"proche": Sort.NEAR, "recent": Sort.NEW, "melange": Sort.FAIR} | {sort.value: sort for sort in Sort}
)


def _line(text: str) -> str:
    """One line of at most a hundred letters, without what cannot be seen or kept."""
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text[: LONGEST * 4])
    return " ".join(seen.split())[:LONGEST].rstrip()


def _category(key: str) -> str | None:
    return key if key in CATEGORIES else None


def _radius(text: str) -> int | None:
    number = text.removesuffix("km").strip()
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return min(int(number), FARTHEST_KM) or None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _cursor(text: str) -> str:
    return text if len(text) <= 64 and all(c.isascii() and (c.isalnum() or c in "-_.") for c in text) else ""


_FITTING: dict[str, Callable[[Any], Any]] = {
    "words": lambda value: _line(value or ""),
    "kind": lambda value: _KINDS.meant(str(value or "")),
    "mode": lambda value: _MODES.meant(str(value or "")),
    "category": lambda value: _category(str(value or "")),
    "place": lambda value: _line(value or ""),
    "radius_km": lambda value: _radius(str(value or "")) or RADIUS_KM,
    "free_from": lambda value: value if isinstance(value, date) else _day(str(value or "")),
    "free_to": lambda value: value if isinstance(value, date) else _day(str(value or "")),
    "source": lambda value: _SOURCES.meant(str(value or "")) or Source.ALL,
    "order": lambda value: _SORTS.meant(str(value or "")),
    "after": lambda value: _cursor(str(value or "")),
}
"""How `with_` takes what an address would say."""
