"""Many workers on one PostgreSQL: each has an engine of its own, as a process has."""

import asyncio
import contextlib
import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import pytest

from fedicoop import meta
from fedicoop.db import Database, inside
from fedicoop.db.ids import new_ulid_source
from fedicoop.errors import Conflict, Unavailable
from fedicoop.jobs import desk, queue
from fedicoop.jobs.worker import Turn, run_one
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings
from tests.databases import cluster, require_postgres, template

MOST = 10  # connections of a process


@dataclass(frozen=True)
class Errand:
    name: str


@pytest.fixture
async def desks(tmp_path):
    """Six processes' nodes on one database."""
    require_postgres()
    from fedicoop.db.postgres import PostgresEngine

    await template()
    url = cluster().url(await cluster().copy())
    out = Outward(allowed_peers=frozenset(), user_agent="test")
    settings = Settings(data_dir=tmp_path, origin="https://nord.test", database_url=url)
    nodes = []
    for number in range(6):
        engine = await PostgresEngine.open(url, name=f"fedicoop worker test:{number}")
        nodes.append(Node(settings, Database(engine, lambda: datetime.now(UTC), new_ulid_source()), out))
    yield nodes
    for node in nodes:
        await node.db.engine.close()
    await out.close()


async def promise(node, *names, lane, thread=""):
    async with node.db.write() as tx:
        await queue.enqueue_all(tx, [queue.Promise(Errand(name), lane, thread) for name in names])


async def test_many_workers_do_each_job_once_and_a_lane_has_one_at_a_time(desks):
    lanes, threads, jobs = 7, 3, 12
    names = []
    for lane, thread in itertools.product(range(lanes), range(threads)):
        some = [f"{lane}-{thread}-{number}" for number in range(jobs)]
        await promise(desks[0], *some, lane=f"to {lane}", thread=str(thread))
        names += some
    done, in_hand, order = [], set(), {}

    async def perform(node, job, errand):
        assert job.lane not in in_hand, "two jobs of one lane at a time"
        in_hand.add(job.lane)
        await asyncio.sleep(random.random() / 200)
        order.setdefault((job.lane, job.thread), []).append(errand.name)
        in_hand.remove(job.lane)
        async with node.db.write(beside=True) as tx:
            await queue.done(tx, job)
        done.append(errand.name)

    async def work(node):
        turn = Turn(by=node.db.engine.name)
        while len(done) < len(names):
            if not await run_one(node, {"Errand": (Errand, perform)}, turn):
                await asyncio.sleep(0.005)

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(node) for node in desks for _ in range(2)))

    assert sorted(done) == sorted(names)
    assert all(some == sorted(some, key=lambda name: int(name.rpartition("-")[2])) for some in order.values())


async def test_workers_do_not_wait_for_one_another(desks):
    """While one holds a lane's lock in a transaction that is not over, the others take other lanes."""
    for lane in range(6):
        await promise(desks[0], str(lane), lane=str(lane))

    async with contextlib.AsyncExitStack() as stack:
        taken = []
        begun = monotonic()
        for node in desks:
            connection = await stack.enter_async_context(node.db.engine.transaction(write=True, beside=True))
            tx = _tx(node, connection)
            taken.append(await queue.claim(tx))

    assert len({job.lane for job in taken}) == 6
    assert monotonic() - begun < 1


def _tx(node, connection):
    from fedicoop.db import Tx

    return Tx(node.db.clock(), node.db.new_id, connection, dialect="postgresql")


async def test_what_a_killed_worker_held_is_taken_over_by_whoever_starts_next(desks):
    await promise(desks[0], "a", lane="a")
    await promise(desks[0], "b", lane="b")
    async with desks[1].db.write(beside=True) as tx:
        lost = await queue.claim(tx, by=desks[1].db.engine.name)
    async with desks[2].db.write(beside=True) as tx:
        await queue.claim(tx, by=desks[2].db.engine.name)
    await desks[1].db.engine.close()

    async with desks[3].db.write() as tx:
        freed = await desk.take_over(tx, by=desks[3].db.engine.name)
    async with desks[3].db.write(beside=True) as tx:
        again = await queue.claim(tx, by=desks[3].db.engine.name)

    assert freed == 1, "the one in the hands of a worker that lives stays there"
    assert again.id == lost.id


