"""`/admin/messages`: what the coop is asked, what waits from strangers, what was reported."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, reading, sorting, strangers
from fedicoop.enquiries.enquiry import State
from fedicoop.enquiries.pages import DESK, PAGE
from fedicoop.enquiries.strangers import Quarantine
from fedicoop.errors import Misused
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

_DONE = ("ouvert", "jete", "revenu", "choisi", "regle")


def _steward(request: Request) -> Member:
    """Raises SignInFirst and Forbidden."""
    who = require_member(request)
    access.require(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id))
    return who


async def show(request: Request) -> Response:
    return await _draw(request, _steward(request))


async def _draw(request: Request, who: Member, form: Form | None = None) -> Response:
    node: Node = request.app.state.node
    before = request.query_params.get("before", "")[:40]
    async with node.db.read() as tx:
        found = await reading.conversations_of_coop(tx, who, before=before, limit=PAGE + 1)
        waits = await sorting.waiting(tx, who)
        thrown = await sorting.waiting(tx, who, State.THROWN)
        called = await conversations.reported(tx, who.coop_id)
        form = form or await _chosen(tx, who, request)
    done = request.query_params.get("fait", "")
    return render(
        request,
        "enquiries/desk.html",
        422 if form.wrong else 200,
        here=DESK,
        entries=found[:PAGE],
        older=found[PAGE - 1].conversation.id if len(found) > PAGE else "",
        strangers=waits,
        thrown=thrown,
        reported=called,
        form=form,
        choices=tuple(Quarantine),
        done=done if done in _DONE else "",
    )


async def _chosen(tx: Tx, who: Member, request: Request) -> Form:
    return Form.of({"quarantine": await strangers.chosen(tx, who.coop_id)}, language_of(request))


async def sort(request: Request) -> Response:
    """One click on what waits from a server: let it in, throw it away, or bring back what was thrown."""
    node: Node = request.app.state.node
    who, form = _steward(request), await forms.read(request)
    what = str(request.scope["path"]).rpartition("/")[2]
    host = form["host"][:255]
    async with node.db.write() as tx:
        if what == "ouvert":
            await sorting.let_in(tx, who, host)
        elif what == "jete":
            await sorting.throw_away(tx, who, host)
        else:
            await sorting.bring_back(tx, who, host)
    return forms.see_other(request, f"{DESK}?fait={what}")


async def choose(request: Request) -> Response:
    node: Node = request.app.state.node
    who, form = _steward(request), await forms.read(request)
    with form.checking("quarantine"):
        if form["quarantine"] not in tuple(Quarantine):
            raise Misused("form.missing", "quarantine")
        async with node.db.write() as tx:
            await sorting.choose(tx, who, Quarantine(form["quarantine"]))
    if form.wrong:
        return await _draw(request, who, form)
    return forms.see_other(request, f"{DESK}?fait=choisi#choix")


routes = [
    Route(DESK, show, methods=["GET"]),
    Route(DESK, choose, methods=["POST"]),
    *(Route(f"{DESK}/{what}", sort, methods=["POST"]) for what in ("ouvert", "jete", "revenu")),
]
