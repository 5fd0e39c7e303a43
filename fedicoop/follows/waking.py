"""A house that was away reads what it missed.

Peers try again for days, or for minutes: GoToSocial gives a delivery up after five tries within four
minutes (internal/transport/delivery/worker.go).  So whoever was away longer asks by itself.
"""

from datetime import datetime, timedelta

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.follows import store
from fedicoop.follows.back_fill import CatchUp
from fedicoop.follows.follow import Status
from fedicoop.jobs import queue
from fedicoop.log import log
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import normal_host

AWAY = timedelta(minutes=15)
"""A longer silence of ours counts as an absence; an upgrade or a restart is over sooner."""
_NOTED = timedelta(minutes=5)
_APART = timedelta(seconds=2)
_AWAKE = "awake_at"


async def notice(tx: Tx) -> int:
    """Note that we are awake; after an absence, promise to catch up with each coop that we hear.

    How many there are.  A restored backup is an absence too: it knows nothing since it was made.
    """
    kept = await meta.find(tx, _AWAKE)
    before = datetime.fromisoformat(kept) if kept else tx.now
    if kept is None or abs(tx.now - before) >= _NOTED:
        await meta.put(tx, _AWAKE, tx.now.isoformat())
    if tx.now - before < AWAY or not await peers.take_turn(tx, "catch up", _NOTED):
        return 0
    heard = {one.followed_id for one in await store.all_of_ours(tx) if one.status is Status.ACCEPTED}
    local = {one.follower_id for one in await store.all_of_ours(tx)}
    for number, id in enumerate(sorted(heard - local)):
        await queue.enqueue(
            tx, CatchUp(id), lane=f"read {normal_host(id)}", thread=id, run_at=tx.now + number * _APART
        )
    log.warning("catching_up", away_minutes=round((tx.now - before).total_seconds() / 60), coops=len(heard))
    return len(heard)
