"""The dial: the one place where a socket to another house is opened.

A name is looked up, every answer is judged, and exactly a judged answer is dialled.  Nothing
resolves a second time, so a name that changes its mind (DNS rebinding) gains nothing; the TLS
server name and the Host header stay the name.
"""
# ruff: noqa: ARG002, ASYNC109  (signatures are httpcore's; one deadline stands above them all)

import asyncio
import ssl
from collections.abc import Callable, Iterable, Set
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from itertools import zip_longest
from socket import AI_NUMERICHOST, IPPROTO_TCP, SOCK_STREAM, getaddrinfo
from typing import Any, cast

import httpcore

from fedicoop.addresses import is_public, literal, peer_name
from fedicoop.errors import Refused, Unreachable
from fedicoop.outward.progress import progress

Resolve = Callable[[str, int], Iterable[str]]
"""Host and port in, addresses out; called in a thread.  Raises OSError if there is no such name."""

MOST_LOOKUPS = 16  # at once: a hostile zone that answers slowly holds threads, never the loop
MOST_BUFFERED = 65_536
_PATIENCE = 2.5  # seconds for an address while another one is left to try


def system_resolver(host: str, port: int) -> Iterable[str]:
    """What the machine's own resolver says (hosts file, resolv.conf)."""
    return [str(answer[4][0]) for answer in getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP)]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses on port 443, and to the operator's listed peers.

    Raises Refused `outward.address` or `outward.port` where we do not go, Unreachable
    `peer.name_unknown` or `peer.silent` where nobody is.
    """

    def __init__(self, allowed_peers: Set[str], resolve: Resolve) -> None:
        self._allowed_peers, self._resolve = allowed_peers, resolve
        self._lookups = ThreadPoolExecutor(MOST_LOOKUPS, "fedicoop-lookup")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = [host] if literal(host) else await self._look_up(host, port)
        if peer_name(host, port) not in self._allowed_peers:
            _judge(host, port, addresses)
        return await _first_that_answers(host, port, _in_turn(addresses))

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise Refused("outward.address", path, host="unix")

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            answers = list(await loop.run_in_executor(self._lookups, self._resolve, host, port))
        except (OSError, UnicodeError) as error:
            raise Unreachable("peer.name_unknown", f"{host}: {error}", host=host) from error
        if not answers:
            raise Unreachable("peer.name_unknown", f"{host}: no address", host=host)
        return answers

    def close(self) -> None:
        self._lookups.shutdown(wait=False, cancel_futures=True)


def _judge(host: str, port: int, addresses: Iterable[str]) -> None:
    """Refuse a host if *any* of its addresses is not public: a mixed answer is a trick or a mistake."""
    if port != 443:
        raise Refused("outward.port", f"{host}:{port}", host=host, port=str(port))
    for address in addresses:
        if "%" in address or not is_public(ip_address(address)):
            raise Refused("outward.address", f"{host} leads to {address}", host=host)


def _in_turn(addresses: list[str]) -> list[str]:
    """Two of each family at most, alternating: a broken IPv6 shall not eat the whole deadline (RFC 8305)."""
    families = [[a for a in addresses if ":" in a][:2], [a for a in addresses if ":" not in a][:2]]
    if ":" not in addresses[0]:
        families.reverse()
    return [address for pair in zip_longest(*families) for address in pair if address]


async def _first_that_answers(host: str, port: int, addresses: list[str]) -> "Stream":
    reason: Exception | None = None
    for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
        try:
            async with asyncio.timeout(_PATIENCE if left else None):
                return Stream(await _dial(address, port))
        except OSError as error:  # TimeoutError is one as well
            reason = error
    raise Unreachable("peer.silent", f"{host}: {reason}", host=host) from reason


async def _dial(address: str, port: int) -> "Wire":
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(Wire, address, port, flags=AI_NUMERICHOST)
    return wire


class Wire(asyncio.Protocol):
    """One connection: what came in and was not yet read, never much more than MOST_BUFFERED."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting, self.ended = bytearray(), False
        self.reason: Exception | None = None
        self.changed, self.writable = asyncio.Event(), asyncio.Event()
        self.writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        if len(self.waiting) > MOST_BUFFERED and self.transport and not self.transport.is_closing():
            self.transport.pause_reading()
        self.changed.set()

    def eof_received(self) -> None:
        self.ended = True
        self.changed.set()

    def connection_lost(self, reason: Exception | None) -> None:
        self.ended, self.reason = True, reason
        self.changed.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()


class Stream(httpcore.AsyncNetworkStream):
    """A Wire as httpcore wants it.  Its own, because the one over anyio costs twice the CPU a request."""

    def __init__(self, wire: Wire) -> None:
        assert wire.transport is not None
        self._wire, self._transport = wire, wire.transport

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wire = self._wire
        while not wire.waiting and not wire.ended:
            wire.changed.clear()
            await wire.changed.wait()
        if not wire.waiting and wire.reason:
            raise httpcore.ReadError(str(wire.reason)) from wire.reason
        data = bytes(wire.waiting[:max_bytes])
        del wire.waiting[:max_bytes]
        if (told := progress.get()) is not None:
            told.came += len(data)
        if len(wire.waiting) <= MOST_BUFFERED and not self._transport.is_closing():
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._wire.ended:
            raise httpcore.WriteError("the other side has closed")
        self._transport.write(buffer)
        await self._wire.writable.wait()

    async def aclose(self) -> None:
        """Leave at once: an orderly TLS farewell would let the other side keep us waiting."""
        self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(
                self._transport, self._wire, ssl_context, server_hostname=server_hostname
            )
        except BaseException as error:
            self._transport.abort()
            if isinstance(error, ssl.SSLError | ConnectionError):
                host = server_hostname or ""
                raise Unreachable("peer.tls", f"{host}: {error}", host=host) from error
            raise
        assert transport is not None
        self._wire.transport = self._transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # while idle: the other side has hung up, or speaks unasked
            return self._wire.ended or bool(self._wire.waiting)
        return self._transport.get_extra_info(info)
