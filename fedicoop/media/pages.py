"""Serving pictures: always a picture, whatever was asked for, and never anything that acts.

Security cases 34, 36 and 71: the type comes from the name that we made, not from the file, the
request or its Accept header, so nobody can make this server hand out an activity or a script.
"""

import asyncio
import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.media.files import NAME
from fedicoop.node import Node

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
INERT = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
FOR_GOOD = INERT | {"cache-control": "private, max-age=31536000, immutable"}
"""A name never gets other bytes.  Kept by the reader's browser alone: some pictures are for a few."""
FOR_NOW = INERT | {"cache-control": "no-store"}
_PLACEHOLDER = Path(__file__).with_name("placeholder.webp")


async def show(request: Request) -> Response:
    """A picture by its name.  One that is not here (yet) is a 404 that looks like an empty frame.

    A browser shows the body of a 404 in an `<img>`: a listing whose photo could not be copied from
    its peer, or is still to be, has a quiet frame there and no torn page.
    """
    found = NAME.fullmatch(request.path_params["name"])
    if not found:
        raise NotFound("picture.not_found")
    node: Node = request.app.state.node
    path = node.settings.media_dir / found[0]
    try:
        facts = await asyncio.to_thread(os.stat, path)
    except OSError:
        body = await asyncio.to_thread(_PLACEHOLDER.read_bytes)
        return Response(body, 404, FOR_NOW, "image/webp")
    return FileResponse(path, headers=FOR_GOOD, media_type=MEDIA_TYPES[found["extension"]], stat_result=facts)


routes = [Route("/media/{name}", show)]
