"""SQLite's own SQL: what is searched, held in FTS5.  PostgreSQL's stands beside it.

A question comes as a term of tokens and becomes an FTS5 query in which each token is quoted: no word
that anybody types is ever syntax (security case 117).  Distance, dates and turns are computed in the
query, so that only the rows of a page come back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fedicoop.db import Tx
from fedicoop.listings.hits import MIXED, PRIME, Entry, Hit, Wanted, mixing, seen_from
from fedicoop.words.tokens import AllOf, AnyOf, Term


@dataclass(frozen=True, slots=True)
class _Number:
    number: int


@dataclass(frozen=True, slots=True)
class _Seen:
    term: str
    doc: int


async def put(tx: Tx, entry: Entry, tokens: Iterable[str]) -> None:
    """Keep an entry as it now stands; where another listing has its number, it takes the next one."""
    await remove(tx, entry.listing_id)
    x, y, z = entry.place or (None, None, None)
    number = entry.number
    while not await tx.run(
        """INSERT INTO search_listings (number, listing_id, owner, x, y, z, available_from, available_to)
           VALUES (:number, :listing, :owner, :x, :y, :z, :begins, :ends) ON CONFLICT (number) DO NOTHING""",
        number=number,
        listing=entry.listing_id,
        owner=entry.owner,
        x=x,
        y=y,
        z=z,
        begins=entry.available_from,
        ends=entry.available_to,
    ):
        number += 1
    sql = "INSERT OR REPLACE INTO search_tokens (rowid, tokens) VALUES (:number, :tokens)"
    await tx.run(sql, number=number, tokens=" ".join(tokens))


async def remove(tx: Tx, listing_id: str) -> None:
    known = await tx.maybe(
        _Number, "SELECT number FROM search_listings WHERE listing_id = :id", id=listing_id
    )
    if known:
        await tx.run("DELETE FROM search_tokens WHERE rowid = :number", number=known.number)
        await tx.run("DELETE FROM search_listings WHERE number = :number", number=known.number)


async def tidy(tx: Tx) -> None:
    """Drop tokens of no listing, and put the rest close together; costly where there is much."""
    await tx.run("DELETE FROM search_tokens WHERE rowid NOT IN (SELECT number FROM search_listings)")
    await tx.run("INSERT INTO search_tokens (search_tokens) VALUES ('optimize')")


async def count(tx: Tx, wanted: Wanted, *, most: int) -> int:
    """How many answer, counted no farther than `most`."""
    source, values = _from(wanted)
    return await tx.count(f"SELECT count(*) FROM (SELECT 1 {source} LIMIT :most)", **values, most=most)


async def newest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """By falling numbers: the index's own order, which reads no more than it shows."""
    source, values = _from(wanted)
    if after:
        source += " AND t.rowid < :before"
        values["before"] = -after[0]
    return await tx.all(
        Hit,
        f"""SELECT l.listing_id, -l.number AS first, 0 AS second, 0 AS third {source}
            ORDER BY t.rowid DESC LIMIT :limit""",
        **values,
        limit=limit,
    )


async def nearest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """The nearest first, the newest first where they are equally near; those without a place at the end."""
    source, values = _from(wanted)
    apart = f"CASE WHEN l.x IS NULL THEN 1 << 60 ELSE CAST(round((1.0 - ({_COSINE})) * 1e15) AS INTEGER) END"
    values |= seen_from(wanted)
    beyond = "WHERE (first, second) > (:first, :second)" if after else ""
    if after:
        values |= {"first": after[0], "second": after[1]}
    return await tx.all(
        Hit,
        f"""SELECT listing_id, first, second, 0 AS third FROM (
                SELECT l.listing_id AS listing_id, {apart} AS first, -l.number AS second {source})
            {beyond} ORDER BY first, second LIMIT :limit""",
        **values,
        limit=limit,
    )


async def fair(tx: Tx, wanted: Wanted, *, day: int, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """Every owner's first, in an order drawn by lot that day, then every owner's second, and so on."""
    source, values = _from(wanted)
    beyond = "WHERE (turn, lot, number) > (:first, :second, :third)" if after else ""
    if after:
        values |= {"first": after[0], "second": after[1], "third": after[2]}
    return await tx.all(
        Hit,
        f"""SELECT listing_id, turn AS first, lot AS second, number AS third FROM (
                SELECT listing_id, number, owner % {PRIME} * :mixing % {PRIME} AS lot, row_number() OVER (
                    PARTITION BY owner ORDER BY number % {PRIME} * :mixing % {PRIME}, number) AS turn
                FROM (SELECT l.listing_id AS listing_id, l.number AS number, l.owner AS owner {source}
                      ORDER BY t.rowid DESC LIMIT :mixed))
            {beyond} ORDER BY turn, lot, number LIMIT :limit""",
        **values,
        mixing=mixing(day),
        mixed=MIXED,
        limit=limit,
    )


_COSINE = "l.x * :x + l.y * :y + l.z * :z"


def _from(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The rows that answer.  Who says nothing about when is always free, who says no place nowhere near."""
    conditions, values = ["search_tokens MATCH :term"], dict[str, Any](term=expression(wanted.term))
    if wanted.cosine is not None:
        conditions.append(f"{_COSINE} >= :cosine")
        values |= {"cosine": wanted.cosine, **seen_from(wanted)}
    if wanted.free_to:
        conditions.append("(l.available_from IS NULL OR l.available_from <= :free_to)")
        values["free_to"] = wanted.free_to
    if wanted.free_from:
        conditions.append("(l.available_to IS NULL OR l.available_to >= :free_from)")
        values["free_from"] = wanted.free_from
    source = "FROM search_tokens t CROSS JOIN search_listings l ON l.number = t.rowid"
    return f"{source} WHERE {' AND '.join(conditions)}", values


async def beginning(tx: Tx, start: str, *, most: int) -> list[tuple[str, int]]:
    """The tokens that begin so, and in how many listings each stands."""
    rows = await tx.all(
        _Seen,
        "SELECT term, doc FROM search_vocabulary WHERE term >= :start AND term < :end LIMIT :most",
        start=start,
        end=start + "\U0010ffff",
        most=most,
    )
    return [(row.term, row.doc) for row in rows]


def expression(term: Term) -> str:
    """A term as FTS5 reads it; only what stands between quotes came from outside."""
    if isinstance(term, AnyOf):
        return _joined(" OR ", term.parts)
    if isinstance(term, AllOf):
        return _joined(" AND ", term.parts)
    quoted = '"' + term.text.replace('"', '""') + '"'
    return f"{quoted} *" if term.prefix else quoted


def _joined(word: str, parts: Sequence[Term]) -> str:
    return f"({word.join(expression(part) for part in parts)})"
