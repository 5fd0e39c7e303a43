"""The HTTP side of `serve`: uvicorn, with our own socket, signals and log."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from fedicoop import meta
from fedicoop.cli import systemd
from fedicoop.cli.hall import Hall, room_for
from fedicoop.errors import Misconfigured
from fedicoop.log import log

if TYPE_CHECKING:
    from fedicoop.node import Node

IDLE = 20  # seconds between two requests
GRACE = 5  # seconds for requests in hand when the process stops


class Server(uvicorn.Server):
    """uvicorn raises the signals that it caught once more when it ends; ours are heard elsewhere."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def answer(sock: socket.socket, node: "Node", stop: asyncio.Event) -> None:
    """Answer requests on `sock` until `stop`."""
    from fedicoop.app import build

    settings, hall = node.settings, room_for(node.settings.trusted_proxies)
    config = uvicorn.Config(
        build(node),
        http=_protocol(hall),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=settings.log_level == "debug",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),  # security, T10
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    logging.getLogger("uvicorn.error").setLevel("DEBUG" if config.access_log else "WARNING")
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    keeping = asyncio.create_task(hall.keep())
    telling = asyncio.create_task(_tell_when_ready(server, sock, node))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopped], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    for task in (keeping, telling, stopped):
        task.cancel()


def _protocol(hall: Hall) -> Any:
    """uvicorn's with our bounds; where httptools is not to be had (32-bit ARM), h11 with a proxy's."""
    try:
        from fedicoop.cli.connection import Connection
    except ImportError:
        return "h11"
    return partial(Connection, hall=hall)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.  Raises Misconfigured, saying why it cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _deaf(host, port, error) from error
    with sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(1024)
        except OSError as error:
            raise _deaf(host, port, error) from error
        sock.setblocking(False)
        yield sock


def _deaf(host: str, port: int, error: Exception) -> Misconfigured:
    import errno

    keys = {
        errno.EADDRINUSE: "cli.address_taken",
        errno.EACCES: "cli.address_reserved",
        errno.EADDRNOTAVAIL: "cli.address_foreign",
    }
    key = keys.get(getattr(error, "errno", None) or 0, "cli.address_unusable")
    place = f"{f'[{host}]' if ':' in host else host}:{port}"
    return Misconfigured(key, repr(error), address=place, port=str(port), reason=str(error))


async def _tell_when_ready(server: Server, sock: socket.socket, node: "Node") -> None:
    settings = node.settings
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    host, port = sock.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    systemd.tell("READY=1")
    log.info("serving", address=address, origin=settings.origin, workers=settings.workers)
    async with node.db.write() as tx:  # for `doctor`: a flag may have said another address than the settings
        await meta.put(tx, "serving_at", address)
