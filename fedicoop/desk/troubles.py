"""The last errors of the house, gathered by fault, with what to do: for who has no log at hand.

They come from the log, whatever room they happened in.  Noting one costs no database and can fail no
request: each process gathers a few in memory, and `keep` writes them down once in a while.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from fedicoop import log, metrics
from fedicoop.db import Tx
from fedicoop.node import Node

MOST = 100
"""Faults that are kept; what happened longest ago goes first."""
MOST_WAITING = 50
"""Faults that one process gathers between two writings."""
KEPT_FOR = timedelta(days=90)
_LONGEST = 300  # characters of what the error said
_FRAME = re.compile(r'File "[^"]*?fedicoop/([\w/]+\.py)", line \d+, in (\w+)')
_WORD = re.compile(r"[\w.]{1,80}")
HINTS = {
    "jobs.buried": "buried",
    "jobs.broke": "bug",
    "jobs.not_written": "storage",
    "jobs.queue_stopped": "storage",
    "house_keeping.failed": "bug",
    "notices.not_written": "bug",
    "page.unforeseen": "bug",
    "page.part_undrawn": "bug",
    "i18n.catalogue_missing": "texts",
    "i18n.text_missing": "texts",
}
"""What is to be done about an error, by its event: the text `desk.trouble.<hint>`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault: all errors of one event, of one sort, from one place in the program."""

    fault: str
    event: str
    about: str  # the exception's class, or the key of a problem
    place: str  # file and function of ours
    sample: str  # what the last one said
    request: str  # the name of the last request in which it happened; or ""
    times: int
    first_at: datetime
    last_at: datetime

    @property
    def hint(self) -> str:
        return HINTS.get(self.event, "other")


class Gathered:
    """What this process noted and did not write down yet.  Any thread may note."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, Trouble] = {}

    def note(self, event: Mapping[str, Any]) -> None:
        """Take an event of the log, its secrets masked already."""
        one = _trouble(event, datetime.now(UTC))
        with self._lock:
            if known := self._found.get(one.fault):
                one = replace(one, times=known.times + 1, first_at=known.first_at)
            elif len(self._found) >= MOST_WAITING:
                return
            self._found[one.fault] = one

    def take(self) -> list[Trouble]:
        with self._lock:
            found, self._found = self._found, {}
        return [*found.values()]

    def give_back(self, troubles: list[Trouble]) -> None:
        """They could not be written: later, then."""
        with self._lock:
            for one in troubles:
                known = self._found.get(one.fault)
                newer = replace(known, times=known.times + one.times, first_at=one.first_at) if known else one
                self._found[one.fault] = newer


gathered = Gathered()
"""Of this process, as the log is."""


def _counted(event: Mapping[str, Any]) -> None:
    metrics.errors.add(str(event.get("event", ""))[:80])
    gathered.note(event)


log.heeded.append(_counted)


def _trouble(event: Mapping[str, Any], now: datetime) -> Trouble:
    name, trace = str(event.get("event", "")), str(event.get("exception", ""))
    said = trace.strip().rpartition("\n")[2] if trace else str(event.get("error", ""))
    about = (_WORD.match(said) or [""])[0]
    frames = _FRAME.findall(trace)
    place = f"{frames[-1][0]} {frames[-1][1]}" if frames else str(event.get("kind", ""))[:80]
    fault = sha256(f"{name}\n{about}\n{place}".encode()).hexdigest()[:16]
    request = str(event.get("request", ""))[:64]
    return Trouble(fault, name[:80], about, place, said[:_LONGEST], request, 1, now, now)


async def keep(node: Node) -> None:
    """Write down what this process gathered.  Raises Unavailable, and then loses nothing."""
    troubles = gathered.take()
    if not troubles:
        return
    try:
        async with node.db.write() as tx:
            for one in troubles:
                await _put(tx, one)
            await tx.run("DELETE FROM troubles WHERE last_at < :before", before=datetime.now(UTC) - KEPT_FOR)
            await tx.run(
                """DELETE FROM troubles WHERE fault NOT IN
                   (SELECT fault FROM troubles ORDER BY last_at DESC, fault LIMIT :most)""",
                most=MOST,
            )
    except BaseException:
        gathered.give_back(troubles)
        raise


async def _put(tx: Tx, one: Trouble) -> None:
    await tx.run(
        """INSERT INTO troubles (fault, event, about, place, sample, request, times, first_at, last_at)
           VALUES (:fault, :event, :about, :place, :sample, :request, :times, :first_at, :last_at)
           ON CONFLICT (fault) DO UPDATE SET sample = excluded.sample, request = excluded.request,
               times = troubles.times + excluded.times, last_at = excluded.last_at""",
        fault=one.fault,
        event=one.event,
        about=one.about,
        place=one.place,
        sample=one.sample,
        request=one.request,
        times=one.times,
        first_at=one.first_at,
        last_at=one.last_at,
    )


async def latest(tx: Tx, *, limit: int = MOST) -> list[Trouble]:
    """The faults, the last one first."""
    return await tx.all(
        Trouble,
        """SELECT fault, event, about, place, sample, request, times, first_at, last_at
           FROM troubles ORDER BY last_at DESC, fault LIMIT :limit""",
        limit=limit,
    )


async def forget(tx: Tx) -> int:
    """Forget them all, once they were dealt with; how many faults there were."""
    return await tx.run("DELETE FROM troubles")
