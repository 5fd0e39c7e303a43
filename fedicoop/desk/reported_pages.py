"""`/admin/signalements`: what was reported, and a steward's decision with its reasons (DSA, article 17)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.desk import flags, report, reporting, reports
from fedicoop.desk.report import Case, Outcome, Report
from fedicoop.errors import Misused
from fedicoop.listings import store
from fedicoop.listings.listing import Listing
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as the page shows it: the listing as it stands now, if it does, and who said what."""

    case: Case
    listing: Listing | None
    names: dict[str, str]  # of the members who reported, by report


async def show(request: Request) -> Response:
    """What waits, and what was decided lately."""
    return await _draw(request, _who(request), Form(language=language_of(request)))


async def settle(request: Request) -> Response:
    """One decision about one listing.  Taking it down needs its reasons: the author reads them."""
    node: Node = request.app.state.node
    who, form = _who(request), await forms.read(request)
    answer = form["answer"][:LONGEST]
    with form.checking("answer"):
        if form["outcome"] not in tuple(Outcome):
            raise Misused("form.missing", form["outcome"][:50])
        if form["outcome"] == Outcome.REMOVED:
            forms.required(form, "answer")
        async with node.db.write() as tx:
            await reporting.settle(tx, who, form["listing"], Outcome(form["outcome"]), answer)
    if form.wrong:
        return await _draw(request, who, form)
    return forms.see_other(request, f"{reporting.HERE}?said={form['outcome']}")


async def pass_on(request: Request) -> Response:
    """Tell the server of whom a listing is.  What it decides there is its own affair, as ours is ours."""
    node: Node = request.app.state.node
    who, form = _who(request), await forms.read(request)
    with form.checking("words"):
        words = forms.required(form, "words")[:LONGEST]
        async with node.db.write() as tx:
            await flags.pass_on(tx, who, node.settings.origin, form["listing"], words)
    if form.wrong:
        return await _draw(request, who, form)
    return forms.see_other(request, f"{reporting.HERE}?said=passed_on")


def _who(request: Request) -> Member:
    """Raises SignInFirst and Forbidden."""
    who = require_member(request)
    access.require(who, Act.REPORT_SETTLE, OfCoop(who.coop_id))
    return who


async def _draw(request: Request, who: Member, form: Form) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        waiting = [await _shown(tx, case) for case in report.cases(await reports.waiting(tx, who.coop_id))]
        settled = await reports.settled(tx, who.coop_id)
    return render(
        request,
        "desk/reports.html",
        422 if form.wrong else 200,
        here=reporting.HERE,
        waiting=waiting,
        settled=settled,
        form=form,
        said=request.query_params.get("said", ""),
        longest=LONGEST,
    )


async def _shown(tx: Tx, case: Case) -> Shown:
    names = {one.id: await _name(tx, one) for one in case.reports}
    return Shown(case, await store.find(tx, case.first.listing_id), names)


async def _name(tx: Tx, said: Report) -> str:
    known = said.member_id and await members.exists(tx, said.member_id)
    return (await members.get(tx, said.member_id)).name if known and said.member_id else ""


routes = [
    Route(reporting.HERE, show, methods=["GET"]),
    Route("/admin/reports", show, methods=["GET"]),
    Route(reporting.HERE, settle, methods=["POST"]),
    Route(f"{reporting.HERE}/transmis", pass_on, methods=["POST"]),
]
