"""What a connection may do to the server that it is connected with: raw bytes over a real socket."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from fedicoop.cli import connection
from fedicoop.cli.connection import Connection
from fedicoop.cli.hall import Hall


async def says_what_it_got(scope, receive, send):
    body, more = b"", True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            return
        body, more = body + part["body"], part["more_body"]
    said = b"%s %d %d" % (scope["path"].encode(), len(body), len(scope["headers"]))
    headers = [(b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


@asynccontextmanager
async def serving(hall=None, app=says_what_it_got):
    hall = Hall() if hall is None else hall
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", access_log=False)
    config.load()
    state = ServerState()

    def made():
        return Connection(config=config, server_state=state, app_state={}, hall=hall)

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    keeping = asyncio.create_task(hall.keep())
    async with server:
        yield server.sockets[0].getsockname()[1]
    keeping.cancel()
    for one in list(state.connections):
        one.hang_up()
    await asyncio.sleep(0)


async def told(port: int, *parts: bytes, pause: float = 0, patience: float = 5.0) -> bytes:
    """Everything that is answered until the other side hangs up, or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(patience):
            while more := await reader.read(65_536):
                answer += more
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return answer


ASK = b"GET / HTTP/1.1\r\nHost: coop.example\r\n"
TELL = b"POST / HTTP/1.1\r\nHost: coop.example\r\n"


def answers(said: bytes) -> int:
    return said.count(b"HTTP/1.1 ")


async def test_what_is_asked_well_is_answered_again_and_again():
    async with serving() as port:
        said = await told(port, ASK + b"\r\n", ASK + b"Connection: close\r\n\r\n", pause=0.05)

    assert (answers(said), said.count(b"200 OK")) == (2, 2)


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 50\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
    ],
)
async def test_what_two_readers_might_frame_in_two_ways_is_refused_with_one_answer(framing):
    """Case 113."""
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: coop.example\r\n\r\n"
    async with serving() as port:
        said = await told(port, TELL + framing + b"\r\n" + smuggled, patience=2)

    assert answers(said) == 1
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"smuggled" not in said


async def test_chunks_that_lie_are_refused():
    """Case 113."""
    async with serving() as port:
        said = await told(
            port, TELL + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", patience=2
        )

    assert (answers(said), said[:13]) == (1, b"HTTP/1.1 400 ")


async def test_what_follows_the_last_chunk_adds_no_header():
    async with serving() as port:
        trailed = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n"
        said = await told(port, TELL + trailed)

    assert said.endswith(b"/ 3 3")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"X-Much: " + b"a" * 2**20 + b"\r\n\r\n", b"431"),
        (b"X-Much: " + b"a" * 2**20, b"431"),  # and it never ends
        (b"".join(b"X-%d: a\r\n" % number for number in range(1000)) + b"\r\n", b"431"),
        (b"a" * 2**20, b"431"),
    ],
)
async def test_a_head_has_a_size(head, status):
    """Case 114."""
    async with serving() as port:
        said = await told(port, ASK + head, patience=2)

    assert said[9:12] == status
    assert answers(said) == 1


async def test_an_address_has_a_size():
    async with serving() as port:
        said = await told(
            port, b"GET /" + b"a" * 2**18 + b" HTTP/1.1\r\nHost: coop.example\r\n\r\n", patience=2
        )
        long_one = await told(port, b"GET /?q=" + b"a" * 100_000 + b" HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert said[9:12] in (b"414", b"431")
    assert long_one[9:12] == b"400"


async def seconds_until_hung_up(port: int, first: bytes, drip: bytes = b"a") -> float:
    """How long a server puts up with somebody who sends a byte now and then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = asyncio.get_running_loop().time()
    writer.write(first)

    async def dripping():
        while True:
            await asyncio.sleep(0.1)
            writer.write(drip)

    task = asyncio.create_task(dripping())
    try:
        async with asyncio.timeout(8):
            while await reader.read(65_536):
                pass
    except ConnectionError:
        pass
    finally:
        task.cancel()
        writer.transport.abort()
    return asyncio.get_running_loop().time() - begun


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),  # connects, and is silent
        (b"", b"G"),
        (ASK + b"X-Slow: ", b"a"),  # slowhttptest -H
        (TELL + b"Content-Length: 1000000\r\n\r\n", b"a"),  # -B: the body drips
        (ASK + b"\r\n", b""),  # keeps the connection, and asks nothing more
        (ASK + b"Content-Length: 1000000\r\n\r\n", b"a"),  # answered, and goes on with a body
        (ASK + b"\r\n" + ASK, b"a"),  # the second head drips
    ],
)
async def test_whoever_keeps_us_waiting_is_hung_up_on(monkeypatch, first, drip):
    """Case 112: the deadline is for the whole of it; bytes that drip do not put it off."""
    for name in ("HEAD", "IDLE", "BODY"):
        monkeypatch.setattr(connection, name, 0.5)
    async with serving() as port:
        assert await seconds_until_hung_up(port, first, drip) < 4


async def test_somebody_who_does_not_read_their_answer_is_hung_up_on(monkeypatch):
    """Case 112, slowhttptest -X."""
    monkeypatch.setattr(connection, "STUCK", 0.5)
    ended = asyncio.Event()

    async def endless(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(10_000):
            await send({"type": "http.response.body", "body": b"a" * 65_536, "more_body": True})
            if (await asyncio.sleep(0)) is None and len(hall) == 0:
                break
        ended.set()

    hall = Hall()
    async with serving(hall, endless) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK + b"\r\n")
        async with asyncio.timeout(6):
            await ended.wait()
        writer.transport.abort()


async def test_silent_ones_make_room_for_whoever_comes_after_them():
    """Case 112: five hundred connections of one address, and a page is answered at once."""
    hall = Hall(most=200, most_of_one=50, time_to_speak=0)
    async with serving(hall) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(500)]
        begun = asyncio.get_running_loop().time()
        said = await told(port, ASK + b"Connection: close\r\n\r\n")
        took = asyncio.get_running_loop().time() - begun
        kept = len(hall)
        for _, writer in silent:
            writer.transport.abort()

    assert b"200 OK" in said
    assert took < 1
    assert kept <= 51


async def test_who_has_just_come_is_not_pushed_out_before_their_first_word():
    """Case 112: a crowd of one address that comes back as soon as it is hung up on."""
    hall = Hall(most_of_one=5)
    async with serving(hall) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        writer.write(ASK + b"Connection: close\r\n\r\n")
        said = await reader.read(1000)
        for one in (writer, *(writer for _, writer in crowd)):
            one.transport.abort()

    assert b"200 OK" in said


async def test_a_proxy_that_is_trusted_may_have_many_connections_and_all_together_are_bounded():
    hall = Hall(most=80, most_of_one=5, trusted="127.0.0.0/8")
    async with serving(hall) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        await asyncio.sleep(0.1)
        kept = len(hall)
        for _, writer in silent:
            writer.transport.abort()

    assert kept == 80


async def test_more_than_can_be_answered_is_told_at_once(monkeypatch):
    monkeypatch.setattr(connection, "MOST_TASKS", 0)
    async with serving() as port:
        said = await told(port, ASK + b"\r\n")

    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in said
