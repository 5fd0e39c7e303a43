"""A SQLite connection in its thread, and what one trip to it does.

A trip costs more than most statements (about 50 µs of CPU), so that one statement, its rows and its
count are one trip.  A thread does its work in the order in which it was given: what is posted without
waiting, a ROLLBACK say, is done before anything that comes after.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import aiosqlite

from fedicoop.db import Answer, faults
from fedicoop.errors import Malformed

Result = TypeVar("Result")


class Thread:
    """A connection in its thread."""

    def __init__(self, raw: aiosqlite.Connection) -> None:
        self._raw, self.sqlite = raw, raw._conn

    def post(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Have `work` done after everything posted before.  It is done even if nobody waits for it.

        aiosqlite makes a trip of each call of sqlite3's; its queue takes any function as well.
        """
        if not self._raw._running:
            raise RuntimeError("the database is closed")
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._raw._tx.put_nowait((result, work))
        return result

    async def call(self, work: Callable[[], Result]) -> Result:
        """Have `work` done, and say in our own words what the disk or a lock had against it."""
        try:
            return await self.post(work)
        except sqlite3.Error as error:
            told = faults.of_sqlite(error)
            if told is error:
                raise
            raise told from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise Malformed("storage.unfit_value", str(error)) from error

    async def close(self) -> None:
        await self._raw.close()


def execute(raw: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> Answer:
    """Run a statement to its end.  In the connection's thread."""
    cursor = raw.execute(sql, {name: _adapt(value) for name, value in values.items()})
    rows = cursor.fetchall()
    columns = tuple(column[0] for column in cursor.description or ())
    return Answer(columns, rows, max(cursor.rowcount, 0))


def execute_many(raw: sqlite3.Connection, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement once for each of `rows`.  In the connection's thread."""
    adapted = ({name: _adapt(value) for name, value in one.items()} for one in rows)
    return max(raw.executemany(sql, adapted).rowcount, 0)


def _adapt(value: Any) -> Any:
    """Moments as text of one width, so that they sort and compare as moments do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return str(value) if isinstance(value, Decimal) else value
