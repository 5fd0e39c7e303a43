"""`/admin/maisons`: how other houses are treated here, since when and why; for admins, to change it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops, readers
from fedicoop.db import Tx
from fedicoop.desk import blocklist, houses
from fedicoop.errors import Malformed, Misused, TooLarge
from fedicoop.i18n import Explanation, explain
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.peers import decisions
from fedicoop.peers.decisions import Decision
from fedicoop.peers.peer import EVERYBODY, Policy
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

HERE = "/admin/maisons"
MOST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line of a list that could not be followed, and why."""

    line: blocklist.Line
    said: Explanation


_SAID = (*Policy, "rules", "imported")


async def show(request: Request) -> Response:
    """Every house that was decided on, those we talked with, the rules and the log."""
    who = require_member(request)
    access.require(who, Act.HOUSE_SEE, OfCoop(who.coop_id))
    host = request.query_params.get("maison", "")[:253]
    form = Form.of({"host": host, "policy": Policy.CLOSED}, language_of(request))
    return await _draw(request, who, form)


async def decide(request: Request) -> Response:
    """Close, limit or open one house."""
    node: Node = request.app.state.node
    who, form = await _admin(request), await forms.read(request)
    host = ""
    with form.checking("host"):
        host = houses.named(forms.required(form, "host"), node.settings.host)
    with form.checking("policy"):
        if form["policy"] not in tuple(Policy):
            raise Misused("form.missing", form["policy"][:50])
    with form.checking("reason"):
        if form["policy"] in (Policy.CLOSED, Policy.LIMITED):
            forms.required(form, "reason")
    if form.wrong:
        return await _draw(request, who, form)
    async with node.db.write() as tx:
        await houses.decide(tx, who, host, Policy(form["policy"]), form["reason"])
    return forms.see_other(request, f"{HERE}?said={form['policy']}#said")


async def choose(request: Request) -> Response:
    """The two rules for everybody."""
    node: Node = request.app.state.node
    who, form = await _admin(request), await forms.read(request)
    async with node.db.write() as tx:
        listed_only, signed_only = bool(form["listed_only"]), bool(form["signed_only"])
        await houses.choose(tx, who, listed_only=listed_only, signed_only=signed_only)
    return forms.see_other(request, f"{HERE}?said=rules#said")


async def take_in(request: Request) -> Response:
    """A list from elsewhere: what it asks for is done, what is wrong with it is told line by line."""
    node: Node = request.app.state.node
    who, form = await _admin(request), await forms.read(request, files=1)
    lines: list[blocklist.Line] = []
    with form.checking("list"):
        lines = blocklist.read(await _text(form), node.settings.host)
        async with node.db.write() as tx:
            for line in lines:
                if line.policy:
                    await houses.decide(tx, who, line.host, line.policy, line.reason)
    if form.wrong:
        return await _draw(request, who, form)
    done = sum(1 for line in lines if line.policy)
    language = language_of(request)
    wrong = [Wrong(line, explain(line.problem, language)) for line in lines if line.problem]
    return await _draw(request, who, Form(language=language), done=done, lines=wrong)


async def _text(form: Form) -> str:
    file = next(iter(form.files.get("list", ())), None)
    if file is None:
        raise Misused("form.missing", "list")
    data = await file.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise TooLarge("form.too_large", most=str(MOST_FILE // 1_000_000))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("houses.no_list", str(error)) from error


async def hand_out(request: Request) -> Response:
    """Closed and limited houses as a file that Mastodon and others take."""
    node: Node = request.app.state.node
    who = require_member(request)
    access.require(who, Act.HOUSE_SEE, OfCoop(who.coop_id))
    async with node.db.read() as tx:
        text = blocklist.write(await decisions.decided(tx))
    name = f"{node.settings.host.replace(':', '-')}-maisons.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


async def _admin(request: Request) -> Member:
    """Raises SignInFirst and Forbidden."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        await houses.require(tx, who)
    return who


async def _draw(request: Request, who: Member, form: Form, **more: Any) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        first = await coops.first(tx)
        log = await decisions.log(tx)
        scene: dict[str, Any] = {
            "decided": await decisions.decided(tx),
            "others": await decisions.others(tx),
            "log": [(one, await _name(tx, one)) for one in log],
            "listed_only": await decisions.listed_only(tx),
            "signed_only": await readers.must_sign(tx),
        }
    said = request.query_params.get("said", "")
    return render(
        request,
        "desk/houses.html",
        422 if form.wrong else 200,
        here=HERE,
        form=form,
        everybody=EVERYBODY,
        may_decide=access.may(who, Act.HOUSE_POLICY, OfCoop(first.actor_id)),
        said=said if said in _SAID else "",
        longest=houses.LONGEST_REASON,
        **scene,
        **({"done": None, "lines": []} | more),
    )


async def _name(tx: Tx, one: Decision) -> str:
    known = one.member_id and await members.exists(tx, one.member_id)
    return (await members.get(tx, one.member_id)).name if known and one.member_id else ""


routes = [
    Route(HERE, show, methods=["GET"]),
    Route("/admin/houses", show, methods=["GET"]),
    Route(HERE, decide, methods=["POST"]),
    Route(f"{HERE}/regles", choose, methods=["POST"]),
    Route(f"{HERE}/liste", take_in, methods=["POST"]),
    Route(f"{HERE}.csv", hand_out, methods=["GET"]),
]
