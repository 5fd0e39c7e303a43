"""Where the house is put together.  Nothing below this room knows what stands beside it."""

import asyncio
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from fedicoop.actors import pages as actors
from fedicoop.actors.facing import Faces
from fedicoop.actors.leaving import AskAfter, Forget
from fedicoop.app import keeps, probes
from fedicoop.app.keeps import KEEPS
from fedicoop.app.measures import Measured
from fedicoop.app.probes import OwnHost
from fedicoop.clients import doors as client_doors
from fedicoop.clients import marks as client_marks
from fedicoop.clients import routes as clients
from fedicoop.clients import store as client_store
from fedicoop.desk import (
    backups,
    coop_page,
    first_run,
    house_pages,
    report_pages,
    reported_pages,
    reporting,
    reports,
)
from fedicoop.desk import pages as desk
from fedicoop.desk.backups import MakeBackup, make_backup
from fedicoop.desk.houses import SettleHouse
from fedicoop.desk.settling import settle_house
from fedicoop.enquiries import routes as enquiries
from fedicoop.exchanges import keeping as exchanges
from fedicoop.exchanges import overview
from fedicoop.exchanges import routes as exchange_pages
from fedicoop.finding import data_pages, explore_pages, reindexing, town_pages, words_pages
from fedicoop.follows import pages as follows
from fedicoop.follows import waking
from fedicoop.follows.back_fill import BackFill, CatchUp, LetGo
from fedicoop.follows.delivering import deliver
from fedicoop.follows.fan_out import fan_out
from fedicoop.help import pages as manual
from fedicoop.help import statements
from fedicoop.inbox import door
from fedicoop.inbox import store as received
from fedicoop.inbox.gate import Gate
from fedicoop.inbox.paces import Paces
from fedicoop.inbox.pressure import Pressure
from fedicoop.inbox.process import Process, process
from fedicoop.inbox.signed_only import SignedOnly
from fedicoop.jobs import queue
from fedicoop.jobs.worker import Work
from fedicoop.listings import catching_up, collections, own, reminding, resting, tasks
from fedicoop.listings import leaving as listing_leaving
from fedicoop.listings.news import Listed
from fedicoop.mail import store as letters
from fedicoop.mail.carrying import carry
from fedicoop.mail.letters import Mail
from fedicoop.media import pages as media
from fedicoop.media import store as pictures
from fedicoop.media import tiles
from fedicoop.media.copying import CopyPicture, copy_picture
from fedicoop.members import applications, candidates, holidays, hub, links, sessions
from fedicoop.members import routes as members
from fedicoop.members import tasks as member_tasks
from fedicoop.members.holidays import Rest, Return
from fedicoop.members.hub import Ask
from fedicoop.members.leaving import Bury, Erase
from fedicoop.members.session import Sessions
from fedicoop.members.tasks import SendConfirmation, SendSignIn, SendWelcome
from fedicoop.node import Node
from fedicoop.notices import pages as notice_pages
from fedicoop.notices import store as notices
from fedicoop.notices.news import WriteNews, write_morning_news, write_news
from fedicoop.outbox import answers, refusals
from fedicoop.outbox import pages as outbox
from fedicoop.outbox.say import Deliver, FanOut
from fedicoop.peers import readings, turned_away
from fedicoop.peers import store as peers
from fedicoop.publishing import own_pages, publishing, publishing_pages, script_pages
from fedicoop.relations import pages as relations
from fedicoop.relations.read_along import ReadAlong
from fedicoop.showing import away_pages, coop_pages, machine_pages, opening_pages, share_pages, show_pages
from fedicoop.showing import pages as listings
from fedicoop.watches import hanging, heard, network, telling
from fedicoop.watches import keeping as watching
from fedicoop.watches import routes as watches
from fedicoop.watches.pack_reading import FollowEntry, follow_entry
from fedicoop.web import help_pages, installing, kept, kept_pages, limits, problems, static
from fedicoop.web.forms import Uploads
from fedicoop.web.headers import PageHeaders
from fedicoop.web.rendered import Rendered

