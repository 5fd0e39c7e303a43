"""Map tiles, fetched by this house and kept, so that no reader's browser tells a map server where they look.

The operator names the map server (`tiles_url`) or none; then maps show towns by name alone and
nobody is asked for anything.  A tile is kept for thirty days and then asked for again; where the map
server does not answer, the old one serves on (OSM's tile policy asks for at least seven days, a real
User-Agent, and no bulk fetching: https://operations.osmfoundation.org/policies/tiles/).
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.db import room
from fedicoop.errors import NotFound, Problem, Unavailable
from fedicoop.log import log
from fedicoop.media import files
from fedicoop.media.pages import INERT
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings

DEEPEST = 17
"""No closer than a street: places are blurred to a kilometre, and a house number would say too much."""
MOST_BYTES = 300_000
FRESH = 30 * 86_400.0  # seconds
MOST_KEPT = 200_000_000  # bytes of tiles on the disk
AT_ONCE = 2  # requests to the map server; its policy asks for no more
A_MINUTE = 240  # tiles that the house fetches in a minute, for all readers together
_HEADERS = INERT | {"cache-control": f"public, max-age={7 * 86_400}"}
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


@dataclass(slots=True)
class _Gate:
    """How much is being fetched now, and was within this minute."""

    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    minute: int = 0
    fetched: int = 0

    def admit(self) -> None:
        now = int(time.monotonic() // 60)
        if now != self.minute:
            self.minute, self.fetched = now, 0
        self.fetched += 1
        if self.fetched > A_MINUTE:
            raise Unavailable("map.busy")


_gates: WeakKeyDictionary[Outward, _Gate] = WeakKeyDictionary()


async def show(request: Request) -> Response:
    """`/tiles/{z}/{x}/{y}`: one tile; 404 where this house has no map server, or there is no such tile."""
    node: Node = request.app.state.node
    z, x, y = (request.path_params[name] for name in ("z", "x", "y"))
    if not node.settings.tiles_url or not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("page.not_found")
    path = node.settings.data_dir / "tiles" / f"{z}-{x}-{y}"
    kept = await asyncio.to_thread(_kept, path)
    if kept is None or kept[1] > FRESH:
        try:
            kept = await _fetched(node, path, z, x, y), 0.0
        except Problem as problem:
            log.info("tile.not_fetched", tile=path.name, key=problem.key)
            if kept is None:
                raise NotFound("page.not_found") from problem
    return Response(kept[0], headers=_HEADERS, media_type=_kind(kept[0]))


def _kept(path: Path) -> tuple[bytes, float] | None:
    """A tile that is here, and its age in seconds."""
    try:
        return path.read_bytes(), time.time() - path.stat().st_mtime
    except OSError:
        return None


async def _fetched(node: Node, path: Path, z: int, x: int, y: int) -> bytes:
    gate = _gates.setdefault(node.out, _Gate())
    gate.admit()
    url = node.settings.tiles_url.format(z=z, x=x, y=y)
    async with gate.turn:
        answer = await node.out.get(url, {"accept": "image/png,image/webp,image/jpeg"}, limit=MOST_BYTES)
    if answer.status != 200 or not _kind(answer.body):
        raise NotFound("page.not_found", f"{url} answered {answer.status}")
    await asyncio.to_thread(_keep, node.settings, path, answer.body)
    return answer.body


def _kind(data: bytes) -> str:
    """The type by the first bytes, whatever the map server called it; "" for what is no picture."""
    return next((kind for magic, kind in _KINDS if data.startswith(magic)), "")


def _keep(settings: Settings, path: Path, data: bytes) -> None:
    with suppress(Unavailable):  # a full disk: then it is fetched again
        room.require(settings, room.FOR_PEERS)
        files.write(path.parent, {path.name: data})


def sweep(folder: Path) -> int:
    """Keep the tiles within MOST_KEPT bytes: the oldest go.  How many went; for the hourly housekeeping."""
    if not folder.is_dir():
        return 0
    found = sorted(((one.stat().st_mtime, one.stat().st_size, one) for one in folder.iterdir()), reverse=True)
    size = gone = 0
    for _, weight, path in found:
        size += weight
        if size > MOST_KEPT:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


routes = [Route("/tiles/{z:int}/{x:int}/{y:int}", show)]
