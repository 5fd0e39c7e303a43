"""Letters that were refused at the door, by the house that they claim to come from.

Nobody proved who wrote them: a page says "says to be".  Each process gathers them in memory, and writes
them down at most every ten seconds, so that a flood of bad letters costs no commits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from fedicoop.db import Database, Tx

MOST_WAITING, MOST, MOST_STRANGERS = 100, 500, 100
KEPT_FOR = timedelta(days=30)
EVERY = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class TurnedAway:
    host: str
    problem: str
    detail: str
    times: int
    first_at: datetime
    last_at: datetime


class Gathered:
    """What a process turned away and did not write down yet."""

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        self._lock, self._steady = Lock(), steady
        self._found: dict[tuple[str, str], TurnedAway] = {}
        self._kept_at = -EVERY

    def note(self, host: str, problem: str, detail: str, now: datetime) -> bool:
        """Gather one; whether it is time to write down what was gathered."""
        with self._lock:
            known = self._found.get((host, problem))
            if known is None and len(self._found) >= MOST_WAITING:
                return False
            times = known.times + 1 if known else 1
            first = known.first_at if known else now
            text = detail.replace("\0", "")[:200]
            self._found[host, problem] = TurnedAway(host, problem, text, times, first, now)
            return self._steady() - self._kept_at >= EVERY

    async def keep(self, db: Database) -> None:
        """Write down what was gathered.  Raises Unavailable, and then loses nothing."""
        with self._lock:
            found, self._found = self._found, {}
            self._kept_at = self._steady()
        if not found:
            return
        try:
            async with db.write() as tx:
                for one in found.values():
                    await _put(tx, one)
        except BaseException:
            with self._lock:
                for key, one in found.items():
                    newer = self._found.get(key)
                    self._found[key] = (
                        replace(newer, times=newer.times + one.times, first_at=one.first_at) if newer else one
                    )
            raise


async def _put(tx: Tx, one: TurnedAway) -> None:
    await tx.run(
        """INSERT INTO turned_away (host, problem, detail, times, first_at, last_at)
           VALUES (:host, :problem, :detail, :times, :first, :last)
           ON CONFLICT (host, problem) DO UPDATE SET detail = excluded.detail,
               times = turned_away.times + excluded.times, last_at = excluded.last_at""",
        host=one.host,
        problem=one.problem,
        detail=one.detail,
        times=one.times,
        first=one.first_at,
        last=one.last_at,
    )


async def of_host(tx: Tx, host: str) -> list[TurnedAway]:
    """Why letters that claim to come from a house were refused, the last reason first."""
    return await tx.all(
        TurnedAway,
        """SELECT host, problem, detail, times, first_at, last_at FROM turned_away
           WHERE host = :host ORDER BY last_at DESC, problem""",
        host=host,
    )


async def since(tx: Tx, moment: datetime) -> list[TurnedAway]:
    """The same of every house, after a moment."""
    return await tx.all(
        TurnedAway,
        """SELECT host, problem, detail, times, first_at, last_at FROM turned_away
           WHERE last_at >= :moment ORDER BY last_at DESC, host, problem LIMIT 500""",
        moment=moment,
    )


async def forget_old(tx: Tx) -> None:
    """Keep a month, so many in all, and of houses that never proved to be there only the last few."""
    await tx.run("DELETE FROM turned_away WHERE last_at < :before", before=tx.now - KEPT_FOR)
    await tx.run(
        """DELETE FROM turned_away WHERE (host, problem) NOT IN
           (SELECT host, problem FROM turned_away ORDER BY last_at DESC, host, problem LIMIT :most)""",
        most=MOST,
    )
    await tx.run(
        """DELETE FROM turned_away WHERE host NOT IN (SELECT host FROM peers) AND (host, problem) NOT IN
           (SELECT host, problem FROM turned_away WHERE host NOT IN (SELECT host FROM peers)
            ORDER BY last_at DESC, host, problem LIMIT :most)""",
        most=MOST_STRANGERS,
    )
