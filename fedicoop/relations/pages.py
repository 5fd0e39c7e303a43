"""`/admin/maisons/{host}`: how it goes with one house; `/admin/inspecter`: what stands at an address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.desk.findings import Finding
from fedicoop.errors import Malformed, NotFound, Problem
from fedicoop.i18n import Explanation, explain
from fedicoop.inbox.turning_away import gathered_of
from fedicoop.node import Node
from fedicoop.peers.verdicts import mark_of
from fedicoop.relations import facts as facts_room
from fedicoop.relations import handshake, inspecting, standing, timeline
from fedicoop.relations.facts import Facts
from fedicoop.relations.handshake import Handshake
from fedicoop.relations.inspecting import LONGEST
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HOUSES, INSPECT = "/admin/maisons", "/admin/inspecter"
LOOKS = Limit("looks at other houses", 30, timedelta(hours=1))
"""Each knocks a few times at a door that somebody names."""
_PRIVATE = {"cache-control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class Step:
    """A finding in words: `said` where it is not well."""

    label: str
    mark: str
    text: str
    said: Explanation | None


def in_words(steps: list[Finding], language: str) -> list[Step]:
    return [
        Step(
            one.label,
            one.mark,
            one.words(language),
            explain(one.problem, language) if one.problem else None,
        )
        for one in steps
    ]


async def show(request: Request) -> Response:
    """What was said by both, what was answered, what waits and why; older events with `?avant=`."""
    who = require_member(request)
    access.require(who, Act.HOUSE_SEE, OfCoop(who.coop_id))
    return await _draw(request, who, _host(request))


async def examine(request: Request) -> Response:
    """Walk the whole handshake now, and show its steps above the timeline."""
    node: Node = request.app.state.node
    who = require_member(request)
    access.require(who, Act.COOP_FOLLOW, OfCoop(who.coop_id))
    host = _host(request)
    await forms.read(request)
    async with node.db.read() as tx:
        known = await _known(tx, node, host)
        us = await actors.get(tx, who.coop_id)
        name = _best_name(known)
    await limits.take(node.db, (LOOKS, who.id))
    return await _draw(request, who, host, await handshake.walk(node, name, language_of(request), us))


def _best_name(facts: Facts) -> str:
    """The actor that matters to us there: whom we follow, else who follows us, else the house itself."""
    for one in facts.ours:
        return one.followed_id
    for one in facts.theirs:
        actor = facts.actors.get(one.follower_id)
        if actor and actor.type == "Organization":
            return actor.id
    return facts.host


def _host(request: Request) -> str:
    try:
        return normal_host(f"https://{request.path_params['host']}")
    except Malformed as odd:
        raise NotFound("relation.no_house", odd.detail) from odd


async def _known(tx: Tx, node: Node, host: str) -> Facts:
    """Raises NotFound for a house that we never met."""
    facts = await facts_room.of_house(tx, node, host)
    if not facts.met:
        raise NotFound("relation.no_house", host)
    return facts


async def _draw(request: Request, who: Member, host: str, walked: Handshake | None = None) -> Response:
    node: Node = request.app.state.node
    language = language_of(request)
    await gathered_of(node).keep(node.db)
    async with node.db.read() as tx:
        facts = await _known(tx, node, host)
        shown = await timeline.page(tx, facts, before=_before(request))
    fault = walked.fault if walked else standing.judge(facts, language)
    to = [one for one in facts.lanes if one.lane.startswith("to ")]
    return render(
        request,
        "desk/house.html",
        headers=_PRIVATE,
        here=f"{HOUSES}/{host}",
        host_name=host,
        zone=node.settings.zone,
        facts=facts,
        fault=explain(fault, language) if fault else None,
        mark=mark_of(fault) if fault else "✓",
        walked=in_words(walked.steps, language) if walked else None,
        walked_name=walked.name if walked else "",
        events=[(one, explain(one.problem, language) if one.problem else None) for one in shown.events],
        older=shown.older.isoformat() if shown.older else "",
        first_page="avant" not in request.query_params,
        waiting=sum(one.waiting for one in to),
        given_up=sum(one.dead for one in to),
        oldest=min((one.oldest for one in to if one.oldest), default=None),
        again=handshake.next_try(facts),
        lane=f"to {host}",
        examines=access.may(who, Act.COOP_FOLLOW, OfCoop(who.coop_id)),
        mends=await _keeps(node, who),
    )


def _before(request: Request) -> datetime | None:
    """What cannot be read begins at the top."""
    try:
        at = datetime.fromisoformat(request.query_params.get("avant", "")[:64])
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return None


async def _keeps(node: Node, who: Member) -> bool:
    """Whether they look after the house itself."""
    async with node.db.read() as tx:
        first = await coops.first(tx)
    return access.may(who, Act.HOUSE_MEND, OfCoop(first.actor_id))


async def ask(request: Request) -> Response:
    """The form; `?nom=` fills it in, and nobody is asked before the button."""
    node: Node = request.app.state.node
    await _require_keeper(node, request)
    form = Form.of({"name": request.query_params.get("nom", "")[:LONGEST]}, language_of(request))
    return _inspected(request, form)


async def inspect(request: Request) -> Response:
    """Look at a name or an address, step by step."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = await _require_keeper(node, request)
    seen = None
    with form.checking("name"):
        name = forms.required(form, "name")
        await limits.take(node.db, (LOOKS, who.id))
        async with node.db.read() as tx:
            us = await actors.get(tx, who.coop_id)
        seen = await inspecting.inspect(node, name, us)
    return _inspected(request, form, seen)


async def _require_keeper(node: Node, request: Request) -> Member:
    """An admin of the first coop here.  Raises SignInFirst and Forbidden."""
    who = require_member(request)
    async with node.db.read() as tx:
        first = await coops.first(tx)
    access.require(who, Act.HOUSE_MEND, OfCoop(first.actor_id))
    return who


def _inspected(request: Request, form: Form, seen: inspecting.Inspection | None = None) -> Response:
    language = language_of(request)
    fault: Problem | None = seen.fault if seen else None
    return render(
        request,
        "desk/inspect.html",
        422 if form.wrong else 200,
        headers=_PRIVATE,
        here=INSPECT,
        form=form,
        seen=seen,
        steps=in_words(seen.steps, language) if seen else [],
        fault=explain(fault, language) if fault else None,
        mark=mark_of(fault) if fault else "✓",
        most=LONGEST,
    )


routes = [
    Route(INSPECT, ask, methods=["GET"]),
    Route("/admin/inspect", ask, methods=["GET"]),
    Route(INSPECT, inspect, methods=["POST"]),
    Route(f"{HOUSES}/{{host}}", show, methods=["GET"]),
    Route(f"{HOUSES}/{{host}}/examiner", examine, methods=["POST"]),
]
