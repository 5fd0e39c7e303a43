"""What is asked of the search's index, alike for both engines.

How tokens are held and matched is in `index_sqlite.py` and `index_postgres.py`: the rows (`ROWS`), what makes
them answer (`HOLDS`), the order of the newest (`NUMBER`).  Distance, dates and turns are computed in the
query, so that only the rows of a page come back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from fedicoop.db import Tx
from fedicoop.listings import index_postgres, index_sqlite
from fedicoop.listings.hits import MIXED, NOWHERE, PRIME, Entry, Hit, Wanted, mixing, seen_from

_ENGINES: dict[str, ModuleType] = {"sqlite": index_sqlite, "postgresql": index_postgres}
_COSINE = "l.x * :x + l.y * :y + l.z * :z"
_APART = f"CASE WHEN l.x IS NULL THEN {NOWHERE} ELSE CAST(round((1.0 - ({_COSINE})) * 1e15) AS BIGINT) END"


async def put(tx: Tx, entry: Entry, tokens: Iterable[str]) -> None:
    """Keep an entry as it now stands; where another listing has its number, it takes the next one."""
    await _ENGINES[tx.dialect].put(tx, entry, tokens)


async def remove(tx: Tx, listing_id: str) -> None:
    await _ENGINES[tx.dialect].remove(tx, listing_id)


async def tidy(tx: Tx) -> None:
    """Drop what belongs to no listing any more; costly where there is much."""
    await _ENGINES[tx.dialect].tidy(tx)


async def count(tx: Tx, wanted: Wanted, *, most: int) -> int:
    """How many answer, counted no farther than `most`."""
    index, source, values = _from(tx, wanted)
    if wanted.by_tokens_alone:
        source = f"FROM {index.TOKENS} WHERE {index.HOLDS}"
    sql = f"{index.SELECT} count(*) FROM (SELECT 1 {source} LIMIT :most) AS few"
    return await tx.count(sql, **values, most=most)


@dataclass(frozen=True, slots=True)
class _Counted:
    listing_id: str
    first: int
    second: int
    total: int


async def beginning_newest(tx: Tx, wanted: Wanted, *, limit: int, most: int) -> tuple[list[Hit], int]:
    """The newest, and how many answer (no farther than `most`), in one walk: each row is looked at anyway."""
    return await _begun(tx, wanted, "-l.number", "0", limit=limit, most=most)


async def beginning_nearest(tx: Tx, wanted: Wanted, *, limit: int, most: int) -> tuple[list[Hit], int]:
    """The same, nearest first; where there are `most`, the nearest may be among those not looked at."""
    return await _begun(tx, wanted, _APART, "-l.number", limit=limit, most=most)


async def _begun(
    tx: Tx, wanted: Wanted, first: str, second: str, *, limit: int, most: int
) -> tuple[list[Hit], int]:
    index, source, values = _from(tx, wanted)
    found = await tx.all(
        _Counted,
        f"""{index.SELECT} listing_id, first, second, count(*) OVER () AS total FROM (
                SELECT l.listing_id AS listing_id, {first} AS first, {second} AS second {source}
                ORDER BY {index.NUMBER} DESC LIMIT :most) AS few
            ORDER BY first, second LIMIT :limit""",
        **(values | seen_from(wanted) if "l.x" in first else values),
        most=most,
        limit=limit,
    )
    return [Hit(one.listing_id, one.first, one.second, 0) for one in found], found[0].total if found else 0


async def newest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """By falling numbers: the latest published first."""
    index, source, values = _from(tx, wanted)
    if after:
        source += f" AND {index.NUMBER} < :before"
        values["before"] = -after[0]
    return await tx.all(
        Hit,
        f"""{index.SELECT} l.listing_id, -l.number AS first, 0 AS second, 0 AS third {source}
            ORDER BY {index.NUMBER} DESC LIMIT :limit""",
        **values,
        limit=limit,
    )


async def nearest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """The nearest first, the newest first where they are equally near; those without a place at the end."""
    index, source, values = _from(tx, wanted)
    values |= seen_from(wanted)
    beyond = "WHERE (first, second) > (:first, :second)" if after else ""
    if after:
        values |= {"first": after[0], "second": after[1]}
    return await tx.all(
        Hit,
        f"""{index.SELECT} listing_id, first, second, 0 AS third FROM (
                SELECT l.listing_id AS listing_id, {_APART} AS first, -l.number AS second {source}) AS found
            {beyond} ORDER BY first, second LIMIT :limit""",
        **values,
        limit=limit,
    )


async def fair(tx: Tx, wanted: Wanted, *, day: int, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """Every owner's first, in an order drawn by lot that day, then every owner's second, and so on."""
    index, source, values = _from(tx, wanted)
    beyond = "WHERE (turn, lot, number) > (:first, :second, :third)" if after else ""
    if after:
        values |= {"first": after[0], "second": after[1], "third": after[2]}
    return await tx.all(
        Hit,
        f"""{index.SELECT} listing_id, turn AS first, lot AS second, number AS third FROM (
                SELECT listing_id, number, owner % {PRIME} * :mixing % {PRIME} AS lot, row_number() OVER (
                    PARTITION BY owner ORDER BY number % {PRIME} * :mixing % {PRIME}, number) AS turn
                FROM (SELECT l.listing_id AS listing_id, l.number AS number, l.owner AS owner {source}
                      ORDER BY {index.NUMBER} DESC LIMIT :mixed) AS latest) AS mixed
            {beyond} ORDER BY turn, lot, number LIMIT :limit""",
        **values,
        mixing=mixing(day),
        mixed=MIXED,
        limit=limit,
    )


def _from(tx: Tx, wanted: Wanted) -> tuple[ModuleType, str, dict[str, Any]]:
    """The rows that answer.  Who says nothing about when is always free, who says no place nowhere near."""
    index = _ENGINES[tx.dialect]
    conditions, values = [index.HOLDS], dict[str, Any](term=index.expression(wanted.term))
    if wanted.cosine is not None:
        conditions.append(f"{_COSINE} >= :cosine")
        values |= {"cosine": wanted.cosine, **seen_from(wanted)}
    if wanted.free_to:
        conditions.append("(l.available_from IS NULL OR l.available_from <= :free_to)")
        values["free_to"] = wanted.free_to
    if wanted.free_from:
        conditions.append("(l.available_to IS NULL OR l.available_to >= :free_from)")
        values["free_from"] = wanted.free_from
    return index, f"FROM {index.ROWS} WHERE {' AND '.join(conditions)}", values


async def beginning(tx: Tx, start: str, *, most: int) -> list[tuple[str, int]]:
    """The words that begin so, and in how many listings each stands."""
    found: list[tuple[str, int]] = await _ENGINES[tx.dialect].beginning(tx, start, most=most)
    return found
