"""A crowd at the door: slow callers, a flood of letters and a frozen peer at once hold up no page.

Security cases 109 and 112; what one connection may do is in tests/test_connection.py.
"""

import asyncio
import time
from contextlib import suppress

import httpx

from tests.faults.conftest import SLOW
from tests.faults.house import House
from tests.faults.member import Browser
from tests.faults.peer import Letter, Reply


async def connected(house: House) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", house.port)


async def drip(house: House, until: asyncio.Event) -> None:
    """A caller who sends a header now and then, and comes back whenever it is shown the door."""
    while not until.is_set():
        with suppress(OSError):
            reader, writer = await connected(house)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
            for number in range(100):
                if until.is_set() or reader.at_eof():
                    break
                writer.write(b"X-%d: slow\r\n" % number)
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()
        await asyncio.sleep(0.2)


async def frozen(_letter: Letter, _writer: object) -> Reply | None:
    await asyncio.sleep(3600)
    return None


@SLOW
async def test_500_slow_callers_2000_letters_and_a_frozen_peer_at_once_hold_up_no_page(make, meet):
    peer, ice = await meet(voices=4), await meet(script=frozen)
    house = await make(peer, ice)
    await house.start()
    browser = Browser(house)
    for number in range(5):
        await browser.insist(f"Perceuse {number}")
    over = asyncio.Event()
    slow = [asyncio.create_task(drip(house, over)) for _ in range(500)]
    statuses: list[int] = []

    async def flood(first: int) -> None:
        for number in range(first, 2000, 20):
            note = peer.offer(f"Remorque {number}", number=number % 4)
            with suppress(httpx.HTTPError):
                statuses.append(await peer.say(house, peer.create(note)))

    await asyncio.sleep(3)
    began = time.monotonic()
    flooding = [asyncio.create_task(flood(first)) for first in range(20)]
    took: list[float] = []
    async with house.client() as http:
        while not all(one.done() for one in flooding) or len(took) < 30:
            asked = time.monotonic()
            page = await http.get(f"{house.origin}/annonces?q=perceuse", headers={"accept": "text/html"})
            took.append(time.monotonic() - asked)
            assert page.status_code == 200
            await asyncio.sleep(0.1)
    lasted = time.monotonic() - began
    over.set()
    await asyncio.gather(*slow, *flooding)
    took.sort()
    told = f"{len(took)} pages in {lasted:.1f} s: median {took[len(took) // 2]:.3f}, worst {took[-1]:.3f}"
    print(told, {status: statuses.count(status) for status in set(statuses)})

    assert {*statuses} <= {202, 429, 503}
    assert 429 in statuses, "who speaks too fast is told so"
    assert statuses.count(202) >= 500
    assert took[int(len(took) * 0.95)] < 0.5, told
    assert house.lives[0].sockets_to("127.0.0.1", ice.port) <= 2
