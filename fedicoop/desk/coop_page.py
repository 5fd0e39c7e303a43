"""`/admin/coop`: what a coop says and decides, as one page of questions."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.desk import actions, answers
from fedicoop.desk.answers import Answers
from fedicoop.desk.showing import banner_of, choices, form_of, logo_of, of_coop, sample
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE = "/admin/coop"


async def _ours(request: Request) -> tuple[Member, Actor, Coop]:
    """Who asks, and their coop.  Raises SignInFirst and Forbidden."""
    node: Node = request.app.state.node
    who = require_member(request)
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    async with node.db.read() as tx:
        return who, await actors.get(tx, who.coop_id), await coops.get(tx, who.coop_id)


async def show(request: Request) -> Response:
    node: Node = request.app.state.node
    _, us, coop = await _ours(request)
    form = form_of(
        of_coop(us, coop),
        node.settings.host,
        language_of(request),
        contact=coop.contact,
        hours=coop.hours,
        rules=coop.rules,
        joining_text=coop.joining_text,
        members_invite="yes" if coop.members_invite else "",
        authors=coop.author_mode,
        followers="approval" if us.manually_approves else "automatic",
    )
    return _draw(request, us, coop, form, saved="saved" in request.query_params)


def _draw(request: Request, us: Actor, coop: Coop, form: Form, *, saved: bool = False) -> Response:
    node: Node = request.app.state.node
    shown = sample(of_coop(us, coop), node.settings.host)
    return render(
        request,
        "desk/coop.html",
        422 if form.wrong else 200,
        here=HERE,
        form=form,
        us=us,
        coop=coop,
        saved=saved,
        sample=shown,
        **choices(shown.hue),
    )


async def save(request: Request) -> Response:
    """Everything on the page, or nothing of it where something is wrong."""
    node: Node = request.app.state.node
    who, us, coop = await _ours(request)
    form = await forms.read(request, files=2)
    said = _read(form, of_coop(us, coop))
    logo = None if form.wrong else await logo_of(node, form, coop.logo)
    banner = None if form.wrong else await banner_of(node, form, coop.banner)
    if form.wrong:
        return _draw(request, us, coop, form)
    name, approval = said.pop("name"), said.pop("approval")
    async with node.db.write() as tx:
        us, coop = await actors.get(tx, us.id), await coops.get(tx, us.id)
        wanted = replace(coop, logo=logo, banner=banner, **said)
        await actions.change(tx, who, node.settings.origin, us, wanted, name=name, approval=approval)
    return forms.see_other(request, f"{HERE}?saved=1")


def _read(form: Form, known: Answers) -> dict[str, Any]:
    """What the form says, by the names of `Coop`; with `name` and `approval`, which are the actor's."""
    said = answers.sort(form) | answers.words(form) | answers.place(form, known)
    said |= answers.notes(form) | answers.door(form)
    for field, among in (("authors", tuple(AuthorMode)), ("followers", ("automatic", "approval"))):
        with form.checking(field):
            said[field] = answers.one_of(form, field, among)
    approval = said.pop("followers", "") == "approval"
    mode = said.pop("authors", AuthorMode.COOP)
    return said | {"approval": approval, "author_mode": AuthorMode(mode)}


routes = [
    Route(HERE, show),
    Route(HERE, save, methods=["POST"]),
]
