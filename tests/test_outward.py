import asyncio
import gzip
import re
import sys
import tracemalloc
from contextlib import asynccontextmanager

import httpx
import pytest

from fedicoop.db import inside
from fedicoop.errors import Misconfigured, Refused, Unreachable
from fedicoop.outward import Outward
from fedicoop.outward.dial import GuardedBackend, system_resolver
from tests import odd_addresses

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"
NOWHERE = "2d00:1::1"  # global unicast that nobody was ever given


class Peer:
    """A house that says exactly the bytes it was told to, and remembers what it was asked."""

    def __init__(self, say):
        self.say, self.asked, self.calls = say, [], 0

    async def answer(self, reader, writer):
        self.calls += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: (\d+)", head.lower())
                self.asked.append(head + await reader.readexactly(int(length[1]) if length else 0))
                for part in self.say if isinstance(self.say, tuple) else (self.say,):
                    writer.write(part)
                    await writer.drain()
                async for part in self.more():
                    writer.write(part)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def more(self):
        return
        yield b""


class EndlessPeer(Peer):
    async def more(self):
        while True:
            yield b"x" * 65_536


class DrippingPeer(Peer):
    async def more(self):
        while True:
            yield b"x"
            await asyncio.sleep(0.02)


class SilentPeer(Peer):
    async def more(self):
        await asyncio.sleep(60)
        yield b""


class RudePeer(Peer):
    """Hangs up after what it has to say."""

    async def more(self):
        raise ConnectionError
        yield b""


@asynccontextmanager
async def living(peer, *, host="127.0.0.1", port=0, tls=None):
    server = await asyncio.start_server(peer.answer, host, port, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    peer.name = f"{host}:{peer.port}"
    peer.url = f"http://{peer.name}/actor"
    try:
        yield peer
    finally:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            if "answer" in repr(task.get_coro()):
                task.cancel()
        await asyncio.sleep(0)


@asynccontextmanager
async def going_out(*peers, **options):
    options = {"deadline": 5.0, **options}
    out = Outward(allowed_peers=frozenset(peer.name for peer in peers), user_agent="fedicoop/test", **options)
    try:
        yield out
    finally:
        await out.close()
        await asyncio.sleep(0.01)


@pytest.fixture
def dialled():
    """Every address that a socket of this process is connected to while the test runs."""
    _recorded.clear()
    return _recorded


_recorded: list[str] = []
sys.addaudithook(lambda event, args: event == "socket.connect" and _recorded.append(args[1][0]))


async def test_a_listed_peer_is_asked_and_answers(dialled):
    async with living(Peer(OK)) as peer, going_out(peer) as out:
        got = await out.get(peer.url + "?page=1#key", {"Accept": "application/activity+json"})
        posted = await out.post(peer.url, b"{}", {"Content-Type": "application/activity+json"})

    assert (got.status, got.body, got.headers["content-type"]) == (200, b"ok", "text/plain")
    assert got.url == peer.url + "?page=1"
    assert posted.status == 200
    assert dialled == ["127.0.0.1"]
    assert peer.asked[0].startswith(b"GET /actor?page=1 HTTP/1.1\r\n")
    assert b"\r\naccept-encoding: identity\r\n" in peer.asked[0].lower()
    assert b"\r\nuser-agent: fedicoop/test\r\n" in peer.asked[0].lower()
    assert f"\r\nhost: {peer.name}\r\n".encode() in peer.asked[0].lower()
    assert peer.asked[1].endswith(b"\r\n\r\n{}")


async def test_a_connection_is_used_again_until_the_peer_hangs_up():
    patient, hurried = Peer(OK), RudePeer(OK)
    async with living(patient), living(hurried), going_out(patient, hurried) as out:
        for peer in (patient, hurried):
            for _ in range(3):
                assert (await out.post(peer.url, b"{}", {})).status == 200
                await asyncio.sleep(0.01)

    assert (patient.calls, hurried.calls) == (1, 3)


async def test_what_was_signed_is_what_is_sent():
    async with living(Peer(OK)) as peer, going_out(peer) as out:
        await out.get(f"http://{peer.name}/a/../b//c;d?e=%7e'(f)|", {"host": peer.name.upper()})

    assert peer.asked[0].startswith(b"GET /a/../b//c;d?e=%7e'(f)| HTTP/1.1\r\n")


async def test_nothing_inside_is_dialled_however_it_is_spelt(dialled):
    async with going_out() as out:
        for url in [*odd_addresses.urls_inside(), *odd_addresses.URLS]:
            with pytest.raises(Refused, match=r"outward\."):
                await out.get(url, {})

    assert dialled == []


async def test_no_name_leads_inside(dialled):
    answers = iter(odd_addresses.ANSWERS)
    async with going_out(resolve=lambda host, port: [next(answers)]) as out:
        for _ in odd_addresses.ANSWERS:
            with pytest.raises(Refused, match=r"outward\.address"):
                await out.post("https://evil.example/inbox", b"{}", {})

    assert dialled == []


async def test_one_address_inside_is_enough_to_refuse_a_name(dialled):
    async with going_out(resolve=lambda host, port: [NOWHERE, "8.8.8.8", "127.0.0.1"]) as out:
        with pytest.raises(Refused, match=r"outward\.address"):
            await out.get("https://evil.example/", {})

    assert dialled == []


async def test_a_name_that_changes_its_mind_gains_nothing(dialled):
    canary = Peer(OK)
    answers = [[NOWHERE] if turn % 2 else ["127.0.0.9"] for turn in range(50)]
    looked_up = []

    def resolve(host, port):
        looked_up.append(host)
        return answers[len(looked_up) - 1]

    try:
        async with (
            living(canary, host="127.0.0.9", port=443),
            going_out(resolve=resolve, deadline=0.1) as out,
        ):
            tries = [out.get("https://rebinder.example/", {}) for _ in range(50)]
            outcomes = await asyncio.gather(*tries, return_exceptions=True)
    except PermissionError:
        pytest.skip("only a privileged user may stand a canary on port 443")

    assert all(isinstance(outcome, Refused | Unreachable) for outcome in outcomes)
    assert canary.calls == 0
    assert "127.0.0.9" not in dialled
    assert len(looked_up) == 50


async def test_a_redirect_is_told_and_not_followed():
    canary = Peer(OK)
    async with living(canary, host="127.0.0.9"), living(Peer(b"")) as peer, going_out(peer) as out:
        peer.say = f"HTTP/1.1 302 Found\r\nLocation: {canary.url}\r\nContent-Length: 0\r\n\r\n".encode()
        answers = [await out.get(peer.url, {}), await out.post(peer.url, b"{}", {})]

    assert [(answer.status, answer.headers["location"]) for answer in answers] == [(302, canary.url)] * 2
    assert canary.calls == 0


async def test_no_environment_leads_us_through_a_proxy(monkeypatch):
    async with living(Peer(OK)) as proxy, living(Peer(OK)) as peer, going_out(peer) as out:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.name}")
        await out.get(peer.url, {})

    assert (proxy.calls, peer.calls) == (0, 1)


