"""`serve` and `worker`: the processes that stay."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import opening, systemd
from fedicoop.cli.command import Command, option
from fedicoop.cli.watching import watch
from fedicoop.db.lock import is_held
from fedicoop.errors import Unavailable
from fedicoop.log import log

if TYPE_CHECKING:
    from fedicoop.node import Node
    from fedicoop.settings import Settings

INTERRUPTED = 130
QUICK = 64 * 1024 * 1024  # bytes of a database that is examined in a tenth of a second
LEAP, DOUBT = 3600.0, 900.0  # seconds by which the clock jumped, and for which it is doubted then
PATIENCE = 5.0  # seconds that a new process waits for the one before it to leave
FAREWELL = 9.0  # seconds until a process that was told to stop has gone; jobs in hand get eight of them


@click.command(
    cls=Command,
    examples=(
        "fedicoop serve --data-dir /var/lib/fedicoop",
        "fedicoop serve --data-dir velo --bind 127.0.0.1:8001 --log-level debug",
    ),
)
@option("--bind", metavar="HOST:PORT")
@option("--workers", type=click.IntRange(0, 64))
@option("--log-level", type=click.Choice(("debug", "info", "warning", "error")))
@option("--log-format", type=click.Choice(("text", "json")))
def serve(bind: str | None, workers: int | None, log_level: str | None, log_format: str | None) -> int:
    from fedicoop.cli.web_server import answer, listening

    settings = opening.settings(bind=bind, workers=workers, log_level=log_level, log_format=log_format)
    opening.configure_log(settings)
    with held(settings, "serve"), listening(*settings.listens_on) as sock:
        alone = not is_held(settings.data_dir, "worker")
        return _run(_until_told_to_stop(settings, partial(answer, sock), settings.workers, "serve", alone))


@click.command(
    cls=Command,
    examples=(
        "fedicoop worker --data-dir /var/lib/fedicoop",
        "fedicoop worker --workers 4 --log-level debug",
    ),
)
@option("--workers", type=click.IntRange(1, 64))
@option("--log-level", type=click.Choice(("debug", "info", "warning", "error")))
@option("--log-format", type=click.Choice(("text", "json")))
def worker(workers: int | None, log_level: str | None, log_format: str | None) -> int:
    settings = opening.settings(workers=workers, log_level=log_level, log_format=log_format)
    opening.configure_log(settings)
    with held(settings, "worker"):
        alone = not is_held(settings.data_dir, "serve")
        return _run(_until_told_to_stop(settings, None, settings.workers or 16, "worker", alone))


@contextmanager
def held(settings: "Settings", name: str) -> Iterator[None]:
    """Hold the lock of this sort of process; one that is just leaving is waited for.

    On PostgreSQL there may be any number of them, on one machine or on many.
    """
    from fedicoop.db.lock import hold

    until = time.monotonic() + PATIENCE
    while True:
        try:
            lock = hold(settings.data_dir, name, shared=settings.on_postgresql)
            lock.__enter__()
            break
        except Unavailable as problem:
            if problem.key != "storage.held" or time.monotonic() > until:
                raise
            time.sleep(0.1)
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """On uvloop where it is installed: it takes a third off each request."""
    factory: Callable[[], asyncio.AbstractEventLoop]
    try:
        from uvloop import new_event_loop as factory
    except ImportError:
        factory = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


async def _until_told_to_stop(settings: "Settings", answer: Any, workers: int, by: str, alone: bool) -> int:
    """Serve and work until SIGTERM (0) or Ctrl-C (130); what breaks for good ends the process too.

    `by`: which process this is, `serve` or `worker`.  `alone`: no other works on this data folder, so
    what one had in hand it has no more.
    """
    from fedicoop.assemble import assemble

    stop, told = asyncio.Event(), list[int]()

    def hear(number: int) -> None:
        if told:  # the second Ctrl-C waits for nobody
            os._exit(INTERRUPTED)
        told.append(number)
        systemd.tell("STOPPING=1")
        stop.set()

    if alone and not settings.on_postgresql:
        await asyncio.to_thread(_examine, settings.database_path)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, hear, number)
    async with assemble(settings, role=by) as node:
        promises = _promises(node, workers, stop, by, alone)
        tasks = [asyncio.create_task(one) for one in (*promises, watch(node, stop))]
        if answer is not None:
            tasks.append(asyncio.create_task(answer(node, stop)))
        else:
            systemd.tell("READY=1")
            log.info("worker.working", workers=workers, data_dir=str(settings.data_dir))
        await _all_or_none(tasks, stop)
    log.info("stopped", by=signal.Signals(told[0]).name if told else "itself")
    return INTERRUPTED if signal.SIGINT in told else 0


def _examine(database: Path) -> None:
    """Look at the database before anybody writes to it, if it was left open or is looked at quickly.

    What is damaged is told with the way out, not served and made worse.  Raises Unavailable
    `storage.corrupt`.
    """
    from fedicoop.db.backup import look_at, was_left_open

    if not database.exists():
        return  # whoever opens it says so
    left_open = was_left_open(database)
    if left_open:
        log.info("database.left_open", database=str(database))
    if left_open or database.stat().st_size < QUICK:
        look_at(database, "quick_check")


def _promises(
    node: "Node", workers: int, stop: asyncio.Event, by: str, alone: bool
) -> list[Coroutine[Any, Any, None]]:
    """The workers that keep promises, and one loop that sees to what is due by the clock."""
    if not workers:
        return []
    from fedicoop.app import WORK
    from fedicoop.jobs.worker import work_until

    if node.settings.on_postgresql:  # each process has a name of its own there, and is never sure to be alone
        by, alone = node.db.engine.name, False
    return [work_until(node, WORK, stop, workers=workers, by=by, alone=alone), _keep_house(node, stop)]


async def _keep_house(node: "Node", stop: asyncio.Event) -> None:
    from fedicoop.app import HOUSE_KEEPING, house_keeping

    hands = Hands(node.db.clock)
    while not stop.is_set():
        try:
            if hands.agree():
                await house_keeping(node)
            else:
                log.seldom("house_keeping.doubts_the_clock", now=node.db.clock().isoformat())
        except Unavailable as problem:  # a full disk, say: the next minute may be better
            log.seldom("house_keeping.waits", about=problem.key, key=problem.key, detail=problem.detail)
        except Exception:
            log.exception("house_keeping.failed")
        try:
            async with asyncio.timeout(HOUSE_KEEPING.total_seconds()):
                await stop.wait()
        except TimeoutError:
            pass


class Hands:
    """Whether the clock goes as time does.  After a jump nothing is ended or forgotten for a while.

    A wrong clock is usually set right within minutes; what was expired or erased by it would be gone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._began = clock, (clock(), time.monotonic())
        self._doubtful_until = 0.0

    def agree(self) -> bool:
        now, steady = self._clock(), time.monotonic()
        gone = (now - self._began[0]).total_seconds() - (steady - self._began[1])
        if abs(gone) > LEAP:
            self._doubtful_until = steady + DOUBT
        self._began = now, steady
        return steady >= self._doubtful_until


async def _all_or_none(tasks: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Wait for all; the first that ends asks the others to stop, and those that linger are cancelled.

    What a cancelled job had in hand is still promised, and goes back to the queue.
    """
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    _, lingering = await asyncio.wait(tasks, timeout=FAREWELL)
    for task in lingering:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result
