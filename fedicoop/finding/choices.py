"""The chips beside a list of listings: each a link that holds the whole question, changed in one part.

So a search can be kept, sent and printed, and works without script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedicoop.listings.categories import CATEGORIES, FIRST_BRANCH
from fedicoop.listings.listing import EVENT, Kind, Mode
from fedicoop.listings.question import RADII, Question, Sort, Source

BRANCHES = tuple(key for key in CATEGORIES if "." not in key)


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of a group: its text, the question that it leads to, and whether it is made now.

    `text` is a key of the catalogue, filled with `values`; of words that the reader typed, those
    words themselves (`typed`).
    """

    text: str
    query: Mapping[str, str]
    chosen: bool
    icon: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    typed: bool = False


def kinds(question: Question, *, events: bool) -> list[Chip]:
    """Everything, offers, needs, and events where there are any: always one of them."""
    sorts = ("", *Kind, *([EVENT] if events or question.kind == EVENT else []))
    return [_one(question, f"page.kinds.{kind or 'all'}", "kind", kind) for kind in sorts]


def sources(question: Question) -> list[Chip]:
    return [_one(question, f"page.sources.{source}", "source", source) for source in Source]


def modes(question: Question) -> list[Chip]:
    """The ways of sharing; the chosen one is taken away by choosing it again."""
    return [_switch(question, f"mode.{mode}", "mode", mode, icon=mode) for mode in Mode]


def branches(question: Question, coop_kind: str | None) -> list[Chip]:
    """The branches of the categories, this coop's own first; within a chosen one, its leaves after it."""
    first = FIRST_BRANCH.get(coop_kind or "")
    ordered = sorted(BRANCHES, key=lambda branch: branch != first)
    chosen = (question.category or "").partition(".")[0]
    if not chosen:
        return [_switch(question, f"category.{key}", "category", key, icon=key) for key in ordered]
    leaves = [key for key in CATEGORIES if key.startswith(f"{chosen}.")]
    others = [key for key in ordered if key != chosen]
    return [
        _branch(question, chosen),
        *(_leaf(question, leaf, chosen) for leaf in leaves),
        *(_switch(question, f"category.{key}", "category", key, icon=key) for key in others),
    ]


def _branch(question: Question, branch: str) -> Chip:
    """The branch that is chosen, whole or by a leaf of it; choosing it again takes it away."""
    return Chip(f"category.{branch}", question.with_(category="").query, True, branch)


def _leaf(question: Question, leaf: str, branch: str) -> Chip:
    now = question.category == leaf
    query = question.with_(category=branch if now else leaf).query
    return Chip(f"category.{leaf}", query, now, leaf if now else "")


def radii(question: Question) -> list[Chip]:
    """How far; only where there is a place to be far from."""
    if question.point is None:
        return []
    near = sorted({*RADII, question.radius_km})
    return [
        Chip(
            "page.radius",
            question.with_(radius_km=km).query,
            km == question.radius_km,
            values={"kilometres": km},
        )
        for km in near
    ]


def sorts(question: Question) -> list[Chip]:
    """The orders that make sense: the nearest first needs a place to look from."""
    known = [sort for sort in Sort if sort is not Sort.NEAR or question.seen_from]
    return [
        Chip(f"page.sort.{sort}", question.with_(order=sort).query, sort is question.sort) for sort in known
    ]


def this_week(question: Question) -> Chip:
    free = question.this_week
    query = question.with_(this_week=not free).query
    return Chip("page.this_week", query, free, "calendar")


def chosen(question: Question) -> list[Chip]:
    """What narrows the search now, each part with the question that is left without it."""
    found: list[Chip] = []
    if question.words:
        found.append(Chip(question.words, question.with_(words="").query, True, typed=True))
    if question.place and question.point:
        without = question.with_(place="").query
        values = {"place": question.place, "kilometres": question.radius_km}
        found.append(Chip("page.around", without, True, "pin", values))
    for name, prefix in (("kind", "page.kinds"), ("mode", "mode"), ("category", "category")):
        if value := getattr(question, name):
            found.append(Chip(f"{prefix}.{value}", question.with_(**{name: ""}).query, True, value))
    if question.source is not Source.ALL:
        without = question.with_(source=Source.ALL).query
        found.append(Chip(f"page.sources.{question.source}", without, True, "coops"))
    if question.this_week:
        found.append(Chip("page.this_week", question.with_(this_week=False).query, True, "calendar"))
    return found


def _one(question: Question, text: str, name: str, value: str) -> Chip:
    now = str(getattr(question, name) or "") == value
    return Chip(text, question.with_(**{name: value}).query, now)


def _switch(question: Question, text: str, name: str, value: Any, *, icon: str) -> Chip:
    now = getattr(question, name) == value
    return Chip(text, question.with_(**{name: "" if now else value}).query, now, icon)
