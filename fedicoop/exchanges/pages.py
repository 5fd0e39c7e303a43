"""Exchanges in the browser: all of one's own, one of them, and the plain buttons on it."""

import secrets
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.errors import Conflict, Forbidden, Misused, NotFound, Problem
from fedicoop.exchanges import actions, fields, mediating, overview, record, scene, wording
from fedicoop.exchanges.exchange import Trouble
from fedicoop.exchanges.scene import Scene
from fedicoop.exchanges.steps import OPEN, OUT, Status, Step
from fedicoop.i18n import t
from fedicoop.listings import terms
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member, viewer_of

ROOTS = ("/echanges", "/exchanges")
"""The address that members see, and the one that an English hand types."""

MESSAGES = Limit("exchange message", 100, timedelta(hours=1))

_NEEDS_A_PLAN = frozenset({Step.COUNTER, Step.REARRANGE, Step.ASK_LONGER})


async def index(request: Request) -> Response:
    """`/echanges`: what waits for me first."""
    node: Node = request.app.state.node
    who = require_member(request)
    before = request.query_params.get("before", "")[:40]
    async with node.db.read() as tx:
        found = await overview.of(tx, who, before=before)
    return render(
        request,
        "exchanges/index.html",
        here="/echanges",
        overview=found,
        further=bool(before),
        words=terms,
        wording=wording,
    )


async def show(request: Request) -> Response:
    """`/echanges/{id}`: one exchange, for the two and, once called, a mediator.

    Who looks at it has seen the notices that lead there.
    """
    node: Node = request.app.state.node
    shown, viewer = await see(request), viewer_of(request)
    if viewer and viewer.unread:
        async with node.db.write() as tx:
            await notices.see_about(tx, viewer.member.id, f"/echanges/{shown.exchange.id}")
    return draw(request, shown, Form())


async def see(request: Request) -> Scene:
    """The exchange of this address as its reader may see it.  Raises SignInFirst, NotFound."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        return await scene.read(tx, who, request.path_params["id"])


def draw(
    request: Request,
    shown: Scene,
    form: Form,
    status: int = 200,
    *,
    said: Problem | None = None,
    **values: Any,
) -> Response:
    """The page of an exchange; `said` is why something could not be done, above how it now stands."""
    language = language_of(request)
    return render(
        request,
        "exchanges/show.html",
        status,
        here=f"/echanges/{shown.exchange.id}",
        scene=shown,
        exchange=shown.exchange,
        form=form,
        once=form["once"] or secrets.token_urlsafe(9),
        said=i18n.explain(said, language) if said else None,
        record=record.sentence(shown.record, language),
        own_contact=form if "contact" in form.wrong else Form.of({"contact": shown.own_contact}, language),
        shows_state=actions.shows_state(shown.exchange),
        is_open=shown.exchange.status in OPEN,
        may_solve=mediating.may_solve(shown.exchange, shown.side),
        troubles=_troubles(shown, language),
        wording=wording,
        words=terms,
        **values,
    )


def _troubles(shown: Scene, language: str) -> list[tuple[str, str]]:
    """What may be wrong, as things stand: nobody is late with what was never handed over."""
    out = shown.exchange.status in OUT
    lent = shown.exchange.lent
    fits = {
        Trouble.NO_SHOW: shown.exchange.may(Step.MISS, shown.side, shown.today),
        Trouble.LATE: out and lent,
        Trouble.BROKEN: lent and (out or shown.exchange.status is Status.DONE),
        Trouble.OTHER: True,
    }
    return [(one.value, t(f"exchange.trouble.{one}", language)) for one, fit in fits.items() if fit]


def back_to(request: Request, id: str, anchor: str = "") -> Response:
    return forms.see_other(request, f"/echanges/{id}{anchor}")


async def take_step(request: Request) -> Response:
    """A button: one step, from what the page showed.  Where it moved on meanwhile, how it stands now."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    form = await forms.read(request)
    said = dict[str, str]()
    for name in ("word", "why"):
        with form.checking(name):
            said[name] = fields.words(form, name)
    for name in ("phone", "place"):
        with form.checking(name):
            said[name] = fields.short(form, name)
    if form.wrong:
        return draw(request, await see(request), form, 422)
    try:
        async with node.db.write() as tx:
            await actions.take_step(
                tx,
                who,
                id,
                _step(form),
                seen=seen_in(form),
                text=said["word"] or said["why"],
                contact=said["phone"],
                place=said["place"],
            )
    except NotFound:
        raise
    except (Conflict, Forbidden, Misused) as problem:
        return draw(request, await see(request), Form(), problem.status, said=problem)
    return back_to(request, id)


def _step(form: Form) -> Step:
    """A step that needs no plan; those that do have a page of their own."""
    try:
        step = Step(form["step"])
    except ValueError:
        raise Conflict("exchange.step", form["step"][:40]) from None
    if step in _NEEDS_A_PLAN:
        raise Conflict("exchange.step", f"{step} without a plan")
    return step


def seen_in(form: Form) -> int:
    """The version of the exchange that the page showed; one that never was where the form does not say."""
    seen = form["seen"]
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1


async def say(request: Request) -> Response:
    """A message, in one's own words or a ready phrase."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    form = await forms.read(request)
    shown = await see(request)
    text = ""
    with form.checking("text"):
        text = fields.words(form)
        if form["phrase"] in wording.phrases(shown.exchange):
            text = t(f"exchange.quick.{form['phrase']}", form.language)
        if not text:
            raise Misused("exchange.empty", id)
        await limits.take(node.db, (MESSAGES, who.id))
    if form.wrong:
        return draw(request, shown, form, 422)
    async with node.db.write() as tx:
        await actions.say(tx, who, id, text, once=form["once"][:40])
    return back_to(request, id, "#fil")


async def thank(request: Request) -> Response:
    """A word of thanks at the end."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    form = await forms.read(request)
    with form.checking("thanks"):
        text = fields.words(form, "thanks")
        if not text:
            raise Misused("exchange.empty", id)
    if form.wrong:
        return draw(request, await see(request), form, 422)
    async with node.db.write() as tx:
        await actions.thank(tx, who, id, text)
    return back_to(request, id, "#fil")


routes = [
    route
    for root in ROOTS
    for route in (
        Route(root, index),
        Route(f"{root}/{{id}}", show),
        Route(f"{root}/{{id}}/pas", take_step, methods=["POST"]),
        Route(f"{root}/{{id}}/message", say, methods=["POST"]),
        Route(f"{root}/{{id}}/merci", thank, methods=["POST"]),
    )
]
