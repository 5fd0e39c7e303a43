"""The words that stand for each other in this house, besides those that come with the program.

One line a group, as in `words/synonyms.txt`: `vélo = bécane`, `outil > marteau, scie`.  Every coop of the
house adds its own; all of them count in every search here, because what is found is everybody's.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused
from fedicoop.words.synonyms import Group, NoSynonyms, Synonyms, read_line

MOST = 500
"""Lines of a coop: more than a list that somebody looks after."""
LONGEST = 300
"""Letters of a line."""


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


async def digest(tx: Tx) -> str:
    """What changes whenever a line of this house does."""
    rows = await tx.all(_Text, "SELECT line FROM synonyms ORDER BY id LIMIT 5000")
    return sha256("\n".join(row.line for row in rows).encode()).hexdigest()[:16]


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


async def add(tx: Tx, who: Member, text: str) -> Line:
    """A steward says which words stand for each other.  Raises Misused, and Conflict for a known line."""
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    if len(text) > LONGEST:
        raise Misused("words.long", most=str(LONGEST))
    group = _group(text)
    known = await of_coop(tx, who.coop_id)
    if len(known) >= MOST:
        raise Conflict("words.many", most=str(MOST))
    if any(read_line(line.line).says(group) for line in known):
        raise Conflict("words.known")
    line = Line(tx.new_id(), who.coop_id, written(group))
    await put(tx, line)
    return line


async def take_away(tx: Tx, who: Member, id: str) -> None:
    """They no longer do; taking away what is not there changes nothing."""
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    await remove(tx, id, who.coop_id)


def _group(text: str) -> Group:
    try:
        return read_line(text)
    except NoSynonyms:
        raise Misused("words.line") from None


def written(group: Group) -> str:
    """The line of a group, neatly."""
    if group.mutual:
        return " = ".join(group.texts)
    return f"{group.texts[0]} > {', '.join(group.texts[1:])}"
