"""Who may write, and which turns share one commit.

SQLite has one writer.  Inside this process writers take turns in the order in which they came; with
other processes SQLite's own lock decides.  Waiting for the disk is what a commit costs: while others
wait for their turn, a turn that is over leaves its transaction open for the next one, and the last
one commits for all.  Each waits until that commit is on the disk, so that nobody is told "done" too
early; who writes alone commits at once and waits for nobody.

A turn that fails takes back its own work alone (a savepoint).  A turn whose task was cancelled does
the same: its ROLLBACK is posted to the thread behind whatever it was doing, and nobody need wait for it.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from fedicoop.db import Answer, Connection, faults
from fedicoop.db.thread import Thread, execute, execute_many
from fedicoop.errors import Unavailable

Result = TypeVar("Result")

MOST_MEMBERS = 64
LONGEST = 0.02  # seconds that the first of a group may have to wait for those who join it


@dataclass(slots=True, eq=False)
class _Group:
    """Turns that are committed together."""

    kept: asyncio.Future[None]  # done when all of it is on the disk
    closes_at: float  # on the loop's clock
    members: int = 0
    begun: bool = False  # this and `lost` are written in the connection's thread alone
    lost: sqlite3.Error | None = None  # SQLite itself rolled everything back: a full disk does that


class _Turn:
    """One transaction of one writer, as Tx sees it."""

    def __init__(self, thread: Thread, group: _Group) -> None:
        self._thread, self._group = thread, group
        self.changed = self.begun = self._saved = False
        self._open = True

    async def execute(self, sql: str, values: Mapping[str, Any]) -> Answer:
        return await self._call(partial(execute, self._thread.sqlite, sql, values))

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
        return await self._call(partial(execute_many, self._thread.sqlite, sql, rows))

    async def _call(self, work: Callable[[], Result]) -> Result:
        assert self._open, "this transaction is over"
        return await self._thread.call(partial(self._work, work))

    def _work(self, work: Callable[[], Result]) -> Result:
        if not self.begun:
            self._begin()
        before = self._thread.sqlite.total_changes
        try:
            result = work()
        except sqlite3.Error as error:
            if not self._thread.sqlite.in_transaction:
                self._group.lost = error
            raise
        self.changed = self.changed or self._thread.sqlite.total_changes != before
        return result

    def _begin(self) -> None:
        """IMMEDIATE, because a reading transaction that wants to write later fails at once when
        somebody wrote meanwhile, however long the busy timeout."""
        if self._group.lost:
            raise self._group.lost
        if self._group.begun:
            self._thread.sqlite.execute("SAVEPOINT turn")
            self._saved = True
        else:
            self._thread.sqlite.execute("BEGIN IMMEDIATE")
            self._group.begun = True
        self.begun = True

    def leave(self, *, keep: bool) -> None:
        """Close the turn, without waiting for it."""
        self._open = False
        self._thread.post(partial(self._leave, self._keep if keep else self._undo))

    def _leave(self, end: Callable[[], None]) -> None:
        try:
            end()
        except sqlite3.Error as error:
            self._group.lost = self._group.lost or error

    def _keep(self) -> None:
        if self._saved and not self._group.lost:
            self._thread.sqlite.execute("RELEASE turn")

    def _undo(self) -> None:
        if not self.begun:
            return
        raw, group = self._thread.sqlite, self._group
        if not self._saved:  # the first of its group, with nobody's work before: begin again
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            group.begun, group.lost = False, None
        elif raw.in_transaction:
            raw.execute("ROLLBACK TO turn")
            raw.execute("RELEASE turn")


class Turns:
    """The queue of writers before the one connection that writes."""

    def __init__(self, thread: Thread, patience: float) -> None:
        self._thread, self._patience = thread, patience
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._taken = False
        self._group: _Group | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Connection]:
        """Write alone; come back when it is on the disk.

        Raises Unavailable("storage.busy") for those who waited too long before they could begin.
        """
        await self._wait_for_turn()
        group = self._join()
        turn = _Turn(self._thread, group)
        try:
            yield turn
        except BaseException:
            turn.leave(keep=False)
            self._pass_on()
            raise
        turn.leave(keep=True)
        self._pass_on()
        if turn.begun:
            await asyncio.shield(group.kept)

    async def _wait_for_turn(self) -> None:
        if not self._taken:
            self._taken = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(self._patience):
                await mine
        except BaseException as error:
            if mine.done() and not mine.cancelled():  # it became our turn just as we gave up
                self._pass_on()
            if isinstance(error, TimeoutError):
                raise Unavailable("storage.busy", "many writers before this one") from error
            raise

    def _join(self) -> _Group:
        if self._group is None:
            loop = asyncio.get_running_loop()
            self._group = _Group(loop.create_future(), loop.time() + LONGEST)
        self._group.members += 1
        return self._group

    def _pass_on(self) -> None:
        """Let the next writer write.  Commit first, unless that one can join."""
        following = self._next()
        group = self._group
        if group and (following is None or _full(group)):
            self._commit(group)
        if following is None:
            self._taken = False
        else:
            following.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        while self._waiting:
            if not (first := self._waiting.popleft()).done():
                return first
        return None

    def _commit(self, group: _Group) -> None:
        self._group = None
        done = self._thread.post(partial(_commit, self._thread.sqlite, group))
        done.add_done_callback(partial(_tell, group))


def _full(group: _Group) -> bool:
    """Nobody else should join: there are many, or the first waits long, or all is lost already."""
    late = asyncio.get_running_loop().time() > group.closes_at
    return late or group.members >= MOST_MEMBERS or group.lost is not None


def _commit(raw: sqlite3.Connection, group: _Group) -> None:
    try:
        if group.lost:
            raise group.lost
        if group.begun:
            raw.execute("COMMIT")
    except sqlite3.Error:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


def _tell(group: _Group, done: asyncio.Future[None]) -> None:
    error = done.exception()
    if error is None:
        group.kept.set_result(None)
        return
    group.kept.set_exception(faults.of_sqlite(error) if isinstance(error, sqlite3.Error) else error)
    group.kept.exception()  # seen, even where every member has failed by itself and none waits
