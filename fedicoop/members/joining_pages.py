"""Becoming a member: what it means, by invitation, or simply so where the coop's door is open."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.actors.coops import Joining
from fedicoop.db import Tx
from fedicoop.errors import Misused, NotFound, TooMany
from fedicoop.jobs import queue
from fedicoop.members import actions, doorstep, joining, links, newcomers, tasks
from fedicoop.members.doorstep import HERE, Doorstep, draw
from fedicoop.members.entering import has_mail
from fedicoop.members.joining import Newcomer
from fedicoop.members.pages import LETTER_FROM, LETTER_TO
from fedicoop.node import Node
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import address_of
from fedicoop.web.render import language_of, render


async def show(request: Request) -> Response:
    """`/rejoindre`: what joining means here, and the way that this coop has chosen."""
    node: Node = request.app.state.node
    form = Form.of({"coop": request.query_params.get("coop", "")}, language_of(request))
    async with node.db.read() as tx:
        at = await doorstep.at_coop(tx, form["coop"])
    return draw(request, "join", at, form)


async def use_code(request: Request) -> Response:
    """An invitation that somebody typed or pasted: the whole link or its last part."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    pasted = urlsplit(form["code"]).path.rstrip("/").rpartition("/")[2][:100]
    async with node.db.read() as tx:
        at = await doorstep.at_coop(tx, form["coop"])
        with form.checking("code"):
            forms.required(form, "code")
            try:
                await links.open(tx, pasted, links.INVITATION)
            except NotFound as problem:
                raise Misused(problem.key) from problem
    if form.wrong:
        return draw(request, "join", at, form, 422)
    return forms.see_other(request, f"/invitation/{pasted}")


async def show_invitation(request: Request) -> Response:
    """`/invitation/{secret}`: who invites, and the few things that are asked; opening it spends nothing."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        at = await doorstep.at_invitation(tx, request.path_params["secret"])
    assert at.link is not None
    values = {"name": at.link.note if at.link.candidate_id else "", "email": at.link.address or ""}
    return draw(request, "invited", at, Form.of(values, language_of(request)))


async def accept_invitation(request: Request) -> Response:
    """Join; the same form sent twice makes one member, also after the invitation is spent."""
    node: Node = request.app.state.node
    secret = request.path_params["secret"]
    form = await forms.read(request)
    async with node.db.read() as tx:
        try:
            at = await doorstep.at_invitation(tx, secret)
        except NotFound:
            at = await doorstep.at_coop(tx, "")

    async def how(tx: Tx, origin: str, new: Newcomer) -> Member:
        return await joining.by_invitation(tx, origin, secret, new)

    return await newcomers.join(request, "invited", at, form, how)


async def join_openly(request: Request) -> Response:
    """Without invitation: in a house with mail, a letter first shows that the address is theirs."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.read() as tx:
        at = await doorstep.at_coop(tx, form["coop"])
    if at.rules.joining is not Joining.OPEN:
        raise NotFound("page.not_found")
    if has_mail(node):
        return await _send_invitation(request, at, form)

    async def how(tx: Tx, origin: str, new: Newcomer) -> Member:
        return await joining.openly(tx, origin, at.coop.id, new)

    limit = newcomers.JOIN_OPENLY_FROM
    return await newcomers.join(request, "join", at, form, how, limit=limit)


async def _send_invitation(request: Request, at: Doorstep, form: Form) -> Response:
    """The answer is the same for an address that is a member's: they get another letter (case 90)."""
    node: Node = request.app.state.node
    email, status, wait = "", 422, 0
    with form.checking("email"):
        email = actions.checked_email(forms.required(form, "email"))
    if not form.wrong:
        try:
            await limits.take(node.db, (LETTER_TO, email), (LETTER_FROM, address_of(request)))
        except TooMany as problem:
            form.refuse("", problem)
            status, wait = 429, problem.seconds
    if form.wrong:
        return draw(request, "join", at, form, status, wait)
    async with node.db.write() as tx:
        task = tasks.SendWelcome(at.coop.id, email, language_of(request))
        await queue.enqueue(tx, task, lane=tasks.LANE, thread=tx.new_id())
    return forms.see_other(request, f"{HERE}/lettre")


async def letter_asked(request: Request) -> Response:
    return render(request, "members/join_letter.html", here=f"{HERE}/lettre")


routes = [
    Route(HERE, show, methods=["GET"]),
    Route("/join", show),
    Route(f"{HERE}/code", use_code, methods=["POST"]),
    Route(f"{HERE}/ouvert", join_openly, methods=["POST"]),
    Route(f"{HERE}/lettre", letter_asked),
    Route("/invitation/{secret}", show_invitation, methods=["GET"]),
    Route("/invitation/{secret}", accept_invitation, methods=["POST"]),
]
