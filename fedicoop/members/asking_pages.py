"""Asking to be let in, and the page where the answer will stand."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.actors.coops import Joining
from fedicoop.db import Tx
from fedicoop.errors import NotFound, TooMany
from fedicoop.members import actions, doorstep, joining, links, newcomers
from fedicoop.members.candidates import Candidate
from fedicoop.members.doorstep import HERE, LONGEST_WHY, Doorstep, draw
from fedicoop.members.entering import has_mail
from fedicoop.members.joining import Newcomer
from fedicoop.members.me_pages import LONGEST_NAME
from fedicoop.members.newcomers import require_age
from fedicoop.node import Node
from fedicoop.web import forms, limits, origin, typed
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit, address_of
from fedicoop.web.render import language_of

ASK_FROM = Limit("ask from", 20, timedelta(hours=1))
ASK_AT = Limit("ask at", 100, timedelta(days=1))


async def ask(request: Request) -> Response:
    """Ask to be let in; the answer will stand on a page of their own, and come by mail if there is mail."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.read() as tx:
        at = await doorstep.at_coop(tx, form["coop"])
    if at.rules.joining is not Joining.REQUEST:
        raise NotFound("page.not_found")
    candidate, status, wait = _candidate(request, form, at), 422, 0
    if not form.wrong:
        try:
            await limits.take(node.db, (ASK_FROM, address_of(request)), (ASK_AT, at.coop.id))
        except TooMany as problem:
            form.refuse("", problem)
            status, wait = 429, problem.seconds
    if form.wrong:
        return draw(request, "join", at, form, status, wait)
    secret = links.derived(origin.browser_key(request), f"asked {form['once']}")
    async with node.db.write() as tx:
        await joining.ask(tx, candidate, secret)
    return forms.see_other(request, f"{HERE}/demande/{secret}")


def _candidate(request: Request, form: Form, at: Doorstep) -> Candidate:
    node: Node = request.app.state.node
    name, why, email = "", "", None
    with form.checking("name"):
        name = typed.person(form, "name", LONGEST_NAME)
    with form.checking("why"):
        why = typed.line(form, "why", LONGEST_WHY)
    with form.checking("email"):
        if has_mail(node):
            email = actions.checked_email(forms.required(form, "email"))
    with form.checking("age"):
        require_age(form)
    return Candidate(
        id=links.derived(origin.browser_key(request), f"candidate {form['once']}"),
        coop_id=at.coop.id,
        name=name,
        email=email,
        why=why,
        language=language_of(request),
        asked_at=node.db.clock(),
    )


async def show_answer(request: Request) -> Response:
    """`/rejoindre/demande/{secret}`: how it stands with somebody's wish; once accepted, the way in."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        at = await doorstep.at_answer(tx, request.path_params["secret"])
    assert at.candidate is not None
    values = {"name": at.candidate.name, "email": at.candidate.email or ""}
    return draw(request, "asked", at, Form.of(values, language_of(request)))


async def accept_answer(request: Request) -> Response:
    """Who was accepted joins right there."""
    node: Node = request.app.state.node
    secret = request.path_params["secret"]
    form = await forms.read(request)
    async with node.db.read() as tx:
        at = await doorstep.at_answer(tx, secret)

    async def how(tx: Tx, origin: str, new: Newcomer) -> Member:
        return await joining.by_request(tx, origin, secret, new)

    return await newcomers.join(request, "asked", at, form, how)


routes = [
    Route(f"{HERE}/demande", ask, methods=["POST"]),
    Route(f"{HERE}/demande/{{secret}}", show_answer, methods=["GET"]),
    Route(f"{HERE}/demande/{{secret}}", accept_answer, methods=["POST"]),
    Route("/join/request/{secret}", show_answer),
]
