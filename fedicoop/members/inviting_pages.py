"""Inviting: a link and a code to hand over, send or pin to a wall; the list of those that are out."""

import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors.coops import Coop
from fedicoop.db import Tx
from fedicoop.errors import TooMany
from fedicoop.members import actions, joining, links
from fedicoop.members.entering import has_mail
from fedicoop.members.joining import Invitation
from fedicoop.members.pages import LETTER_TO
from fedicoop.node import Node
from fedicoop.web import forms, limits, origin, typed
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.qr import qr
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE = "/inviter"
DAYS = ("1", "7", "30")
USES = ("1", "10", "50")
LONGEST_NOTE = 60
INVITE_OF = Limit("invite of", 30, timedelta(hours=1))


async def _inviter(tx: Tx, who: Member) -> tuple[Coop, bool]:
    """The coop's rules, and whether this is a steward; raises Forbidden for who may not invite."""
    rules = await coops.get(tx, who.coop_id)
    access.require(who, Act.MEMBER_INVITE, joining.door(rules))
    return rules, access.may(who, Act.MEMBER_APPROVE, OfCoop(who.coop_id))


async def index(request: Request) -> Response:
    """`/inviter`: a new invitation, and those that are still good."""
    who = require_member(request)
    return await _index(request, who, Form.of({"uses": "1", "days": "7"}, language_of(request)))


async def _index(request: Request, who: Member, form: Form, status: int = 200) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        _, steward = await _inviter(tx, who)
        out = await links.invitations(tx, who.coop_id, maker_id=None if steward else who.id)
    return render(
        request,
        "members/invite.html",
        status,
        here=HERE,
        form=form,
        steward=steward,
        out=out,
        mail=has_mail(node),
        days=DAYS,
        uses=USES if steward else USES[:1],
        once=form["once"] or secrets.token_urlsafe(12),
        longest_note=LONGEST_NOTE,
        done=request.query_params.get("fait", ""),
    )


async def invite(request: Request) -> Response:
    """Make an invitation; where an address was given, a letter carries it."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    wish, status = _wish(form, has_mail(node)), 422
    if wish:
        try:
            letter = ((LETTER_TO, wish.email),) if wish.email else ()
            await limits.take(node.db, (INVITE_OF, who.id), *letter)
        except TooMany as problem:
            form.refuse("", problem)
            status = 429
    if form.wrong or wish is None:
        return await _index(request, who, form, status)
    once = form["once"][:40] or secrets.token_urlsafe(12)
    secret = links.derived(origin.browser_key(request), f"invitation {once}")
    async with node.db.write() as tx:
        await joining.invite(tx, who, node.settings.origin, wish, secret)
    return forms.see_other(request, f"{HERE}/{once}")


def _wish(form: Form, mail: bool) -> Invitation | None:
    note, days, uses, email = "", "7", "1", None
    with form.checking("note"):
        note = typed.line(form, "note", LONGEST_NOTE, required=False)
    with form.checking("days"):
        days = typed.choice(form, "days", DAYS)
    with form.checking("uses"):
        uses = typed.choice(form, "uses", USES)
    with form.checking("email"):
        email = actions.checked_email(form["email"]) if form["email"] and mail else None
    return None if form.wrong else Invitation(note=note, days=int(days), uses=int(uses), email=email)


async def show(request: Request) -> Response:
    """The invitation as a link and a code, on the device that made it and nowhere else."""
    node: Node = request.app.state.node
    who = require_member(request)
    secret = links.derived(origin.browser_key(request), f"invitation {request.path_params['once']}")
    async with node.db.read() as tx:
        await _inviter(tx, who)
        link = await links.open(tx, secret, links.INVITATION)
    address = f"{node.settings.origin}/invitation/{secret}"
    headers = {"cache-control": "private, no-store"}
    return render(
        request,
        "members/invitation.html",
        headers=headers,
        here=HERE,
        link=link,
        address=address,
        code=qr(address),
    )


async def withdraw(request: Request) -> Response:
    """Take an invitation back."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        await joining.withdraw(tx, who, form["invitation"])
    return forms.see_other(request, f"{HERE}?fait=retiree")


routes = [
    Route(HERE, index, methods=["GET"]),
    Route(HERE, invite, methods=["POST"]),
    Route("/invite", index),
    Route(f"{HERE}/retirer", withdraw, methods=["POST"]),
    Route(f"{HERE}/{{once}}", show, methods=["GET"]),
]
