"""What the script of the form asks for while somebody types: the draft kept, the preview, the photos.

Beside the form's own address, `…/apercu` and `…/photos`; both take the whole form and answer pieces
of the page.  Without script nobody asks here, and the buttons of the form do the same.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedicoop.errors import Conflict
from fedicoop.i18n import t
from fedicoop.listings import terms
from fedicoop.listings.fields import MOST_PHOTOS
from fedicoop.listings.values import LONGEST
from fedicoop.node import Node
from fedicoop.publishing import form_fields, form_sent, looks, publishing_pages, questions
from fedicoop.publishing.form_desk import Desk
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, part
from fedicoop.web.viewer import require_member

_NOWHERE = {"cache-control": "private, no-store"}


async def preview(request: Request) -> Response:
    """Keep what was typed (but with `look`); how it looks, which category it means, what one may ask."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    desk = await _open_desk(request, form)
    raw = form_fields.read(form, desk.setting)
    form.wrong.clear()  # somebody is still writing: what is missing is said when they publish
    form.values = {**form.values, "do": ["keep"]}
    if not form["look"]:
        desk = desk.holding((await form_sent.receive(node, who, desk, form)).draft)
    async with node.db.read() as tx:
        shown = await looks.of(tx, who, raw, desk.draft.photos, desk.editing)
    category, language = raw.get("category"), language_of(request)
    pieces = {
        "looks": part(request, "publish/_looks.html", looks=shown, words=terms),
        "guess": t("publish.category.is", language, category=t(f"category.{category}", language))
        if category
        else t("publish.category.guessed", language),
        "asks": _asks(request, form, category or "", desk),
        "saved": t("publish.draft.saved", language) if desk.draft.updated_at and not form["look"] else "",
    }
    if form["photos"]:
        pieces["photos"] = _photos(request, form, desk)
    return JSONResponse(pieces, headers=_NOWHERE)


async def photos(request: Request) -> Response:
    """Take in photos, or move or remove one, and answer the field as it is now, with what was wrong."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request, files=MOST_PHOTOS)
    desk = await _open_desk(request, form)
    if form_sent.Button.of(form["do"]).does not in ("up", "down", "remove"):
        form.values = {**form.values, "do": ["photos"]}
    outcome = await form_sent.receive(node, who, desk, form)
    return JSONResponse({"photos": _photos(request, form, desk.holding(outcome.draft))}, headers=_NOWHERE)


async def _open_desk(request: Request, form: Form) -> Desk:
    """Raises Conflict where the form was published meanwhile, in another tab perhaps."""
    desk = await publishing_pages.desk_of(request, require_member(request), form)
    if desk.draft.became:
        raise Conflict("publish.no_draft", desk.draft.id)
    return desk


def _photos(request: Request, form: Form, desk: Desk) -> str:
    return part(request, "publish/_photos.html", form=form, draft=desk.draft, longest=LONGEST)


def _asks(request: Request, form: Form, category: str, desk: Desk) -> str:
    asks = questions.about(category, desk.setting.coop_kind)
    return part(request, "publish/_asks.html", form=form, asks=asks)


routes = [
    Route(f"{form}/{piece}", door, methods=["POST"])
    for form in ("/publier", "/publish", "/l/{key}/modifier", "/l/{key}/edit")
    for piece, door in (("apercu", preview), ("photos", photos))
]
