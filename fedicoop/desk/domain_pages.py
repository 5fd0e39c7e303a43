"""`/admin/domaine`: what taking another domain would do, and how far a move has come."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import changing_house
from fedicoop.db import Tx
from fedicoop.desk import house_moving, houses
from fedicoop.errors import Misconfigured, Misused
from fedicoop.follows import store_between as between
from fedicoop.jobs import queue
from fedicoop.node import Node
from fedicoop.settings.values import one_origin
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE = "/admin/domaine"


@dataclass(frozen=True, slots=True)
class Progress:
    """A move that was made: where from, who came along, who did not yet, what is still to be said."""

    former: str
    along: int
    behind: int
    waiting: int
    said: bool


async def show(request: Request) -> Response:
    """Changes nothing: the move itself is a command, because the house has to start again at its new name."""
    node: Node = request.app.state.node
    who = require_member(request)
    typed = request.query_params.get("vers", "").strip()[:300]
    form = Form.of({"vers": typed}, language_of(request))
    new = ""
    async with node.db.read() as tx:
        await houses.require(tx, who)
        if typed:
            with form.checking("vers"):
                new = _origin(node, typed)
        plan = await house_moving.plan(tx, node.settings.origin, new) if new else None
        progress = await _progress(tx)
    return render(
        request,
        "desk/domain.html",
        422 if form.wrong else 200,
        here=HERE,
        form=form,
        plan=plan,
        numbers=("actors", "listings", "followers", "following", "members", "passkeys"),
        origin=node.settings.origin,
        progress=progress,
        command=f"fedicoop move-domain {new} --yes",
    )


def _origin(node: Node, typed: str) -> str:
    """The origin that somebody typed, with or without `https://`.  Raises Misused."""
    text = typed if "://" in typed else f"https://{typed}"
    try:
        new = one_origin(text.rstrip("/"), "vers", node.settings.allowed_peers)
    except Misconfigured as wrong:
        raise Misused("moving.no_origin", typed, origin=typed[:100]) from wrong
    if new == node.settings.origin:
        raise Misused("moving.already", new, origin=new)
    return new


async def _progress(tx: Tx) -> Progress | None:
    former = await changing_house.former_origins(tx)
    if not former:
        return None
    waiting = await queue.waiting(tx, house_moving.LANE, most=10)
    behind = await between.left_behind(tx)
    along = await tx.count(
        """SELECT count(*) FROM follows f JOIN actors a ON a.id = f.followed_id
           WHERE a.local AND a.also_known_as <> '[]' AND f.status = 'accepted'"""
    )
    said = await tx.count("SELECT count(*) FROM sent WHERE type = 'Move'")
    return Progress(former[-1], along, behind, waiting, bool(said))


routes = [Route(HERE, show), Route("/admin/domain", show)]
"""Looking is all that is done here."""
