"""One transaction on a connection of psycopg's, and how values come and go over it."""

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.adapt import Dumper, Loader
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from fedicoop.db import Answer, faults
from fedicoop.db.statements import PLANNED_ANEW, for_psycopg
from fedicoop.errors import Malformed

_COUNTED = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"})
_QUIET = frozenset({"SELECT", "SET", "SHOW", "BEGIN", "WITH", "LOCK"})


class _AsText(Dumper):
    """A decimal number is kept as it is written, as SQLite keeps it."""

    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: Decimal) -> bytes:
        return str(obj).encode()


class _Number(Loader):
    """What sums and averages answer: a whole number where it is one."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


class Transaction:
    """One transaction on one connection, as Tx sees it."""

    def __init__(self, raw: AsyncConnection[Any], *, write: bool) -> None:
        self.raw, self._write = raw, write
        self.changed = self.read_only = False
        self.open = True
        self.failed: Exception | None = None

    async def execute(self, sql: str, values: Mapping[str, Any]) -> Answer:
        prepare = False if PLANNED_ANEW in sql else None
        cursor = await self._call(sql, self.raw.execute(for_psycopg(sql), values, prepare=prepare))
        verb, _, _ = (cursor.statusmessage or "").partition(" ")
        touched = max(cursor.rowcount, 0) if verb in _COUNTED else 0
        self.changed = self.changed or touched > 0 or (verb not in _COUNTED and verb not in _QUIET)
        if cursor.description is None:
            return Answer((), [], touched)
        columns = tuple(column.name for column in cursor.description)
        return Answer(columns, await cursor.fetchall(), touched)

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
        if not rows:
            return 0
        cursor = self.raw.cursor()
        await self._call(sql, cursor.executemany(for_psycopg(sql), rows))
        self.changed = self.changed or cursor.rowcount > 0
        return max(cursor.rowcount, 0)

    async def _call(self, sql: str, work: Awaitable[Any]) -> Any:
        if not self.open:
            work.close()  # type: ignore[attr-defined]  # nobody awaits it
            raise AssertionError("this transaction is over")
        try:
            return await work
        except psycopg.errors.ReadOnlySqlTransaction as error:
            if not self._write:
                raise AssertionError(f"a reading transaction does not write: {sql}") from error
            self.failed, self.read_only = faults.of_postgres(error), True
            raise self.failed from error
        except (psycopg.Error, UnicodeEncodeError, OverflowError) as error:
            problem = told(error)
            if self.raw.info.transaction_status != TransactionStatus.INTRANS:
                self.failed = self.failed or problem
            if problem is error:
                raise
            raise problem from error


async def set_up(raw: AsyncConnection[Any]) -> None:
    raw.adapters.register_dumper(int, Int8Dumper)
    raw.adapters.register_dumper(str, StrDumper)
    raw.adapters.register_dumper(Decimal, _AsText)
    raw.adapters.register_loader("numeric", _Number)


def told(error: Exception) -> Exception:
    """The error in our own words, or itself where it is a bug of ours."""
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return Malformed("storage.unfit_value", str(error))
    return faults.of_postgres(error)
