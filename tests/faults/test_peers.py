"""F5 to F11 and F13: peers that freeze, refuse, lead elsewhere, never end, break off, or are not there."""

import asyncio
import statistics
import subprocess
import time
from contextlib import asynccontextmanager

import pytest

from tests.faults.audit import audit
from tests.faults.conftest import SLOW, need
from tests.faults.house import House, free_port, introduce
from tests.faults.member import Browser
from tests.faults.peer import Letter, Peer, Reply, Script, says, takes


async def published(house: House, *titles: str) -> Browser:
    browser = Browser(house)
    for title in titles:
        await browser.insist(title)
    return browser


async def until(seen, patience: float = 15.0) -> float:
    """Wait for something; the seconds that it took."""
    begun = time.monotonic()
    while not seen():
        assert time.monotonic() - begun < patience, "it did not come"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def mended(house: House, peer: Peer, browser: Browser, **more) -> None:
    """The peer is well again, and the operator does not care to wait: everything arrives, once."""
    peer.script = takes
    await house.type_in("outbox", "retry")
    await audit(house, listings=browser.done, peers=[peer], drains=20, **more)


@SLOW
async def test_f5_a_frozen_peer_holds_up_neither_pages_nor_others_and_gets_everything_later(make, meet):
    """A whole process that SIGSTOP froze: the kernel still takes connections for it, nobody answers."""
    well = await meet()
    house = await make(well, allowed=(f"127.0.0.1:{(other := free_port())}",))
    frozen = await make(house, port=other, pair=1)
    await introduce(house, frozen)
    await house.start()
    ice = await frozen.start()
    browser = await published(house, "Avant")
    await house.drained()
    ice.stop()
    took, sockets = [], []
    for number in range(40):
        begun = time.monotonic()
        await browser.insist(f"Perceuse {number}")
        await browser.open("/")
        took.append((time.monotonic() - begun) / 2)
        sockets.append(house.lives[0].sockets_to("127.0.0.1", frozen.port))
        await asyncio.sleep(0.25)

    assert statistics.median(took) < 0.5, took
    assert max(sockets) <= 2
    await until(lambda: len(well.got("Create")) == 41)
    ice.go_on()
    await audit(house, listings=browser.done, peers=[well], drains=60)
    await audit(frozen, drains=20)
    arrived = {title for (title,) in frozen.rows("SELECT title FROM listings WHERE NOT local")}
    assert arrived == browser.done.keys()
    assert len(house.log("jobs.retried")) <= 6


@pytest.mark.parametrize("status", [429, 503])
async def test_f7_a_peer_that_names_its_hour_is_asked_again_then_and_not_before(make, meet, status):
    peer = await meet(script=says(status, retry_after="1"))
    house = await make(peer)
    await house.start()
    browser = await published(house, "Perceuse", "Échelle")
    await until(lambda: len(peer.letters) == 2)
    peer.script = takes

    await audit(house, listings=browser.done, peers=[peer], drains=15)
    assert all(later.at - sooner.at > 0.95 for sooner, later in [peer.letters[:2]])
    assert len(peer.letters) <= 4


async def test_f7_a_peer_in_trouble_gets_few_tries_however_much_waits(make, meet):
    peer = await meet(script=says(500))
    house = await make(peer)
    await house.start()
    browser = await published(house, *(f"Perceuse {number}" for number in range(10)))
    await asyncio.sleep(2)

    tries = [letter.id for letter in peer.letters]
    assert all(tries.count(id) <= 3 for id in set(tries))
    await mended(house, peer, browser)


@pytest.mark.parametrize("status", [404, 410])
async def test_f8_an_inbox_that_is_not_there_gets_no_letter_twice(make, meet, status):
    peer = await meet(script=says(status))
    house = await make(peer)
    await house.start()
    browser = await published(house, "Perceuse")
    await until(lambda: peer.letters)
    await house.drained(10)

    assert len(peer.letters) == 1
    [refused] = house.log("delivery_refused")
    assert refused["status"] == status
    peer.script = takes
    await browser.insist("Échelle")
    await until(lambda: peer.taken)
    await audit(house, listings=browser.done, drains=10)


@pytest.mark.parametrize("status", [301, *(pytest.param(one, marks=SLOW) for one in (302, 307, 308))])
async def test_f9_our_signature_follows_no_peer_elsewhere(make, meet, status):
    elsewhere = await meet()
    peer = await meet(script=says(status, location=f"{elsewhere.origin}/inbox"))
    house = await make(peer, allowed=(elsewhere.host,))
    await house.start()
    browser = await published(house, "Perceuse")
    await until(lambda: house.log("jobs.retried"))

    assert not elsewhere.letters
    [retried] = house.log("jobs.retried")
    assert peer.host in retried["error"]
    await mended(house, peer, browser, again=1)


