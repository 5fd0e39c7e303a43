"""`/l/{key}/signaler`: saying that a listing is wrong; without an account, too (DSA, article 16)."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.desk import reporting
from fedicoop.desk.report import Reason
from fedicoop.errors import Misused
from fedicoop.listings import house, seeing
from fedicoop.listings.listing import Listing
from fedicoop.members.actions import checked_email
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import member_of

OFTEN = limits.Limit("report", 6, timedelta(hours=1))
LONGEST = 2000


async def ask(request: Request) -> Response:
    """The form; what is not for this viewer is not there to be reported (security case 77)."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        listing, coop = await _found(tx, request)
    return _draw(request, listing, coop, Form(language=language_of(request)))


async def send(request: Request) -> Response:
    """Keep the report and tell the stewards; or what is wrong, beside the field."""
    node: Node = request.app.state.node
    form, who = await forms.read(request), member_of(request)
    async with node.db.read() as tx:
        listing, coop = await _found(tx, request)
    reason = _reason(form)
    text = form["text"][:LONGEST]
    if reason in (Reason.ILLEGAL, Reason.OTHER):
        with form.checking("text"):
            forms.required(form, "text")
    with form.checking("contact"):
        contact = checked_email(form["contact"]) if form["contact"] and who is None else ""
    if form.wrong or reason is None:
        return _draw(request, listing, coop, form)
    address = limits.address_of(request)
    await limits.take(node.db, (OFTEN, who.id if who else address))
    async with node.db.write() as tx:
        await reporting.report(tx, listing, who, address, reason=reason, text=text, contact=contact)
    return forms.see_other(request, f"/l/{listing.key}/signaler/merci")


async def thanks(request: Request) -> Response:
    """What happens next."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        listing, coop = await _found(tx, request)
    return render(request, "desk/reported.html", listing=listing, coop=coop)


def _reason(form: Form) -> Reason | None:
    with form.checking("reason"):
        if form["reason"] not in tuple(Reason):
            raise Misused("form.missing", form["reason"][:50])
        return Reason(form["reason"])
    return None


async def _found(tx: Tx, request: Request) -> tuple[Listing, Actor | None]:
    node: Node = request.app.state.node
    who: Member | None = member_of(request)
    listing = await seeing.get_seen(tx, request.path_params["key"], who, node.settings.origin)
    return listing, (await house.speakers(tx, [listing])).get(listing.id)


def _draw(request: Request, listing: Listing, coop: Actor | None, form: Form) -> Response:
    return render(
        request,
        "desk/report.html",
        422 if form.wrong else 200,
        here=f"/l/{listing.key}/signaler",
        listing=listing,
        coop=coop,
        form=form,
        reasons=tuple(Reason),
        longest=LONGEST,
    )


routes = [
    *(Route(f"/l/{{key}}/{name}", ask, methods=["GET"]) for name in ("signaler", "report")),
    Route("/l/{key}/signaler", send, methods=["POST"]),
    Route("/l/{key}/signaler/merci", thanks),
]
