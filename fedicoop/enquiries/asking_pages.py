"""`/l/{key}/question`: asking something about a listing, of ours or of a peer's, without asking for it."""

import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import actions, messages, reading
from fedicoop.errors import Conflict, Misused
from fedicoop.listings import house, seeing
from fedicoop.listings.listing import Listing, Status
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

QUESTIONS = Limit("enquiry ask", 40, timedelta(days=1))
"""Questions of one member: more than anybody has, and too few to pester a whole network."""
PRIVATE, PUBLIC = "private", "public"


async def new(request: Request) -> Response:
    """The form; who already talks with them about it is led to that."""
    who, form = require_member(request), Form.of({"to": PRIVATE}, language_of(request))
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        listing, speaker = await _found(tx, request, who)
    return _draw(request, listing, speaker, form)


async def ask(request: Request) -> Response:
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.read() as tx:
        before = await messages.find_sent(tx, reading.voice(who), form["once"])
        listing, speaker = await _found(tx, request, who)
    if before:
        return forms.see_other(request, f"/moi/messages/{before.conversation_id}")
    with form.checking("to"):
        if form["to"] not in (PRIVATE, PUBLIC):
            raise Misused("form.missing", "to")
    with form.checking("text"):
        if not form.wrong:
            if not 6 <= len(form["once"]) <= 40:
                raise Misused("form.missing", "once")
            await limits.take(node.db, (QUESTIONS, who.id))
            async with node.db.write() as tx:
                said = await actions.ask(
                    tx,
                    who,
                    listing,
                    form["text"],
                    public=form["to"] == PUBLIC,
                    once=form["once"],
                    language=language_of(request),
                )
    if form.wrong:
        return _draw(request, listing, speaker, form, 422)
    return forms.see_other(request, f"/moi/messages/{said.conversation_id}?fait=question")


async def _found(tx: Tx, request: Request, who: Member) -> tuple[Listing, Actor | None]:
    """The listing, and who would be asked.  Raises NotFound as its page does, Conflict where nobody asks."""
    node: Node = request.app.state.node
    listing = await seeing.get_seen(tx, request.path_params["key"], who, node.settings.origin)
    if not access.may(who, Act.ENQUIRY_ASK, listing):
        raise Conflict("enquiry.own", listing.key)
    if listing.status not in (Status.PUBLISHED, Status.PAUSED):
        raise Conflict("enquiry.not_open", listing.key)
    speakers = await house.speakers(tx, [listing])
    return listing, speakers.get(listing.id) or await actors.find(tx, listing.actor_id)


def _draw(
    request: Request, listing: Listing, speaker: Actor | None, form: Form, status: int = 200
) -> Response:
    return render(
        request,
        "enquiries/new.html",
        status,
        here=f"/l/{listing.key}/question",
        listing=listing,
        coop=speaker,
        form=form,
        once=form["once"] or secrets.token_urlsafe(9),
        may_be_public=seeing.is_public(listing),
        longest=actions.LONGEST,
    )


routes = [
    *(Route(f"/l/{{key}}/{name}", new, methods=["GET"]) for name in ("question", "ask")),
    Route("/l/{key}/question", ask, methods=["POST"]),
]
