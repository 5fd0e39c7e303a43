"""Ten faults of a live peer: its page, `inspect` and `doctor --remote` name the cause and the remedy.

A house in this process goes out through the real, guarded client to a scripted peer of raw sockets; the
peer's own letters come in through the real door.  Each fault in French and in English.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fedicoop.access import Member, Role
from fedicoop.actors import store as actors
from fedicoop.errors import Problem
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.i18n import explain
from fedicoop.outward import Outward
from fedicoop.relations import facts as facts_room
from fedicoop.relations import handshake, inspecting, standing
from fedicoop.signatures import cavage
from fedicoop.vocabulary.writing import write
from tests.browsing import signed_in
from tests.conftest import PAIRS, Instance, Network
from tests.faults.peer import AS2, Peer, Reply
from tests.test_outward_tls import Authority

Fault = Callable[["Live", str, asyncio.StreamWriter], Awaitable[Reply | None]]
DEADLINE = 0.4  # seconds for an answer: the faults are waited for, the truth is not


@dataclass
class Live(Peer):
    """A peer that has names, and may have a fault: in all its answers, and in all that it says."""

    fault: Fault | None = None
    date: timedelta | None = None  # its clock, told in each answer
    fingers: str = ""  # the actor to which its names lead; its own if empty
    tls: ssl.SSLContext | None = None
    name: str = ""
    spoils: bool = False  # a proxy rewrites what it says
    sockets: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._met, self.address, self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def host(self) -> str:
        return f"{self.name or self.address}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}"

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.fault is None:
            return await super()._exchange(reader, writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        reply = await self.fault(self, head, writer)
        if reply is not None:
            await self._answer(reply, writer)
        return False

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        lines = {"content-length": str(len(reply.body)), "connection": "close", **reply.headers}
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {reply.status} Said\r\n{told}\r\n".encode() + reply.body)
        await writer.drain()

    def _document(self, path: str) -> Reply:
        if not path.startswith("/.well-known/webfinger"):
            return self._dated(super()._document(path))
        link = {"rel": "self", "type": AS2, "href": self.fingers or self.actor().id}
        found = {"subject": f"acct:{self.actor().handle}@{self.host}", "links": [link]}
        return self._dated(Reply(200, {"content-type": "application/jrd+json"}, json.dumps(found).encode()))

    def _dated(self, reply: Reply) -> Reply:
        if self.date is not None:
            reply.headers["date"] = format_datetime(datetime.now(UTC) + self.date, usegmt=True)
        return reply

    async def says_something(self, nord: Instance) -> int:
        """A listing, through nord's door, as it leaves this peer: its clock and its proxy included."""
        activity = self.create(self.offer("Remorque"))
        body, (private, _) = write(activity), PAIRS[self.key].rsa
        now = datetime.now(UTC) + (self.date or timedelta())
        url, key = f"{nord.origin}/inbox", f"{activity.actor}#main-key"
        headers = cavage.sign("POST", url, body, key, private, now, content_type=AS2)
        sent = body.replace(b"Remorque", b"Remarque") if self.spoils else body
        return (await nord.http.post(url, content=sent, headers=headers)).status_code


def always(status: int, body: bytes = b"", **headers: str) -> Fault:
    async def fault(*_: object) -> Reply:
        return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    return fault


