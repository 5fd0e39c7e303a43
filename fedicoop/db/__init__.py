"""The one way to the database: a transaction that carries the time and the next id.

Whoever holds a Tx can read, write, promise work and ask what time it is; it cannot reach the
network, because there is no way from here to there.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from time import perf_counter
from typing import Any, Protocol, TypeVar

from fedicoop import metrics
from fedicoop.db.rows import fit, reader
from fedicoop.errors import NotFound, Unavailable

Row = TypeVar("Row")
Result = TypeVar("Result")

AGAIN = (0.05, 0.2, 1.0)  # seconds before the next try
MOMENTARY = frozenset({"storage.busy", "storage.unreachable"})

inside: ContextVar[bool] = ContextVar("inside a transaction", default=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one statement brought: its rows, and how many rows it touched."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    touched: int


class Connection(Protocol):
    """What the engines have in common: run one statement with `:named` parameters."""

    @property
    def changed(self) -> bool:
        """Whether any row was written so far."""

    async def execute(self, sql: str, values: Mapping[str, Any]) -> Answer: ...

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> int: ...


class Engine(Protocol):
    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`: for the few statements that they do not share."""

    @property
    def name(self) -> str:
        """What the database calls this process, where several may work on it; "" where one does."""

    def transaction(
        self, *, write: bool, beside: bool = False
    ) -> AbstractAsyncContextManager[Connection]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: its time (UTC, the same for all of it), its ids, and its statements.

    Values may be str, int, float, bool, None, aware datetimes, Decimal, StrEnum; a tuple, list
    or dict is kept as JSON text.  What no database keeps alike (a NUL, half a surrogate pair, an
    integer beyond 64 bits, NaN) is refused with Malformed("storage.unfit_value").
    """

    now: datetime
    new_id: Callable[[], str]
    _connection: Connection
    zone: tzinfo = UTC
    dialect: str = "sqlite"

    @property
    def today(self) -> date:
        """Which day it is where the house is."""
        return self.now.astimezone(self.zone).date()

    async def run(self, sql: str, **values: Any) -> int:
        """Run a statement, and say how many rows it touched."""
        return (await self._connection.execute(sql, _fitted(values))).touched

    async def run_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run a statement once for each of `rows`, in one trip, and say how many rows it touched."""
        return await self._connection.execute_many(sql, [_fitted(values) for values in rows])

    async def all(self, row: type[Row], sql: str, **values: Any) -> list[Row]:
        """Each row as the dataclass that was asked for; its fields are named like the columns."""
        answer = await self._connection.execute(sql, _fitted(values))
        if not answer.rows:
            return []
        read = reader(row, answer.columns)
        return [read(one) for one in answer.rows]

    async def maybe(self, row: type[Row], sql: str, **values: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(await self.all(row, sql, **values)), None)

    async def one(self, row: type[Row], sql: str, **values: Any) -> Row:
        """The first row; raises NotFound("storage.not_found") where there is none."""
        found = await self.maybe(row, sql, **values)
        if found is None:
            raise NotFound("storage.not_found", f"{row.__name__} {values.get('id', '')}")
        return found

    async def count(self, sql: str, **values: Any) -> int:
        """The one number that a `SELECT count(…)` answers."""
        return int((await self._connection.execute(sql, _fitted(values))).rows[0][0])


def _fitted(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fit(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, a clock and a source of ids: everything that a transaction is made of.

    `zone` is the house's own, by which its days begin.
    """

    engine: Engine
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    zone: tzinfo = UTC
    _commits: "_Commits" = field(default_factory=lambda: _Commits(), init=False, repr=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """See the database as it stands now, and go on seeing that until the end of the block."""
        async with self._transaction(write=False) as (tx, _):
            yield tx

    @asynccontextmanager
    async def write(self, *, beside: bool = False) -> AsyncIterator[Tx]:
        """All of it or none of it: what changed, and whatever must follow from the change.

        When the block has been left without an exception, the change is on the disk.  One writes at a
        time, across all processes, so that what was read stays true until the end.  `beside`: others
        that say so too may write at the same time, where the database can do that; for a block whose
        every statement decides alone, by a constraint or in its own WHERE.
        """
        async with self._transaction(write=True, beside=beside) as (tx, connection):
            yield tx
        if connection.changed:
            self._commits.add()

    async def surely(self, work: Callable[[Tx], Awaitable[Result]], *, beside: bool = False) -> Result:
        """Do `work` in a writing transaction, and again where the database refused it for the moment.

        For what follows an effect outside, which should not happen twice because a server of databases
        moved house meanwhile.  Where the commit itself was cut off, it may have been kept: `work` must
        bear being done twice.  Raises Unavailable after some seconds.
        """
        for pause in AGAIN:
            try:
                async with self.write(beside=beside) as tx:
                    return await work(tx)
            except Unavailable as problem:
                if problem.key not in MOMENTARY:
                    raise
                await asyncio.sleep(pause)
        async with self.write(beside=beside) as tx:
            return await work(tx)

    @asynccontextmanager
    async def _transaction(
        self, *, write: bool, beside: bool = False
    ) -> AsyncIterator[tuple[Tx, Connection]]:
        assert not inside.get(), "one transaction at a time: hand the Tx down instead"
        token = inside.set(True)
        try:
            asked = perf_counter()
            async with self.engine.transaction(write=write, beside=beside) as connection:
                metrics.database_waits.took(perf_counter() - asked, "write" if write else "read")
                yield (
                    Tx(self.clock(), self.new_id, connection, self.zone, self.engine.dialect),
                    connection,
                )
        finally:
            inside.reset(token)

    @property
    def commits(self) -> int:
        """How many commits of this process have changed anything so far."""
        return self._commits.number

    async def wait_for_commit(self, timeout: float, since: int | None = None) -> None:  # noqa: ASYNC109
        """Sleep until something was written in this process, or `timeout` seconds have passed.

        `since`, the number of `commits` before the last look, makes sure that none is missed between
        look and sleep.  Writes of other processes are not heard of: who waits for them looks now and
        then.
        """
        if since is not None and since != self.commits:
            return
        try:
            async with asyncio.timeout(timeout):
                await asyncio.shield(self._commits.following())
        except TimeoutError:
            pass


class _Commits:
    """A counter that can be waited for."""

    def __init__(self) -> None:
        self.number = 0
        self._following: asyncio.Future[None] | None = None

    def following(self) -> asyncio.Future[None]:
        """Done with the next commit."""
        if self._following is None:
            self._following = asyncio.get_running_loop().create_future()
        return self._following

    def add(self) -> None:
        self.number += 1
        if self._following:
            self._following.set_result(None)
            self._following = None
