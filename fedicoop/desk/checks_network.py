"""What is asked of the network: does our name lead to us, is the certificate good, does mail leave?"""

import asyncio
import http.client
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from fedicoop import __version__
from fedicoop.actors import addresses, public_keys
from fedicoop.db.lock import is_held
from fedicoop.desk.findings import Finding, fine, fine_in_words, mind, wrong
from fedicoop.errors import Problem
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.outward.post import knock
from fedicoop.outward.trust import trusted_certificates
from fedicoop.settings import Settings

PATIENCE = 5.0  # seconds for each answer
SOON, VERY_SOON = 14, 3  # days; certificates are usually renewed a month before their end


@dataclass(frozen=True, slots=True)
class Place:
    """Where we ask from.  `node` is None where the database cannot be opened."""

    settings: Settings
    ca_file: str | None
    node: Node | None = None
    serving_at: str | None = None  # where `serve` said that it listens

    @property
    def host(self) -> str:
        return urlsplit(self.settings.origin).hostname or ""

    @property
    def has_front_door(self) -> bool:
        return self.settings.origin.startswith("https:")

    @property
    def is_served(self) -> bool:
        there = self.serving_at if self.settings.on_postgresql else is_held(self.settings.data_dir, "serve")
        return bool(there)


async def dns(place: Place) -> list[Finding]:
    found = await asyncio.to_thread(_addresses, place.host)
    if not found:
        return [wrong("dns", "doctor.no_dns", host=place.host)]
    return [fine("dns", f"{place.host} → {', '.join(found)}")]


def _addresses(name: str) -> list[str]:
    try:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


async def at_home(place: Place) -> list[Finding]:
    """Our own process, asked directly at the address where it listens: WebFinger of the base address."""
    if not place.is_served:
        return []
    return [await asyncio.to_thread(_at_home, place)]


def _at_home(place: Place) -> Finding:
    where = urlsplit(place.serving_at or f"http://{place.settings.bind}")
    host, port = where.hostname or "", where.port or 80
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound
    line = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        headers = {"Host": place.settings.host, "Accept": "application/jrd+json"}
        line.request("GET", _webfinger("", place.settings.origin), headers=headers)
        answer = line.getresponse()
        status, body = answer.status, answer.read(100_000)
    except (OSError, http.client.HTTPException) as error:
        return mind("webfinger", "doctor.silent_here", address=where.netloc, reason=str(error))
    finally:
        line.close()
    if status != 200 or _self_link(body) is None:
        return wrong("webfinger", "doctor.odd_here", address=where.netloc, status=str(status))
    return fine_in_words("webfinger", "doctor.answers", address=where.netloc)


def _webfinger(origin: str, about: str = "") -> str:
    return f"{origin}/.well-known/webfinger?resource={quote(about or origin, safe='')}"


def _self_link(body: bytes) -> str | None:
    try:
        links: Any = json.loads(body)["links"]
        return next(str(link["href"]) for link in links if link["rel"] == "self")
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


async def certificate(place: Place) -> list[Finding]:
    """That of our own front door, as a visitor's browser gets it, and how long it is still good."""
    if not place.has_front_door:
        return []
    port = urlsplit(place.settings.origin).port or 443
    try:
        ends = await asyncio.to_thread(_ends, place.host, port, place.ca_file)
    except ssl.SSLCertVerificationError as error:
        return [wrong("certificate", "doctor.certificate_bad", host=place.host, reason=error.verify_message)]
    except (OSError, ValueError) as error:  # whether anybody is there at all, the front door says
        return [mind("certificate", "doctor.certificate_unseen", host=place.host, reason=str(error))]
    days = (ends - datetime.now(UTC)).days
    shown = {"host": place.host, "days": str(days), "date": f"{ends:%Y-%m-%d}"}
    if days < SOON:
        return [(wrong if days < VERY_SOON else mind)("certificate", "doctor.certificate_ends", **shown)]
    return [fine_in_words("certificate", "doctor.certificate_good", **shown)]


def _ends(host: str, port: int, ca_file: str | None) -> datetime:
    with (
        socket.create_connection((host, port), PATIENCE) as raw,
        trusted_certificates(ca_file).wrap_socket(raw, server_hostname=host) as line,
    ):
        shown = line.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


async def door(place: Place) -> list[Finding]:
    """The same through the front door: name, certificate, proxy; and is it us who answers there?"""
    if not place.has_front_door or not place.is_served:
        return []
    origin, allowed = place.settings.origin, place.settings.allowed_peers
    out = Outward(allowed_peers=allowed, user_agent=f"fedicoop/{__version__} doctor", ca_file=place.ca_file)
    try:
        answer = await out.get(_webfinger(origin, origin), {"accept": "application/jrd+json"}, limit=100_000)
        if answer.status != 200 or _self_link(answer.body) is None:
            return [wrong("door", "doctor.odd_door", origin=origin, status=str(answer.status))]
        server = addresses.server_id(origin)
        shown = await out.get(server, {"accept": "application/activity+json"}, limit=100_000)
    except Problem as problem:
        if problem.key == "outward.address":
            return [mind("door", "doctor.door_from_within", origin=origin)]
        return [Finding("door", "✗", problem=problem)]
    finally:
        await out.close()
    if place.node and not await _is_ours(place.node, server, shown.body):
        return [wrong("door", "doctor.not_us", origin=origin)]
    return [fine("door", origin)]


async def _is_ours(node: Node, server: str, body: bytes) -> bool:
    """Whether the key that the world sees there is the one in our database: else our name leads elsewhere."""
    async with node.db.read() as tx:
        ours = {key.public.strip() for key in await public_keys.of(tx, server)}
    try:
        return json.loads(body)["publicKey"]["publicKeyPem"].strip() in ours
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


async def mail(place: Place) -> list[Finding]:
    """Does the mail server let us in?"""
    server = place.settings.mail_server
    if server is None:
        return []
    try:
        await knock(server, ourselves=place.host or "localhost", ca_file=place.ca_file)
    except Problem as problem:
        return [Finding("mail", "✗", problem=problem)]
    return [fine_in_words("mail", "doctor.mail_fine", server=f"{server.host}:{server.port}")]


Look = Callable[[Place], Awaitable[list[Finding]]]
CHECKS = (mail, at_home, dns, certificate, door)
"""They take their time: for `doctor`, and for the look around of each hour."""
AROUND = (mail, dns, certificate, door)
"""What `serve` may ask of itself."""
