"""Is what we promised being kept?"""

from datetime import timedelta

from fedicoop.db.lock import is_worked_on
from fedicoop.desk.findings import Finding, fine, mind
from fedicoop.i18n import ago, t
from fedicoop.jobs import queue
from fedicoop.jobs.lanes import Lane
from fedicoop.jobs.told import reason, remedy, way_and_host
from fedicoop.node import Node

LATE = timedelta(hours=1)
MOST = 5
"""Of so many houses in trouble each is told; the rest is counted."""


async def promises(node: Node, language: str) -> list[Finding]:
    """Is what we promised being kept: who does it, what is late, what was given up?"""
    async with node.db.read() as tx:
        lanes, now = await queue.lanes(tx), tx.now
    found = list[Finding]()
    if not await _is_worked_on(node):
        found.append(mind("running", "doctor.nobody_runs", command="fedicoop serve"))
    troubled = [one for one in lanes if one.dead or (one.oldest and now - one.oldest > LATE)]
    for lane in sorted(troubled, key=lambda one: (-one.dead, -one.failures))[:MOST]:
        host = way_and_host(lane.lane)[1]
        if lane.dead:
            found.append(mind("outbox", "doctor.given_up", host=host, count=str(lane.dead)))
        elif lane.oldest:
            found.append(_late(lane, host, ago(lane.oldest, now, language), language))
    if len(troubled) > MOST:
        found.append(mind("outbox", "doctor.late_more", count=str(len(troubled) - MOST)))
    waiting = sum(lane.waiting for lane in lanes)
    return [*found, *([] if found else [fine("outbox", t("doctor.outbox_fine", language, waiting=waiting))])]


async def _is_worked_on(node: Node) -> bool:
    """On PostgreSQL any machine may do the work: its processes have names there."""
    if not node.settings.on_postgresql:
        return is_worked_on(node.settings.data_dir)
    async with node.db.read() as tx:
        there = await tx.count(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND (application_name LIKE 'fedicoop serve %' OR application_name LIKE 'fedicoop worker %')"""
        )
    return bool(there)


def _late(lane: Lane, host: str, since: str, language: str) -> Finding:
    """What waits for a house, why, and what to do: the last two as the registry of verdicts has them."""
    why, do = t("doctor.no_worker", language), ""
    if lane.last_error:
        why = reason(lane.last_error, lane.lane, language)
        do = remedy(lane.last_error, lane.lane, language)
    do = do or t("doctor.late_do", language)
    return mind("outbox", "doctor.late", host=host, count=str(lane.waiting), since=since, reason=why, do=do)
