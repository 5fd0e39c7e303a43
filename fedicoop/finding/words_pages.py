"""`/admin/mots`: the words that stand for each other in a coop's searches, looked after by its stewards."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.finding import synonyms
from fedicoop.listings.question import LONGEST
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form
from fedicoop.web.render import render
from fedicoop.web.viewer import require_member
from fedicoop.words.synonyms import bundled
from fedicoop.words.tokens import asked

HERE = "/admin/mots"


def _steward(request: Request) -> Member:
    """Who looks after the coop.  Raises SignInFirst and Forbidden."""
    who = require_member(request)
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    return who


async def show(request: Request) -> Response:
    """The coop's lines, a field for one more, and with `?mot=` what is looked for besides a word."""
    return await _draw(request, _steward(request), Form())


async def _draw(request: Request, who: Member, form: Form) -> Response:
    node: Node = request.app.state.node
    tried = " ".join(request.query_params.get("mot", "").split())[:LONGEST]
    async with node.db.read() as tx:
        lines = await synonyms.of_coop(tx, who.coop_id)
        house = await synonyms.of_house(tx)
    words = asked(tried, typing=False)
    found = dict.fromkeys((*house.texts(words), *bundled().texts(words))) if words else ()
    return render(
        request,
        "listings/words.html",
        422 if form.wrong else 200,
        here=HERE,
        form=form,
        lines=lines,
        longest=synonyms.LONGEST,
        tried=tried,
        found=list(found),
        done=request.query_params.get("fait", ""),
    )


async def add(request: Request) -> Response:
    node: Node = request.app.state.node
    who = _steward(request)
    form = await forms.read(request)
    with form.checking("line"):
        text = forms.required(form, "line")
        async with node.db.write() as tx:
            await synonyms.add(tx, who, text)
    if form.wrong:
        return await _draw(request, who, form)
    return forms.see_other(request, f"{HERE}?fait=ajout")


async def take_away(request: Request) -> Response:
    node: Node = request.app.state.node
    who = _steward(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        await synonyms.take_away(tx, who, form["id"])
    return forms.see_other(request, f"{HERE}?fait=retrait")


routes = [
    Route(HERE, show, methods=["GET"]),
    Route(HERE, add, methods=["POST"]),
    Route(f"{HERE}/retirer", take_away, methods=["POST"]),
]
