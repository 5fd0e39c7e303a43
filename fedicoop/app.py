"""Where the house is put together.  Nothing below this room knows what stands beside it."""

import asyncio
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop import meta
from fedicoop.actors import pages as actors
from fedicoop.actors.facing import Faces
from fedicoop.actors.leaving import AskAfter, Forget
from fedicoop.desk import coop_page, first_run
from fedicoop.desk import pages as desk
from fedicoop.desk.backups import MakeBackup, make_backup
from fedicoop.errors import Misdirected, Problem
from fedicoop.exchanges import keeping as exchanges
from fedicoop.exchanges import overview
from fedicoop.exchanges import routes as exchange_pages
from fedicoop.follows import pages as follows
from fedicoop.follows.back_fill import BackFill, LetGo
from fedicoop.follows.delivering import deliver
from fedicoop.follows.fan_out import fan_out
from fedicoop.help import pages as manual
from fedicoop.help import statements
from fedicoop.inbox import door
from fedicoop.inbox import store as received
from fedicoop.inbox.process import Process, process
from fedicoop.jobs import queue
from fedicoop.jobs.worker import Work
from fedicoop.listings import (
    away_pages,
    collections,
    coop_pages,
    data_pages,
    explore_pages,
    own,
    own_pages,
    publishing,
    publishing_pages,
    reindexing,
    resting,
    script_pages,
    share_pages,
    show_pages,
    tasks,
    town_pages,
    words_pages,
)
from fedicoop.listings import pages as listings
from fedicoop.listings.news import Listed
from fedicoop.mail import store as letters
from fedicoop.mail.carrying import carry
from fedicoop.mail.letters import Mail
from fedicoop.media import pages as media
from fedicoop.media import store as pictures
from fedicoop.media import tiles
from fedicoop.media.copying import CopyPicture, copy_picture
from fedicoop.members import candidates, holidays, hub, links, sessions
from fedicoop.members import routes as members
from fedicoop.members import tasks as member_tasks
from fedicoop.members.holidays import Rest, Return
from fedicoop.members.hub import Ask
from fedicoop.members.session import Sessions
from fedicoop.members.tasks import SendConfirmation, SendSignIn, SendWelcome
from fedicoop.node import Node
from fedicoop.notices import pages as notice_pages
from fedicoop.notices import store as notices
from fedicoop.notices.news import WriteNews, write_morning_news, write_news
from fedicoop.outbox import pages as outbox
from fedicoop.outbox.say import Deliver, FanOut
from fedicoop.peers import store as peers
from fedicoop.watches import hanging, heard, neighbours, network_pages, pack_pages, telling, tellings
from fedicoop.watches import pages as watches
from fedicoop.watches import store as watching
from fedicoop.watches.pack_reading import FollowEntry, follow_entry
from fedicoop.web import help_pages, installing, limits, problems, static
from fedicoop.web.forms import Uploads
from fedicoop.web.headers import PageHeaders

WORK: Work = {
    "FanOut": (FanOut, fan_out),
    "Deliver": (Deliver, deliver),
    "Process": (Process, process),
    "BackFill": (BackFill, heard.back_fill),
    "LetGo": (LetGo, tasks.let_go),
    "Forget": (Forget, tasks.forget),
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
}
"""Every promise that a commit can make, and who keeps it."""

WAITING: tuple[Ask, ...] = (overview.waiting, hub.waiting, own.waiting)
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
        await holidays.end_what_is_over(tx)
        hourly = await peers.take_turn(tx, "hourly house keeping", timedelta(hours=1))
        if hourly:
            await received.forget(tx, tx.now - REMEMBERED)
            await peers.forget_silent(tx, tx.now - REMEMBERED)
            await sessions.forget_ended(tx)
            await links.forget_over(tx)
            await candidates.forget_answered(tx)
            await limits.forget_over(tx)
            await exchanges.let_go_of_closed(tx)
            await letters.tidy(tx)
            await tellings.forget(tx, tx.now - REMEMBERED)
            await watching.forget_who_left(tx)
            await notices.forget_old(tx)
            await publishing.sweep(tx)
    if hourly:
        await hanging.renew(node)
        await pictures.sweep(node)
        await asyncio.to_thread(tiles.sweep, node.settings.data_dir / "tiles")
        await write_morning_news(node)


ROUTES: list[BaseRoute] = [
    *door.routes,
    *actors.routes,
    *outbox.routes,
    *follows.routes,
    *collections.routes,
    *media.routes,
    *tiles.routes,
    *static.routes,
    *installing.routes,
    *help_pages.routes,
    *manual.routes,
    *statements.routes,
    *members.routes,
    *exchange_pages.routes,
    *first_run.routes,
    *watches.routes,
    *neighbours.routes,
    *pack_pages.routes,
    *network_pages.routes,
    *coop_page.routes,
    *desk.routes,
    *notice_pages.routes,
    *data_pages.routes,
    *coop_pages.routes,
    *town_pages.routes,
    *explore_pages.routes,
    *show_pages.routes,
    *share_pages.routes,
    *away_pages.routes,
    *publishing_pages.routes,
    *script_pages.routes,
    *own_pages.routes,
    *words_pages.routes,
    *listings.routes,
]
"""Every page and every door, room by room; the first that fits an address answers."""


def build(node: Node) -> Starlette:
    """The whole site on one node.  Needs no lifespan: whoever serves it opens and closes the node."""
    app = Starlette(
        routes=[*_probes(), *ROUTES],
        middleware=[
            Middleware(PageHeaders),
            Middleware(Faces),
            Middleware(OwnHost, host=node.settings.host),
            Middleware(Sessions),
            Middleware(Uploads),
        ],
        exception_handlers=problems.handlers,
    )
    app.router.redirect_slashes = False
    app.state.node, app.state.waiting = node, WAITING
    return app


class OwnHost:
    """Requests for another host are not ours to answer (security, T11 and invariant 16).

    Probes may knock by any name: they learn nothing but that we live.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.hosts = app, {host, f"{host}:443", f"{host}:80"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ("/healthz", "/health", "/livez", "/readyz"):
            named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or named[0].lower().rstrip(".") not in self.hosts:
                refusal = await problems.on_problem(
                    Request(scope), Misdirected("page.other_host", str(named))
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"}, headers={"cache-control": "no-store"})


def _probes() -> list[Route]:
    """What whoever watches over the machine asks."""
    return [*(Route(path, alive) for path in ("/healthz", "/health", "/livez")), Route("/readyz", ready)]


async def ready(request: Request) -> Response:
    """The database answers with our own origin in it; 503 where it does not."""
    node: Node = request.app.state.node
    headers = {"cache-control": "no-store"}
    try:
        async with node.db.read() as tx:
            known = await meta.find(tx, "origin") == node.settings.origin
            waiting = await tx.count("SELECT count(*) FROM jobs WHERE NOT dead")
            dead = await tx.count("SELECT count(*) FROM jobs WHERE dead")
    except Problem as problem:
        return JSONResponse({"status": "not ready", "why": problem.key}, 503, headers)
    if not known:
        return JSONResponse({"status": "not ready", "why": "settings.origin_changed"}, 503, headers)
    return JSONResponse({"status": "ready", "jobs": {"waiting": waiting, "dead": dead}}, headers=headers)