async def drips(_: Live, __: str, writer: asyncio.StreamWriter) -> None:
    for one in b"HTTP/1.1 202 Accepted\r\n" * 100:
        writer.write(bytes([one]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def says_nothing(*_: object) -> None:
    await asyncio.sleep(60)


def redirects(peer: Live) -> None:
    peer.fault = always(301, location="https://neuf.example/inbox")


def clock(peer: Live) -> None:
    peer.date = timedelta(hours=3)


def digest(peer: Live) -> None:
    peer.spoils = True


def web_finger(peer: Live) -> None:
    peer.fingers = f"{peer.origin}/actors/somebody-else"


def fault(what: Fault) -> Callable[[Live], None]:
    def inject(peer: Live) -> None:
        peer.fault = what

    return inject


FAULTS: dict[str, tuple[Callable[[Live], None], str, str]] = {
    # name: how it is injected, its verdict, words of the remedy in French
    "clock": (clock, "clock_there", "mette son serveur à l’heure"),
    "digest": (digest, "digest_here", "laissez passer /inbox tel quel"),
    "their digest": (fault(always(401, b"Digest mismatch")), "digest_there", "laisse passer ses boîtes"),
    "401": (fault(always(401)), "signature", "répond de l’extérieur"),
    "410": (fault(always(410)), "gone", "ne suivez plus cette coopérative"),
    "503": (fault(always(503, retry_after="120")), "waits", "repart tout seul à l’heure qu’il a demandée"),
    "slow drip": (fault(drips), "slow", "nous réessayons"),
    "redirect": (redirects, "redirects", "suivez-la à sa nouvelle adresse"),
    "wrong WebFinger": (web_finger, "loop", "WebFinger réponde pour ce nom"),
    "silence": (fault(says_nothing), "silent", "nous réessayons"),
}


async def house(network: Network, peer: Live, **out: object) -> Instance:
    """A house that hears and is heard by the peer, and goes out over real sockets."""
    network.clock.now = datetime.now(UTC)
    nord = await network.add("nord.test", allowed_peers=frozenset({peer.host}))
    going = Outward(
        allowed_peers=frozenset({peer.host}),
        user_agent="test",
        deadline=DEADLINE,
        own_origin=nord.origin,
        clock=network.clock,
        **out,
    )
    object.__setattr__(nord.node, "out", going)
    async with nord.node.db.write() as tx:
        await actors.put(tx, peer.actor())
        await follows.ask(tx, f"{peer.actor().id}/follows/1", peer.actor().id, nord.coop.id, Status.ACCEPTED)
        await follows.ask(tx, f"{nord.origin}/activities/1", nord.coop.id, peer.actor().id, Status.ACCEPTED)
    return nord


async def admin(nord: Instance) -> Member:
    camille = await nord.join("camille")
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE members SET role = :role WHERE id = :id", role=Role.ADMIN, id=camille.id)
    return camille


async def known_trouble(nord: Instance, peer: Live, language: str) -> Problem | None:
    async with nord.node.db.read() as tx:
        return standing.judge(await facts_room.of_house(tx, nord.node, peer.host), language)


def close(words: str) -> str:
    """Without spaces: a command of ours stands in an element of its own."""
    return "".join(words.split())


async def check(nord: Instance, peer: Live, language: str, name: str, remedy: str) -> None:
    """The page with its timeline, the walk with its steps, and `inspect` say the same in the same words."""
    walked = await handshake.walk(nord.node, f"@{peer.actor().handle}@{peer.host}", language)
    trouble = await known_trouble(nord, peer, language)
    visitor = await signed_in(nord, await admin(nord))
    page = await visitor.open(f"/admin/maisons/{peer.host}", **{"accept-language": language})
    told = handshake.told(walked, language)

    assert walked.fault is not None
    if name == "redirects":
        assert trouble.values["location"] == "https://neuf.example/inbox"
    assert [walked.fault.key, trouble and trouble.key] == [f"verdict.{name}", f"verdict.{name}"]
    said = explain(trouble, language)
    assert peer.host in said.what + said.why
    for words in (said.what, said.remedy):
        assert close(words.replace("`", "")) in close(page.words)
    if language == "fr":
        assert remedy in said.remedy
    assert told["verdict"]["code"] == said.code
    assert not {"{", "}"} & set(said.what + said.why + said.remedy)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_a_live_peer_is_named_with_its_remedy(network, meet_live, name, language):
    inject, verdict, remedy = FAULTS[name]
    peer = await meet_live()
    nord = await house(network, peer)
    assert await peer.says_something(nord) == 202
    assert await known_trouble(nord, peer, language) is None
    inject(peer)
    network.clock.advance(seconds=30)

    await nord.publish("Perceuse")
    await nord.settle()
    heard = await peer.says_something(nord)

    assert heard == (401 if name in ("clock", "digest", "410") else 202)  # of who is gone, no key is kept
    await check(nord, peer, language, verdict, remedy)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_bad_certificate_is_named_with_its_remedy(network, meet_live, tmp_path, language):
    authority = Authority(tmp_path)
    over = authority.server("coop.test", until=datetime.now(UTC) - timedelta(days=1))
    peer = await meet_live(tls=over, name="coop.test")
    nord = await house(network, peer, resolve=lambda *_: ["127.0.0.1"], ca_file=authority.file)

    await nord.publish("Perceuse")
    await nord.settle()

    await check(nord, peer, language, "certificate", "le certificat est à renouveler")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_peer_that_is_off_is_named_with_its_remedy(network, meet_live, language):
    peer = await meet_live()
    nord = await house(network, peer)
    await peer.shut()

    await nord.publish("Perceuse")
    await nord.settle()

    await check(nord, peer, language, "unreachable", "repart tout seul")


async def test_a_peer_that_names_its_hour_has_it_told(network, meet_live):
    peer = await meet_live()
    nord = await house(network, peer)
    peer.fault = always(503, retry_after="7200")

    await nord.publish("Perceuse")
    await nord.settle()

    visitor = await signed_in(nord, await admin(nord))
    page = await visitor.open(f"/admin/maisons/{peer.host}")
    assert "Nouvel essai dans 2 heures." in page.words or "Nouvel essai dans 1 heure." in page.words


async def test_when_the_fault_is_over_the_page_says_that_all_is_well(network, meet_live):
    peer = await meet_live()
    nord = await house(network, peer)
    peer.fault = always(503)
    await nord.publish("Perceuse")
    await nord.settle()
    peer.fault = None
    network.clock.advance(hours=1)

    await nord.settle()

    assert await known_trouble(nord, peer, "fr") is None
    seen = await inspecting.inspect(nord.node, f"@coop0@{peer.host}")
    assert seen.fault is None


@pytest.fixture
async def meet_live(stack) -> Callable[..., Awaitable[Live]]:
    async def open_one(**more: object) -> Live:
        return await stack.enter_async_context(_living(Live(**more)))

    return open_one


@asynccontextmanager
async def _living(peer: Live) -> AsyncIterator[Live]:
    async with peer:
        yield peer
