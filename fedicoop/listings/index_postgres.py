"""PostgreSQL's own SQL: what is searched, held in one table with a GIN index on the tokens.

Tokens become a tsvector just as they are, and a question a tsquery in which each token is quoted: no
word that anybody types is ever syntax (security case 117), and no stemmer of the database's has a say.
Each search is planned with its values: a rare word is looked up in the index of tokens, a frequent one
is met soon enough on the way down the numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.db.statements import PLANNED_ANEW
from fedicoop.listings.hits import Entry
from fedicoop.words.tokens import AllOf, AnyOf, Term

SELECT = f"{PLANNED_ANEW} SELECT"
ROWS = "search_listings l"
TOKENS = ROWS
HOLDS = "l.tokens @@ CAST(:term AS tsquery)"
NUMBER = "l.number"


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
