"""Answers that anybody would get are kept as they were sent, until something is written.

A listing that travels is asked for by hundreds of servers and readers within a minute; what they get is
drawn once.  Kept is what a GET without cookie, signature or other proof of who asks was answered with 200 or
304, unless the answer says `private` or `no-store` or sets a cookie (invariants 8 and 17).
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BELIEVED = timedelta(seconds=2)
"""What another process wrote, and how long ago something was, shows after that."""
MOST, MOST_BYTES, LARGEST = 512, 16_000_000, 400_000
_WHO = frozenset({b"cookie", b"authorization", b"signature", b"signature-input", b"range", b"if-range"})
_NEGOTIATED = (b"host", b"accept", b"accept-language", b"accept-encoding", b"if-none-match")

_FILES = ("/static/", "/media/", "/tiles/")
Key = tuple[str, bytes, tuple[bytes, ...]]


@dataclass(slots=True)
class _Answer:
    commits: int
    at: datetime
    start: Message
    body: bytes
    endpoint: object  # which page made it: what is measured asks for that


class Rendered:
    """Middleware.  `commits` tells how many this process has made: with the next, nothing is known."""

    def __init__(self, app: ASGIApp, commits: Callable[[], int], clock: Callable[[], datetime]) -> None:
        self.app, self._commits, self._clock = app, commits, clock
        self._kept: OrderedDict[Key, _Answer] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if key is None:
            await self.app(scope, receive, send)
            return
        commits = self._commits()
        found = self._kept.get(key)
        now = self._clock()
        if found and found.commits == commits and found.at <= now < found.at + BELIEVED:
            scope["endpoint"] = found.endpoint
            await send({**found.start, "headers": list(found.start["headers"])})
            await send({"type": "http.response.body", "body": found.body})
            return
        taking = _Taking(send)
        await self.app(scope, receive, taking)
        if (answer := taking.whole()) and commits == self._commits():
            self._keep(key, _Answer(commits, now, *answer, scope.get("endpoint")))

    def _keep(self, key: Key, answer: _Answer) -> None:
        if before := self._kept.pop(key, None):
            self._bytes -= len(before.body)
        self._kept[key] = answer
        self._bytes += len(answer.body)
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)


class _Taking:
    """`send`, with an ear: what goes out is noted, as far as it may be kept."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: bytearray | None = bytearray()
        self._ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = {**message, "headers": list(message["headers"])}
            if not _for_anybody(message):
                self._body = None
        elif message["type"] == "http.response.body" and self._body is not None:
            self._body += message.get("body", b"")
            self._ended = not message.get("more_body", False)
            if len(self._body) > LARGEST:
                self._body = None
        elif message["type"] != "http.response.body":
            self._body = None  # a file that the server sends by itself
        await self._send(message)

    def whole(self) -> tuple[Message, bytes] | None:
        if self._start is None or self._body is None or not self._ended:
            return None
        return self._start, bytes(self._body)


def _key(scope: Scope) -> Key | None:
    """None where the answer may depend on who asks."""
    if scope["path"].startswith(_FILES):
        return None
    negotiated = dict.fromkeys(_NEGOTIATED, b"")
    for name, value in scope["headers"]:
        if name in negotiated:
            negotiated[name] += b"," + value
        elif name in _WHO or name.startswith(b"hx-"):
            return None
    return scope["path"], scope["query_string"], tuple(negotiated.values())


def _for_anybody(start: Message) -> bool:
    if start["status"] not in (200, 304):
        return False
    for name, value in start["headers"]:
        name = name.lower()
        if name == b"set-cookie":
            return False
        if name == b"cache-control" and (b"no-store" in value or b"private" in value):
            return False
    return True
