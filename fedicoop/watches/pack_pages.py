"""`/admin/reseau/listes`: lists of coops to begin with, to be followed one by one or all at once."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import network_pages, pack_reading, packs
from fedicoop.watches.actions import NETWORK
from fedicoop.watches.network_pages import require_steward
from fedicoop.watches.packs import Entry
from fedicoop.web import forms
from fedicoop.web.render import language_of, render

HERE = f"{NETWORK}/listes"


@dataclass(frozen=True, slots=True)
class Line:
    """One coop of a list, and how it stands: `status` is None where we did not ask it yet."""

    entry: Entry
    actor: Actor | None
    status: Status | None
    ourselves: bool
    wrong: str  # what stood in the way, in words

    @property
    def open(self) -> bool:
        """Whether there is something left to do."""
        return not self.ourselves and self.status in (None, Status.REJECTED)


async def read(request: Request) -> Response:
    """Read a list at an address, or the neighbours that a domain tells of."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_steward(request)
    with form.checking("source"):
        id = await pack_reading.read(node, who, forms.required(form, "source"))
        return forms.see_other(request, f"{HERE}/{id}")
    return await network_pages.draw(request, form)


async def show(request: Request) -> Response:
    """A list, and which of its coops we follow already."""
    node: Node = request.app.state.node
    who = require_steward(request)
    async with node.db.read() as tx:
        kept = await packs.get(tx, request.path_params["id"], who.coop_id)
        lines = await _lines(tx, who, kept.id, language_of(request))
    return render(
        request,
        "watches/pack.html",
        headers={"cache-control": "private, no-store"},
        here=f"{HERE}/{kept.id}",
        pack=kept,
        lines=lines,
        left=sum(line.open for line in lines),
        done=request.query_params.get("fait", ""),
    )


async def _lines(tx: Tx, who: Member, pack_id: str, language: str) -> list[Line]:
    found = list[Line]()
    for entry in await packs.entries(tx, pack_id):
        known = entry.actor_id or (entry.address if "://" in entry.address else None)
        actor = await actors.find(tx, known) if known else None
        following = await follows.between(tx, who.coop_id, actor.id) if actor else None
        wrong = ""
        if entry.problem and not following:
            values = dict.fromkeys(("host", "name", "url", "id", "address"), entry.address)
            wrong = i18n.t(f"problem.{entry.problem}.what", language, **values)
        ourselves = actor is not None and actor.id == who.coop_id
        found.append(Line(entry, actor, following.status if following else None, ourselves, wrong))
    return found


async def change(request: Request) -> Response:
    """Follow one or all of a list, or put the list away."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who, id = require_steward(request), request.path_params["id"]
    async with node.db.read() as tx:
        kept = await packs.get(tx, id, who.coop_id)
        lines = await _lines(tx, who, kept.id, "fr")
    if form["do"] == "remove":
        async with node.db.write() as tx:
            await packs.remove(tx, kept)
        return forms.see_other(request, f"{NETWORK}?fait=liste#listes")
    if form["do"] == "all":
        async with node.db.write() as tx:
            await pack_reading.follow_all(tx, who, [line.entry for line in lines if line.open])
        return forms.see_other(request, f"{HERE}/{id}?fait=toutes")
    entry = next((line.entry for line in lines if str(line.entry.place) == form["place"]), None)
    if entry is None:
        raise NotFound("pack.none", id)
    problem = await pack_reading.follow_one(node, who, entry)
    return forms.see_other(request, f"{HERE}/{id}{'' if problem else '?fait=une'}#coop-{entry.place}")


routes = [
    Route(HERE, read, methods=["POST"]),
    Route(f"{HERE}/{{id}}", show),
    Route(f"{HERE}/{{id}}", change, methods=["POST"]),
]
