"""Following, as members do it: `/suivre?…` offers one thing, `/moi/suivis` has all that one follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Act, Member, OfCoop, may
from fedicoop.actors import coops as decisions
from fedicoop.actors import keyring
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Misused
from fedicoop.listings import house
from fedicoop.listings.categories import FIRST_BRANCH
from fedicoop.listings.question import Question
from fedicoop.members import followable
from fedicoop.members.pages import own_path
from fedicoop.node import Node
from fedicoop.notices import readers
from fedicoop.notices.kinds import Family
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import actions, lookups, passing_on, store, subject
from fedicoop.watches.subject import Subject
from fedicoop.watches.watch import About, Channel, Watch
from fedicoop.web import forms
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import member_of, require_member

_HERE = "/moi/suivis"
_PRIVATE = {"cache-control": "private, no-store"}
SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class Followed:
    """One row of what a member follows: `subject` is None where the thing is gone."""

    watch: Watch
    subject: Subject | None


async def offer(request: Request) -> Response:
    """`/suivre?coop=…`, `?membre=…`, or the question of a search: what it is, and how to hear of it."""
    return await _offer(request, dict(request.query_params))


async def _offer(
    request: Request, query: Mapping[str, str], form: forms.Form | None = None, status: int = 200
) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await subject.read(tx, query, member_of(request), language_of(request))
        ways = await _channels(tx, node, member_of(request))
        usual = await _usual(tx, member_of(request))
        board = await _board(tx, found, member_of(request))
    channel = found.watch.channel if found.watch else usual
    question = found.question
    return render(
        request,
        "watches/offer.html",
        status,
        headers=_PRIVATE,
        here="/suivre",
        asked={name: value for name, value in query.items() if name not in ("lang", "fait")},
        subject=found,
        form=form or forms.Form.of({"channel": channel}),
        channels=ways,
        back=own_path(query["retour"]) if query.get("retour") else "",
        done=request.query_params.get("fait", ""),
        unknown_place=question.unknown_place if question else "",
        close_names=question.close_names if question else (),
        may_follow_coops=_steward(request),
        board=board,
    )


async def _channels(tx: Tx, node: Node, who: Member | None) -> list[Channel]:
    """The ways that there are for somebody: by mail where this house sends any, and they have an address."""
    by_mail = who and node.settings.mail_server and (await readers.get(tx, who.id)).email
    return list(Channel) if by_mail else [Channel.APP]


async def _usual(tx: Tx, who: Member | None) -> Channel:
    """How a member hears of matches, and so for a start of this."""
    return Channel.of((await readers.paces(tx, who.id))[Family.MATCHES]) if who else Channel.APP


def _steward(request: Request) -> bool:
    who = member_of(request)
    return who is not None and may(who, Act.COOP_FOLLOW, OfCoop(who.coop_id))


async def open_board(request: Request) -> Response:
    """A board for this search, which anybody follows from elsewhere: for stewards."""
    node: Node = request.app.state.node
    form, who = await forms.read(request), require_member(request)
    query, pair = dict(parse_qsl(form["subject"])), await keyring.make()
    with form.checking(""):
        async with node.db.write() as tx:
            found = await subject.read(tx, query, who, language_of(request))
            if found.question is None:
                raise Misused("board.no_search")
            spoken = (await decisions.get(tx, who.coop_id)).locale
            await passing_on.open_search(tx, who, found.question, spoken, pair)
        return forms.see_other(request, f"{found.address}#board")
    return await _offer(request, query, form, 422)


async def _board(tx: Tx, found: Subject, who: Member | None) -> Actor | None:
    """The board of a search, as its page shows it."""
    board = await passing_on.about(tx, who, found.question) if found.question else None
    return await actors.find(tx, board.actor_id) if board else None


async def follow(request: Request) -> Response:
    """Follow what stands in the form; what is wrong is said on the page that offers it."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_member(request)
    query = dict(parse_qsl(form["subject"]))
    chosen = Channel(form["channel"]) if form["channel"] in list(Channel) else Channel.APP
    with form.checking(""):
        async with node.db.write() as tx:
            found = await subject.read(tx, query, who, language_of(request))
            await subject.keep(tx, who, found, chosen)
    if form.wrong:
        return await _offer(request, query, form, 422)
    return forms.see_other(request, _again(found, query, "suivi"))


