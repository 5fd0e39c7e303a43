"""`/echanges/{id}/autre`: proposing something else, another day, or a longer loan."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import Conflict, Forbidden
from fedicoop.exchanges import actions, fields, planning, wording
from fedicoop.exchanges.pages import ROOTS, back_to, draw, see, seen_in
from fedicoop.exchanges.rows import json_of
from fedicoop.exchanges.scene import Scene
from fedicoop.exchanges.steps import Step
from fedicoop.listings import terms
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member


async def form_for_it(request: Request) -> Response:
    """The present plan in a form, to be changed."""
    shown = await see(request)
    if shown.changing is None:
        raise Conflict("exchange.step", shown.exchange.id)
    return _draw(request, shown, shown.changing, Form.of(_shown_plan(shown)))


async def change(request: Request) -> Response:
    """Propose it; the other side has to agree."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    shown = await see(request)
    id, step = shown.exchange.id, shown.changing
    if step is None or seen_in(form) != shown.exchange.version:
        key = "exchange.moved_on" if step else "exchange.step"
        return draw(request, shown, Form(), 409, said=Conflict(key, id))
    plan, text = fields.plan(form), ""
    plan = replace(plan, place=plan.place or shown.exchange.plan.place)
    with form.checking("text"):
        text = fields.words(form)
    if step is Step.ASK_LONGER:
        plan = replace(shown.exchange.plan, ends_on=plan.ends_on)
    if not form.wrong:
        with form.checking("starts_on"):
            try:
                async with node.db.write() as tx:
                    await actions.take_step(tx, who, id, step, seen=seen_in(form), plan=plan, text=text)
            except (Conflict, Forbidden) as problem:
                return draw(request, await see(request), Form(), problem.status, said=problem)
    if form.wrong:
        return _draw(request, shown, step, form, 422)
    return back_to(request, id)


def _shown_plan(shown: Scene) -> dict[str, str]:
    """The plan as it may be seen: where to meet stays its writer's until both agree; left empty, it stays."""
    plan = shown.exchange.plan
    return json_of(plan if shown.bound else replace(plan, place=""))


def _draw(request: Request, shown: Scene, step: Step, form: Form, status: int = 200) -> Response:
    exchange = shown.exchange
    return render(
        request,
        "exchanges/change.html",
        status,
        here=f"/echanges/{exchange.id}",
        scene=shown,
        exchange=exchange,
        listing=shown.listing,
        step=step,
        form=form,
        with_days=planning.needs_days(exchange.mode),
        longer=step is Step.ASK_LONGER,
        shares_out=shown.listing is not None and planning.shares_out(shown.listing),
        longest=fields.LONGEST,
        wording=wording,
        words=terms,
    )


routes = [
    route
    for root in ROOTS
    for route in (
        Route(f"{root}/{{id}}/autre", form_for_it, methods=["GET"]),
        Route(f"{root}/{{id}}/autre", change, methods=["POST"]),
    )
]
