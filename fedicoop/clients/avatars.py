"""Pictures for accounts that have none here: an initial on the colour of its house, and a plain wide header.

Applications want an address for each; none of them leads its reader to a third party.
"""

import asyncio
import io
import re
import unicodedata
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.node import Node
from fedicoop.web import colours, emblem
from fedicoop.web.face import Face
from fedicoop.web.filters import initial

SIZE, WIDE = 180, (600, 200)
_NAME = re.compile(r"([a-z0-9]|none|wide)-(\d{1,3})\.png")
_YEAR = {"cache-control": "public, max-age=31536000, immutable"}


def path(name: str, host: str) -> str:
    """Where the initial of a name is, in the colour that its house has everywhere."""
    letter = unicodedata.normalize("NFKD", initial(name))[:1].lower()
    known = letter.isascii() and letter.isalnum()
    return f"/avatars/{letter if known else 'none'}-{colours.usual_hue(host)}.png"


def wide(host: str) -> str:
    return f"/avatars/wide-{colours.usual_hue(host)}.png"


async def show(request: Request) -> Response:
    """A PNG that never changes under its name."""
    node: Node = request.app.state.node
    found = _NAME.fullmatch(request.path_params["name"])
    if found is None or int(found[2]) not in colours.HUES:
        raise NotFound("picture.not_found")
    hue = int(found[2])
    if found[1] == "wide":
        return Response(_plain(hue), headers=_YEAR, media_type="image/png")
    face = Face(name="·" if found[1] == "none" else found[1].upper(), hue=hue)
    drawn = await asyncio.to_thread(emblem.drawn, node.settings.media_dir, face, SIZE, emblem.MASKABLE)
    return Response(drawn, headers=_YEAR, media_type="image/png")


@lru_cache(maxsize=len(colours.HUES))
def _plain(hue: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", WIDE, colours.written(colours.accent(hue))).save(file, "PNG", optimize=True)
    return file.getvalue()


routes = [Route("/avatars/{name}", show)]
