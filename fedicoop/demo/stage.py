"""The demonstration on its stage: two houses built, opened, acquainted; and everything put away."""

import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fedicoop.actors import names
from fedicoop.actors import store as actors
from fedicoop.assemble import assemble
from fedicoop.demo import seeds
from fedicoop.demo.houses import House, furnish
from fedicoop.demo.servers import Server
from fedicoop.errors import Conflict, Misconfigured, Unavailable
from fedicoop.follows import actions as follows
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Kind
from fedicoop.listings.store import Filter

FIRST_PORT = 8001
PATIENCE = 30.0  # seconds for the two to know all of each other
HANDLES = ("velo", "objets")


@dataclass(frozen=True, slots=True)
class Stage:
    velo: Server
    objets: Server

    @property
    def servers(self) -> tuple[Server, Server]:
        return self.velo, self.objets


@asynccontextmanager
async def stage(keep: Path | None = None, port: int | None = None) -> AsyncIterator[Stage]:
    """Two houses that run, each with its listings; stopped at the end, and gone unless `keep`.

    Raises Conflict where `keep` is taken, Misconfigured where a port is.
    """
    folder, built = _folder(keep), False
    try:
        ports = _ports(port)
        peers = frozenset(f"127.0.0.1:{one}" for one in ports)
        today = datetime.now(UTC).date()
        houses = [
            House(seeds.coop(handle, today), folder / handle, one, peers)
            for handle, one in zip(HANDLES, ports, strict=True)
        ]
        await _both(*(furnish(house) for house in houses))
        built = True
        there = Stage(*(Server(house) for house in houses))
        try:
            await _both(*(server.start() for server in there.servers))
            yield there
        finally:
            await asyncio.gather(*(server.stop() for server in there.servers))
    finally:
        for handle in HANDLES if not (keep and built) else ():
            shutil.rmtree(folder / handle, ignore_errors=True)
        if keep is None:
            folder.rmdir()


async def _both(*work: Awaitable[None]) -> None:
    """Both to their ends, also where one fails: then its exception."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="fedicoop-demo-"))
    for handle in HANDLES:
        if (keep / handle).exists():
            raise Conflict("demo.kept_before", str(keep), folder=str(keep))
    return keep.absolute()


def _ports(wanted: int | None) -> tuple[int, int]:
    """The two that were asked for, else the first free pair from 8001 on."""
    if wanted is not None:
        for port in (wanted, wanted + 1):
            if not _is_free(port):
                raise Misconfigured("demo.port_taken", str(port), port=str(port))
        return wanted, wanted + 1
    for port in range(FIRST_PORT, FIRST_PORT + 200, 2):
        if _is_free(port) and _is_free(port + 1):
            return port, port + 1
    raise Misconfigured("demo.port_taken", "none is free", port=f"{FIRST_PORT}–{FIRST_PORT + 200}")


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


async def befriend(there: Stage) -> float:
    """Let each follow the other, and wait until all listings have arrived; the seconds it took.

    Raises Unavailable if they do not.
    """
    started = time.monotonic()
    velo, objets = there.velo.house, there.objets.house
    await _both(_follow(velo, objets), _follow(objets, velo))
    await _both(_hears_all(velo, objets), _hears_all(objets, velo))
    return time.monotonic() - started


async def _follow(us: House, them: House) -> None:
    """As an operator does with `fedicoop coop follow 127.0.0.1:8002`."""
    async with assemble(us.settings) as node:
        found = await names.by_name(node, them.place)
        async with node.db.write() as tx:
            await follows.follow(tx, us.operator, await actors.get(tx, us.actor_id), found)


async def _hears_all(us: House, them: House) -> None:
    until = time.monotonic() + PATIENCE
    async with assemble(us.settings) as node:
        while time.monotonic() < until:
            async with node.db.read() as tx:
                here = [await listings.count(tx, Filter(kind=kind, source="peers")) for kind in Kind]
            if here == [them.coop.count(kind) for kind in Kind]:
                return
            await asyncio.sleep(0.1)
    raise Unavailable("demo.not_exchanged", us.origin, name=us.coop.name, other=them.coop.name)