def _again(found: Subject, query: Mapping[str, str], done: str) -> str:
    """The page of the same thing, which now says what was done and offers the other way round."""
    kept = {"retour": query["retour"]} if query.get("retour") else {}
    return f"/suivre?{urlencode({**found.query, **kept, 'fait': done})}"


async def mine(request: Request) -> Response:
    """`/moi/suivis`: everything that a member follows, and what they might."""
    return await _mine(request, forms.Form())


async def _mine(request: Request, form: forms.Form, status: int = 200) -> Response:
    node: Node = request.app.state.node
    who, language = require_member(request), language_of(request)
    async with node.db.read() as tx:
        watches = await store.of_member(tx, who.id)
        rows = [Followed(one, await subject.of_watch(tx, one, who, language)) for one in watches]
        suggested = await _suggestions(
            tx, node, who, language, {(row.watch.kind, row.watch.target) for row in rows}
        )
        ways = await _channels(tx, node, who)
        open_to_all = await followable.may_be_followed(tx, who.id)
    return render(
        request,
        "watches/mine.html",
        status,
        headers=_PRIVATE,
        here=_HERE,
        groups=[(kind, [row for row in rows if row.watch.kind is kind]) for kind in _ORDER],
        total=len(rows),
        suggested=suggested,
        channels=ways,
        form=form,
        consent=forms.Form.of({"followable": "yes" if open_to_all else None}),
        done=request.query_params.get("fait", ""),
    )


_ORDER = (About.COOP, About.MEMBER, About.SEARCH, About.CATEGORY, About.PLACE)


async def _suggestions(
    tx: Tx, node: Node, who: Member, language: str, known: set[tuple[About, str]]
) -> list[Subject]:
    """The partner coops, and what this coop is about: what nobody has to think of themselves."""
    home = await house.read(tx, node.settings.host)
    coops = [one for one in (*home.partners, *home.coops) if one.type == "Organization"][:SUGGESTED]
    found = [await subject.of_coop(tx, coop, who) for coop in coops]
    kind = (await decisions.get(tx, who.coop_id)).kind
    if branch := FIRST_BRANCH.get(kind):
        question = Question(category=branch)
        found.append(await subject.of_question(tx, question, who, language))
    return [one for one in found if (one.kind, one.target) not in known][:SUGGESTED]


async def change(request: Request) -> Response:
    """Another way to hear of it, a pause, or its end."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who, id = require_member(request), request.path_params["id"]
    async with node.db.write() as tx:
        if form["do"] == "end":
            await actions.end(tx, who, id)
        elif form["do"] in ("pause", "resume"):
            await actions.change(tx, who, id, paused=form["do"] == "pause")
        elif form["channel"] in list(Channel):
            await actions.change(tx, who, id, channel=Channel(form["channel"]))
    done = {"end": "fini", "pause": "pause", "resume": "repris"}.get(form["do"], "change")
    if form["subject"]:
        query = dict(parse_qsl(form["subject"]))
        return forms.see_other(request, f"/suivre?{urlencode(query | {'fait': done})}")
    return forms.see_other(request, f"{_HERE}?fait={done}#suivis")


async def find_coop(request: Request) -> Response:
    """A coop by its domain or its handle, wherever it is: on to the page that offers to follow it."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    who = require_member(request)
    with form.checking("name"):
        coop = await lookups.coop(node, who, forms.required(form, "name"))
        async with node.db.read() as tx:
            found = await subject.of_coop(tx, coop, who)
    if form.wrong:
        return await _mine(request, form, 422)
    return forms.see_other(request, found.address)


async def consent(request: Request) -> Response:
    """Whether the others of one's coop may follow oneself."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.write() as tx:
        await actions.let_follow(tx, require_member(request), bool(form["followable"]))
    return forms.see_other(request, f"{_HERE}?fait=accord")


routes = [
    Route("/suivre", offer),
    Route("/follow", offer),
    Route("/suivre", follow, methods=["POST"]),
    Route("/suivre/tableau", open_board, methods=["POST"]),
    Route(_HERE, mine),
    Route("/me/follows", mine),
    Route(f"{_HERE}/coop", find_coop, methods=["POST"]),
    Route(f"{_HERE}/accord", consent, methods=["POST"]),
    Route(f"{_HERE}/{{id}}", change, methods=["POST"]),
]
