"""The members of a coop, for those who care for it: who asks, who is there, in which role."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop, Role
from fedicoop.actors import coops
from fedicoop.errors import NotFound
from fedicoop.members import actions, candidates, joining, links, roll, store
from fedicoop.members.roll import Entry
from fedicoop.node import Node
from fedicoop.web import forms, origin, typed
from fedicoop.web.forms import Form
from fedicoop.web.qr import qr
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE = "/admin/membres"
ROLES = tuple(Role)


def _steward(request: Request) -> Member:
    who = require_member(request)
    access.require(who, Act.MEMBER_LIST, OfCoop(who.coop_id))
    return who


async def index(request: Request) -> Response:
    """`/admin/membres`: people who ask to join, and everybody who did, by name or as searched."""
    node: Node = request.app.state.node
    who = _steward(request)
    words = " ".join(request.query_params.get("q", "").split())[:100]
    async with node.db.read() as tx:
        rules = await coops.get(tx, who.coop_id)
        asking = await candidates.waiting(tx, who.coop_id)
        found = await roll.entries(tx, who.coop_id, words=words)
    return render(
        request,
        "members/people.html",
        here=HERE,
        rules=rules,
        asking=asking,
        people=found,
        q=words,
        done=request.query_params.get("fait", ""),
    )


async def answer(request: Request) -> Response:
    """Accept or decline somebody who asks to join."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    yes = form["answer"] == "accepted"
    async with node.db.write() as tx:
        await joining.answer(tx, who, node.settings.origin, request.path_params["id"], yes=yes)
    return forms.see_other(request, f"{HERE}?fait={'acceptee' if yes else 'declinee'}")


async def show(request: Request) -> Response:
    """`/admin/membres/{handle}`: one member, and what may be done."""
    node: Node = request.app.state.node
    who = _steward(request)
    async with node.db.read() as tx:
        person = await roll.entry(tx, who.coop_id, request.path_params["handle"])
    form = Form.of({"role": person.role}, language_of(request))
    return _show(request, person, form)


def _show(request: Request, person: Entry, form: Form, status: int = 200) -> Response:
    return render(
        request,
        "members/person.html",
        status,
        here=f"{HERE}/{person.handle}",
        person=person,
        what=actions.person(person),
        of_coop=OfCoop(person.coop_id),
        form=form,
        roles=ROLES,
        once=secrets.token_urlsafe(12),
        done=request.query_params.get("fait", ""),
    )


async def change_role(request: Request) -> Response:
    """Another role; only an admin's form does it, and only that field of it counts (security case 97)."""
    node: Node = request.app.state.node
    who = require_member(request)
    access.require(who, Act.MEMBER_SET_ROLE, OfCoop(who.coop_id))
    form = await forms.read(request)
    async with node.db.read() as tx:
        person = await roll.entry(tx, who.coop_id, request.path_params["handle"])
    with form.checking("role"):
        role = Role(typed.choice(form, "role", ROLES))
        async with node.db.write() as tx:
            await actions.change_role(tx, who, await store.get(tx, person.id), role)
    if form.wrong:
        return _show(request, person, form, 422)
    return forms.see_other(request, f"{HERE}/{person.handle}?fait=role")


async def change_access(request: Request) -> Response:
    """Shut somebody out, or open the door again."""
    node: Node = request.app.state.node
    who = _steward(request)
    form = await forms.read(request)
    shut = form["door"] == "shut"
    async with node.db.write() as tx:
        person = await roll.entry(tx, who.coop_id, request.path_params["handle"])
        await (actions.suspend if shut else actions.restore)(tx, who, person)
    return forms.see_other(request, f"{HERE}/{person.handle}?fait={'suspendu' if shut else 'retabli'}")


async def make_link(request: Request) -> Response:
    """A sign-in link to hand over in person; the same form sent twice makes one (security case 136)."""
    node: Node = request.app.state.node
    who = _steward(request)
    once = (await forms.read(request))["once"][:40] or secrets.token_urlsafe(12)
    secret = links.derived(origin.browser_key(request), f"sign-in {once}")
    async with node.db.write() as tx:
        person = await roll.entry(tx, who.coop_id, request.path_params["handle"])
        await actions.make_sign_in_link(tx, who, person, secret)
    return forms.see_other(request, f"{HERE}/{person.handle}/lien/{once}")


async def show_link(request: Request) -> Response:
    """The link with its QR code, on the device that made it and nowhere else."""
    node: Node = request.app.state.node
    who = _steward(request)
    secret = links.derived(origin.browser_key(request), f"sign-in {request.path_params['once']}")
    async with node.db.read() as tx:
        person = await roll.entry(tx, who.coop_id, request.path_params["handle"])
        link = await links.open(tx, secret, links.SIGN_IN)
    if link.member_id != person.id:
        raise NotFound("link.sign_in_void")
    address = f"{node.settings.origin}/entrer/lien/{secret}"
    headers = {"cache-control": "private, no-store"}
    return render(
        request,
        "members/hand_over.html",
        headers=headers,
        here=f"{HERE}/{person.handle}",
        person=person,
        link=address,
        code=qr(address),
        minutes=int(links.VALID.total_seconds() // 60),
    )


routes = [
    Route(HERE, index),
    Route("/admin/members", index),
    Route(f"{HERE}/demandes/{{id}}", answer, methods=["POST"]),
    Route(f"{HERE}/{{handle}}", show),
    Route(f"{HERE}/{{handle}}/role", change_role, methods=["POST"]),
    Route(f"{HERE}/{{handle}}/acces", change_access, methods=["POST"]),
    Route(f"{HERE}/{{handle}}/lien", make_link, methods=["POST"]),
    Route(f"{HERE}/{{handle}}/lien/{{once}}", show_link),
]
