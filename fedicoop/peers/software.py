"""What other houses run, by their own words in NodeInfo."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.peers import store

ASKED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Host:
    host: str


async def running(tx: Tx, names: Sequence[str]) -> frozenset[str]:
    """The hosts that run software of one of these names."""
    places, values = among(sorted(names))
    rows = await tx.all(_Host, f"SELECT host FROM peers WHERE lower(software) IN ({places})", **values)
    return frozenset(row.host for row in rows)


async def unknown(tx: Tx, hosts: Collection[str]) -> frozenset[str]:
    """Those of these hosts that never said what they run."""
    if not hosts:
        return frozenset()
    places, values = among(sorted(hosts))
    sql = f"SELECT host FROM peers WHERE software IS NOT NULL AND host IN ({places})"
    return frozenset(hosts) - {row.host for row in await tx.all(_Host, sql, **values)}


async def take_turn(tx: Tx, host: str) -> bool:
    """Whether it is time to ask a host what it runs: once a day."""
    return await store.take_turn(tx, f"software of {host}", ASKED_EVERY)
