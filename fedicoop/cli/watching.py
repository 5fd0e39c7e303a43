"""What each process that stays does besides its work: it looks after itself, and writes down what it saw."""

import asyncio
from typing import TYPE_CHECKING

from fedicoop.errors import Problem
from fedicoop.log import log

if TYPE_CHECKING:
    from fedicoop.node import Node

PAUSE = 30.0  # seconds


async def watch(node: "Node", stop: asyncio.Event) -> None:
    """Keep the errors, compare the clock, look around; until `stop`, and once more then."""
    from fedicoop.desk import checks, clock, troubles
    from fedicoop.inbox.turning_away import gathered_of

    while True:
        last = stop.is_set()
        try:
            await troubles.keep(node)
            await gathered_of(node).keep(node.db)
            if not last:
                await clock.note(node)
                await checks.look_around(node)
        except Problem as problem:  # a full disk, say: it is told elsewhere, and the next time may be better
            log.seldom("watch.waits", about=problem.key, key=problem.key, detail=problem.detail)
        except Exception:
            log.exception("watch.failed")
        if last:
            return
        try:
            async with asyncio.timeout(PAUSE):
                await stop.wait()
        except TimeoutError:
            pass
