"""What is due by the clock alone, for every room: put together here, done by whoever serves."""

import asyncio
from datetime import timedelta

from fedicoop.boards import routes as boards
from fedicoop.clients import store as client_store
from fedicoop.db import Tx
from fedicoop.desk import (
    backups,
    reports,
)
from fedicoop.enquiries import routes as enquiries
from fedicoop.exchanges import keeping as exchanges
from fedicoop.finding import reindexing
from fedicoop.follows import waking
from fedicoop.inbox import store as received
from fedicoop.jobs import queue
from fedicoop.listings import reminding, tasks
from fedicoop.mail import store as letters
from fedicoop.media import store as pictures
from fedicoop.media import tiles
from fedicoop.members import applications, candidates, holidays, links, sessions
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.notices.news import write_morning_news
from fedicoop.outbox import answers, refusals
from fedicoop.peers import readings, turned_away
from fedicoop.peers import store as peers
from fedicoop.publishing import publishing
from fedicoop.reactions import store as reactions
from fedicoop.watches import hanging
from fedicoop.watches import keeping as watching
from fedicoop.web import kept, limits

HOUSE_KEEPING = timedelta(seconds=60)


REMEMBERED = timedelta(days=90)
"""How long we know that we heard an activity, or that there was a house which said nothing since:
far longer than any signature is good for (security case 11 asks for 30 days)."""


async def house_keeping(node: Node) -> None:
    """What is due by the clock alone; every worker may call it, as often as it likes."""
    while await tasks.end_what_is_over(node):
        pass
    await reindexing.go_on(node)
    while await exchanges.keep_time(node):
        pass
    async with node.db.write() as tx:
        await queue.tidy(tx)
        for room in (peers, limits, sessions, applications):
            await room.pull_back(tx)
        await waking.notice(tx)
        await holidays.end_what_is_over(tx)
        hourly = await peers.take_turn(tx, "hourly house keeping", timedelta(hours=1))
        if hourly:
            await _forget(tx)
    if hourly:
        await hanging.renew(node)
        await pictures.sweep(node)
        await asyncio.to_thread(tiles.sweep, node.settings.data_dir / "tiles")
        await write_morning_news(node)
        await backups.nightly(node)


async def _forget(tx: Tx) -> None:
    """What each room need not remember any longer."""
    await received.forget(tx, tx.now - REMEMBERED)
    await peers.forget_silent(tx, tx.now - REMEMBERED)
    await refusals.forget_old(tx, tx.now - REMEMBERED)
    for told in (answers, turned_away, readings):
        await told.forget_old(tx)
    await sessions.forget_ended(tx)
    await applications.forget_ended(tx)
    await client_store.forget_unused(tx)
    await links.forget_over(tx)
    await candidates.forget_answered(tx)
    await limits.forget_over(tx)
    await kept.forget_over(tx)
    await exchanges.let_go_of_closed(tx)
    await letters.tidy(tx)
    await watching.forget(tx, tx.now - REMEMBERED)
    await notices.forget_old(tx)
    await publishing.sweep(tx)
    await reminding.tell_of_ends(tx)
    for shelf in (reports, enquiries, boards):
        await shelf.forget_old(tx)
    await reactions.sweep(tx)
