"""F21: a PostgreSQL that restarts, throws connections out, or is not there for a while."""

import asyncio
import signal

import pytest

from tests.databases import Cluster
from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.member import Browser
from tests.faults.test_peers import until


@pytest.fixture
def server():
    cluster = Cluster(durable=True)
    yield cluster
    cluster.destroy()


async def people(browser: Browser, stop: asyncio.Event, number: int = 3) -> None:
    async def one(who: int) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            await browser.insist(f"Perceuse {who}-{count}", patience=90)
            await asyncio.sleep(0.05)

    await asyncio.gather(*(one(who) for who in range(number)))


@SLOW
async def test_f21_a_server_that_restarts_or_is_cut_off_loses_and_doubles_nothing(make, meet, server):
    peer = await meet()
    house = await make(peer, database_url=server.url(server.empty()))
    lives = [await house.start("serve", "--workers", "0"), await house.start("worker")]
    browser, stop = Browser(house), asyncio.Event()
    crowd = asyncio.create_task(people(browser, stop))
    for how in (signal.SIGINT, signal.SIGQUIT):  # in order, and as a power cut does
        done = len(browser.done)
        await until(lambda done=done: len(browser.done) > done + 3, 60)
        await asyncio.to_thread(server.stop, how)
        assert (await browser.open("/healthz")).status_code == 200
        page = await browser.open("/")
        assert page.status_code in (200, 503)
        await asyncio.to_thread(server.start)
    stop.set()
    await crowd

    assert all(life.alive for life in lives)
    await audit(house, listings=browser.done, peers=[peer], again=20, drains=120)


@SLOW
async def test_f21_connections_that_are_thrown_out_again_and_again_are_replaced(make, meet, server):
    peer = await meet()
    house = await make(peer, database_url=server.url(server.empty()))
    await house.start("serve", "--workers", "0")
    await house.start("worker")
    browser, stop = Browser(house), asyncio.Event()
    crowd = asyncio.create_task(people(browser, stop))
    for _ in range(20):
        await asyncio.sleep(0.2)
        await asyncio.to_thread(
            server.ask,
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name LIKE 'fedicoop %' AND random() < 0.5""",
        )
    stop.set()
    await crowd

    await audit(house, listings=browser.done, peers=[peer], again=40, drains=120, lines=400)
