"""`/bienvenue/{secret}`: a coop is set up in four short screens, from the one-time link to its first listing.

What was answered is kept after each screen, so that a closed tab goes on where it was.  Nothing of it
is seen by anybody before the last one.
"""

import asyncio
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import keyring
from fedicoop.actors import store as actors
from fedicoop.actors.addresses import checked_handle
from fedicoop.actors.coops import Joining
from fedicoop.desk import answers, beginning, oneself, returning, setups
from fedicoop.desk.answers import Answers
from fedicoop.desk.door import UNSEEN, Door, open_door
from fedicoop.desk.setups import Setup
from fedicoop.desk.showing import MODES, choices, form_of, logo_of, sample
from fedicoop.errors import Conflict
from fedicoop.i18n import t
from fedicoop.listings.categories import FIRST_BRANCH
from fedicoop.media import store as media
from fedicoop.members import handles, links, passwords
from fedicoop.members.entering import go_on, has_mail, let_in
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.words.folding import fold

SCREENS = ("sort", "words", "where", "you")


async def show(request: Request) -> Response:
    """The screen where one was."""
    return await _screen(request, None)


async def show_screen(request: Request) -> Response:
    """One of the screens up to the first that is not answered."""
    return await _screen(request, request.path_params["screen"])


async def _screen(request: Request, wanted: int | None) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        door = await open_door(request, tx)
    if door.admins:
        return returning.draw(request, door, Form(language=language_of(request)))
    first_open = min(door.setup.done + 1, len(SCREENS))
    if wanted is not None and not 1 <= wanted <= first_open:
        return forms.see_other(request, door.path)
    screen, language = wanted or first_open, language_of(request)
    form = form_of(door.setup.answers, node.settings.host, language)
    return _draw(request, door, screen, Form(language=language) if SCREENS[screen - 1] == "you" else form)


def _draw(request: Request, door: Door, screen: int, form: Form) -> Response:
    node: Node = request.app.state.node
    shown = sample(door.setup.answers, node.settings.host)
    return render(
        request,
        "desk/first_run.html",
        422 if form.wrong else 200,
        headers=UNSEEN,
        form=form,
        door=door,
        screen=screen,
        screens=SCREENS,
        path=door.path,
        mail=has_mail(node),
        minutes=int(links.VALID.total_seconds() // 60),
        least=passwords.SHORTEST,
        sample=shown,
        site=shown.name or node.settings.host,
        hue=shown.hue,
        **choices(shown.hue),
    )


async def send(request: Request) -> Response:
    """A screen was filled in: on to the next, or to what is wrong with it."""
    node: Node = request.app.state.node
    screen: int = request.path_params["screen"]
    form = await forms.read(request, files=1)
    async with node.db.read() as tx:
        door = await open_door(request, tx)
    if door.admins or not 1 <= screen <= min(door.setup.done + 1, len(SCREENS)):
        return forms.see_other(request, door.path)
    if SCREENS[screen - 1] == "you":
        return await _finish(request, door, form)
    said = await _READERS[SCREENS[screen - 1]](node, door, form)
    if form.wrong:
        return _draw(request, door, screen, form)
    look = bool(form["look"])
    done = max(door.setup.done, screen - look)
    async with node.db.write() as tx:
        await links.open(tx, request.path_params["secret"])
        await setups.put(tx, door.actor.id, Setup(replace(door.setup.answers, **said), done))
        before = door.setup.answers.logo
        if before and door.is_new and said.get("logo", before) != before:
            await media.forget(tx, [before])  # tried on, and nobody else has seen it
    return forms.see_other(request, f"{door.path}/{screen + (not look)}{'#phone' if look else ''}")


async def _sort(node: Node, door: Door, form: Form) -> dict[str, Any]:  # noqa: ARG001 - as the others
    return answers.sort(form)


async def _words(node: Node, door: Door, form: Form) -> dict[str, Any]:
    said = answers.words(form)
    if door.is_new:
        with form.checking("handle"):
            said["handle"] = await _handle(node, form["handle"] or _proposed(form["name"], node))
    if not form.wrong:
        said["logo"] = await logo_of(node, form, door.setup.answers.logo)
    return said


def _proposed(name: str, node: Node) -> str:
    """The handle that a name makes; the host's, where the name is in another alphabet."""
    plain = handles.plain(name)[:30].strip("_")
    if any(letter.isascii() and letter.isalnum() for letter in fold(name)):
        return plain
    return re.sub(r"[^a-z0-9]", "_", node.settings.host.partition(".")[0])[:30]


async def _handle(node: Node, typed: str) -> str:
    handle = checked_handle(typed.lower().removeprefix("@").partition("@")[0])
    async with node.db.read() as tx:
        if await actors.handle_taken(tx, handle):
            raise Conflict("actor.handle_taken", handle, handle=handle)
    return handle


async def _where(node: Node, door: Door, form: Form) -> dict[str, Any]:  # noqa: ARG001 - as the others
    said = answers.place(form, door.setup.answers, needed=True)
    with form.checking("joining"):
        said["joining"] = answers.one_of(form, "joining", tuple(Joining))
    return said


_READERS = {"sort": _sort, "words": _words, "where": _where}


async def _finish(request: Request, door: Door, form: Form) -> Response:
    node: Node = request.app.state.node
    you = await oneself.read(node, form)
    if not form.wrong:
        pairs = await asyncio.gather(keyring.make(), keyring.make())
        secret, origin = request.path_params["secret"], node.settings.origin
        try:
            async with node.db.write() as tx:
                begun = await beginning.begin(tx, origin, secret, door.actor.id, you, pairs)
                session = await let_in(tx, request, begun.id)
        except Conflict as problem:
            form.refuse("email" if problem.key == "member.email_taken" else "", problem)
        else:
            return go_on(request, _first_listing(door.setup.answers), session)
    return _draw(request, door, len(SCREENS), form)


def _first_listing(said: Answers) -> str:
    """The publish form with an example in it, in the coop's language."""
    branch = FIRST_BRANCH.get(said.kind, "")
    example = {
        "kind": "offer",
        "title": t(f"setup.example.{said.kind}.title", said.locale),
        "text": t(f"setup.example.{said.kind}.text", said.locale),
        "mode": MODES.get(said.kind, "loan"),
        "category": "bikes.repair" if branch == "bikes" else branch,
    }
    return f"/publier?{urlencode({name: value for name, value in example.items() if value})}"


routes = [
    Route("/bienvenue/{secret}", show, methods=["GET"]),
    Route("/welcome/{secret}", show, methods=["GET"]),
    Route("/bienvenue/{secret}/{screen:int}", show_screen, methods=["GET"]),
    Route("/bienvenue/{secret}/{screen:int}", send, methods=["POST"]),
    *returning.routes,
]