async def test_unix_sockets_are_not_houses():
    backend = GuardedBackend(frozenset(), system_resolver)
    with pytest.raises(Refused):
        await backend.connect_unix_socket("/run/docker.sock")


async def test_the_dial_refuses_other_ports_by_itself(dialled):
    backend = GuardedBackend(frozenset({"8.8.8.8:53"}), system_resolver)
    with pytest.raises(Refused, match=r"outward\.port"):
        await backend.connect_tcp("8.8.4.4", 53)

    assert dialled == []


@pytest.mark.parametrize(
    "url", ["https://coop.example/a", "https://COOP.example.:443/a", "https://coop.example#k"]
)
async def test_we_do_not_call_ourselves(url):
    async with going_out(own_origin="https://coop.example") as out:
        with pytest.raises(Refused, match=r"outward\.ourselves"):
            await out.get(url, {})


async def test_nothing_is_asked_inside_a_transaction():
    async with living(Peer(OK)) as peer, going_out(peer) as out:
        token = inside.set(True)
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await out.get(peer.url, {})
        inside.reset(token)

    assert peer.calls == 0


async def test_a_bomb_is_neither_unpacked_nor_believed():
    bomb = gzip.compress(gzip.compress(bytes(20_000_000)))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    async with living(Peer(head.encode() + bomb)) as peer, going_out(peer) as out:
        tracemalloc.start()
        with pytest.raises(Unreachable, match=r"peer\.garbled"):
            await out.get(peer.url, {})
        delivered = await out.post(peer.url, b"{}", {})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert (delivered.status, delivered.body) == (200, b"")
    assert peak < 2_000_000


