"""`/moi/messages`: what a member asked and is asked, and the answers."""

import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Act, Member, OfCoop, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import actions, conversations, messages, reading, sorting
from fedicoop.enquiries.enquiry import Message
from fedicoop.enquiries.reading import Thread
from fedicoop.errors import Misused, Problem
from fedicoop.follows import blocks
from fedicoop.listings import terms
from fedicoop.members.hub import Waiting
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.web import forms, limits
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member, viewer_of

HERE, DESK, BLOCKED = "/moi/messages", "/admin/messages", "/moi/bloques"
ANSWERS = Limit("enquiry answer", 100, timedelta(hours=1))
PAGE = 30
_ACTS = ("rien", "signale", "regle", "bloque")
_DONE = ("question", "reponse", "rien", "signale", "regle", "bloque", "supprime", "masque")


async def index(request: Request) -> Response:
    """Everything that one asked and is asked; what waits for an answer says so."""
    node: Node = request.app.state.node
    who, before = require_member(request), request.query_params.get("before", "")[:40]
    async with node.db.read() as tx:
        found = await reading.conversations_of(tx, who, before=before, limit=PAGE + 1)
    return render(
        request,
        "enquiries/index.html",
        here=HERE,
        entries=found[:PAGE],
        older=found[PAGE - 1].conversation.id if len(found) > PAGE else "",
        cares=may(who, Act.ENQUIRY_SORT, OfCoop(who.coop_id)),
    )


async def show(request: Request) -> Response:
    """One conversation; who looks at it has seen the notices that lead there."""
    node: Node = request.app.state.node
    who, id = require_member(request), request.path_params["id"]
    viewer = viewer_of(request)
    async with node.db.read() as tx:
        await reading.conversation(tx, id, who)
    if viewer and viewer.unread:
        async with node.db.write() as tx:
            await notices.see_about(tx, who.id, f"{HERE}/{id}")
    return await draw(request, who, id, Form(language=language_of(request)))


async def draw(request: Request, who: Member, id: str, form: Form, status: int = 200) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        thread = await reading.conversation(tx, id, who)
        listing = await reading.listing_of(tx, thread.conversation, who)
        speaker = await actors.find(tx, listing.actor_id) if listing else None
        shut = await _shut(tx, who, thread)
    asked = request.query_params.get("re", "")
    chosen = next((one for one in thread.lines if one.message.key == asked), None)
    return render(
        request,
        "enquiries/show.html",
        status,
        here=f"{HERE}/{id}",
        thread=thread,
        conversation=thread.conversation,
        listing=listing,
        coop=speaker,
        chosen=chosen,
        blocked=shut,
        form=form,
        once=form["once"] or secrets.token_urlsafe(9),
        done=request.query_params.get("fait", "") if request.query_params.get("fait") in _DONE else "",
        longest=actions.LONGEST,
        words=terms,
    )


async def _shut(tx: Tx, who: Member, thread: Thread) -> set[str]:
    """Whom of those who speak here the reader has blocked."""
    speaks = sorting.speaks_for(who, thread.conversation)
    return {block.blocked_id for block in await blocks.of(tx, speaks)}


async def answer(request: Request) -> Response:
    node: Node = request.app.state.node
    who, id, form = require_member(request), request.path_params["id"], await forms.read(request)
    with form.checking("text"):
        if not 6 <= len(form["once"]) <= 40:
            raise Misused("form.missing", "once")
        await limits.take(node.db, (ANSWERS, who.id))
        async with node.db.write() as tx:
            await actions.answer(
                tx, who, id, form["text"], once=form["once"], to=form["re"], language=language_of(request)
            )
    if form.wrong:
        return await draw(request, who, id, form, 422)
    return forms.see_other(request, f"{HERE}/{id}?fait=reponse#ecrire")


async def act(request: Request) -> Response:
    """A plain button on a conversation: nothing to answer, call the stewards, block."""
    node: Node = request.app.state.node
    who, id, form = require_member(request), request.path_params["id"], await forms.read(request)
    what = _verb(request)
    async with node.db.write() as tx:
        if what == "rien":
            await sorting.settle(tx, who, id)
        elif what == "signale":
            await sorting.report(tx, who, id)
        elif what == "regle":
            await sorting.close_report(tx, who, id)
        else:
            await sorting.block(tx, who, id, form["actor"])
    async with node.db.read() as tx:
        still = may(who, Act.ENQUIRY_SEE, await conversations.get(tx, id))
    return forms.see_other(request, f"{HERE}/{id}?fait={what}" if still else f"{DESK}?fait={what}")


def _verb(request: Request) -> str:
    return str(request.scope["path"]).rpartition("/")[2]


async def take_back(request: Request) -> Response:
    """Delete what one said, or hide what stands under one's listing."""
    node: Node = request.app.state.node
    who, key, what = require_member(request), request.path_params["key"], _verb(request)
    await forms.read(request)
    async with node.db.write() as tx:
        message: Message
        if what == "supprime":
            message = await actions.delete(tx, who, key)
        else:
            await sorting.hide(tx, who, key)
            message = await messages.get(tx, key)
        conversation = await conversations.get(tx, message.conversation_id)
    fallback = conversation.path if conversation.public and conversation.listing_key else HERE
    async with node.db.read() as tx:
        try:
            await reading.conversation(tx, conversation.id, who)
        except Problem:
            return forms.see_other(request, fallback)
    return forms.see_other(request, f"{HERE}/{conversation.id}?fait={what}")


async def shut_out(request: Request) -> Response:
    """Whom one has blocked; a steward finds those of the coop there, too."""
    node: Node = request.app.state.node
    who = require_member(request)
    cares = may(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    async with node.db.read() as tx:
        mine = await blocks.of(tx, reading.voice(who))
        ours = await blocks.of(tx, who.coop_id) if cares else []
        known = await actors.several(tx, {one.blocked_id for one in (*mine, *ours)})
    return render(request, "enquiries/blocked.html", here=BLOCKED, mine=mine, ours=ours, known=known)


async def let_in(request: Request) -> Response:
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        await sorting.unblock(tx, who, form["actor"])
    return forms.see_other(request, BLOCKED)


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """How many questions wait for an answer of the member, of their coop, and how many strangers wait."""
    mine, late, unknown, reported = await sorting.counts(tx, who)
    return [
        Waiting(mine, "enquiry.waiting.mine", HERE, "chat"),
        Waiting(late, "enquiry.waiting.coop", DESK, "chat"),
        Waiting(unknown, "enquiry.waiting.strangers", f"{DESK}#strangers", "lock"),
        Waiting(reported, "enquiry.waiting.reported", f"{DESK}#reported", "warning"),
    ]


routes = [
    Route(HERE, index),
    Route("/me/messages", index),
    Route(f"{HERE}/{{id}}", show, methods=["GET"]),
    Route(f"{HERE}/{{id}}", answer, methods=["POST"]),
    *(
        Route(f"{HERE}/{{id}}/{what}", act, methods=["POST"])
        for what in ("rien", "signale", "regle", "bloque")
    ),
    *(Route(f"/notes/{{key}}/{what}", take_back, methods=["POST"]) for what in ("supprime", "masque")),
    Route(BLOCKED, shut_out, methods=["GET"]),
    Route(BLOCKED, let_in, methods=["POST"]),
]
