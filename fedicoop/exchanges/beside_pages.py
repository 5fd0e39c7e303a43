"""What goes with an exchange besides its steps: problems, photos, a telephone, a calendar entry, a slip."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import Conflict, Forbidden, Misused, NotFound, Unavailable
from fedicoop.exchanges import actions, calendar, fields, mediating, telling, wording
from fedicoop.exchanges.exchange import Trouble
from fedicoop.exchanges.pages import ROOTS, back_to, draw, see
from fedicoop.media import store as pictures
from fedicoop.node import Node
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

PHOTOS = Limit("exchange photo", 60, timedelta(hours=1))


async def report(request: Request) -> Response:
    """Tell the stewards that something is wrong."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    form = await forms.read(request)
    text, trouble = "", None
    with form.checking("trouble"):
        trouble = _trouble(form)
    with form.checking("trouble_text"):
        text = fields.words(form, "trouble_text")
        if not text:
            raise Misused("form.missing", "trouble_text")
    if form.wrong or trouble is None:
        return draw(request, await see(request), form, 422)
    try:
        async with node.db.write() as tx:
            await mediating.report(tx, who, id, trouble, text, once=form["once"][:40])
    except (Conflict, Forbidden) as problem:
        return draw(request, await see(request), form, problem.status, said=problem)
    return back_to(request, id)


def _trouble(form: Form) -> Trouble:
    try:
        return Trouble(form["trouble"])
    except ValueError:
        raise Misused("form.missing", "trouble") from None


async def solve(request: Request) -> Response:
    """It is settled."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    await forms.read(request)
    try:
        async with node.db.write() as tx:
            await mediating.solve(tx, who, id)
    except Conflict as problem:
        return draw(request, await see(request), Form(), problem.status, said=problem)
    return back_to(request, id)


async def add_photo(request: Request) -> Response:
    """A photo of the thing's state, for the two: taken in whole before the exchange hears of it."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    shown = await see(request)
    form = await forms.read(request, files=1)
    with form.checking("photo"):
        try:
            if not (sent := form.files.get("photo")):
                raise Misused("exchange.no_photo", id)
            if not (shown.party and actions.shows_state(shown.exchange)):
                raise Conflict("exchange.step", id)
            await limits.take(node.db, (PHOTOS, who.id))
            picture = await pictures.keep(node, await sent[0].read())
        except Unavailable as problem:
            return draw(request, shown, form, problem.status, said=problem)
        async with node.db.write() as tx:
            await actions.keep_photo(tx, who, id, picture)
    if form.wrong:
        return draw(request, await see(request), form, 422)
    return back_to(request, id, "#etat")


async def give_contact(request: Request) -> Response:
    """How the other can reach me, from the agreement to its end."""
    node: Node = request.app.state.node
    who = require_member(request)
    id = request.path_params["id"]
    form = await forms.read(request)
    contact = ""
    with form.checking("contact"):
        contact = fields.short(form, "contact")
    if form.wrong:
        return draw(request, await see(request), form, 422)
    async with node.db.write() as tx:
        await actions.give_contact(tx, who, id, contact)
    return back_to(request, id)


async def entry(request: Request) -> Response:
    """The agreement as a file for one's calendar."""
    node: Node = request.app.state.node
    shown = await see(request)
    if not (shown.bound and shown.party and shown.exchange.plan.starts_on):
        raise NotFound("exchange.not_found", shown.exchange.id)
    place = shown.place or (shown.listing.where.name if shown.listing and shown.listing.where else "")
    made = calendar.file(
        shown.exchange,
        origin=node.settings.origin,
        who=shown.who,
        place=place,
        language=language_of(request),
    )
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="echange-{shown.exchange.id}.ics"',
        "x-content-type-options": "nosniff",
    }
    return Response(made, headers=headers, media_type="text/calendar")


async def slip(request: Request) -> Response:
    """A loan on paper, for two signatures."""
    node: Node = request.app.state.node
    shown = await see(request)
    exchange = shown.exchange
    if not (shown.bound and shown.party and exchange.lent):
        raise NotFound("exchange.not_found", exchange.id)
    async with node.db.read() as tx:
        lender = await telling.name_of(tx, exchange.party(exchange.giver))
        borrower = await telling.name_of(tx, exchange.party(exchange.taker))
    return render(
        request,
        "exchanges/slip.html",
        here=f"/echanges/{exchange.id}/fiche",
        scene=shown,
        exchange=exchange,
        listing=shown.listing,
        lender=lender,
        borrower=borrower,
        wording=wording,
    )


routes = [
    route
    for root in ROOTS
    for route in (
        Route(f"{root}/{{id}}/probleme", report, methods=["POST"]),
        Route(f"{root}/{{id}}/regle", solve, methods=["POST"]),
        Route(f"{root}/{{id}}/photo", add_photo, methods=["POST"]),
        Route(f"{root}/{{id}}/contact", give_contact, methods=["POST"]),
        Route(f"{root}/{{id}}/agenda.ics", entry),
        Route(f"{root}/{{id}}/fiche", slip),
    )
]
