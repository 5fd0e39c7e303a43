"""What goes with an exchange besides its steps: photos of the thing's state, and problems."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import Conflict, Forbidden, Misused, Unavailable
from fedicoop.exchanges import actions, fields, mediating
from fedicoop.exchanges.exchange import Trouble
from fedicoop.exchanges.pages import ROOTS, back_to, draw, see
from fedicoop.media import store as pictures
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.viewer import require_member


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
        text = fields.words(Form.of({"text": form["trouble_text"]}))
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
            picture = await pictures.keep(node, await sent[0].read())
        except Unavailable as problem:
            return draw(request, shown, form, problem.status, said=problem)
        async with node.db.write() as tx:
            await actions.keep_photo(tx, who, id, picture)
    if form.wrong:
        return draw(request, await see(request), form, 422)
    return back_to(request, id, "#etat")


routes = [
    route
    for root in ROOTS
    for route in (
        Route(f"{root}/{{id}}/probleme", report, methods=["POST"]),
        Route(f"{root}/{{id}}/regle", solve, methods=["POST"]),
        Route(f"{root}/{{id}}/photo", add_photo, methods=["POST"]),
    )
]
