"""PostgreSQL's own SQL: what is searched, held in one table with a GIN index on the tokens.

Tokens become a tsvector just as they are, and a question a tsquery in which each token is quoted: no
word that anybody types is ever syntax (security case 117), and no stemmer of the database's has a say.
Each search is planned with its values: a rare word is looked up in the index of tokens, a frequent one
is met soon enough on the way down the numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fedicoop.db import Tx
from fedicoop.db.statements import PLANNED_ANEW
from fedicoop.listings.hits import MIXED, PRIME, Entry, Hit, Wanted, mixing, seen_from
from fedicoop.words.tokens import AllOf, AnyOf, Term

_NOWHERE = 1 << 60
_COSINE = "l.x * :x + l.y * :y + l.z * :z"


@dataclass(frozen=True, slots=True)
class _Seen:
    term: str
    doc: int


async def put(tx: Tx, entry: Entry, tokens: Iterable[str]) -> None:
    """Keep an entry as it now stands; where another listing has its number, it takes the next one."""
    await remove(tx, entry.listing_id)
    x, y, z = entry.place or (None, None, None)
    number, written = entry.number, " ".join(_quoted(token) for token in tokens)
    while not await tx.run(
        """INSERT INTO search_listings
               (number, listing_id, owner, x, y, z, available_from, available_to, tokens)
           VALUES (:number, :listing, :owner, :x, :y, :z, :begins, :ends, CAST(:tokens AS tsvector))
           ON CONFLICT (number) DO NOTHING""",
        number=number,
        listing=entry.listing_id,
        owner=entry.owner,
        x=x,
        y=y,
        z=z,
        begins=entry.available_from,
        ends=entry.available_to,
        tokens=written,
    ):
        number += 1
    await tx.run(
        """INSERT INTO search_vocabulary AS known (term, doc)
           SELECT lexeme, 1 FROM unnest(CAST(:tokens AS tsvector)) WHERE lexeme LIKE 'w%'
           ON CONFLICT (term) DO UPDATE SET doc = known.doc + 1""",
        tokens=written,
    )


async def remove(tx: Tx, listing_id: str) -> None:
    await tx.run(
        """WITH gone AS (DELETE FROM search_listings WHERE listing_id = :id RETURNING tokens)
           UPDATE search_vocabulary SET doc = doc - 1
           WHERE term IN (SELECT word FROM gone, unnest(tsvector_to_array(gone.tokens)) AS word)""",
        id=listing_id,
    )


async def tidy(tx: Tx) -> None:
    """Forget words that nobody writes any more."""
    await tx.run("DELETE FROM search_vocabulary WHERE doc <= 0")


async def count(tx: Tx, wanted: Wanted, *, most: int) -> int:
    """How many answer, counted no farther than `most`."""
    source, values = _from(wanted)
    sql = f"{PLANNED_ANEW} SELECT count(*) FROM (SELECT 1 {source} LIMIT :most) AS few"
    return await tx.count(sql, **values, most=most)


async def newest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """By falling numbers."""
    source, values = _from(wanted)
    if after:
        source += " AND l.number < :before"
        values["before"] = -after[0]
    return await tx.all(
        Hit,
        f"""{PLANNED_ANEW} SELECT l.listing_id, -l.number AS first, 0 AS second, 0 AS third {source}
            ORDER BY l.number DESC LIMIT :limit""",
        **values,
        limit=limit,
    )


async def nearest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """The nearest first, the newest first where they are equally near; those without a place at the end."""
    source, values = _from(wanted)
    apart = f"CASE WHEN l.x IS NULL THEN {_NOWHERE} ELSE CAST(round((1 - ({_COSINE})) * 1e15) AS BIGINT) END"
    values |= seen_from(wanted)
    beyond = "WHERE (first, second) > (:first, :second)" if after else ""
    if after:
        values |= {"first": after[0], "second": after[1]}
    return await tx.all(
        Hit,
        f"""{PLANNED_ANEW} SELECT listing_id, first, second, 0 AS third FROM (
                SELECT l.listing_id AS listing_id, {apart} AS first, -l.number AS second {source}) AS found
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
        f"""{PLANNED_ANEW} SELECT listing_id, turn AS first, lot AS second, number AS third FROM (
                SELECT listing_id, number, owner % {PRIME} * :mixing % {PRIME} AS lot, row_number() OVER (
                    PARTITION BY owner ORDER BY number % {PRIME} * :mixing % {PRIME}, number) AS turn
                FROM (SELECT l.listing_id AS listing_id, l.number AS number, l.owner AS owner {source}
                      ORDER BY l.number DESC LIMIT :mixed) AS latest) AS mixed
            {beyond} ORDER BY turn, lot, number LIMIT :limit""",
        **values,
        mixing=mixing(day),
        mixed=MIXED,
        limit=limit,
    )


async def beginning(tx: Tx, start: str, *, most: int) -> list[tuple[str, int]]:
    """The words (tokens of `w`) that begin so, and in how many listings each stands."""
    rows = await tx.all(
        _Seen,
        """SELECT term, doc FROM search_vocabulary
           WHERE term >= :start AND term < :end AND doc > 0 ORDER BY term LIMIT :most""",
        start=start,
        end=start + "\U0010ffff",
        most=most,
    )
    return [(row.term, row.doc) for row in rows]


def expression(term: Term) -> str:
    """A term as a tsquery; only what stands between quotes came from outside."""
    if isinstance(term, AnyOf):
        return _joined(" | ", term.parts)
    if isinstance(term, AllOf):
        return _joined(" & ", term.parts)
    return f"{_quoted(term.text)}:*" if term.prefix else _quoted(term.text)


def _joined(sign: str, parts: Sequence[Term]) -> str:
    return f"({sign.join(expression(part) for part in parts)})"


def _quoted(token: str) -> str:
    """A lexeme between quotes (https://www.postgresql.org/docs/15/datatype-textsearch.html)."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _from(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The rows that answer.  Who says nothing about when is always free, who says no place nowhere near."""
    conditions, values = ["l.tokens @@ CAST(:term AS tsquery)"], dict[str, Any](term=expression(wanted.term))
    if wanted.cosine is not None:
        conditions.append(f"{_COSINE} >= :cosine")
        values |= {"cosine": wanted.cosine, **seen_from(wanted)}
    if wanted.free_to:
        conditions.append("(l.available_from IS NULL OR l.available_from <= :free_to)")
        values["free_to"] = wanted.free_to
    if wanted.free_from:
        conditions.append("(l.available_to IS NULL OR l.available_to >= :free_from)")
        values["free_from"] = wanted.free_from
    return f"FROM search_listings l WHERE {' AND '.join(conditions)}", values
