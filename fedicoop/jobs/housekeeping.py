"""Between jobs: tidying the queue, and resting until something happens."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any

from fedicoop.jobs import queue
from fedicoop.log import log
from fedicoop.node import Node

HOUSEKEEPING = 3600.0  # seconds
CLOCK_CHECK = 10.0  # seconds
JUMP = 300.0  # seconds by which the clock moved, to speak of a jump


async def rest(stop: asyncio.Event, until: Coroutine[Any, Any, None]) -> None:
    """Wait for the end of `until`, or for `stop`."""
    waits = {asyncio.create_task(until), asyncio.create_task(stop.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def keep_house(node: Node, stop: asyncio.Event) -> None:
    """Tidy the queue at the start, every hour, and when the clock jumped."""
    clock, steady, tidied = node.db.clock(), monotonic(), -HOUSEKEEPING
    while not stop.is_set():
        moved = (node.db.clock() - clock).total_seconds() - (monotonic() - steady)
        clock, steady = node.db.clock(), monotonic()
        if abs(moved) > JUMP:
            log.warning("jobs.clock_moved", seconds=round(moved))
        if abs(moved) > JUMP or steady - tidied >= HOUSEKEEPING:
            tidied = steady
            await _tidy(node, forget=abs(moved) <= JUMP)
        await rest(stop, asyncio.sleep(CLOCK_CHECK))


async def _tidy(node: Node, *, forget: bool) -> None:
    try:
        async with node.db.write() as tx:
            pulled_back = await queue.tidy(tx, forget=forget)
    except Exception as problem:
        log.warning("jobs.not_tidied", error=repr(problem))
        return
    if pulled_back:
        log.warning("jobs.pulled_back", jobs=pulled_back)