def endless(size: int, pause: float) -> Script:
    async def script(_: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        writer.write(b"HTTP/1.1 202 Said\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * size)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


def drips(*, head: bool) -> Script:
    """One byte a second: of the head, or of the body of a yes."""

    async def script(_: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        text = b"HTTP/1.1 202 Said\r\ncontent-length: 500\r\n\r\n"
        if not head:
            writer.write(text)
        for one in (text if head else b"x" * 500) * 10:
            writer.write(bytes([one]))
            await writer.drain()
            await asyncio.sleep(1)
        return None

    return script


@pytest.mark.parametrize(
    ("script", "taken"),
    [
        pytest.param(endless(1_000_000, 0), True, id="a gigabyte"),
        pytest.param(drips(head=False), True, id="a body that drips", marks=SLOW),
        pytest.param(drips(head=True), False, id="a head that drips", marks=SLOW),
    ],
)
async def test_f10_a_peer_that_never_ends_costs_neither_memory_nor_a_worker(make, meet, script, taken):
    peer = await meet(script=script)
    well = await meet(key=1)
    house = await make(peer, well)
    life = await house.start()
    browser = await published(house, "Avant")
    before = life.memory()
    begun, over = time.monotonic(), peer.closed
    await browser.insist("Perceuse")

    await until(lambda: len(well.got("Create")) == 2)
    await until(lambda: peer.closed > over, 20)
    assert time.monotonic() - begun < 20, "the worker was held"
    assert life.memory() - before < 64_000_000
    if taken:
        await until(lambda: house.rows("SELECT count(*) FROM jobs WHERE NOT dead") == [(0,)])
        assert len({letter.id for letter in peer.letters}) == len(peer.letters), "a letter came twice"
        await audit(house, listings=browser.done, peers=[well], drains=10)
    else:
        await mended(house, peer, browser, again=2)


def cut(after: bytes, *, reset: bool) -> Script:
    """Say so much, and hang up: politely, or as a cable does."""

    async def script(_: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        writer.write(after)
        await writer.drain()
        writer.transport.abort() if reset else writer.close()
        return None

    return script


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(cut(b"", reset=True), id="reset"),
        pytest.param(cut(b"", reset=False), id="half closed", marks=SLOW),
        pytest.param(cut(b"HTTP/1.1 20", reset=False), id="cut in its first line", marks=SLOW),
        pytest.param(cut(b"\x00\xff garbage \r\n\r\n", reset=False), id="garbage"),
        pytest.param(
            cut(b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n", reset=False), id="odd status", marks=SLOW
        ),
        pytest.param(
            cut(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", reset=False), id="heads", marks=SLOW
        ),
    ],
)
async def test_f11_a_peer_that_breaks_off_is_tried_again_and_named_in_one_line(make, meet, script):
    peer = await meet(script=script)
    house = await make(peer)
    await house.start()
    browser = await published(house, "Perceuse")
    await until(lambda: house.log("jobs.retried"))

    [line] = house.log("jobs.retried")
    assert line["lane"] == f"to {peer.host}"
    assert line["error"].startswith("peer.")
    await mended(house, peer, browser, again=2)


async def test_f13_a_peer_that_is_off_is_named_in_few_lines_and_gets_everything_when_it_is_on(make, meet):
    peer = await meet()
    house = await make(peer)
    await house.start()
    await peer.shut()
    browser = await published(house, *(f"Perceuse {number}" for number in range(20)))
    await asyncio.sleep(1)

    assert (await browser.open("/")).status_code == 200
    assert len(house.log("jobs.retried")) <= 3
    await peer.open()
    await mended(house, peer, browser)


@asynccontextmanager
async def unplugged(port: int):
    """Whatever is sent to that port of this machine is dropped, as behind a cut cable."""
    table = f"fedicoop_{port}"
    rules = f"add table ip {table}; add chain ip {table} out {{ type filter hook output priority 0; }};"
    subprocess.run(["nft", f"{rules} add rule ip {table} out tcp dport {port} drop"], check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", f"delete table ip {table}"], check=True)


@SLOW
async def test_f13_behind_a_cut_cable_pages_work_and_what_waits_leaves_afterwards(make, meet):
    need("nft", root=True)
    peer = await meet()
    house = await make(peer)
    await house.start()
    browser = await published(house, "Avant")
    await house.drained()
    async with unplugged(peer.port):
        for number in range(30):
            await browser.insist(f"Perceuse {number}")
            await asyncio.sleep(0.5)
        assert house.rows("SELECT count(*) > 20 FROM jobs WHERE NOT dead") == [(1,)]
        lines = house.log("jobs.retried")
        assert 1 <= len(lines) <= 5
        assert all(peer.host in line["error"] for line in lines)
    await audit(house, listings=browser.done, peers=[peer], drains=60)


@SLOW
async def test_f12_over_a_slow_and_lossy_way_nothing_has_its_effect_twice(make, meet):
    """A proxy between the two delays each answer, and loses every third one after the peer has taken it."""
    count = 0

    async def loses_answers(letter: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        nonlocal count
        count += 1
        await asyncio.sleep(0.4)
        if count % 3:
            return Reply()
        peer.taken[letter.id] += 1
        writer.transport.abort()
        return None

    peer = await meet(script=loses_answers)
    house = await make(peer)
    await house.start()
    browser = await published(house, *(f"Perceuse {number}" for number in range(12)))
    for _ in range(8):
        await asyncio.sleep(2)
        await house.type_in("outbox", "retry")

    await audit(house, listings=browser.done, peers=[peer], again=20, drains=60)
