"""`/echanges/nouveau`: asking for what somebody offers, or offering help where somebody needs it."""

import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Misused
from fedicoop.exchanges import asking, fields, planning, store, wording
from fedicoop.exchanges.exchange import Exchange, Plan
from fedicoop.exchanges.pages import ROOTS
from fedicoop.listings import taken, terms
from fedicoop.listings.listing import Kind, Listing, Mode
from fedicoop.listings.taken import Taking
from fedicoop.node import Node
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member

ASKS = Limit("exchange ask", 30, timedelta(days=1))
"""Requests of one member: more than anybody needs, and too few to pester a whole coop."""

_MOST_BUSY = 8  # periods that are named above the form

_OPENINGS = {
    Kind.OFFER: ("hello", "flexible", "careful"),
    Kind.NEED: ("hello_need", "flexible", "how"),
}


async def new(request: Request) -> Response:
    """The form; who has asked already and waits for an answer is led to that."""
    node: Node = request.app.state.node
    who = require_member(request)
    key = request.query_params.get("listing", "")
    async with node.db.read() as tx:
        listing = await asking.find_open(tx, who, key)
        waiting = await store.find_unanswered(tx, listing.id, asking.asker(who).actor_id)
    if waiting:
        return forms.see_other(request, f"/echanges/{waiting.id}")
    asked = request.query_params
    known = {name: asked[name][:20] for name in ("starts_on", "ends_on", "at") if name in asked}
    return await _draw(request, who, listing, Form.of(known))


async def ask(request: Request) -> Response:
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    async with node.db.read() as tx:
        before = await store.find_asked(tx, asking.asker(who).actor_id, form["once"])
        listing = None if before else await asking.find_open(tx, who, form["listing"])
    if before or listing is None:
        return forms.see_other(request, f"/echanges/{before.id if before else ''}")
    plan = fields.plan(form)
    message = contact = ""
    with form.checking("text"):
        message = fields.opening(form, _OPENINGS[listing.kind])
    with form.checking("contact"):
        contact = fields.short(form, "contact")
    if not form.wrong:
        with form.checking(""):
            made = await _asked(
                node, who, listing.key, plan=plan, message=message, contact=contact, form=form
            )
    if form.wrong:
        return await _draw(request, who, listing, form, 422)
    return forms.see_other(request, f"/echanges/{made.id}")


async def _asked(
    node: Node, who: Member, key: str, *, plan: Plan, message: str, contact: str, form: Form
) -> Exchange:
    if not 6 <= len(form["once"]) <= 40:
        raise Misused("form.missing", "once")
    await limits.take(node.db, (ASKS, who.id))
    async with node.db.write() as tx:
        return await asking.ask(tx, who, key, plan, message=message, contact=contact, once=form["once"])


async def _draw(request: Request, who: Member, listing: Listing, form: Form, status: int = 200) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        coop = await actors.find(tx, listing.coop_id or listing.actor_id)
        busy, today = await _busy(tx, listing), tx.today
        waiting = await store.find_unanswered(tx, listing.id, asking.asker(who).actor_id)
    return render(
        request,
        "exchanges/new.html",
        status,
        here="/echanges/nouveau",
        listing=listing,
        coop=coop,
        form=form,
        once=form["once"] or secrets.token_urlsafe(9),
        busy=busy,
        waiting=waiting,
        today=today,
        with_days=planning.needs_days(listing.mode),
        with_hour=listing.mode in (Mode.SERVICE, Mode.SKILL),
        shares_out=planning.shares_out(listing),
        openings=_OPENINGS[listing.kind],
        longest=fields.LONGEST,
        words=terms,
        wording=wording,
    )


async def _busy(tx: Tx, listing: Listing) -> list[Taking]:
    """The days on which nothing of it is left, as far as agreements tell."""
    if not taken.lasts(listing) or listing.mode is not Mode.LOAN:
        return []
    takings = await taken.of_listing(tx, listing.id, since=tx.today)
    return [one for one in takings if not taken.left(listing, takings, _alike(one))][:_MOST_BUSY]


def _alike(one: Taking) -> Taking:
    return Taking("", one.listing_id, starts_on=one.starts_on, ends_on=one.ends_on)


routes = [
    route
    for root in ROOTS
    for route in (
        Route(f"{root}/nouveau", new, methods=["GET"]),
        Route(f"{root}/nouveau", ask, methods=["POST"]),
    )
]
