"""SQLite's own SQL: what is searched, held in FTS5.  PostgreSQL's stands beside it.

A question comes as a term of tokens and becomes an FTS5 query in which each token is quoted: no word
that anybody types is ever syntax (security case 117).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.listings.hits import Entry
from fedicoop.words.tokens import AllOf, AnyOf, Term

SELECT = "SELECT"
ROWS = "search_tokens t CROSS JOIN search_listings l ON l.number = t.rowid"
TOKENS = "search_tokens t"
"""As many rows, where tokens alone decide: a look into `search_listings` for each of them is saved."""
HOLDS = "search_tokens MATCH :term"
NUMBER = "t.rowid"
"""In the index's own order, which reads no more than it shows."""


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
