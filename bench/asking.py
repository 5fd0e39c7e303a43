"""A client of raw sockets: as little work as can be between the server and the figure."""

import asyncio
import socket
from collections.abc import Sequence


async def ask_all(
    port: int, requests: Sequence[bytes], *, at_once: int = 16, host: str = "127.0.0.1"
) -> dict[int, int]:
    """Send whole requests over so many kept connections; how often each status came.

    Each answer must say its length, or come in short chunks.
    """
    queue = list(reversed(requests))
    statuses: dict[int, int] = {}

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while queue:
            writer.write(queue.pop())
            status = await _answer(reader)
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(min(at_once, len(requests)))))
    return statuses


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        length = int(lower[at + 15 : lower.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lower:  # small talk in one piece, or none
        await reader.readuntil(b"0\r\n\r\n")
    elif status not in (204, 304):
        raise ValueError(f"an answer without a length: {head[:200]!r}")
    return status


def post(path: str, host: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def get(path: str, host: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
