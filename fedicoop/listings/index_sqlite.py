"""SQLite's own SQL: what is searched, held in FTS5.  Another engine gets a file beside this one.

A question comes as a term of tokens and becomes an FTS5 query in which each token is quoted: no word
that anybody types is ever syntax (security case 117).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.db import Tx
from fedicoop.words.tokens import AllOf, AnyOf, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept of a listing beside its tokens."""

    number: int
    listing_id: str
    owner_id: str
    latitude: float | None
    longitude: float | None
    available_from: datetime | None
    available_to: datetime | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing that fulfils a question, by its number."""

    number: int
    latitude: float | None
    longitude: float | None
    owner_id: str


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
    number = entry.number
    while await tx.count("SELECT count(*) FROM search_listings WHERE number = :number", number=number):
        number += 1
    await tx.run(
        """INSERT INTO search_listings (number, listing_id, owner_id, latitude, longitude,
               available_from, available_to)
           VALUES (:number, :listing, :owner, :latitude, :longitude, :begins, :ends)""",
        number=number,
        listing=entry.listing_id,
        owner=entry.owner_id,
        latitude=entry.latitude,
        longitude=entry.longitude,
        begins=entry.available_from,
        ends=entry.available_to,
    )
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


async def hits(
    tx: Tx,
    term: Term,
    *,
    limit: int,
    before: int | None = None,
    free: tuple[datetime | None, datetime | None] = (None, None),
) -> list[Hit]:
    """What fulfils the term and may be free in that time, the newest first; `before` a number."""
    where, values = _where(free)
    if before is not None:
        where += " AND t.rowid < :before"
        values["before"] = before
    return await tx.all(
        Hit,
        f"""SELECT l.number, l.latitude, l.longitude, l.owner_id
            FROM search_tokens t CROSS JOIN search_listings l ON l.number = t.rowid
            WHERE search_tokens MATCH :term{where} ORDER BY t.rowid DESC LIMIT :limit""",
        term=expression(term),
        limit=limit,
        **values,
    )


async def count(tx: Tx, term: Term, *, most: int) -> int:
    """How many fulfil the term, counted no farther than `most`."""
    return await tx.count(
        "SELECT count(*) FROM (SELECT rowid FROM search_tokens WHERE search_tokens MATCH :term LIMIT :most)",
        term=expression(term),
        most=most,
    )


def _where(free: tuple[datetime | None, datetime | None]) -> tuple[str, dict[str, Any]]:
    """Who says nothing about when is always free."""
    start, end = free
    where, values = "", dict[str, Any]()
    if end:
        where += " AND (l.available_from IS NULL OR l.available_from <= :free_to)"
        values["free_to"] = end
    if start:
        where += " AND (l.available_to IS NULL OR l.available_to >= :free_from)"
        values["free_from"] = start
    return where, values


@dataclass(frozen=True, slots=True)
class _Listed:
    number: int
    listing_id: str


async def listing_ids(tx: Tx, numbers: Sequence[int]) -> dict[int, str]:
    """Which listings those numbers are."""
    names = {f"n{at}": number for at, number in enumerate(numbers)}
    sql = f"""SELECT number, listing_id FROM search_listings
              WHERE number IN ({", ".join(":" + name for name in names)})"""
    return {row.number: row.listing_id for row in await tx.all(_Listed, sql, **names)} if names else {}


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