async def test_what_one_has_read_nobody_changes_until_it_is_done(desks):
    """The one law of writing: a number that is read and written back loses no count."""

    async def count(node):
        for _ in range(20):
            async with node.db.write() as tx:
                before = int(await meta.find(tx, "count") or 0)
                await asyncio.sleep(0)
                await meta.put(tx, "count", str(before + 1))

    await asyncio.gather(*(count(node) for node in desks))

    async with desks[0].db.read() as tx:
        assert await meta.find(tx, "count") == str(20 * len(desks))


async def test_who_waits_to_write_keeps_nobody_from_reading(desks):
    [node, other, *_] = desks
    waiting = []
    async with node.db.write() as tx:
        await meta.put(tx, "long", "work")
        for beside in (False, True) * 20:
            waiting.append(asyncio.create_task(_alone(_write(other, beside))))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(2):
            assert await asyncio.create_task(_alone(_read(other))) == 1
    await asyncio.gather(*waiting)


async def _alone(work):
    """Somebody else's task: it is not inside our transaction."""
    inside.set(False)
    return await work


async def _write(node, beside):
    async with node.db.write(beside=beside) as tx:
        await tx.run("UPDATE meta SET value = value")


async def _read(node):
    async with node.db.read() as tx:
        return await tx.count("SELECT 1")


async def test_a_connection_that_the_server_ended_is_replaced_unnoticed(desks):
    [node, *_] = desks
    for _ in range(5):
        cut(node)
        async with node.db.write() as tx:
            await meta.put(tx, "still", "here")
        cut(node)
        async with node.db.read() as tx:
            assert await meta.find(tx, "still") == "here"


def cut(node):
    """What a server that is restarted, or a fail-over, does to everybody's connections."""
    name = node.db.engine.name
    cluster().ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")


async def test_a_server_that_became_a_copy_is_left_for_the_one_that_is_written_to(desks):
    """A fail-over without a restart: our connections live on, and may only read."""
    [node, *_] = desks
    await alter(node, "SET default_transaction_read_only = on")
    cut(node)
    with pytest.raises(Unavailable) as problem:
        await _write(node, False)
    await alter(node, "RESET default_transaction_read_only")

    for _ in range(MOST):  # each connection finds out for itself
        with contextlib.suppress(Unavailable):
            await _write(node, False)
    await _write(node, False)

    assert problem.value.key == "storage.read_only"


async def alter(node, what):
    name = node.db.engine._url.partition("@/")[2].partition("?")[0]
    await asyncio.to_thread(cluster().ask, f"ALTER DATABASE {name} {what}")


async def test_a_transaction_cut_off_in_the_middle_is_unavailable_and_leaves_nothing(desks):
    [node, other, *_] = desks

    async def write_and_be_cut():
        async with node.db.write() as tx:
            await meta.put(tx, "half", "done")
            await asyncio.to_thread(cut, node)
            await meta.put(tx, "other half", "done")

    with pytest.raises(Unavailable) as problem:
        await write_and_be_cut()

    assert problem.value.key == "storage.unreachable"
    async with other.db.read() as tx:
        assert await meta.find(tx, "half") is None
    async with node.db.write() as tx:
        await meta.put(tx, "half", "again")


async def test_what_must_follow_an_effect_outside_is_written_in_the_end(desks):
    [node, *_] = desks
    await promise(node, "letter", lane="a")
    async with node.db.write(beside=True) as tx:
        job = await queue.claim(tx)
    tries = []

    async def note(tx):
        tries.append(1)
        await meta.put(tx, "sent", "once")
        if len(tries) < 3:
            await asyncio.to_thread(cut, node)
        await queue.done(tx, job)

    await node.db.surely(note, beside=True)

    async with node.db.read() as tx:
        assert await meta.find(tx, "sent") == "once"
        assert await tx.count("SELECT count(*) FROM jobs") == 0
    assert len(tries) == 3
    with pytest.raises(Conflict):
        await node.db.surely(note, beside=True)


async def test_a_server_that_is_away_is_told_and_come_back_is_used_again(tmp_path):
    from tests.databases import Cluster

    server = Cluster()
    try:
        from fedicoop.db.postgres import PostgresEngine

        engine = await PostgresEngine.open(server.url("postgres"), most=2)
        db = Database(engine, lambda: datetime.now(UTC), new_ulid_source())
        async with db.read() as tx:
            assert await tx.count("SELECT 1") == 1
        await asyncio.to_thread(server.stop)
        with pytest.raises(Unavailable) as problem:
            async with db.read() as tx:
                await tx.count("SELECT 1")
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(Unavailable):
                    async with db.read() as tx:
                        assert await tx.count("SELECT 1") == 1
                        break
        await engine.close()
    finally:
        server.destroy()

    assert problem.value.key == "storage.unreachable"
