"""All that one database holds, put into another, whichever engines they have.

The SQLite of the two says how the tables are made: their keys, their types, which table comes before
which.  What the search knows is left behind: it is taken in anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

from fedicoop.db import Database, Tx
from fedicoop.errors import Unavailable

BATCH = 500
_LEFT = ("migrations", "search_", "sqlite_")


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: Mapping[str, str]  # their declared types, in order
    key: tuple[str, ...]

    def carried(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """A row's values as either engine takes them: SQLite gives moments as text, and truth as 0 and 1."""
        return {
            name: _carried(kind, value) for (name, kind), value in zip(self.columns.items(), row, strict=True)
        }


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


async def move(source: Database, target: Database) -> dict[str, int]:
    """Copy everything into `target`, which has our tables and nothing in them; rows by table.

    The source is read as it stands at one moment, and `target` gets all of it in one commit, or nothing.
    Raises Unavailable("storage.counts_differ") if a table has not what it should have.
    """
    copied: dict[str, int] = {}
    async with (
        source.engine.transaction(write=False) as reading,
        target.engine.transaction(write=True) as raw,
    ):
        taking = Tx(source.clock(), source.new_id, reading, dialect=source.engine.dialect)
        giving = Tx(target.clock(), target.new_id, raw, dialect=target.engine.dialect)
        for table in await _tables(taking if taking.dialect == "sqlite" else giving):
            copied[table.name] = await _copy(taking, giving, table)
            kept = await giving.count(f'SELECT count(*) FROM "{table.name}"')
            there = await taking.count(f'SELECT count(*) FROM "{table.name}"')
            if not kept == there == copied[table.name]:
                numbers = {"table": table.name, "expected": str(there), "found": str(kept)}
                raise Unavailable("storage.counts_differ", str(numbers), **numbers)
    return copied


async def _copy(taking: Tx, giving: Tx, table: Table) -> int:
    names = ", ".join(f'"{name}"' for name in table.columns)
    values = ", ".join(f":{name}" for name in table.columns)
    put = f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'
    await giving.run(f'DELETE FROM "{table.name}"')  # what the steps themselves have put there
    total = 0
    async for batch in _batches(taking, table, names):
        await giving.run_many(put, batch)
        total += len(batch)
    return total


async def _batches(taking: Tx, table: Table, names: str) -> Any:
    """The rows by their key, some at a time: however many there are, memory holds few."""
    key = ", ".join(f'"{name}"' for name in table.key)
    places = ", ".join(f":after_{name}" for name in table.key)
    after: dict[str, Any] = {}
    while True:
        where = f"WHERE ({key}) > ({places})" if after else ""
        sql = f'SELECT {names} FROM "{table.name}" {where} ORDER BY {key} LIMIT {BATCH}'
        rows = (await taking._connection.execute(sql, after)).rows
        if not rows:
            return
        batch = [table.carried(row) for row in rows]
        yield batch
        after = {f"after_{name}": batch[-1][name] for name in table.key}


async def _tables(tx: Tx) -> list[Table]:
    """What a SQLite database of ours has, in an order in which nothing names what is not there yet."""
    found = await tx.all(_Named, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    names = [one.name for one in found if not one.name.startswith(_LEFT)]
    before = {name: {*await _referred(tx, name)} - {name} for name in names}
    return [await _table(tx, name) for name in TopologicalSorter(before).static_order()]


async def _referred(tx: Tx, name: str) -> Iterator[str]:
    rows = await tx.all(_Named, 'SELECT "table" AS name FROM pragma_foreign_key_list(:table)', table=name)
    return (row.name for row in rows)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    pk: int


async def _table(tx: Tx, name: str) -> Table:
    columns = await tx.all(_Column, "SELECT name, type, pk FROM pragma_table_info(:table)", table=name)
    key = sorted((one for one in columns if one.pk), key=lambda one: one.pk)
    return Table(name, {one.name: one.type for one in columns}, tuple(one.name for one in key))


def _carried(kind: str, value: Any) -> Any:
    if kind == "BOOLEAN" and value is not None:
        return bool(value)
    if kind == "TIMESTAMPTZ" and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return value
