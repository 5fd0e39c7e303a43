"""`/alertes`: what a member should know, day by day, and how they want to be told.

Opening the page changes nothing, since browsers and their helpers open pages ahead of anybody's look:
a change is always a POST from a page of ours.  Where there is script, the page itself says what was
shown once it is really in sight; without, one button does.  A notice's link leads straight to what it
is about, so that it can be opened, kept and copied like any link.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.errors import Misused
from fedicoop.mail import store as mails
from fedicoop.node import Node
from fedicoop.notices import feed, readers, stopping, store
from fedicoop.notices.kinds import Family, Pace
from fedicoop.notices.notice import Notice
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

_HERE, _CHOICES = "/alertes", "/alertes/reglages"
_PAGE = 30


async def index(request: Request) -> Response:
    """What is new and what was, newest first."""
    node: Node = request.app.state.node
    member, before = require_member(request), request.query_params.get("before", "")[:40]
    async with node.db.read() as tx:
        found = await store.of_member(tx, member.id, limit=_PAGE + 1, before=before)
    shown, language = found[:_PAGE], language_of(request)
    return render(
        request,
        "notices/index.html",
        here=_HERE,
        days=_by_day(shown, node.db.clock(), node.settings.zone, language),
        shown=shown,
        zone=node.settings.zone,
        before={"before": None} if before else None,
        next_page={"before": shown[-1].id} if len(found) > _PAGE else None,
        form=Form(),
    )


def _by_day(
    notices: Iterable[Notice], now: datetime, zone: tzinfo, language: str
) -> list[tuple[str, bool, list[Notice]]]:
    """Each day's name, whether it is today, and its notices."""
    today = now.astimezone(zone).date()
    return [
        (_called(day, today, language), day == today, list(of_day))
        for day, of_day in groupby(notices, lambda one: one.created_at.astimezone(zone).date())
    ]


def _called(day: date, today: date, language: str) -> str:
    if day in (today, today - timedelta(days=1)):
        return i18n.t("notice.today" if day == today else "notice.yesterday", language)
    return i18n.day(day, language)


async def seen(request: Request) -> Response:
    """What was shown, or all up to the newest that was shown, is no longer new.

    The script of the page asks with `quiet` and needs no page for an answer.
    """
    node: Node = request.app.state.node
    member, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        await store.see(tx, member.id, first=form["first"], last=form["last"])
    return Response(status_code=204) if form["quiet"] else forms.see_other(request, _HERE)


async def choices(request: Request) -> Response:
    """How often by mail, for each family; and the private feed."""
    node: Node = request.app.state.node
    member = require_member(request)
    async with node.db.read() as tx:
        wanted = await readers.paces(tx, member.id)
    form = Form.of({_field(family): wanted[family].value for family in Family}, language_of(request))
    return await _show_choices(request, form)


async def choose(request: Request) -> Response:
    node: Node = request.app.state.node
    member, form = require_member(request), await forms.read(request)
    wanted = {}
    for family in Family:
        with form.checking(_field(family)):
            wanted[family] = _pace(form[_field(family)])
    if form.wrong:
        return await _show_choices(request, form, 422)
    async with node.db.write() as tx:
        await readers.choose(tx, member.id, wanted)
    return forms.see_other(request, f"{_CHOICES}?done=1")


def _field(family: Family) -> str:
    """A field that was called `matches` would hide the form's own `matches` from every script."""
    return f"pace_{family}"


def _pace(text: str) -> Pace:
    try:
        return Pace(text)
    except ValueError as error:
        raise Misused("notice.pace", text[:40]) from error


async def _show_choices(request: Request, form: Form, status: int = 200) -> Response:
    node: Node = request.app.state.node
    member = require_member(request)
    async with node.db.read() as tx:
        reader, keys = await readers.get(tx, member.id), await readers.find_keys(tx, member.id)
        comes_back = bool(reader.email) and await mails.comes_back(tx, reader.email or "")
    return render(
        request,
        "notices/choices.html",
        status,
        here=_CHOICES,
        form=form,
        families=list(Family),
        paces=list(Pace),
        reader=reader,
        comes_back=comes_back,
        has_mail=node.settings.mail_server is not None,
        feed=f"{node.settings.origin}/alertes/flux/{keys.feed_key}.atom" if keys and keys.feed_key else None,
        done=request.query_params.get("done") == "1" and not form.wrong,
    )


async def take_up_mail(request: Request) -> Response:
    """Letters of news again, after they were stopped; an address that came back is tried anew."""
    node: Node = request.app.state.node
    member = require_member(request)
    await forms.read(request)
    async with node.db.write() as tx:
        await readers.set_by_mail(tx, member.id, True)
        if email := (await readers.get(tx, member.id)).email:
            await mails.try_again(tx, email)
    return forms.see_other(request, f"{_CHOICES}?done=1")


async def set_feed(request: Request) -> Response:
    """A private feed at a new address; or none any more."""
    node: Node = request.app.state.node
    member, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        await readers.set_feed(tx, member.id, form["wanted"] != "no")
    return forms.see_other(request, f"{_CHOICES}#flux")


routes = [
    Route(_HERE, index),
    Route("/notices", index),
    Route("/alertes/vues", seen, methods=["POST"]),
    Route(_CHOICES, choices),
    Route("/notices/settings", choices),
    Route(_CHOICES, choose, methods=["POST"]),
    Route("/alertes/courriels", take_up_mail, methods=["POST"]),
    Route("/alertes/flux", set_feed, methods=["POST"]),
    *stopping.routes,
    *feed.routes,
]
