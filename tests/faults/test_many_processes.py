"""Two servers and three workers on one PostgreSQL, and F21: their connections are cut, again and again."""

import asyncio
import itertools
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from tests.databases import Cluster, require_postgres
from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.house import build, free_port
from tests.faults.kill import VOICES, Load
from tests.faults.member import Browser
from tests.faults.peer import Peer

WORKERS = 3


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL that waits for the disk, as a coop's does."""
    require_postgres()
    cluster = Cluster(durable=True)
    yield cluster
    cluster.destroy()


@asynccontextmanager
async def shared_between(port: int, behind: list[int]):
    """What a reverse proxy does: one address, and its connections handed to each of those behind in turn."""
    turn = itertools.cycle(behind)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.write_eof()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        with suppress(OSError, asyncio.CancelledError):
            inner, outer = await asyncio.open_connection("127.0.0.1", next(turn))
            ends.append(outer)
            await asyncio.gather(pump(reader, outer), pump(inner, writer))
        for end in ends:
            end.transport.abort()

    proxy = await asyncio.start_server(met, "127.0.0.1", port, backlog=200)
    try:
        yield
    finally:
        proxy.close()


@asynccontextmanager
async def at_work(server: Cluster, folder, *, workers: int = WORKERS):
    """The house with all its processes, a peer that speaks to it, and people who publish."""
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(Peer(voices=VOICES))
        house = await build(folder / "house", peers=(peer,), database_url=server.url(server.empty()))
        stack.callback(house.close)
        stack.push_async_callback(house.http.aclose)
        behind = [free_port(), free_port()]
        await stack.enter_async_context(shared_between(house.port, behind))
        for port in behind:
            await house.start("serve", "--workers", "0", FEDICOOP_BIND=f"127.0.0.1:{port}")
        for _ in range(workers):
            await house.start("worker")
        load = Load(house, peer, Browser(house))
        await load.browser.form("the page is open before anything goes wrong")
        yield load


async def passes(server, folder, seconds: float, *, meanwhile=None, again: int = 0, lines: int = 50):
    """So many seconds of load, and the audit."""
    async with at_work(server, folder) as load:
        async with load.going_on():
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await asyncio.sleep(0.15)
                if meanwhile:
                    await asyncio.to_thread(meanwhile, load.house)
        found = await audit(
            load.house,
            listings=load.browser.done,
            heard=load.heard,
            peers=(load.peer,),
            again=again,
            lines=lines,
        )
        started = load.house.log("jobs.worker_started")
        by = {row[0] for row in load.house.rows("SELECT count(*) FROM migrations")}
        assert len(started) == WORKERS
        assert by != {0}
        return found


def cut(server: Cluster):
    """What a fail-over does: every connection that a process of ours holds is gone."""

    def cut_all(house) -> None:
        name = house.database_url.partition("@/")[2].partition("?")[0]
        server.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND application_name LIKE 'fedicoop %'"
        )

    return cut_all


async def test_two_servers_and_three_workers_lose_nothing_and_do_nothing_twice(server, tmp_path):
    found = await passes(server, tmp_path, 4)

    assert (found["lost"], found["doubled"], found["sent twice"]) == (0, 0, 0)
    assert found["ours"] > 0
    assert found["theirs"] > 0


@SLOW
async def test_a_minute_of_it(server, tmp_path):
    found = await passes(server, tmp_path, 60)

    assert (found["lost"], found["doubled"], found["sent twice"]) == (0, 0, 0)


async def test_f21_connections_that_are_cut_again_and_again_lose_and_double_nothing(server, tmp_path):
    """A letter whose "yes" was cut off before we could write it down is sent once more, by the same id."""
    found = await passes(server, tmp_path, 4, meanwhile=cut(server), again=20, lines=2000)

    assert (found["lost"], found["doubled"]) == (0, 0)
    assert found["ours"] > 0
    assert found["theirs"] > 0


@SLOW
async def test_f21_a_server_that_restarts_under_load_is_waited_for(tmp_path):
    require_postgres()
    cluster = Cluster(durable=True)
    restarted = []

    def restart(house) -> None:
        if not restarted:
            restarted.append(1)
            cluster.stop()
            time.sleep(1)
            cluster.start()

    try:
        found = await passes(cluster, tmp_path, 10, meanwhile=restart, again=20, lines=2000)
    finally:
        cluster.destroy()

    assert restarted
    assert (found["lost"], found["doubled"]) == (0, 0)