@pytest.mark.parametrize("head", [b"", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 9000000000\r\n"])
async def test_a_body_without_end_is_cut_and_costs_no_memory(head):
    parts = (b"HTTP/1.1 200 OK\r\n" + head + b"\r\n",) + ((b"fffffff0\r\n",) if b"chunked" in head else ())
    async with living(EndlessPeer(parts)) as peer, going_out(peer, deadline=2.0) as out:
        tracemalloc.start()
        with pytest.raises(Unreachable, match=r"peer\.too_large"):
            await out.get(peer.url, {}, limit=500_000)
        posted = await out.post(peer.url, b"{}", {}, limit=1000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert (posted.status, posted.body) == (200, b"x" * 1000)
    assert peak < 5_000_000


async def test_an_announced_size_over_the_limit_is_refused_without_waiting_for_it():
    peer = SilentPeer(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")
    async with living(peer), going_out(peer) as out:
        with pytest.raises(Unreachable, match=r"peer\.too_large"):
            await out.get(peer.url, {})


async def test_what_nobody_reads_does_not_pile_up():
    async with living(EndlessPeer(b"")) as peer:
        backend = GuardedBackend(frozenset({peer.name}), system_resolver)
        stream = await backend.connect_tcp("127.0.0.1", peer.port)
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.05)
        piled_up = await stream.read(100_000_000)
        await stream.aclose()

    assert 0 < len(piled_up) < 1_000_000


async def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not():
    async with living(Peer(OK)) as peer, going_out(peer) as out:
        assert (await out.get(peer.url, {}, limit=2)).body == b"ok"
        with pytest.raises(Unreachable, match=r"peer\.too_large"):
            await out.get(peer.url, {}, limit=1)


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        (SilentPeer(b""), "peer.timeout"),
        (DrippingPeer(b"HTTP/1.1 200 OK\r\nX-Header: "), "peer.slow"),
        (DrippingPeer(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), "peer.slow"),
        (SilentPeer(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), "peer.slow"),
    ],
)
async def test_one_deadline_stands_over_the_whole_exchange_and_who_says_nothing_is_not_slow(peer, key):
    async with living(peer), going_out(peer, deadline=0.2) as out:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Unreachable) as silence:
            await out.get(peer.url, {})

        assert silence.value.key == key

        assert 0.15 < asyncio.get_running_loop().time() - begun < 1


async def test_a_slow_resolver_falls_under_the_deadline_and_holds_up_nobody_else():
    def resolve(host, port):
        if host == "slow.example":
            patience.wait(2)
        return ["127.0.0.1"]

    import threading

    patience = threading.Event()
    async with living(Peer(OK)) as peer:
        peer.name = f"sud.test:{peer.port}"
        async with going_out(peer, resolve=resolve, deadline=0.3) as out:
            slow = [asyncio.create_task(out.get("https://slow.example/", {})) for _ in range(8)]
            await asyncio.sleep(0.01)
            assert (await out.get(f"http://{peer.name}/", {})).status == 200
            outcomes = await asyncio.gather(*slow, return_exceptions=True)
            patience.set()

    assert [outcome.key for outcome in outcomes] == ["peer.timeout"] * 8


