"""Explore: the listings of this house and its neighbours, searched, narrowed, as a list and on a map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedicoop.db import Tx
from fedicoop.finding import choices, data_pages, mapping, searching
from fedicoop.finding.mapping import Frame, Group
from fedicoop.finding.searching import PAGE, Found
from fedicoop.listings import counting, house, terms
from fedicoop.listings.listing import EVENT
from fedicoop.listings.question import RADII, Home, Question, read
from fedicoop.listings.store import Filter
from fedicoop.members import whereabouts
from fedicoop.node import Node
from fedicoop.places.gazetteer import nearest_town
from fedicoop.places.within import largest
from fedicoop.vocabulary.types import Actor
from fedicoop.web.render import render
from fedicoop.web.viewer import member_of

FORMATS = ("atom", "ics", "csv", "json", "geojson")
_ON_A_MAP = 1000  # listings that one map groups: the first ones in the order that is asked for


@dataclass(frozen=True, slots=True)
class Map:
    """A map as the page draws it: its frame, what lies in it, and towns to find one's way by."""

    frame: Frame
    groups: list[tuple[Group, tuple[float, float], Mapping[str, str]]]  # where, and the question nearer to it
    towns: list[tuple[str, float, float]]  # name, x, y
    credit: str  # whom the tiles are thanked to; "" where there are none


async def index(request: Request) -> Response:
    """`/` and `/annonces`: what there is, and every way to narrow it; `/annonces` in other forms too."""
    if request.scope["path"] != "/" and (other := await data_pages.other_than_a_page(request)):
        return other
    node: Node = request.app.state.node
    drawn = request.query_params.get("vue") == "carte"
    async with node.db.read() as tx:
        question = read(request.query_params, home=await _home(tx, request))
        ours = await house.read(tx, node.settings.host)
        found = await searching.search(tx, question, seen_by=_seen_by(request), limit=PAGE)
        speakers = await house.speakers(tx, found.listings)
        shown = await _map(tx, request, found, question) if drawn else None
        events = await counting.any_of(tx, Filter(kind=EVENT, seen_by=_seen_by(request)))
    scene = _scene(request, question, found, ours, speakers, shown)
    return render(request, "explore/index.html", **scene, kinds=choices.kinds(question, events=events))


def _scene(
    request: Request,
    question: Question,
    found: Found,
    ours: house.House,
    speakers: Mapping[str, Actor],
    shown: Map | None,
) -> dict[str, Any]:
    """Everything that the page is given."""
    view = {"vue": "carte"} if request.query_params.get("vue") == "carte" else {}
    return {
        "here": "/",
        "asked": question.query | view,
        "view": view,
        "house": ours,
        "question": question,
        "found": found,
        "chosen_chips": choices.chosen(question),
        "branches": choices.branches(question, ours.kind),
        "modes": choices.modes(question),
        "sources": choices.sources(question) if ours.partners else [],
        "radii": choices.radii(question),
        "sorts": choices.sorts(question),
        "this_week": choices.this_week(question),
        "listings": found.listings,
        "distances": found.distances_km or {},
        "next_page": question.query | {"apres": found.next} | view if found.next else None,
        "speakers": speakers,
        "formats": [(name, f"/annonces.{name}?{urlencode(question.query)}".rstrip("?")) for name in FORMATS],
        "words": terms,
        "map": shown,
        "map_size": (mapping.WIDE, mapping.HIGH),
    }


async def _home(tx: Tx, request: Request) -> Home | None:
    """Where a member looks from; a visitor says it in the address or not at all."""
    member = member_of(request)
    if member is None:
        return None
    said = await whereabouts.of(tx, member.id)
    if said.latitude is None or said.longitude is None:
        return None
    return Home((said.latitude, said.longitude), said.radius_km)


def _seen_by(request: Request) -> str | None:
    member = member_of(request)
    return member.coop_id if member else None


async def _map(tx: Tx, request: Request, found: Found, question: Question) -> Map | None:
    """The map of what was found, drawn for a page without script; None where nothing has a place."""
    answered = found.widened.question if found.widened else question
    everything = await searching.search(tx, answered, seen_by=_seen_by(request), limit=_ON_A_MAP)
    places = [place for one in everything.listings if (place := mapping.public_place(one))]
    frame = mapping.frame_of(places, around=answered.point, radius_km=answered.radius_km)
    if frame is None:
        return None
    towns = [(town.name, *frame.at(town.point)) for town in _towns(frame)]
    together = mapping.groups(everything.listings, frame.zoom, frame)
    drawn = [(group, frame.at(group.place), _nearer(answered, group)) for group in together]
    settings = request.app.state.node.settings
    return Map(frame, drawn, towns, settings.tiles_credit if settings.tiles_url else "")


def _nearer(question: Question, group: Group) -> Mapping[str, str]:
    """The same question around a group, and a step closer."""
    closer = max((km for km in RADII if km < question.radius_km), default=RADII[0])
    return question.with_(place=nearest_town(*group.place).label, radius_km=closer).query


def _towns(frame: Frame) -> list[Any]:
    return largest(frame.south, frame.west, frame.north, frame.east)


async def map_data(request: Request) -> Response:
    """`/carte.json?…&cadre=south,west,north,east&zoom=11`: what lies in a frame, for the map with script.

    `{"groups": [{"at": [lat, lon], "count", "kind"?, "key"?, "title"?}], "towns": [{"at", "name"}]}`.
    """
    node: Node = request.app.state.node
    frame = _asked_frame(request.query_params)
    if frame is None:
        return JSONResponse({"groups": [], "towns": []}, 400, headers={"cache-control": "no-store"})
    async with node.db.read() as tx:
        question = read(request.query_params, home=await _home(tx, request))
        found = await searching.search(tx, question, seen_by=_seen_by(request), limit=_ON_A_MAP)
    shown = {
        "groups": [_group(group) for group in mapping.groups(found.listings, frame.zoom, frame)],
        "towns": [{"at": town.point, "name": town.name} for town in _towns(frame)],
        "more": found.more,
    }
    return JSONResponse(shown, headers={"cache-control": "private, max-age=60", "vary": "Cookie"})


def _group(group: Group) -> dict[str, Any]:
    one = group.listing
    said = {"key": one.key, "title": one.title} if one else {}
    return {"at": group.place, "count": group.count, "kind": group.kind, **said}


def _asked_frame(query: Mapping[str, str]) -> Frame | None:
    """The frame that a script asks for; None for what is no part of the globe."""
    try:
        south, west, north, east = (float(part) for part in query.get("cadre", "").split(","))
        zoom = int(query.get("zoom", "10"))
    except ValueError:
        return None
    west, east = max(-180.0, west), min(180.0, east)
    if not (-90 <= south < north <= 90 and west < east and 0 <= zoom <= 19):
        return None
    return Frame(south, west, north, east, zoom)


routes = [
    Route("/", index),
    Route("/annonces", index),
    Route("/carte.json", map_data),
]
