"""httpcore's connections, kept and handed out by ourselves, behind httpx's transport interface.

httpx's pool and httpcore's `AsyncConnectionPool` under it look at every connection and every
waiting request for each new one: 0.5 ms of CPU a POST at 4 at once, 1.7 ms at 50.  The same
httpcore connections handed out from a short list cost 0.2 ms, however many are under way.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ssl import SSLContext

import httpcore
import httpx

from fedicoop.outward.dial import GuardedBackend

MOST_CONNECTIONS = 64
MOST_RESTING = 20  # TLS connections cost about 300 KB each; most peers are met once in a while
LONGEST_REST = 15.0  # seconds

_Door = tuple[bytes, bytes, int]


class Pool(httpx.AsyncBaseTransport):
    """Connections to other houses: at most MOST_CONNECTIONS at once, a few resting for the next request.

    Follows no redirect, decodes nothing, tries nothing twice and asks no environment for a proxy.
    """

    def __init__(self, backend: GuardedBackend, trusted: SSLContext) -> None:
        self._backend, self._trusted = backend, trusted
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)
        self._resting: list[tuple[_Door, httpcore.AsyncHTTPConnection]] = []  # the last one rested least

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer's body must be read or closed to give the connection back."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        scheme, host = request.url.raw_scheme, request.url.raw_host
        port = request.url.port or (443 if scheme == b"https" else 80)
        door = (scheme, host, port)
        target = request.extensions.get("target", request.url.raw_path)
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=scheme, host=host, port=port, target=target),
            headers=request.headers.raw,
            content=request.stream,
        )
        await self._room.acquire()
        try:
            connection = await self._take(door)
            with _in_words_of_httpx():
                answer = await connection.handle_async_request(asked)
        except BaseException:
            self._room.release()
            raise
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(self, door, connection, answer)
        )

    async def give_back(self, door: _Door, connection: httpcore.AsyncHTTPConnection) -> None:
        """Let a connection rest if it may be used again, and close those that rested long enough."""
        self._room.release()
        if connection.is_available():
            self._resting.append((door, connection))
        tired = [rested for rested in self._resting if rested[1].has_expired()]
        kept = [rested for rested in self._resting if not rested[1].has_expired()]
        self._resting = kept[-MOST_RESTING:]
        for _, old in tired + kept[:-MOST_RESTING]:
            await old.aclose()

    async def aclose(self) -> None:
        resting, self._resting = self._resting, []
        for _, connection in resting:
            await connection.aclose()
        self._backend.close()

    async def _take(self, door: _Door) -> httpcore.AsyncHTTPConnection:
        while rested := next((one for one in reversed(self._resting) if one[0] == door), None):
            self._resting.remove(rested)
            if not rested[1].has_expired():
                return rested[1]
            await rested[1].aclose()
        scheme, host, port = door
        return httpcore.AsyncHTTPConnection(
            httpcore.Origin(scheme, host, port),
            ssl_context=self._trusted,
            keepalive_expiry=LONGEST_REST,
            network_backend=self._backend,
        )


class _Body(httpx.AsyncByteStream):
    """The raw bytes of an answer; closing it gives the connection back, read to the end or not."""

    def __init__(
        self, pool: Pool, door: _Door, connection: httpcore.AsyncHTTPConnection, answer: httpcore.Response
    ) -> None:
        self._pool, self._door, self._connection, self._answer = pool, door, connection, answer
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _in_words_of_httpx():
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            try:
                await self._answer.aclose()
            finally:
                await self._pool.give_back(self._door, self._connection)


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """Whoever asks knows one family of failures, whichever transport is used."""
    try:
        yield
    except httpcore.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except httpcore.NetworkError as error:
        raise httpx.NetworkError(str(error)) from error
