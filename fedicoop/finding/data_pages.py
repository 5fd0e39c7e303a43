"""Every search at other addresses, for programs: `.json .csv .atom .ics .geojson`, and as a collection.

What is public for everybody, whoever asks: no session is looked at, and nothing is loosened, so that a
feed holds what it was subscribed for and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import store as actors
from fedicoop.errors import NotFound
from fedicoop.finding import feeds, searching, tables
from fedicoop.finding.profile import item
from fedicoop.i18n import t
from fedicoop.listings import house
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import Question, read
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor, Collection, Iri, Thing
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import ACTIVITY, activity_response, read_accept, wants_activity
from fedicoop.web.public_data import public_data
from fedicoop.web.render import chosen_language

ITEMS = 20
"""Of one page of a collection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and everything that a writer may want to say about it."""

    listings: Sequence[Listing]
    owners: Mapping[str, Actor]
    total: int
    more: bool
    title: str
    url: str
    page: str
    next_url: str | None
    origin: str
    language: str

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item(listing, self.owners.get(listing.id), self.origin) for listing in self.listings]


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    most: int  # listings of one answer
    write: Callable[[Answer], bytes]
    file_name: str = ""


def _json(found: Answer) -> bytes:
    return tables.write_json(
        found.items,
        title=found.title,
        url=found.page,
        total=found.total,
        more=found.more,
        next_url=found.next_url,
    )


def _atom(found: Answer) -> bytes:
    return feeds.write_atom(
        found.listings,
        found.owners,
        title=found.title,
        url=found.url,
        page=found.page,
        origin=found.origin,
        language=found.language,
    )


def _calendar(found: Answer) -> bytes:
    return feeds.write_calendar(
        found.listings, found.owners, title=found.title, origin=found.origin, language=found.language
    )


FORMATS = {
    "json": Format("application/json", 100, _json),
    "csv": Format(
        "text/csv; charset=utf-8", 1000, lambda found: tables.write_csv(found.items), "annonces.csv"
    ),
    "atom": Format("application/atom+xml; charset=utf-8", 50, _atom),
    "ics": Format("text/calendar; charset=utf-8", 500, _calendar, "annonces.ics"),
    "geojson": Format("application/geo+json", 1000, lambda found: tables.write_geojson(found.items)),
}


async def of_search(request: Request, format: str) -> Response:
    """`/annonces.atom?q=…`: the search of that address."""
    return await _answer(request, read(request.query_params), "/annonces", format)


async def of_coop(request: Request, format: str) -> Response:
    """`/@velo.atom?q=…`: the same among the listings of one coop, ours or one that we know."""
    node: Node = request.app.state.node
    name = request.path_params["name"]
    handle, _, host = name.partition("@")
    async with node.db.read() as tx:
        ours = host in ("", node.settings.host)
        coop = await (actors.find_local(tx, handle) if ours else actors.find_by_handle(tx, handle, host))
    if coop is None:
        raise NotFound("page.no_coop", name)
    asked = replace(read(request.query_params), owner_id=coop.id)
    return await _answer(request, asked, f"/@{name}", format, site=coop.name or coop.handle)


async def _answer(
    request: Request, question: Question, path: str, format: str, *, site: str = ""
) -> Response:
    node: Node = request.app.state.node
    wanted = FORMATS[format]
    origin, language = node.settings.origin, chosen_language(request) or node.settings.locale
    async with node.db.read() as tx:
        found = await searching.search(tx, question, seen_by=None, limit=wanted.most, loosen=False)
        owners = await house.speakers(tx, found.listings)
        site = site or (await house.read(tx, node.settings.host)).name
    spoken = {"lang": language} if chosen_language(request) else {}
    data = f"{origin}{path}.{format}"
    following = question.with_(after=found.next).query if found.next else None
    answer = Answer(
        listings=found.listings,
        owners=owners,
        total=found.total,
        more=found.more,
        title=" · ".join([t("page.data.title", language, site=site), *_said(question, language)]),
        url=_address(data, question.query | spoken),
        page=_address(f"{origin}{path}", question.query | spoken),
        next_url=_address(data, following | spoken) if following else None,
        origin=origin,
        language=language,
    )
    return public_data(
        request,
        wanted.write(answer),
        wanted.media_type,
        next_url=answer.next_url,
        file_name=wanted.file_name,
    )


def _said(question: Question, language: str) -> list[str]:
    """The question in a few words, for the title of a feed."""
    said = [question.words] if question.words else []
    said += [t(f"kind.{question.kind}", language)] if question.kind else []
    said += [t(f"mode.{question.mode}", language)] if question.mode else []
    said += [t(f"category.{question.category}", language)] if question.category else []
    return said + ([f"{question.place} ({question.radius_km} km)"] if question.point else [])


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


async def other_than_a_page(request: Request) -> Response | None:
    """What a program that names its type gets at `/annonces` itself; None where a page is wanted."""
    if wants_activity(request):
        return await collection(request)
    wishes = read_accept(request.headers.get("accept", ""))
    best = max(wishes, key=lambda wish: wish.quality, default=None)
    named = {one.media_type.partition(";")[0]: name for name, one in FORMATS.items() if name != "json"}
    if best and best.type in named and not any(wish.type == "text/html" for wish in wishes):
        return await of_search(request, named[best.type])
    return None


async def collection(request: Request) -> Response:
    """The search as an OrderedCollection: its total, and pages of Notes (ours) and ids (others')."""
    node: Node = request.app.state.node
    question = read(request.query_params)
    id = _address(f"{node.settings.origin}/annonces", question.with_(after="").query)
    async with node.db.read() as tx:
        found = await searching.search(tx, question, seen_by=None, limit=ITEMS, loosen=False)
        authors = await actors.several(tx, {one.actor_id for one in found.listings if one.local})
    first = _page_of(id, "")
    if "page" not in request.query_params:
        index = Collection(id=Iri(id), total=found.total, first=first)
        return _open(activity_response(request, write(index)))
    page = Collection(
        id=_page_of(id, question.after),
        total=found.total,
        part_of=Iri(id),
        next=_page_of(id, found.next) if found.next else None,
        items=tuple(_thing(listing, authors) for listing in found.listings),
    )
    return _open(activity_response(request, write(page), max_age=60))


def _thing(listing: Listing, authors: Mapping[str, Actor]) -> Thing:
    author = authors.get(listing.actor_id)
    return to_note(listing, author) if author else Iri(listing.id)


def _page_of(id: str, after: str) -> Iri:
    mark = "&" if "?" in id else "?"
    return Iri(f"{id}{mark}page=1" + (f"&apres={after}" if after else ""))


def _open(response: Response) -> Response:
    response.headers["access-control-allow-origin"] = "*"
    return response


def alternates(question: Question) -> list[tuple[str, str, str]]:
    """For `<link rel="alternate">`: the name, the media type and the path of each other form of a search."""
    paths = {name: _address(f"/annonces.{name}", question.query) for name in FORMATS}
    found = [(name, one.media_type.partition(";")[0], paths[name]) for name, one in FORMATS.items()]
    return [*found, ("activity", ACTIVITY, _address("/annonces", question.query))]


routes = [
    *(Route(f"/annonces.{name}", partial(of_search, format=name)) for name in FORMATS),
    *(Route(f"/@{{name}}.{name}", partial(of_coop, format=name)) for name in FORMATS),
]
