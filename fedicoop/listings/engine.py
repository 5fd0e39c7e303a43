"""The search's index, in the words of whichever database holds it."""

from collections.abc import Iterable, Sequence
from types import ModuleType

from fedicoop.db import Tx
from fedicoop.listings import index_postgres, index_sqlite
from fedicoop.listings.hits import Entry, Hit, Wanted

_ENGINES: dict[str, ModuleType] = {"sqlite": index_sqlite, "postgresql": index_postgres}


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
    found: int = await _ENGINES[tx.dialect].count(tx, wanted, most=most)
    return found


async def newest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """The latest published first."""
    found: list[Hit] = await _ENGINES[tx.dialect].newest(tx, wanted, limit=limit, after=after)
    return found


async def nearest(tx: Tx, wanted: Wanted, *, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """The nearest first, the newest first where they are equally near; those without a place at the end."""
    found: list[Hit] = await _ENGINES[tx.dialect].nearest(tx, wanted, limit=limit, after=after)
    return found


async def fair(tx: Tx, wanted: Wanted, *, day: int, limit: int, after: Sequence[int] = ()) -> list[Hit]:
    """Every owner's first, in an order drawn by lot that day, then every owner's second, and so on."""
    found: list[Hit] = await _ENGINES[tx.dialect].fair(tx, wanted, day=day, limit=limit, after=after)
    return found


async def beginning(tx: Tx, start: str, *, most: int) -> list[tuple[str, int]]:
    """The words that begin so, and in how many listings each stands."""
    found: list[tuple[str, int]] = await _ENGINES[tx.dialect].beginning(tx, start, most=most)
    return found
