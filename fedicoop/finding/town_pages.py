"""Towns by the first letters of their names, for fields that ask for a place."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedicoop.places import gazetteer

MOST = 8


async def suggest(request: Request) -> Response:
    """`/places?q=lil`: `{"towns": [{"label", "name", "latitude", "longitude"}]}`, the likeliest first."""
    towns = gazetteer.suggest(request.query_params.get("q", ""), MOST)
    found = [
        {"label": town.label, "name": town.name, "latitude": town.latitude, "longitude": town.longitude}
        for town in towns
    ]
    return JSONResponse({"towns": found}, headers={"cache-control": "public, max-age=86400"})


routes = [Route("/places", suggest)]
