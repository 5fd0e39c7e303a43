"""When peers are asked to come later: there is too little room, or too much of theirs waits already.

Whoever sends keeps what it could not bring, and brings it again: a letter that is not taken is not lost,
one that is taken must not be.
"""

from time import monotonic

from fedicoop.db import room
from fedicoop.errors import Unavailable
from fedicoop.jobs import queue
from fedicoop.log import log
from fedicoop.node import Node

MOST_WAITING = 10_000
"""Activities that were taken and had no effect yet: some minutes of work."""

LOOK = 2.0  # seconds between two looks at how much waits
ROOM = 0.25  # seconds between two looks at the disk, where there was room enough


class Pressure:
    """What one process knows of it."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most, self._waiting, self._looked, self._roomy = most, 0, -LOOK, -ROOM

    async def require_room(self, node: Node) -> None:
        """Raises Unavailable `storage.nearly_full`, `storage.missing` or `inbox.too_much`."""
        if monotonic() - self._roomy >= ROOM:
            room.require(node.settings, room.FOR_PEERS)
            self._roomy = monotonic()
        if monotonic() - self._looked >= LOOK:
            self._looked = monotonic()
            async with node.db.read() as tx:
                self._waiting = await queue.waiting(tx, "from ", most=self._most)
        if self._waiting >= self._most:
            log.seldom("inbox.holding_back", waiting=self._waiting)
            raise Unavailable("inbox.too_much", f"{self._waiting} wait")
