"""Where the house is put together.  Nothing below this room knows what stands beside it."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from fedicoop.actors import pages as actors
from fedicoop.actors.facing import Faces
from fedicoop.actors.leaving import AskAfter, Forget
from fedicoop.app import keeps, probes
from fedicoop.app.former_host import FormerHost
from fedicoop.app.keeps import KEEPS
from fedicoop.app.measures import Measured
from fedicoop.app.probes import OwnHost
from fedicoop.app.upkeep import HOUSE_KEEPING, house_keeping
from fedicoop.boards import routes as boards
from fedicoop.clients import doors as client_doors
from fedicoop.clients import routes as clients
from fedicoop.desk import (
    coop_page,
    domain_pages,
    first_run,
    flags,
    house_pages,
    relay_pages,
    report_pages,
    reported_pages,
    reporting,
)
from fedicoop.desk import pages as desk
from fedicoop.desk.backups import MakeBackup, make_backup
from fedicoop.desk.house_moving import EndOldIds, SayMoved, end_old_ids, say_moved
from fedicoop.desk.houses import SettleHouse
from fedicoop.desk.settling import settle_house
from fedicoop.enquiries import routes as enquiries
from fedicoop.exchanges import overview
from fedicoop.exchanges import routes as exchange_pages
from fedicoop.finding import data_pages, explore_pages, town_pages, words_pages
from fedicoop.follows import pages as follows
from fedicoop.follows.back_fill import BackFill, CatchUp, HandOver, LetGo
from fedicoop.follows.delivering import deliver
from fedicoop.follows.fan_out import fan_out
from fedicoop.follows.synchronising import synchronise
from fedicoop.follows.synchrony import Synchronise
from fedicoop.help import pages as manual
from fedicoop.help import statements
from fedicoop.inbox import door, synchrony_pages
from fedicoop.inbox.gate import Gate
from fedicoop.inbox.paces import Paces
from fedicoop.inbox.pressure import Pressure
from fedicoop.inbox.process import Process, process
from fedicoop.inbox.signed_only import SignedOnly
from fedicoop.jobs.worker import Work
from fedicoop.listings import catching_up, collections, handing_over, own, resting, tasks
from fedicoop.listings import leaving as listing_leaving
from fedicoop.listings.flagging import Flagged
from fedicoop.listings.news import Listed
from fedicoop.listings.turning import Turned
from fedicoop.mail.carrying import carry
from fedicoop.mail.letters import Mail
from fedicoop.media import pages as media
from fedicoop.media import tiles
from fedicoop.media.copying import CopyPicture, copy_picture
from fedicoop.members import hub
from fedicoop.members import routes as members
from fedicoop.members import tasks as member_tasks
from fedicoop.members.holidays import Rest, Return
from fedicoop.members.hub import Ask
from fedicoop.members.leaving import Bury, Erase
from fedicoop.members.session import Sessions
from fedicoop.members.tasks import SendConfirmation, SendSignIn, SendWelcome
from fedicoop.node import Node
from fedicoop.notices import pages as notice_pages
from fedicoop.notices.news import WriteNews, write_news
from fedicoop.outbox import pages as outbox
from fedicoop.outbox.say import Deliver, FanOut
from fedicoop.publishing import echo_pages, own_pages, publishing_pages, script_pages
from fedicoop.reactions import routes as reactions
from fedicoop.reactions.turning import turned
from fedicoop.relations import pages as relations
from fedicoop.relations.read_along import ReadAlong
from fedicoop.showing import away_pages, coop_pages, machine_pages, opening_pages, share_pages, show_pages
from fedicoop.showing import pages as listings
from fedicoop.watches import heard, network, telling
from fedicoop.watches import routes as watches
from fedicoop.watches.pack_reading import FollowEntry, follow_entry
from fedicoop.web import help_pages, installing, kept_pages, problems, static
from fedicoop.web.forms import Uploads
from fedicoop.web.headers import PageHeaders
from fedicoop.web.rendered import Rendered

__all__ = ["HOUSE_KEEPING", "ROUTES", "WAITING", "WORK", "build", "house_keeping"]

WORK: Work = {
    "FanOut": (FanOut, fan_out),
    "Deliver": (Deliver, deliver),
    "Process": (Process, process),
    "BackFill": (BackFill, heard.back_fill),
    "CatchUp": (CatchUp, catching_up.catch_up),
    "LetGo": (LetGo, tasks.let_go),
    "Forget": (Forget, enquiries.forget),
    "AskName": (enquiries.AskName, enquiries.ask_name),
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
    "Synchronise": (Synchronise, synchronise),
    "HandOver": (HandOver, handing_over.hand_over),
    "SayMoved": (SayMoved, say_moved),
    "EndOldIds": (EndOldIds, end_old_ids),
    "SettleHouse": (SettleHouse, settle_house),
    "Flagged": (Flagged, flags.take_in),
    "Turned": (Turned, turned),
    "Bury": (Bury, listing_leaving.bury),
    **boards.WORK,
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

ROUTES: list[BaseRoute] = [
    *door.routes,
    *boards.routes,
    *actors.routes,
    *outbox.routes,
    *follows.routes,
    *synchrony_pages.routes,
    *enquiries.routes,
    *reactions.routes,
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
    *relay_pages.routes,
    *domain_pages.routes,
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
    *echo_pages.routes,
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
            Middleware(FormerHost, node=node),
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
