"""`/admin`: what needs a steward, and how the coop and its house are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.desk import backups, checks, deliveries, troubles, week
from fedicoop.desk.backups import MakeBackup
from fedicoop.desk.findings import Finding
from fedicoop.errors import NotFound
from fedicoop.i18n import Explanation, explain
from fedicoop.jobs import queue
from fedicoop.members.hub import Ask
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE, HEALTH = "/admin", "/admin/sante"
URGENT = 3
MOST_FAULTS = 10
PLACES = (
    ("/admin/membres", "members", "people"),
    ("/admin/messages", "messages", "chat"),
    ("/admin/reseau", "network", "coops"),
    ("/admin/tableaux", "boards", "list"),
    ("/admin/mots", "words", "tag"),
    ("/admin/signalements", "reports", "warning"),
    ("/admin/maisons", "houses", "lock"),
    ("/admin/coop", "coop", "settings"),
    (HEALTH, "health", "heart"),
    ("/aide", "help", "help"),
)
"""Where else one looks after the coop: path, text, drawing."""


_OURS = {"me.waiting.troubles"}
"""What waits for a steward, though it does not stand under `/admin`."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A finding that is not fine, in words."""

    mark: str  # !, ✗
    label: str
    said: Explanation


def _who(request: Request, act: Act) -> Member:
    """Raises SignInFirst and Forbidden."""
    who = require_member(request)
    access.require(who, act, OfCoop(who.coop_id))
    return who


async def _keeper(request: Request) -> Member:
    """Who looks after the house itself: an admin of its first coop.  Raises SignInFirst and Forbidden."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        first = await coops.first(tx)
    access.require(who, Act.HOUSE_MEND, OfCoop(first.actor_id))
    return who


def _repairs(found: Sequence[Finding], language: str) -> list[Repair]:
    return [Repair(one.mark, one.label, explain(one.problem, language)) for one in found if one.problem]


async def show(request: Request) -> Response:
    """The start page of those who care for a coop."""
    node: Node = request.app.state.node
    who, language = _who(request, Act.COOP_EDIT), language_of(request)
    asks: Sequence[Ask] = request.app.state.waiting
    async with node.db.read() as tx:
        coop = await actors.get(tx, who.coop_id)
        approve = [one for ask in asks for one in await ask(tx, who) if one.count]
        numbers = await week.of_coop(tx, who.coop_id)
    repairs = _repairs(await checks.examine(node, language), language)
    return render(
        request,
        "desk/index.html",
        here=HERE,
        coop=coop,
        approve=[one for one in approve if one.path.startswith(HERE) or one.words in _OURS],
        week=numbers,
        lamp=repairs[0].mark if repairs else "✓",
        repairs=repairs[:URGENT],
        more=max(0, len(repairs) - URGENT),
        places=PLACES,
    )


async def health(request: Request) -> Response:
    """Everything that was looked at, what waits for whom and why, and the backups."""
    node: Node = request.app.state.node
    who, language = _who(request, Act.HOUSE_SEE), language_of(request)
    found = await checks.examine(node, language)
    here = await asyncio.to_thread(backups.here, node.settings.backups_dir)
    async with node.db.read() as tx:
        late = await deliveries.waiting(tx, language)
        first = await coops.first(tx)
        latest, trouble = await backups.latest(tx), await backups.trouble(tx)
        at_work = await backups.is_at_work(tx)
        faults = await troubles.latest(tx, limit=MOST_FAULTS)
    return render(
        request,
        "desk/health.html",
        here=HEALTH,
        repairs=_repairs(found, language),
        fine=[one for one in found if not one.problem],
        late=late,
        backups=here,
        folder=node.settings.backups_dir,
        kept=node.settings.backups_kept,
        latest=latest,
        trouble=explain(trouble.problem, language) if trouble else None,
        at_work=at_work,
        faults=faults,
        mends=access.may(who, Act.HOUSE_MEND, OfCoop(first.actor_id)),
        said=request.query_params.get("said", ""),
    )


async def deliver_again(request: Request) -> Response:
    """Try now what waits in a lane, and once more what was given up."""
    node: Node = request.app.state.node
    await _keeper(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        if form["lane"] not in {lane.lane for lane in await queue.lanes(tx)}:
            raise NotFound("desk.nothing_waits", form["lane"][:200])
        await queue.retry_now(tx, form["lane"])
    return forms.see_other(request, f"{HEALTH}?said=again#late")


async def back_up(request: Request) -> Response:
    """Promise a backup; one at a time, however often the button is pressed."""
    node: Node = request.app.state.node
    who = await _keeper(request)
    await forms.read(request)
    async with node.db.write() as tx:
        if not await backups.is_at_work(tx):
            await queue.enqueue(tx, MakeBackup(who.id), lane=backups.LANE)
    return forms.see_other(request, f"{HEALTH}?said=backup#backups")


routes = [
    Route(HERE, show),
    Route(HEALTH, health),
    Route("/admin/health", health),
    Route(f"{HEALTH}/reessayer", deliver_again, methods=["POST"]),
    Route(f"{HEALTH}/sauvegarder", back_up, methods=["POST"]),
]
