"""One name in every place where it stands: when a house takes another address, or a listing another id.

Tables and columns are those that the database itself names, so that a table of tomorrow is not forgotten.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fedicoop.db import Tx

_APART = ("migrations", "sqlite_", "search_tokens", "search_vocabulary")
"""What the search knows of words is made anew from the listings."""


@dataclass(frozen=True, slots=True)
class Column:
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class _Constraint:
    table: str
    name: str


async def columns_of_text(tx: Tx) -> list[Column]:
    """Every column of text of this database, but those of the search."""
    if tx.dialect == "postgresql":
        sql = """SELECT c.table_name AS "table", c.column_name AS name FROM information_schema.columns c
                 JOIN information_schema.tables t ON t.table_name = c.table_name
                      AND t.table_schema = c.table_schema AND t.table_type = 'BASE TABLE'
                 WHERE c.table_schema = current_schema() AND c.data_type = 'text'
                 ORDER BY c.table_name, c.ordinal_position"""
    else:
        sql = """SELECT m.name AS "table", p.name AS name FROM sqlite_master m, pragma_table_info(m.name) p
                 WHERE m.type = 'table' AND p.type = 'TEXT' ORDER BY m.name, p.cid"""
    return [one for one in await tx.all(Column, sql) if not one.table.startswith(_APART)]


async def everywhere(tx: Tx, old: str, new: str, *, but: Collection[str], where: dict[str, str]) -> int:
    """Put `new` where `old` stands within any text, except in the tables `but`; how many values changed.

    `where` narrows the rows of a table by a condition of ours.
    """
    changed = 0
    like = "%" + old.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    for one in await columns_of_text(tx):
        if one.table in but:
            continue
        also = f" AND {where[one.table]}" if one.table in where else ""
        changed += await tx.run(
            f'''UPDATE "{one.table}" SET "{one.name}" = replace("{one.name}", :old, :new)
                WHERE "{one.name}" LIKE :like ESCAPE '!'{also}''',
            old=old,
            new=new,
            like=like,
        )
    return changed


async def in_columns(tx: Tx, column: str, old: str, new: str, *, but: Collection[str]) -> None:
    """Put the value `new` for `old` in every column of that name, except in the tables `but`."""
    for one in await columns_of_text(tx):
        if one.name == column and one.table not in but:
            values = {"old": old, "new": new}
            await tx.run(f'UPDATE "{one.table}" SET "{column}" = :new WHERE "{column}" = :old', **values)


@asynccontextmanager
async def references_later(tx: Tx) -> AsyncIterator[None]:
    """Within, rows may name what is not there yet; at the end everything that is named must be there."""
    if tx.dialect == "sqlite":
        await tx.run("PRAGMA defer_foreign_keys = ON")  # until this transaction ends
        yield
        return
    sql = """SELECT CAST(CAST(conrelid AS regclass) AS text) AS "table", CAST(conname AS text) AS name
             FROM pg_constraint WHERE contype = 'f'
               AND connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2"""
    found = await tx.all(_Constraint, sql)
    for one in found:
        await tx.run(f'ALTER TABLE {one.table} ALTER CONSTRAINT "{one.name}" DEFERRABLE INITIALLY DEFERRED')
    yield
    await tx.run("SET CONSTRAINTS ALL IMMEDIATE")
    for one in found:
        await tx.run(f'ALTER TABLE {one.table} ALTER CONSTRAINT "{one.name}" NOT DEFERRABLE')
