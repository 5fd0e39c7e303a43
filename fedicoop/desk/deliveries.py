"""What waits to be told to others, host by host, and why it does, in words."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.told import reason, remedy, way_and_host

LATE_AFTER = 60.0  # seconds that a job may wait without being worth a word


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A lane: `way` is `to`, `from` or `read` a host, or `own` for a matter of ours."""

    lane: str
    way: str
    host: str
    waiting: int
    given_up: int
    since: datetime | None  # the oldest waits since then
    next_try: datetime | None
    failures: int
    why: str
    do: str = ""

    @property
    def in_trouble(self) -> bool:
        return bool(self.given_up or self.why)


async def waiting(tx: Tx, language: str) -> list[Delivery]:
    """What is late, was given up, or fails; the worst first.  A job of this minute is in nobody's way."""
    found = []
    for lane in await queue.lanes(tx):
        way, host = way_and_host(lane.lane)
        one = Delivery(
            lane=lane.lane,
            way=way,
            host=host,
            waiting=lane.waiting,
            given_up=lane.dead,
            since=lane.oldest,
            next_try=lane.closed_until,
            failures=lane.failures,
            why=reason(lane.last_error, lane.lane, language) if lane.last_error else "",
            do=remedy(lane.last_error, lane.lane, language) if lane.last_error else "",
        )
        late = lane.oldest is not None and (tx.now - lane.oldest).total_seconds() > LATE_AFTER
        if one.in_trouble or late:
            found.append(one)
    return sorted(found, key=lambda one: (-one.given_up, -one.failures, one.host))
