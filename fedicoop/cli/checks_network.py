"""What `doctor` asks of the network: does our name lead to us, and do we answer to it?"""

import asyncio
import http.client
import json
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from fedicoop.cli.words import t
from fedicoop.db.lock import is_held
from fedicoop.desk.findings import Finding, fine, mind, wrong
from fedicoop.errors import Problem

if TYPE_CHECKING:
    from fedicoop.settings import Settings

PATIENCE = 5.0  # seconds for an answer of our own process


async def examine(settings: "Settings", serving_at: str | None, found: Callable[[Finding], None]) -> None:
    """From the name outwards; where nothing serves, nothing is asked.

    `serving_at` is the address at which `serve` said that it listens.
    """
    scheme, name = urlsplit(settings.origin).scheme, urlsplit(settings.origin).hostname or ""
    if scheme == "http":
        found(mind("https", "doctor.plain_http", origin=settings.origin))
    else:
        found(fine("https", settings.origin))
    serving = is_held(settings.data_dir, "serve")
    if serving:
        found(await asyncio.to_thread(_at_home, settings, serving_at or f"http://{settings.bind}"))
    addresses = await asyncio.to_thread(_addresses, name)
    if not addresses:
        return found(wrong("dns", "doctor.no_dns", host=name))
    found(fine("dns", f"{name} → {', '.join(addresses)}"))
    if serving and scheme == "https":
        found(await _from_outside(settings))
    return None


def _addresses(name: str) -> list[str]:
    try:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


def _at_home(settings: "Settings", serving_at: str) -> Finding:
    """Our own process, asked directly at the address where it listens: WebFinger of the base address."""
    place = urlsplit(serving_at)
    host, port = place.hostname or "", place.port or 80
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound
    path = f"/.well-known/webfinger?resource={quote(settings.origin, safe='')}"
    line = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        line.request("GET", path, headers={"Host": settings.host, "Accept": "application/jrd+json"})
        answer = line.getresponse()
        status, body = answer.status, answer.read(100_000)
    except (OSError, http.client.HTTPException) as error:
        return mind("webfinger", "doctor.silent_here", address=place.netloc, reason=str(error))
    finally:
        line.close()
    if status != 200 or _self_link(body) is None:
        return wrong("webfinger", "doctor.odd_here", address=place.netloc, status=str(status))
    return fine("webfinger", t("doctor.answers", address=place.netloc))


def _self_link(body: bytes) -> str | None:
    try:
        links: Any = json.loads(body)["links"]
        return next(str(link["href"]) for link in links if link["rel"] == "self")
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


async def _from_outside(settings: "Settings") -> Finding:
    """The same through the front door: name, certificate, proxy.  `serve` itself never asks itself."""
    import os

    from fedicoop import __version__
    from fedicoop.outward import Outward

    url = f"{settings.origin}/.well-known/webfinger?resource={quote(settings.origin, safe='')}"
    ca_file = os.environ.get("SSL_CERT_FILE")
    agent = f"fedicoop/{__version__} doctor"
    try:
        out = Outward(allowed_peers=settings.allowed_peers, user_agent=agent, ca_file=ca_file)
        try:
            answer = await out.get(url, {"accept": "application/jrd+json"}, limit=100_000)
        finally:
            await out.close()
    except Problem as problem:
        if problem.key == "outward.address":
            return mind("door", "doctor.door_from_within", origin=settings.origin)
        return Finding("door", "✗", problem=problem)
    if answer.status != 200 or _self_link(answer.body) is None:
        return wrong("door", "doctor.odd_door", origin=settings.origin, status=str(answer.status))
    return fine("door", settings.origin)
