"""PostgreSQL: a pool of connections in each process, and one order of writers across all of them.

A reading transaction sees one snapshot (REPEATABLE READ, READ ONLY).  A writing one is READ COMMITTED
and takes a lock of the whole database before its first statement: alone, as SQLite's writer is, so that
what it has read nobody changes until its end; or, where it says so, beside others that say so too
(`Database.write(beside=True)`), which is for transactions that only touch rows of their own.  So no
two-writer fault can be that SQLite does not have, no writer is ever refused for a conflict, and the
busiest ways, receipts and the bookkeeping of jobs, run side by side.

A connection that was lost while it lay in the pool is replaced unnoticed.  One that is lost in the
middle of a transaction takes it with it: that is Unavailable, for the caller to try again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from fedicoop.db import Connection, faults
from fedicoop.db.postgres_transaction import Transaction, set_up, told
from fedicoop.errors import Misconfigured, Unavailable

PATIENCE = 5.0  # seconds that anybody waits for another's lock, for a connection, or for the server
MOST = 10  # connections of one process
ALONE, BESIDE = 2, 4  # of them for those who write, so that who waits to write keeps nobody from reading
OLDEST = 15  # the first version whose SQL is ours
ABANDONED = 60_000  # milliseconds after which a transaction that nobody goes on with is ended
WRITERS = 0xFED1C009  # the advisory lock of those who write

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_ALONE = f"BEGIN; SELECT pg_advisory_xact_lock({WRITERS})"
_BESIDE = f"BEGIN; SELECT pg_advisory_xact_lock_shared({WRITERS})"
_DEFAULTS = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


class PostgresEngine:
    """A database of a PostgreSQL server, and this process's connections to it."""

    dialect = "postgresql"

    def __init__(self, url: str, name: str, pool: AsyncConnectionPool[Any], patience: float) -> None:
        self.name = name
        self._url, self._pool, self._patience = url, pool, patience
        self._turns = {False: asyncio.Semaphore(ALONE), True: asyncio.Semaphore(BESIDE)}
        self._ending: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls, url: str, *, name: str = "fedicoop", most: int = MOST, patience: float = PATIENCE
    ) -> "PostgresEngine":
        """Connect to the database at `url` (postgresql://…), with at most so many connections.

        `name` is what the server's own lists call us.  Who waits longer than `patience` seconds
        for another writer gets Unavailable("storage.busy").  Raises Misconfigured for a server that we
        cannot use, and Unavailable where it does not answer.
        """
        options = {
            "lock_timeout": f"{patience * 1000:.0f}",
            "idle_in_transaction_session_timeout": ABANDONED,
            "timezone": "UTC",
            "client_min_messages": "warning",
        }
        given = _arguments(url, name, " ".join(f"-c {key}={value}" for key, value in options.items()))
        await _check(given)
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            kwargs={**given, "autocommit": True},
            min_size=1,
            max_size=most,
            timeout=PATIENCE,
            max_idle=300.0,
            reconnect_timeout=30.0,
            configure=set_up,
            num_workers=2,
            open=False,
        )
        await pool.open()
        return cls(url, name, pool, patience)

    @asynccontextmanager
    async def transaction(self, *, write: bool, beside: bool = False) -> AsyncIterator[Connection]:
        turn = self._turn(beside) if write else nullcontext()
        async with turn, self._transaction(write, beside) as transaction:
            yield transaction

    @asynccontextmanager
    async def _turn(self, beside: bool) -> AsyncIterator[None]:
        """Few at a time go for the database's lock; the others of this process wait here, in order."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turns[beside].acquire()
        except TimeoutError as error:
            raise Unavailable("storage.busy", "many writers before this one") from error
        try:
            yield
        finally:
            self._turns[beside].release()

    @asynccontextmanager
    async def _transaction(self, write: bool, beside: bool) -> AsyncIterator[Connection]:
        raw = await self._begin((_BESIDE if beside else _ALONE) if write else _READ)
        transaction = Transaction(raw, write=write)
        try:
            yield transaction
            if transaction.failed:  # its COMMIT would be a ROLLBACK, and silent
                raise transaction.failed
        except BaseException:
            transaction.open = False
            if transaction.read_only:  # it was the server of writers, and is so no more: ask for the new one
                await raw.close()
            await self._finish(self._end(raw, "ROLLBACK", quietly=True))
            raise
        transaction.open = False
        await self._finish(self._end(raw, "COMMIT"))

    async def _begin(self, sql: str) -> AsyncConnection[Any]:
        """A connection on which a transaction has begun.  One that died in the pool is replaced."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while True:
            raw: AsyncConnection[Any] = await self._take()
            try:
                await raw.execute(sql.encode())
                return raw
            except psycopg.Error as error:
                lost = raw.closed
                await self._finish(self._end(raw, "ROLLBACK", quietly=True))
                if not lost or asyncio.get_running_loop().time() > until:
                    raise told(error) from error
            except BaseException:
                await self._finish(self._end(raw, "ROLLBACK", quietly=True))
                raise

    async def _take(self) -> AsyncConnection[Any]:
        try:
            raw: AsyncConnection[Any] = await self._pool.getconn()
            return raw
        except PoolTimeout as error:
            raw = await _reach(_arguments(self._url, "fedicoop", ""))  # says why, where the server is away
            await raw.close()
            raise Unavailable("storage.busy", str(error)) from error

    async def _finish(self, end: Any) -> None:
        """The end of a transaction is not cut short, whoever hangs up."""
        task = asyncio.create_task(end)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        await asyncio.shield(task)

    async def _end(self, raw: AsyncConnection[Any], sql: str, *, quietly: bool = False) -> None:
        try:
            if not raw.closed:
                await raw.execute(sql.encode())
            elif not quietly:
                raise Unavailable("storage.unreachable", "the connection was lost before the commit")
        except psycopg.Error as error:
            with suppress(psycopg.Error):
                await raw.close()
            if not quietly:
                raise told(error) from error
        finally:
            await self._pool.putconn(raw)

    async def close(self) -> None:
        """Finish what was begun."""
        while self._ending:
            await asyncio.wait(self._ending)
        await self._pool.close()


def _arguments(url: str, name: str, options: str) -> dict[str, Any]:
    """What libpq is given: the address, and our defaults where the address says nothing."""
    try:
        said = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        raise Misconfigured("storage.bad_address", str(error)) from error
    said["options"] = f"{options} {said.get('options') or ''}".strip()
    return {**_DEFAULTS, **said, "application_name": name}


async def _reach(given: dict[str, Any]) -> AsyncConnection[Any]:
    try:
        return await AsyncConnection.connect(**given, autocommit=True)
    except psycopg.Error as error:
        raise faults.of_connecting(error) from error


async def _check(given: dict[str, Any]) -> None:
    """Whether we can live there at all.  Raises Misconfigured and Unavailable."""
    raw = await _reach(given)
    try:
        encoding, version = raw.info.parameter_status("server_encoding"), raw.info.server_version
    finally:
        await raw.close()
    if encoding != "UTF8" or version < OLDEST * 10_000:
        raise Misconfigured("storage.unfit_server", version=str(version // 10_000), encoding=encoding or "?")
