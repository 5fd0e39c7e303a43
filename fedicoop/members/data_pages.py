"""What is kept of me: to take along, and to have forgotten."""

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.errors import Misused, Problem
from fedicoop.members import archive, leaving
from fedicoop.members.keeping import Keeps, Rows
from fedicoop.node import Node
from fedicoop.web import forms, limits, origin
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

EXPORT_OF = Limit("export of", 10, timedelta(hours=1))


async def show(request: Request) -> Response:
    """`/moi/donnees`: what there is, the button that takes it along, and the way to the end."""
    require_member(request)
    return render(request, "members/data.html", here="/moi/donnees")


async def export(request: Request) -> Response:
    """Everything that the member typed, now: no link that could be opened by somebody else (case 134)."""
    node: Node = request.app.state.node
    who = require_member(request)
    await forms.read(request)
    await limits.take(node.db, (EXPORT_OF, who.id))
    keeps: Keeps = request.app.state.keeps
    tables, names, language = dict[str, Rows](), list[str](), language_of(request)
    async with node.db.read() as tx:
        for keep in keeps:
            tables |= await keep.take_along(tx, who)
            names += await keep.photos(tx, who)
    now = node.db.clock()
    said = {"origin": node.settings.origin, "member": who.handle, "made_at": now.isoformat()}
    words = i18n.t("me.data.readme", language, host=node.settings.host, name=who.name)
    photos = [node.settings.media_dir / name for name in names if "/" not in name]
    file = await asyncio.to_thread(archive.build, tables, photos, words, said)
    name = f"{who.handle}-{now:%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return StreamingResponse(archive.pieces(file), media_type="application/zip", headers=headers)


async def show_leaving(request: Request) -> Response:
    """`/moi/donnees/supprimer`: what happens to what, and the word to type."""
    require_member(request)
    return _leaving(request, Form({}, {}, language_of(request)))


def _leaving(request: Request, form: Form, status: int = 200) -> Response:
    return render(request, "members/leave.html", status, here="/moi/donnees/supprimer", form=form)


async def leave(request: Request) -> Response:
    """Close the account for good, once its handle was typed; this browser is signed out with all others."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    with form.checking("handle"):
        typed = forms.required(form, "handle").removeprefix("@").lower()
        if typed != who.handle:
            raise Misused("member.not_this_handle", typed[:40], handle=who.handle)
    if not form.wrong:
        try:
            async with node.db.write() as tx:
                await leaving.leave(tx, who)
        except Problem as problem:
            if problem.key != "member.last_admin":
                raise
            form.refuse("", problem)
    if form.wrong:
        return _leaving(request, form, 422)
    response = forms.see_other(request, "/au-revoir")
    origin.drop_cookie(response, node.settings.origin)
    return response


async def goodbye(request: Request) -> Response:
    """What one reads who has just left."""
    return render(request, "members/goodbye.html", here="/au-revoir")


routes = [
    Route("/moi/donnees", show),
    Route("/me/data", show),
    Route("/moi/donnees/emporter", export, methods=["POST"]),
    Route("/moi/donnees/supprimer", show_leaving, methods=["GET"]),
    Route("/moi/donnees/supprimer", leave, methods=["POST"]),
    Route("/au-revoir", goodbye),
    Route("/goodbye", goodbye),
]
