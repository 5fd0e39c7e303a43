"""Keeping the promises of `members/holidays.py`: listings pause while their member is away or shut out."""

import contextlib

from fedicoop.errors import Conflict
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import actions, store
from fedicoop.listings.listing import Status
from fedicoop.members import holidays, roll
from fedicoop.members import store as members
from fedicoop.members.holidays import Rest, Return
from fedicoop.node import Node

AT_ONCE = 50  # listings in one commit


async def rest(node: Node, job: Job, task: Rest) -> None:
    """Pause all that a member has published; what they publish while away was meant, and stays."""
    while await _some_rest(node, task.member_id):
        pass
    async with node.db.write() as tx:
        await queue.done(tx, job)


async def _some_rest(node: Node, member_id: str) -> bool:
    async with node.db.write() as tx:
        if not await roll.rests(tx, member_id):  # back before we came to it
            return False
        who = await members.get(tx, member_id)
        shown = await store.shown_of(tx, member_id, limit=AT_ONCE)
        for listing in shown:
            await actions.pause(tx, who, listing.id)
            await holidays.note(tx, member_id, listing.id)
    return len(shown) == AT_ONCE


async def come_back(node: Node, job: Job, task: Return) -> None:
    """Show again what paused for the absence, and still is paused."""
    while await _some_come_back(node, task.member_id):
        pass
    async with node.db.write() as tx:
        await queue.done(tx, job)


async def _some_come_back(node: Node, member_id: str) -> bool:
    async with node.db.write() as tx:
        who = await members.get(tx, member_id)
        rested = await holidays.resting(tx, member_id, limit=AT_ONCE)
        for id in rested:
            await holidays.wake(tx, id)
            listing = await store.find(tx, id)
            if listing and listing.status is Status.PAUSED:
                with contextlib.suppress(Conflict):  # its time may be over
                    await actions.publish(tx, who, id)
    return len(rested) == AT_ONCE
