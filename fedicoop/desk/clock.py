"""Our clock beside those of the other houses: signatures carry the time, and are refused for a wrong one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.i18n import number, t
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outward.clocks import Skew

ODD, FATAL = 30.0, 300.0  # seconds; five minutes is what the strictest houses allow a signature
BELIEVED = timedelta(days=1)
_AGAIN = timedelta(minutes=10)
_SAME = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class _Noted:
    skew: Skew
    at: datetime


async def note(node: Node) -> None:
    """Keep what this process heard of the time, for the page of health and for `doctor`."""
    skew = node.out.clocks.skew()
    if skew is None:
        return
    async with node.db.read() as tx:
        last = await _kept(tx)
        if last and tx.now - last.at < _AGAIN and abs(last.skew.seconds - skew.seconds) < _SAME:
            return
    async with node.db.write() as tx:
        await meta.put(tx, "clock_skew", f"{skew.seconds} {skew.houses} {tx.now.isoformat()}")
    if abs(skew.seconds) > ODD:
        log.warning("clock.differs", from_peers_by_seconds=skew.seconds, houses=skew.houses)


async def noted(tx: Tx) -> Skew | None:
    """What was heard within a day."""
    last = await _kept(tx)
    return last.skew if last and tx.now - last.at < BELIEVED else None


async def _kept(tx: Tx) -> _Noted | None:
    kept = await meta.find(tx, "clock_skew")
    if kept is None:
        return None
    seconds, houses, at = kept.split(" ")
    return _Noted(Skew(float(seconds), int(houses)), datetime.fromisoformat(at))


def words(skew: Skew, language: str) -> str:
    """By how much our clock is slow or fast."""
    apart = abs(skew.seconds)
    key = "doctor.slow" if skew.seconds > 0 else "doctor.fast"
    if apart < 120:
        return t(f"{key}.seconds", language, count=number(round(apart), language))
    return t(f"{key}.minutes", language, count=number(round(apart / 60), language))
