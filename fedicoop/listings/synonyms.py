"""The words that stand for each other in this house, besides those that come with the program.

One line a group, as in `words/synonyms.txt`: `vélo = bécane`, `outil > marteau, scie`.  Every coop of the
house adds its own; all of them count in every search here, because what is found is everybody's.
"""

from dataclasses import dataclass
from functools import lru_cache

from fedicoop.db import Tx
from fedicoop.words.synonyms import Synonyms, read_line

MOST = 500
"""Lines of a coop: more than a list that somebody looks after."""


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    coop_id: str
    line: str


@dataclass(frozen=True, slots=True)
class _Text:
    line: str


async def of_house(tx: Tx) -> Synonyms:
    """Those of all coops here."""
    rows = await tx.all(_Text, "SELECT line FROM synonyms ORDER BY id LIMIT 5000")
    return _read(tuple(row.line for row in rows))


@lru_cache(maxsize=4)
def _read(lines: tuple[str, ...]) -> Synonyms:
    return Synonyms(read_line(line) for line in lines)


async def of_coop(tx: Tx, coop_id: str) -> list[Line]:
    """Its lines, by their first letters."""
    sql = "SELECT id, coop_id, line FROM synonyms WHERE coop_id = :coop ORDER BY line, id"
    return await tx.all(Line, sql, coop=coop_id)


async def put(tx: Tx, line: Line) -> None:
    await tx.run(
        """INSERT INTO synonyms (id, coop_id, line, created_at) VALUES (:id, :coop, :line, :now)
           ON CONFLICT (id) DO UPDATE SET line = excluded.line""",
        id=line.id,
        coop=line.coop_id,
        line=line.line,
        now=tx.now,
    )


async def remove(tx: Tx, id: str, coop_id: str) -> None:
    await tx.run("DELETE FROM synonyms WHERE id = :id AND coop_id = :coop", id=id, coop=coop_id)
