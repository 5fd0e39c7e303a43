"""The site as something to install: manifest, emblem, service worker, and the page without a network."""

import asyncio
import json
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.i18n import t
from fedicoop.node import Node
from fedicoop.web import colours, emblem, static
from fedicoop.web.clean import markdown, plain
from fedicoop.web.face import face_of
from fedicoop.web.render import language_of, render

OFFLINE = "/hors-ligne"
_NAME = re.compile(r"(whole|maskable)-(\d{2,3})\.([0-9a-f]{10})\.png")
_SHELL = ("style.css", "page.js", "offline.js")
_YEAR, _SHORT = "public, max-age=31536000, immutable", "public, max-age=600"
_SHORTCUTS = (("/publier", "publish"), ("/alertes", "notices"), ("/echanges", "exchanges"))


async def manifest(request: Request) -> Response:
    """`/manifest.webmanifest`: what a phone calls the site, and how it looks there."""
    face, language = face_of(request), face_of(request).locale or language_of(request)
    kinds = ((emblem.WHOLE, "any"), (emblem.MASKABLE, "maskable"))
    icons = [
        {
            "src": emblem.path(face, size, shape),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for size in (192, 512)
        for shape, use in kinds
    ]
    told = {
        "id": "/",
        "name": face.name,
        "short_name": _short(face.name),
        "description": plain(markdown(face.sentence), 300) or t("page.manifest", language, coop=face.name),
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": colours.bar(face.hue, dark=False),
        "background_color": colours.bar(face.hue, dark=False),
        "categories": ["lifestyle", "shopping"],
        "icons": icons,
        "shortcuts": [{"name": t(f"page.nav.{key}", language), "url": path} for path, key in _SHORTCUTS],
    }
    body = json.dumps(told, ensure_ascii=False)
    return Response(body, headers={"cache-control": _SHORT}, media_type="application/manifest+json")


def _short(name: str) -> str:
    """What fits under an icon: whole words, some twelve letters."""
    if len(name) <= 14:
        return name
    kept = name[:15].rpartition(" ")[0]
    return kept or name[:12]


async def picture(request: Request) -> Response:
    """`/emblem/whole-192.1f0e3a9c2b.png`; with a mark of yesterday, today's emblem, not to be kept long."""
    node: Node = request.app.state.node
    face, found = face_of(request), _NAME.fullmatch(request.path_params["name"])
    if not found or int(found[2]) not in emblem.SIZES:
        raise NotFound("page.not_found", request.path_params["name"])
    data = await asyncio.to_thread(emblem.drawn, node.settings.media_dir, face, int(found[2]), found[1])
    keep = _YEAR if found[3] == emblem.mark(face) else _SHORT
    return Response(data, headers={"cache-control": keep}, media_type="image/png")


async def worker(_: Request) -> Response:
    """`/sw.js`: asked for anew each time, so that a new version of the site is taken up at once."""
    shell = [*(static.asset(name) for name in _SHELL), OFFLINE]
    script = static.text("sw.js").replace("__SHELL__", json.dumps(shell))
    return Response(script, headers={"cache-control": "no-cache"}, media_type="text/javascript")


async def offline(request: Request) -> Response:
    """What is shown where there is no network: in both languages, for it is fetched long before."""
    return render(request, "pages/offline.html", here=OFFLINE)


routes = [
    Route("/manifest.webmanifest", manifest),
    Route("/emblem/{name}", picture),
    Route("/sw.js", worker),
    Route(OFFLINE, offline),
    Route("/offline", offline),
]