async def test_a_peer_that_took_a_letter_may_say_nonsense_afterwards():
    took = b"HTTP/1.1 202 Accepted\r\n"
    manners = [
        DrippingPeer(took + b"Content-Length: 5000\r\n\r\n"),
        SilentPeer(took + b"\r\n"),
        RudePeer(took + b"Content-Length: 5000\r\n\r\nbye"),
        Peer(took + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"),
    ]
    for peer in manners:
        async with living(peer), going_out(peer, deadline=0.4) as out:
            assert (await out.post(peer.url, b"{}", {})).status == 202


@pytest.mark.parametrize(
    ("says", "key"),
    [
        (b"", "peer.silent"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "peer.silent"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nbye", "peer.garbled"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "peer.garbled"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "peer.garbled"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", "peer.garbled"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "peer.garbled"),
        (b"HTTP/1.1 999 Unheard Of\r\nContent-Length: 0\r\n\r\n", "peer.garbled"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n", "peer.garbled"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 66_000 + b"\r\n\r\n", "peer.garbled"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500_000 + b"\r\n\r\n", "peer.garbled"),
        (bytes(range(256)) * 20, "peer.garbled"),
    ],
)
async def test_an_answer_that_is_none_is_told_by_its_name(says, key):
    async with living(RudePeer(says)) as peer, going_out(peer) as out:
        with pytest.raises(Unreachable) as failure:
            await out.get(peer.url, {})

    assert failure.value.key == key
    assert failure.value.values["host"] == peer.name


async def test_nobody_there_and_no_such_name_are_two_things():
    def resolve(host, port):
        if host == "unknown.example":
            raise OSError("Name or service not known")
        return []

    async with living(Peer(OK)) as peer:
        pass
    async with going_out(peer, resolve=resolve) as out:
        with pytest.raises(Unreachable, match=r"peer\.silent"):
            await out.get(peer.url, {})
        for host in ("unknown.example", "empty.example"):
            with pytest.raises(Unreachable, match=r"peer\.name_unknown"):
                await out.get(f"https://{host}/", {})


@pytest.mark.parametrize(
    "answers", [["::1", "127.0.0.8", "127.0.0.1"], ["127.0.0.1", "::1"], ["::1", "127.0.0.1"]]
)
async def test_a_broken_address_does_not_hide_a_working_one(answers):
    async with living(Peer(OK)) as peer:
        peer.name = f"sud.test:{peer.port}"
        async with going_out(peer, resolve=lambda host, port: answers) as out:
            assert (await out.get(f"http://{peer.name}/", {})).status == 200


async def test_a_name_with_many_addresses_does_not_make_us_try_them_all(dialled):
    answers = [f"2d00:1::{number}" for number in range(1, 100)]
    async with going_out(resolve=lambda host, port: answers, deadline=0.1) as out:
        with pytest.raises(Unreachable):
            await out.get("https://many.example/", {})

    assert len(dialled) <= 2


async def test_giving_up_two_hundred_times_leaves_room_for_the_next():
    silent, healthy = SilentPeer(b""), Peer(OK)
    async with living(silent), living(healthy), going_out(silent, healthy, deadline=0.1) as out:
        for _ in range(2):
            await asyncio.gather(*(out.get(silent.url, {}) for _ in range(100)), return_exceptions=True)

        assert (await out.get(healthy.url, {})).status == 200


def test_the_faster_loop_carries_as_well():
    uvloop = pytest.importorskip("uvloop")

    async def talk():
        peer, endless = Peer(OK), EndlessPeer(b"HTTP/1.1 200 OK\r\n\r\n")
        async with living(peer), living(endless), going_out(peer, endless) as out:
            with pytest.raises(Unreachable, match=r"peer\.too_large"):
                await out.get(endless.url, {})
            return [(await out.post(peer.url, b"{}", {})).status for _ in range(2)], peer.calls

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(talk()) == ([200, 200], 1)


async def test_another_transport_may_carry_but_does_not_lift_the_rules():
    asked = []

    def carry(request):
        asked.append(str(request.url))
        return httpx.Response(200, json={"id": str(request.url)})

    async with going_out(transport=httpx.MockTransport(carry)) as out:
        answer = await out.get("https://nord.test/actor", {})
        for url in [*odd_addresses.urls_inside(), *odd_addresses.URLS]:
            with pytest.raises(Refused):
                await out.get(url, {})

    assert answer.body == b'{"id":"https://nord.test/actor"}'
    assert asked == ["https://nord.test/actor"]


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (httpx.ConnectError("unplugged"), "peer.silent"),
        (httpx.ReadTimeout("slow"), "peer.timeout"),
        (httpx.RemoteProtocolError("what?"), "peer.garbled"),
    ],
)
async def test_another_transports_failures_are_told_in_the_same_words(error, key):
    def carry(request):
        raise error

    async with going_out(transport=httpx.MockTransport(carry)) as out:
        with pytest.raises(Unreachable) as failure:
            await out.get("https://nord.test/actor", {})

    assert failure.value.key == key


@pytest.mark.parametrize("content", [None, "no certificate at all"])
def test_a_file_without_certificates_is_found_out_at_the_start(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)

    with pytest.raises(Misconfigured, match=r"outward\.certificates"):
        Outward(allowed_peers=frozenset(), user_agent="x", ca_file=str(file))
