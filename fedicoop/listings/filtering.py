"""Which of the published listings one looks for: as values, and as the condition of a query."""

from dataclasses import dataclass
from typing import Any

from fedicoop.listings.listing import EVENT, Mode, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to look for; an empty one means everything that is published for everybody."""

    kind: Sort | None = None
    mode: Mode | None = None
    branch: str | None = None
    source: str = "all"  # all, local, peers
    actor_id: str | None = None  # who wrote it, or the coop of ours whose member wrote it
    author_id: str | None = None
    tag: str | None = None
    seen_by: str | None = None  # a coop of ours whose member looks: what is for its members is shown too


_EQUAL = {"mode": "mode", "author_id": "actor_id"}


def where_of(filter: Filter) -> tuple[str, dict[str, Any]]:
    clauses, values = ["status = 'published'"], dict[str, Any]()
    if filter.seen_by is None:
        clauses.append("visibility = 'public'")
    else:
        clauses.append("(visibility = 'public' OR coop_id = :seen_by OR heard_by LIKE :heard ESCAPE '!')")
        values |= {"seen_by": filter.seen_by, "heard": f'%"{_literal(filter.seen_by)}"%'}
    for name, column in _EQUAL.items():
        if (value := getattr(filter, name)) is not None:
            clauses.append(f"{column} = :{name}")
            values[name] = value
    if filter.kind is not None:
        clauses.append("event" if filter.kind == EVENT else "(kind = :kind AND NOT event)")
        values |= {} if filter.kind == EVENT else {"kind": filter.kind}
    if filter.actor_id is not None:
        clauses.append("(actor_id = :actor_id OR coop_id = :actor_id)")
        values["actor_id"] = filter.actor_id
    if filter.source in ("local", "peers"):
        clauses.append("local" if filter.source == "local" else "NOT local")
    if filter.branch and "." in filter.branch:
        clauses.append("category = :branch")
        values["branch"] = filter.branch
    elif filter.branch:
        clauses.append("(category = :branch OR category LIKE :leaves)")
        values |= {"branch": filter.branch, "leaves": f"{filter.branch}.%"}
    if filter.tag:
        clauses.append("tags LIKE :tag ESCAPE '!'")
        values["tag"] = f'%"{_literal(filter.tag.lower())}"%'
    return " AND ".join(clauses), values


def _literal(text: str) -> str:
    """`text` for a LIKE pattern: its own %, _ and ! mean themselves."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
