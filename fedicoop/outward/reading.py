"""Reading an answer: its head is bounded, its body counted, nothing decoded that we did not ask for."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from fedicoop.addresses import Destination
from fedicoop.errors import Unreachable

if TYPE_CHECKING:
    import httpx

MOST_HEADERS = 100
MOST_HEADER_BYTES = 65_536


def told(response: "httpx.Response") -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def check_head(response: "httpx.Response", goal: Destination) -> None:
    """A final status, and a bounded number of headers of bounded size."""
    headers = response.headers.raw
    size = sum(len(name) + len(value) for name, value in headers)
    if not 200 <= response.status_code <= 599:
        raise garbled(goal, f"status {response.status_code}")
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        raise garbled(goal, f"{len(headers)} headers, {size} bytes")


def _encoding(response: "httpx.Response") -> str:
    """The compression that we did not ask for; empty if there is none."""
    encoding: str = response.headers.get("content-encoding", "").strip().lower()
    return encoding.replace("identity", "")


async def _parts(response: "httpx.Response") -> AsyncIterator[bytes]:
    """The raw bytes as they come; all at once from a transport that answers out of memory."""
    if response.is_stream_consumed:
        yield response.content
        return
    async for part in response.aiter_raw():
        yield part


async def whole(response: "httpx.Response", limit: int, goal: Destination) -> bytes:
    """All of a body, uncompressed, or nothing of it: raw bytes are counted, none decoded."""
    if encoding := _encoding(response):
        raise garbled(goal, f"content-encoding {encoding[:100]}")
    announced = response.headers.get("content-length", "")
    too_large = Unreachable("peer.too_large", f"{goal.url}: over {limit} bytes", host=goal.netloc)
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise too_large
    received = bytearray()
    async for part in _parts(response):
        received += part
        if len(received) > limit:
            raise too_large
    return bytes(received)


async def small_talk(response: "httpx.Response", limit: int, patience: float) -> bytes:
    """The beginning of a body, as far as it comes in good order within `patience` seconds."""
    import httpx

    if _encoding(response):
        return b""
    received = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for part in _parts(response):
                received += part
                if len(received) >= limit:
                    break
    except (TimeoutError, httpx.TransportError):
        pass
    return bytes(received[:limit])


def garbled(goal: Destination, detail: str) -> Unreachable:
    return Unreachable("peer.garbled", f"{goal.url}: {detail}", host=goal.netloc)
