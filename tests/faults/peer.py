"""A peer by script: an ActivityPub server of raw sockets, which answers, or does not, as a test wants.

It signs what it says, fetches nobody, counts what it gets by the activity's id (it dedupes as every
real peer does), and can be told to answer anything at all, byte by byte.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from fedicoop.signatures import cavage
from fedicoop.vocabulary.types import (
    PUBLIC,
    Activity,
    Actor,
    Create,
    Delete,
    Follow,
    Intent,
    Key,
    Proposal,
    Tombstone,
    Update,
)
from fedicoop.vocabulary.writing import write
from tests.conftest import PAIRS
from tests.faults.house import House

AS2 = "application/activity+json"


@dataclass(frozen=True)
class Letter:
    """Something that a house posted to us."""

    id: str
    type: str
    about: str  # the id of its object
    at: float
    headers: dict[str, str]
    path: str
    body: bytes


@dataclass
class Reply:
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Script = Callable[[Letter, asyncio.StreamWriter], Awaitable[Reply | None]]
"""What to answer a letter; None where the script wrote to the socket, or closed it, by itself."""


async def takes(_letter: Letter, _writer: asyncio.StreamWriter) -> Reply:
    return Reply()


def says(status: int, **headers: str) -> Script:
    """Always this status; `retry_after="5"` becomes a header."""

    async def script(_letter: Letter, _writer: asyncio.StreamWriter) -> Reply:
        return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()})

    return script


@dataclass
class Peer:
    """`voices` is how many actors live there; each follows the house, and is followed."""

    address: str = "127.0.0.1"
    port: int = 0
    voices: int = 1
    script: Script = takes
    key: int = 2
    ahead: timedelta = timedelta()  # of the machine's clock
    letters: list[Letter] = field(default_factory=list)  # everything that came, in order
    taken: Counter[str] = field(default_factory=Counter)  # how often each id was answered 2xx
    gets: list[str] = field(default_factory=list)
    pages: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)  # documents beside the actors
    open_sockets: int = 0
    most_sockets: int = 0
    closed: int = 0  # sockets that are over, by either side
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _said: int = 0

    async def __aenter__(self) -> "Peer":
        await self.open()
        self._out = httpx.AsyncClient(timeout=30, trust_env=False, limits=httpx.Limits(max_connections=50))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()
        await self._out.aclose()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._met, self.address, self.port, backlog=200)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Off: nobody listens there any more."""
        if self._server:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            self._server = None
            await asyncio.sleep(0)

    @property
    def host(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @property
    def inbox(self) -> str:
        return f"{self.origin}/inbox"

    @property
    def actors(self) -> list[Actor]:
        return [self.actor(number) for number in range(self.voices)]

    def actor(self, number: int = 0) -> Actor:
        id = f"{self.origin}/actors/{number}"
        _, public = PAIRS[self.key].rsa
        return Actor(
            id=id,
            type="Organization",
            handle=f"coop{number}",
            name=f"Coop {number}",
            inbox=f"{id}/inbox",
            outbox=f"{id}/outbox",
            shared_inbox=self.inbox,
            followers=f"{id}/followers",
            keys=(Key(id=f"{id}#main-key", owner=id, algorithm="rsa", public=public),),
        )

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_sockets += 1
        self.most_sockets = max(self.most_sockets, self.open_sockets)
        self._writers.add(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self.open_sockets -= 1
            self.closed += 1
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {}
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if method == "GET":
            reply: Reply | None = self._document(path)
        else:
            reply = await self._letter(path, headers, body, writer)
        if reply is None:
            return False
        lines = {"content-length": str(len(reply.body)), **reply.headers}
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {reply.status} Said\r\n{told}\r\n".encode() + reply.body)
        await writer.drain()
        return True

    def _document(self, path: str) -> Reply:
        self.gets.append(path)
        if path in self.pages:
            status, kind, body = self.pages[path]
            return Reply(status, {"content-type": kind}, body)
        for actor in self.actors:
            if path == actor.id.removeprefix(self.origin):
                return Reply(200, {"content-type": AS2}, write(actor))
        return Reply(404)

    async def _letter(
        self, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter
    ) -> Reply | None:
        told: dict[str, Any] = json.loads(body)
        thing = told.get("object")
        about = thing if isinstance(thing, str) else thing.get("id", "")
        letter = Letter(told["id"], told["type"], about, time.monotonic(), headers, path, body)
        self.letters.append(letter)
        reply = await self.script(letter, writer)
        if reply and reply.status < 300:
            self.taken[letter.id] += 1
        return reply

    def got(self, kind: str) -> list[str]:
        """What it has taken of one type, each once: the ids of the things that were spoken of."""
        about = {letter.id: letter.about for letter in self.letters if letter.type == kind}
        return [about[id] for id in self.taken if id in about]

    # what it says itself

    def offer(self, title: str, *, number: int = 0, **changes: Any) -> Proposal:
        """A listing of one of its actors."""
        by = self.actor(number)
        self._said += 1
        id = f"{self.origin}/listings/{self._said}"
        given: dict[str, Any] = {
            "id": id,
            "by": by.id,
            "content": f"<p>{title}</p>",
            "published": datetime.now(UTC) + self.ahead,
            "to": (PUBLIC,),
            "cc": (by.followers,),
            "purpose": "offer",
            "publishes": Intent(action="transfer", name=title),
            "mode": "gift",
        }
        return Proposal(**given | changes)

    def create(self, note: Proposal) -> Create:
        return Create(id=f"{note.id}/create", actor=note.by, object=note, to=note.to, cc=note.cc)

    def update(self, note: Proposal, number: int = 1) -> Update:
        return Update(id=f"{note.id}/update/{number}", actor=note.by, object=note, to=note.to, cc=note.cc)

    def delete(self, note: Proposal) -> Delete:
        gone = Tombstone(id=note.id)
        return Delete(id=f"{note.id}/delete", actor=note.by, object=gone, to=note.to, cc=note.cc)

    def follow(self, house: House, number: int) -> Follow:
        by = self.actor(number).id
        return Follow(id=f"{by}/follows/{house.port}/2", actor=by, object=house.coop.id, to=(house.coop.id,))

    async def say(self, house: House, activity: Activity, *, path: str = "/inbox") -> int:
        """Post something, signed by whoever says it; the status.  Raises httpx.HTTPError."""
        body = write(activity)
        private, _ = PAIRS[self.key].rsa
        now, url = datetime.now(UTC) + self.ahead, f"{house.origin}{path}"
        signed = cavage.sign("POST", url, body, f"{activity.actor}#main-key", private, now, content_type=AS2)
        return (await self._out.post(url, content=body, headers=signed)).status_code

    async def insist(self, house: House, activity: Activity, *, patience: float = 60.0) -> None:
        """Post it until it is taken, as an honest sender does."""
        until = time.monotonic() + patience
        while True:
            with suppress(httpx.HTTPError):
                status = await self.say(house, activity)
                if status < 300:
                    return
                assert status in (429, 503), f"{activity.id} was answered {status}"
            assert time.monotonic() < until, f"nobody took {activity.id}"
            await asyncio.sleep(0.05)
