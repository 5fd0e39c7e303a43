"""What a visitor of the listings asks for, read from the address, and the chips that change it.

Everything is a link with its whole question in it, so a search can be kept, sent and printed, and
works without script.  What an address says that we do not know is left out, never refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fedicoop.listings.categories import CATEGORIES, FIRST_BRANCH
from fedicoop.listings.listing import Kind, Mode
from fedicoop.listings.store import Filter

SOURCES = ("local", "peers")
BRANCHES = tuple(key for key in CATEGORIES if "." not in key)
_LONGEST = 100  # letters of a search; nobody types more, and each word costs


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of a group: its text, the question that it leads to, and whether it is made now."""

    text: str
    query: Mapping[str, str]
    chosen: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A question about the listings: `query` is the address's, with only what we understood."""

    query: Mapping[str, str]
    before: str | None = None

    @property
    def filter(self) -> Filter:
        asked = self.query
        return Filter(
            kind=Kind(asked["kind"]) if "kind" in asked else None,
            mode=Mode(asked["mode"]) if "mode" in asked else None,
            branch=asked.get("branch"),
            words=asked.get("q", ""),
            source=asked.get("source", "all"),
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.query)

    def with_(self, **changes: str) -> dict[str, str]:
        """The question changed; an empty value takes that part away, and the first page comes again."""
        return {name: value for name, value in (dict(self.query) | changes).items() if value}


def read(query: Mapping[str, str]) -> Wish:
    """The question in an address's query."""
    known: dict[str, tuple[str, ...]] = {
        "kind": tuple(Kind),
        "mode": tuple(Mode),
        "branch": BRANCHES,
        "source": SOURCES,
    }
    asked = {name: query[name] for name, values in known.items() if query.get(name) in values}
    if words := " ".join(query.get("q", "").split())[:_LONGEST]:
        asked = {"q": words} | asked
    return Wish(asked, query.get("before") or None)


_TEXTS = {"kind": "page.kinds", "mode": "mode", "branch": "category", "source": "page.sources"}


def chosen(wish: Wish) -> list[Chip]:
    """What narrows the search now, each part with the question that is left without it.

    A chip without an icon is the visitor's own words, not a text of the catalogue.
    """
    return [
        Chip(
            f"{_TEXTS[name]}.{value}" if name in _TEXTS else value,
            wish.with_(**{name: ""}),
            True,
            value if name in _TEXTS else "",
        )
        for name, value in wish.query.items()
    ]


def kinds(wish: Wish) -> list[Chip]:
    """Everything, offers, needs: always one of the three."""
    return _choices(wish, "kind", tuple(Kind))


def sources(wish: Wish) -> list[Chip]:
    return _choices(wish, "source", SOURCES)


def _choices(wish: Wish, name: str, values: tuple[str, ...]) -> list[Chip]:
    now = wish.query.get(name, "")
    return [
        Chip(f"{_TEXTS[name]}.{value or 'all'}", wish.with_(**{name: value}), value == now)
        for value in ("", *values)
    ]


def modes(wish: Wish) -> list[Chip]:
    """The ways of sharing; the chosen one is taken away by choosing it again."""
    return _switches(wish, "mode", tuple(Mode))


def branches(wish: Wish, coop_kind: str | None) -> list[Chip]:
    """The branches of the categories, this coop's own first."""
    first = FIRST_BRANCH.get(coop_kind or "")
    ordered = sorted(BRANCHES, key=lambda branch: branch != first)
    return _switches(wish, "branch", tuple(ordered))


def _switches(wish: Wish, name: str, values: tuple[str, ...]) -> list[Chip]:
    now = wish.query.get(name)
    return [
        Chip(
            f"{_TEXTS[name]}.{value}",
            wish.with_(**{name: "" if value == now else value}),
            value == now,
            value,
        )
        for value in values
    ]
