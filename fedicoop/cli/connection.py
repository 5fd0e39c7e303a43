"""One connection: uvicorn's protocol, and what it leaves open closed (security T12, cases 112 to 114).

uvicorn bounds no header, waits for a request for ever as long as a byte drips now and then, and reads on
after an answer. Here the head of a request has a size and a deadline, its body and the pause after it a
deadline each, and what is framed in two ways is refused with one answer.
"""

from typing import Any

import httptools
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from fedicoop.cli.hall import Hall
from fedicoop.log import log

MOST_HEADER_BYTES = 65_536
MOST_HEADERS = 128
MOST_URL = 131_072
HEAD = 10.0  # seconds for the whole head of a request, from its first byte or from the connection
IDLE = 20.0  # seconds from an answer to the head of the next request: longer than the usual proxy's pause
BODY = 300.0  # seconds for a whole body; forms and letters have shorter ones of their own
STUCK = 60.0  # seconds that somebody may leave an answer unread
MOST_TASKS = 512
_WORDS = {400: b"Bad Request", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}


class Connection(HttpToolsProtocol):
    def __init__(self, *given: Any, hall: Hall, **more: Any) -> None:
        super().__init__(*given, **more)
        self.hall, self.address = hall, ""
        self._verdict, self._size, self._unread = 400, 0, 0
        self._in_head = True
        self._stuck: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.hall.arrives(self, HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self.hall.leaves(self)
        self._unstick()
        super().connection_lost(exc)

    def hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()

    # What comes in

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._in_head:
            self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return  # we speak HTTP/1.1 and nothing else: it is answered as if nothing had been asked
        except httptools.HttpParserError as error:
            self._refuse(str(error))
            return
        if self._in_head and self._unread > MOST_URL + MOST_HEADER_BYTES:
            self._verdict = 431
            self._refuse("a head without end")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._size = 0
        if self._is_free():
            self.hall.waits_for(self, HEAD)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MOST_URL:
            self._stop(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # a trailer is no header: it comes too late to be believed (RFC 9110, 6.5.1)
            super().on_header(name, value)
        self._size += len(name) + len(value) + 4
        if self._size > MOST_HEADER_BYTES or len(self.headers) > MOST_HEADERS:
            self._stop(431)

    def on_headers_complete(self) -> None:
        body = self._framing()
        self._in_head, self._unread = False, 0
        self.app = _busy if len(self.tasks) >= MOST_TASKS else self.config.loaded_app
        if body:
            self.hall.waits_for(self, BODY)
        else:
            self.hall.heard(self)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        if not self._is_free():
            self.hall.heard(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_free() and not self.transport.is_closing():
            self.hall.waits_for(self, IDLE)

    def _is_free(self) -> bool:
        """Whether no answer is owed by us."""
        return self.cycle is None or self.cycle.response_complete

    def _framing(self) -> bool:
        """Whether a body follows.  What two readers might frame in two ways is refused (RFC 9112, 6.1)."""
        lengths = [value for name, value in self.headers if name == b"content-length"]
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        chunked = codings == [b"chunked"] and self.parser.get_http_version() == "1.1"
        if len(lengths) > 1 or (codings and (lengths or not chunked)):
            self._stop(400)
        return chunked or any(value.strip(b"0 ") for value in lengths)

    # What goes out

    def _stop(self, verdict: int) -> None:
        """Inside a callback of the parser, which turns this into an HttpParserError."""
        self._verdict = verdict
        raise ValueError(verdict)

    def _refuse(self, why: str) -> None:
        """One answer, and the end; what was asked well before it is answered first, and alone."""
        log.seldom("connection.refused", about=str(self._verdict), status=self._verdict, why=why[:200])
        if not self._is_free() and not self.cycle.more_body:
            self.cycle.keep_alive = False
            return
        if self._is_free() or not self.cycle.response_started:
            said = _WORDS[self._verdict]
            head = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(said)
            self.transport.write(STATUS_LINE[self._verdict] + head + said)
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unstick()
        self._stuck = self.loop.call_later(STUCK, self.hang_up)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unstick()

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


async def _busy(_scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """More is asked at once than we can answer: 503, said at once."""
    said = b"Service Unavailable"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(said)).encode()),
        (b"retry-after", b"5"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": said, "more_body": False})
