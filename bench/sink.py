"""A house that takes every letter: 202, on as many ports as wished, with or without TLS.

`python -m bench.sink FIRST_PORT PORTS [CERTIFICATE KEY]`; GET /count on the first port's neighbour below
tells how many letters came.
"""

import asyncio
import contextlib
import resource
import ssl
import sys

_TAKEN = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """Counts whole letters, and answers each."""

    count = 0

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.seen = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        self.seen += data
        while (end := self.seen.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.seen[:end]).lower()
            if head.startswith(b"get /count"):
                told = str(Sink.count).encode()
                self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(told), told))
                del self.seen[: end + 4]
                continue
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.seen) < end + 4 + length:
                return
            del self.seen[: end + 4 + length]
            Sink.count += 1
            self.transport.write(_TAKEN)


async def main(first: int, ports: int, certificate: str = "", key: str = "") -> None:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    await loop.create_server(Sink, "127.0.0.1", first - 1)
    for port in range(first, first + ports):
        await loop.create_server(Sink, "127.0.0.1", port, ssl=context)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(ValueError, OSError):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