WORK: Work = {
    "FanOut": (FanOut, fan_out),
    "Deliver": (Deliver, deliver),
    "Process": (Process, process),
    "BackFill": (BackFill, heard.back_fill),
    "CatchUp": (CatchUp, catching_up.catch_up),
    "LetGo": (LetGo, tasks.let_go),
    "Forget": (Forget, enquiries.forget),
    "AskAfter": (AskAfter, tasks.ask_after),
    "CopyPicture": (CopyPicture, copy_picture),
    "MakeBackup": (MakeBackup, make_backup),
    "SendSignIn": (SendSignIn, member_tasks.send_sign_in),
    "Mail": (Mail, carry),
    "Listed": (Listed, telling.tell_of),
    "FollowEntry": (FollowEntry, follow_entry),
    "WriteNews": (WriteNews, write_news),
    "SendConfirmation": (SendConfirmation, member_tasks.send_confirmation),
    "SendWelcome": (SendWelcome, member_tasks.send_welcome),
    "Rest": (Rest, resting.rest),
    "Return": (Return, resting.come_back),
    "Erase": (Erase, keeps.erase),
    "SettleHouse": (SettleHouse, settle_house),
    "Bury": (Bury, listing_leaving.bury),
}
"""Every promise that a commit can make, and who keeps it."""

WAITING: tuple[Ask, ...] = (
    overview.waiting,
    enquiries.waiting,
    hub.waiting,
    own.waiting,
    network.waiting,
    reporting.waiting,
)
"""What may wait for a member, as `/moi` counts it: each room says what it has."""

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
            await received.forget(tx, tx.now - REMEMBERED)
            await peers.forget_silent(tx, tx.now - REMEMBERED)
            await refusals.forget_old(tx, tx.now - REMEMBERED)
            for told in (answers, turned_away, readings):
                await told.forget_old(tx)
            await sessions.forget_ended(tx)
            await applications.forget_ended(tx)
            await client_store.forget_unused(tx)
            await client_marks.forget_old(tx)
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
            await reports.forget_old(tx)
            await enquiries.forget_old(tx)
    if hourly:
        await hanging.renew(node)
        await pictures.sweep(node)
        await asyncio.to_thread(tiles.sweep, node.settings.data_dir / "tiles")
        await write_morning_news(node)
        await backups.nightly(node)


ROUTES: list[BaseRoute] = [
    *door.routes,
    *actors.routes,
    *outbox.routes,
    *follows.routes,
    *enquiries.routes,
    *collections.routes,
    *media.routes,
    *tiles.routes,
    *static.routes,
    *installing.routes,
    *help_pages.routes,
    *kept_pages.routes,
    *manual.routes,
    *statements.routes,
    *members.routes,
    *exchange_pages.routes,
    *first_run.routes,
    *relations.routes,
    *watches.routes,
    *coop_page.routes,
    *desk.routes,
    *report_pages.routes,
    *reported_pages.routes,
    *house_pages.routes,
    *notice_pages.routes,
    *data_pages.routes,
    *coop_pages.routes,
    *town_pages.routes,
    *explore_pages.routes,
    *show_pages.routes,
    *share_pages.routes,
    *away_pages.routes,
    *machine_pages.routes,
    *opening_pages.routes,
    *publishing_pages.routes,
    *script_pages.routes,
    *own_pages.routes,
    *words_pages.routes,
    *listings.routes,
    *clients.routes,
]
"""Every page and every door, room by room; the first that fits an address answers."""


def build(node: Node) -> Starlette:
    """The whole site on one node.  Needs no lifespan: whoever serves it opens and closes the node."""
    app = Starlette(
        routes=[*probes.routes, *ROUTES],
        middleware=[
            Middleware(Measured),
            Middleware(PageHeaders),
            Middleware(SignedOnly, node=node),
            Middleware(ReadAlong, node=node),
            Middleware(Rendered, commits=lambda: node.db.commits, clock=node.db.clock),
            Middleware(OwnHost, host=node.settings.host),
            Middleware(door.Door),
            Middleware(Faces),
            Middleware(Sessions),
            Middleware(Uploads),
        ],
        exception_handlers=problems.handlers,
    )
    app.router.redirect_slashes = False
    app.state.node, app.state.waiting, app.state.keeps = node, WAITING, KEEPS
    app.state.pressure, app.state.gate, app.state.paces = Pressure(), Gate(node), Paces()
    app.state.client_paces = client_doors.Paces()
    return app
