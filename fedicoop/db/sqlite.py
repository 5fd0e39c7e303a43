"""SQLite: one file, one writer, and readers beside it who never wait for the writer."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite

from fedicoop.db import Answer, Connection, faults
from fedicoop.db.thread import Thread, execute
from fedicoop.db.turns import Turns
from fedicoop.errors import Unavailable

PATIENCE = 5.0  # seconds that anybody waits for another's lock

_EVERYBODY = ("foreign_keys=ON", "trusted_schema=OFF")
_WRITER = ("journal_mode=WAL", "journal_size_limit=67108864")
_READER = ("query_only=ON",)


class _Reading:
    """A transaction that only looks.  It begins with its first statement."""

    changed = False

    def __init__(self, thread: Thread) -> None:
        self._thread, self._open, self._begun = thread, True, False

    async def execute(self, sql: str, values: Mapping[str, Any]) -> Answer:
        assert self._open, "this transaction is over"
        return await self._thread.call(partial(self._execute, sql, values))

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
        raise AssertionError(f"a reading transaction does not write: {sql}, {len(rows)} times")

    def _execute(self, sql: str, values: Mapping[str, Any]) -> Answer:
        if not self._begun:
            self._thread.sqlite.execute("BEGIN")
            self._begun = True
        try:
            return execute(self._thread.sqlite, sql, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_READONLY:  # query_only says this; a disk says more
                raise AssertionError(f"a reading transaction does not write: {sql}") from error
            raise

    def end(self) -> None:
        self._open = False
        self._thread.post(self._end)

    def _end(self) -> None:
        if self._thread.sqlite.in_transaction:
            self._thread.sqlite.execute("ROLLBACK")


class SqliteEngine:
    """The file, its writer and its readers."""

    dialect = "sqlite"
    name = ""

    def __init__(self, writer: Thread, readers: Sequence[Thread], patience: float) -> None:
        self._writer, self._readers, self._turns = writer, readers, Turns(writer, patience)
        self._idle: asyncio.LifoQueue[Thread] = asyncio.LifoQueue()
        for one in readers:
            self._idle.put_nowait(one)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        readers: int = 2,
        durable: bool = True,
        create: bool = True,
        patience: float = PATIENCE,
    ) -> "SqliteEngine":
        """Open the database in the file `path`, with so many `readers` beside the writer.

        `durable` waits for the disk at each commit, so that what was acknowledged survives a power
        cut; without it, only a crash of this process.  A file that is not there is made, readable
        for its owner alone, unless `create` is false: then it is Unavailable("storage.missing").
        Who waits for a lock longer than `patience` seconds gets Unavailable("storage.busy").
        """
        _make_sure_of(path, create)
        everybody = (f"busy_timeout={patience * 1000:.0f}", *_EVERYBODY)
        writer = (*everybody, *_WRITER, f"synchronous={'FULL' if durable else 'OFF'}")
        threads: list[Thread] = []
        try:
            for pragmas in (writer, *[(*everybody, *_READER)] * readers):
                threads.append(await _open_thread(path))
                await threads[-1].call(partial(_set_up, threads[-1].sqlite, pragmas))
        except BaseException:
            for one in threads:
                await one.close()
            raise
        return cls(threads[0], threads[1:], patience)

    def transaction(
        self,
        *,
        write: bool,
        beside: bool = False,  # noqa: ARG002 - one writes at a time
    ) -> AbstractAsyncContextManager[Connection]:
        return self._turns.turn() if write else self._reading()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        thread = await self._idle.get()
        reading = _Reading(thread)
        try:
            yield reading
        except asyncio.CancelledError:
            thread.sqlite.interrupt()  # nobody waits for the answer any more
            raise
        finally:
            reading.end()
            self._idle.put_nowait(thread)

    async def close(self) -> None:
        """Finish what was begun; the writer goes last, and takes the write-ahead log with it."""
        for one in (*self._readers, self._writer):
            await one.close()


def _make_sure_of(path: Path, create: bool) -> None:
    if not create and not path.exists():
        raise Unavailable("storage.missing", str(path))
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise faults.of_system(error) from error


async def _open_thread(path: Path) -> Thread:
    try:
        return Thread(await aiosqlite.connect(path, isolation_level=None))
    except sqlite3.Error as error:
        raise faults.of_sqlite(error) from error


def _set_up(raw: sqlite3.Connection, pragmas: Sequence[str]) -> None:
    for pragma in pragmas:
        raw.execute(f"PRAGMA {pragma}").fetchall()
