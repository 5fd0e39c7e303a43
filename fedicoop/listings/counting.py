"""How many listings there are of what, within what somebody may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.listings import store
from fedicoop.listings.store import Filter


async def branches(tx: Tx, filter: Filter) -> dict[str, int]:
    """How many of them lie in each branch of the categories, the fullest first; what has none is left out."""
    where, values = store.where_of(filter)
    sql = f"""SELECT category, count(*) AS many FROM listings
              WHERE {where} AND category IS NOT NULL GROUP BY category"""
    found = Counter[str]()
    for row in await tx.all(_Many, sql, **values):
        found[row.category.partition(".")[0]] += row.many
    return dict(found.most_common())


async def any_of(tx: Tx, filter: Filter) -> bool:
    """Whether there is one; it stops at the first."""
    where, values = store.where_of(filter)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM listings WHERE {where} LIMIT 1) AS first"
    return bool(await tx.count(sql, **values))


async def categories(tx: Tx, coop_id: str) -> dict[str, int]:
    """How many listings of a coop anybody may read now, by category and by branch."""
    where, values = store.where_of(Filter(actor_id=coop_id, source="local"))
    sql = f"""SELECT category, count(*) AS many FROM listings
              WHERE {where} AND category IS NOT NULL GROUP BY category"""
    found = Counter[str]()
    for row in await tx.all(_Many, sql, **values):
        for key in {row.category, row.category.partition(".")[0]}:
            found[key] += row.many
    return found


@dataclass(frozen=True, slots=True)
class _Many:
    category: str
    many: int


@dataclass(frozen=True, slots=True)
class Address:
    """A listing's key, and when its words last changed."""

    key: str
    changed_at: datetime | None


async def addresses(tx: Tx, filter: Filter, *, limit: int) -> list[Address]:
    """Where they are, the newest first, and nothing else of them."""
    where, values = store.where_of(filter)
    return await tx.all(
        Address,
        f"""SELECT key, COALESCE(updated_at, published_at) AS changed_at FROM listings
            WHERE {where} ORDER BY published_at DESC, id DESC LIMIT :limit""",
        **values,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class Published:
    """How many listings of an actor anybody may read, and when the last one was published."""

    actor_id: str
    number: int
    last_at: datetime | None


async def published_by(tx: Tx, actor_ids: Sequence[str]) -> dict[str, Published]:
    """Of several actors at once; whoever has none is left out."""
    if not actor_ids:
        return {}
    places, names = among(actor_ids)
    rows = await tx.all(
        Published,
        f"""SELECT actor_id, count(*) AS number, max(published_at) AS last_at FROM listings
            WHERE status = 'published' AND visibility = 'public' AND actor_id IN ({places})
            GROUP BY actor_id""",
        **names,
    )
    return {row.actor_id: row for row in rows}
