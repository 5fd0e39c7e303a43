"""`/publier`: the form of a listing, new or to be changed, and what is said when it is online."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound, Problem, Unauthenticated
from fedicoop.finding import matching
from fedicoop.follows import store as follows
from fedicoop.i18n import n
from fedicoop.listings import drafts, house, terms
from fedicoop.listings.drafts import Draft
from fedicoop.listings.fields import MOST_PHOTOS
from fedicoop.listings.listing import Listing, Status
from fedicoop.listings.values import LONGEST, UNITS
from fedicoop.node import Node
from fedicoop.publishing import echo_pages, echoes, form_desk, form_places, form_sent, publishing, questions
from fedicoop.publishing.form_desk import Desk
from fedicoop.publishing.looks import Looks
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.qr import qr
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import member_of, require_member


async def new(request: Request) -> Response:
    """`/publier`: an empty form, a draft (`?draft=`), or another listing like one of ours (`?like=`)."""
    node: Node = request.app.state.node
    who, asked, language = require_member(request), request.query_params, language_of(request)
    async with node.db.read() as tx:
        found = await drafts.get(tx, asked["draft"], who.id) if "draft" in asked else None
        if found and found.editing:
            raise NotFound("publish.no_draft", found.id)
        like = await publishing.may_change(tx, who, asked["like"]) if "like" in asked else None
        desk = await form_desk.open_desk(tx, who, found.id if found else None, like=like, language=language)
    form = form_desk.new_form(desk, asked, language)
    if like:
        form = form_desk.like(like, form)
    return _draw(request, desk, _restored(found, language) or form)


async def edit(request: Request) -> Response:
    """`/l/{key}/modifier`: the same form, with what the listing says."""
    node: Node = request.app.state.node
    who, asked, language = require_member(request), request.query_params, language_of(request)
    async with node.db.read() as tx:
        listing = await _editable(tx, who, request.path_params["key"])
        found = await drafts.get(tx, asked["draft"], who.id) if "draft" in asked else None
        if found and found.editing != listing.id:
            raise NotFound("publish.no_draft", found.id)
        desk = await form_desk.open_desk(
            tx, who, found.id if found else None, editing=listing, language=language
        )
    return _draw(request, desk, _restored(found, language) or form_desk.form_of(listing, language))


async def send(request: Request) -> Response:
    """A form that was sent, by whichever of its buttons."""
    try:
        form = await forms.read(request, files=MOST_PHOTOS)
    except forms.Stale as stale:
        return await _again(request, stale.form, Conflict("publish.session_changed"))
    who = member_of(request)
    if who is None:
        return await _again(request, form, Unauthenticated("publish.signed_out"))
    return await _receive(request, who, form)


async def _receive(request: Request, who: Member, form: Form) -> Response:
    node: Node = request.app.state.node
    desk = await desk_of(request, who, form)
    if desk.draft.became:
        return _onwards(request, desk, desk.draft.became)
    outcome = await form_sent.receive(node, who, desk, form)
    if outcome.key:
        return _onwards(request, desk, outcome.key)
    if form.wrong or outcome.looks:
        status = 422 if form.wrong else 200
        return _draw(request, desk.holding(outcome.draft), form, status, shown=outcome.looks)
    does = form_sent.Button.of(form["do"]).does
    kept = "&kept=1" if does == "save" else ""
    anchor = {"save": "", "place": "#f-place"}.get(does, "#f-photos")
    return forms.see_other(request, f"{desk.path}?draft={outcome.draft.id}{kept}{anchor}")


async def desk_of(request: Request, who: Member | None, form: Form) -> Desk:
    """The desk of a form that was sent.  Raises NotFound where its draft or its listing is not theirs."""
    node: Node = request.app.state.node
    key = request.path_params.get("key")
    id = form["draft"] if drafts.is_id(form["draft"]) else drafts.new_id()
    async with node.db.read() as tx:
        listing = await _editable(tx, who, key) if key and who else None
        like = await publishing.may_change(tx, who, form["like"]) if who and form["like"] else None
        desk = await form_desk.open_desk(
            tx, who, id, editing=listing, like=like, language=language_of(request)
        )
    if desk.draft.editing != (listing.id if listing else None):
        raise NotFound("publish.no_draft", id)
    return desk


async def _editable(tx: Tx, who: Member, key: str) -> Listing:
    listing = await publishing.may_change(tx, who, key)
    if listing.status not in publishing.CHANGEABLE:
        raise Conflict("publish.ended", listing.id)
    return listing


async def _again(request: Request, form: Form, problem: Problem) -> Response:
    """The form as it was typed, with a token of today: a session that ended takes nobody's words along."""
    desk = await desk_of(request, member_of(request), form)
    form.refuse("", problem)
    if form.files.get("photos"):
        form.refuse("photos", Conflict("publish.photos_again"))
    return _draw(request, desk, form, problem.status, path=request.url.path)


def _restored(draft: Draft | None, language: str) -> Form | None:
    return Form(draft.content, {}, language) if draft else None


def _onwards(request: Request, desk: Desk, key: str) -> Response:
    """After the publication: the page that says so; after an edit, the listing itself."""
    if desk.editing and desk.editing.status is not Status.DRAFT:
        return forms.see_other(request, f"/l/{key}#changed")
    return forms.see_other(request, f"/publier/fait/{key}")


def _draw(
    request: Request, desk: Desk, form: Form, status: int = 200, *, shown: Looks | None = None, path: str = ""
) -> Response:
    unknown = form.wrong.get("place")
    return render(
        request,
        "publish/form.html",
        status,
        headers={"cache-control": "private, no-store"},
        here=path or desk.path,
        form=form,
        desk=desk,
        draft=desk.draft,
        editing=desk.editing,
        looks=shown,
        kept="kept" in request.query_params and desk.draft.updated_at is not None,
        near=form_places.suggestions(form["place"]) if unknown and form["place"] else [],
        asks=questions.about(form["category"], desk.setting.coop_kind),
        longest=LONGEST,
        units=[(unit, n(f"unit.{unit}", 1, form.language)) for unit in UNITS],
        words=terms,
    )


async def done(request: Request) -> Response:
    """`/publier/fait/{key}`: it is online; where it can be seen, and how to bring others to it."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        coop = await actors.get(tx, who.coop_id)
        author = await actors.get(tx, listing.actor_id)
        partners = await follows.followers(tx, listing.actor_id)
        matches = await matching.matches_of(tx, listing, who) if listing.shown else []
        speakers = await house.speakers(tx, [match.listing for match in matches])
        found = await echoes.of_listing(tx, listing)
    page = f"{node.settings.origin}/l/{listing.key}"
    return render(
        request,
        "publish/done.html",
        headers={"cache-control": "private, no-store"},
        here=f"/publier/fait/{listing.key}",
        listing=listing,
        coop=coop,
        author=author,
        followers=len(partners),
        partners=[actor.name or actor.handle for actor in partners if actor.type == "Organization"][:3],
        matches=matches,
        speakers=speakers,
        page=page,
        code=qr(page),
        words=terms,
        **echo_pages.scene(found, language_of(request)),
    )


routes = [
    *(
        route
        for path in ("/publier", "/publish")
        for route in (Route(path, new), Route(path, send, methods=["POST"]))
    ),
    Route("/publier/fait/{key}", done),
    *(
        route
        for path in ("/l/{key}/modifier", "/l/{key}/edit")
        for route in (Route(path, edit), Route(path, send, methods=["POST"]))
    ),
]
