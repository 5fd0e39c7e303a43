"""Style, drawings and small scripts, at addresses that change whenever their content does.

An address with the right mark may be kept for a year; any other is asked for again.  The files are
few and small, so they are read once and stay in memory, with their compressed form.  The style is
written in parts, a file a room, and goes out as one.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import NotFound

FOLDER = Path(__file__).parents[1] / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}
_YEAR = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class Asset:
    data: bytes
    small: bytes
    media_type: str
    mark: str


@cache
def _assets() -> dict[str, Asset]:
    """Every file of the folder by its name; nothing else can be asked for, so no path leads outside."""
    whole = b"\n".join(part.read_bytes().strip() for part in sorted((FOLDER / "style").glob("*.css")))
    files = [file for folder in (FOLDER, FOLDER / "vendor") for file in folder.glob("*.*")]
    made = {file.name: _made(file.name, file.read_bytes()) for file in files if file.suffix in _TYPES}
    return made | {"style.css": _made("style.css", whole)}


def _made(name: str, data: bytes) -> Asset:
    mark = hashlib.sha256(data).hexdigest()[:10]
    return Asset(data, gzip.compress(data, mtime=0), _TYPES[f".{name.rpartition('.')[2]}"], mark)


def asset(name: str) -> str:
    """The address of a file of ours, with the mark of its content: `/static/style.1f0e3a9c2b.css`."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{_assets()[name].mark}.{ending}"


def text(name: str) -> str:
    """A file of ours as text: one that is filled in before it goes out."""
    return _assets()[name].data.decode()


async def show(request: Request) -> Response:
    """`/static/{name}`, with or without the mark."""
    name = request.path_params["name"]
    stem, _, ending = name.rpartition(".")
    plain, _, mark = stem.rpartition(".")
    found = _assets().get(f"{plain}.{ending}") if plain else None
    if found and found.mark == mark:
        return _answer(request, found, _YEAR)
    if found := _assets().get(name):
        return _answer(request, found, "no-cache")
    raise NotFound("page.not_found", name)


async def favicon(request: Request) -> Response:
    """`/favicon.ico` and `/favicon.svg`: what browsers and peers' software ask for unasked."""
    return _answer(request, _assets()[request.url.path.rpartition("/")[2]], _DAY)


def _answer(request: Request, found: Asset, caching: str) -> Response:
    headers = {"cache-control": caching, "vary": "Accept-Encoding", "etag": f'"{found.mark}"'}
    if found.mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", "") and len(found.small) < len(found.data):
        return Response(
            found.small, headers=headers | {"content-encoding": "gzip"}, media_type=found.media_type
        )
    return Response(found.data, headers=headers, media_type=found.media_type)


routes = [
    Route("/static/{name}", show),
    Route("/favicon.ico", favicon),
    Route("/favicon.svg", favicon),
]
