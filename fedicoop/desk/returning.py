"""The one-time link of a coop that has admins: one of them comes back, or somebody joins them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Role
from fedicoop.actors import keyring
from fedicoop.desk import oneself
from fedicoop.desk.door import UNSEEN, Door, open_door
from fedicoop.errors import Conflict, NotFound
from fedicoop.members import actions, links, passwords
from fedicoop.members import store as members
from fedicoop.members.entering import go_on, has_mail, let_in, require_open
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import render


def draw(request: Request, door: Door, form: Form) -> Response:
    node: Node = request.app.state.node
    return render(
        request,
        "desk/return.html",
        422 if form.wrong else 200,
        headers=UNSEEN,
        form=form,
        door=door,
        path=door.path,
        mail=has_mail(node),
        least=passwords.SHORTEST,
    )


async def come_back(request: Request) -> Response:
    """An admin who lost the way in takes it again: whoever has the machine's link may be any of them."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.write() as tx:
        link = await links.spend(tx, request.path_params["secret"], links.ADMIN)
        found = await members.get_by_handle(tx, form["handle"])
        if found.coop_id != link.coop_id or found.role is not Role.ADMIN:
            raise NotFound("member.unknown", found.handle, handle=found.handle)
        require_open(await members.account(tx, found.id))
        session = await let_in(tx, request, found.id)
    return go_on(request, "/moi", session)


async def join_in(request: Request) -> Response:
    """Somebody else becomes an admin of a coop that has one: those who were have gone, say."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.read() as tx:
        door = await open_door(request, tx)
    if not door.admins:
        return forms.see_other(request, door.path)
    you = await oneself.read(node, form)
    if not form.wrong:
        pair = await keyring.make()
        try:
            async with node.db.write() as tx:
                made = await actions.first_admin(
                    tx,
                    node.settings.origin,
                    request.path_params["secret"],
                    name=you.name,
                    pair=pair,
                    email=you.email,
                    password=you.password,
                )
                session = await let_in(tx, request, made.id)
        except Conflict as problem:
            form.refuse("email", problem)
        else:
            return go_on(request, "/moi", session)
    return draw(request, door, form)


routes = [
    Route("/bienvenue/{secret}/retour", come_back, methods=["POST"]),
    Route("/bienvenue/{secret}/aussi", join_in, methods=["POST"]),
]
