import asyncio
import contextlib
import itertools
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
from structlog.testing import capture_logs

from fedicoop.db import Database
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Conflict, Forbidden, Unavailable, Unreachable
from fedicoop.jobs import claiming, housekeeping, queue, worker
from fedicoop.jobs.times import delay
from fedicoop.jobs.worker import Turn, run_one, work_until
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings
from tests.conftest import Clock
from tests.databases import postgres_engine


class Mode(StrEnum):
    LOAN = "loan"


@dataclass(frozen=True)
class Errand:
    name: str
    tags: tuple[str, ...] = ()
    at: datetime | None = None
    price: Decimal | None = None
    mode: Mode = Mode.LOAN


@dataclass(frozen=True)
class Named:
    name: str


async def sqlite(folder):
    return await SqliteEngine.open(folder / "house.db", durable=False, patience=0.05)


async def postgres(folder):
    return await postgres_engine(patience=0.15)


ENGINES = [sqlite, postgres]


class House:
    """A node with an errand book: each errand done is written down in the transaction that ends it."""

    def __init__(self, node, clock):
        self.node, self.db, self.clock, self.answers = node, node.db, clock, {}

    async def promise(self, *names, lane="a", thread="", run_at=None):
        async with self.db.write() as tx:
            for name in names:
                await queue.enqueue(tx, Errand(name), lane=lane, thread=thread, run_at=run_at)

    async def claim(self, after=""):
        async with self.db.write() as tx:
            return await queue.claim(tx, after=after)

    async def names_due(self):
        """What is claimed by workers who never give anything back."""
        names = []
        while job := await self.claim():
            names.append(json.loads(job.payload)["name"])
        return names

    async def done(self, job):
        async with self.db.write() as tx:
            await queue.done(tx, job)

    async def fail(self, job, error="asleep", **how):
        async with self.db.write() as tx:
            return await queue.retry(tx, job, error, random=lambda: 1.0, **how)

    async def lane(self, name="a"):
        async with self.db.read() as tx:
            return next((lane for lane in await queue.lanes(tx) if lane.lane == name), None)

    async def perform(self, node, job, errand):
        answers = self.answers.get(errand.name, [])
        if answers and (problem := answers.pop(0)):
            raise problem
        async with node.db.write() as tx:
            written = {"key": tx.new_id(), "value": errand.name}
            await tx.run("INSERT INTO meta (key, value) VALUES (:key, :value)", **written)
            await queue.done(tx, job)

    @property
    def work(self):
        return {"Errand": (Errand, self.perform)}

    async def settle(self):
        turn = Turn()
        while await run_one(self.node, self.work, turn):
            pass
        return await self.book()

    async def book(self):
        async with self.db.read() as tx:
            return [row.name for row in await tx.all(Named, "SELECT value AS name FROM meta ORDER BY key")]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
async def house(request, tmp_path):
    clock, count = Clock(), itertools.count(1)
    db = Database(await request.param(tmp_path), clock, lambda: f"01{next(count):024}")
    await migrate(db, backup=None)
    out = Outward(allowed_peers=frozenset(), user_agent="test")
    node = Node(Settings(data_dir=tmp_path, origin="https://nord.test"), db, out)
    yield House(node, clock)
    await out.close()
    await db.engine.close()


# Promising and claiming


async def test_a_promise_is_kept_only_if_its_cause_was_committed(house):
    with contextlib.suppress(ZeroDivisionError):
        async with house.db.write() as tx:
            await queue.enqueue(tx, Errand("never"), lane="a")
            raise ZeroDivisionError

    assert await house.claim() is None


async def test_a_task_comes_back_as_it_was_promised(house):
    errand = Errand("bread", ("vélo", "cargo"), datetime(2030, 5, 1, tzinfo=UTC), Decimal("2.50"))
    heard = []

    async def hear(node, job, task):
        heard.append((job.kind, job.lane, job.thread, job.attempts, task))

    async with house.db.write() as tx:
        await queue.enqueue(tx, errand, lane="a", thread="t")
    await run_one(house.node, {"Errand": (Errand, hear)})

    assert heard == [("Errand", "a", "t", 1, errand)]
    assert await house.claim() is None


async def test_many_promises_at_once_keep_their_order(house):
    async with house.db.write() as tx:
        await queue.enqueue_all(tx, [queue.Promise(Errand(str(n)), "a") for n in range(5)])

    assert await house.settle() == ["0", "1", "2", "3", "4"]


async def test_a_job_in_hand_is_nobody_elses(house):
    await house.promise("bread")

    first, second = await house.claim(), await house.claim()

    assert first is not None
    assert second is None


async def test_a_lane_has_one_job_at_a_time(house):
    await house.promise("bread", thread="t")
    await house.promise("milk", thread="u")
    await house.promise("cheese", lane="b")

    assert await house.names_due() == ["bread", "cheese"]


async def test_jobs_of_one_thread_keep_their_order_even_when_the_first_must_wait(house):
    await house.promise("create", "update", "delete", thread="listing")

    await house.fail(await house.claim())
    waiting = await house.claim()
    house.clock.advance(seconds=16)

    assert waiting is None
    assert await house.settle() == ["create", "update", "delete"]


async def test_another_thread_overtakes_a_job_that_waits_for_its_retry(house):
    await house.promise("create", "update", thread="one")
    await house.promise("other", thread="two")

    await house.fail(await house.claim())
    overtaking = await house.settle()
    house.clock.advance(seconds=15)

    assert overtaking == ["other"]
    assert await house.settle() == ["other", "create", "update"]


async def test_jobs_without_a_thread_are_a_thread_like_any_other(house):
    await house.promise("first", "second")
    await house.promise("other", thread="two")

    await house.fail(await house.claim())
    overtaking = await house.settle()
    house.clock.advance(seconds=15)

    assert overtaking == ["other"]
    assert await house.settle() == ["other", "first", "second"]


async def test_a_job_is_not_done_before_its_time(house):
    await house.promise("later", run_at=house.clock() + timedelta(hours=1))

    before = await house.settle()
    house.clock.advance(hours=1)

    assert before == []
    assert await house.settle() == ["later"]


async def test_lanes_are_served_in_rotation(house):
    for lane in ("a", "b", "c"):
        await house.promise(*(f"{lane}{n}" for n in range(3)), lane=lane)

    assert await house.settle() == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


async def test_a_lane_that_is_fed_without_end_does_not_starve_the_others(house):
    await house.promise("patient", lane="z")

    async def perform(node, job, errand):
        if errand.name == "again":
            await house.promise("again", lane="a")
        await house.perform(node, job, errand)

    await house.promise("again", lane="a")
    turn = Turn()
    for _ in range(3):
        await run_one(house.node, {"Errand": (Errand, perform)}, turn)

    assert "patient" in await house.book()


async def test_two_workers_at_once_do_each_job_once(house):
    for lane in range(10):
        await house.promise(*(f"{lane}-{n}" for n in range(5)), lane=str(lane))

    await asyncio.gather(*(house.settle() for _ in range(4)))

    assert sorted(await house.book()) == sorted(f"{lane}-{n}" for lane in range(10) for n in range(5))


# Trying again


@pytest.mark.parametrize(
    ("failures", "longest"),
    [(1, 15), (2, 30), (3, 60), (11, 15_360), (12, 21_600), (13, 21_600), (5000, 21_600)],
)
def test_waits_grow_from_a_quarter_of_a_minute_to_six_hours(failures, longest):
    assert delay(failures, 1.0).total_seconds() == longest
    assert delay(failures, 0.5).total_seconds() == longest / 2
    assert delay(failures, 0.0).total_seconds() == 1


@pytest.mark.parametrize(
    ("asked", "kept"), [(120, 120), (0, 1), (-5, 1), (float(10**9), 86_400), (90_000, 86_400)]
)
def test_a_wait_that_the_other_side_asks_for_is_kept_within_a_day(asked, kept):
    assert delay(1, 0.5, asked).total_seconds() == kept


async def test_a_silent_house_closes_its_lane_and_nobody_elses(house):
    await house.promise("bread", thread="t")
    await house.promise("milk", thread="u")
    await house.promise("cheese", lane="b")

    await house.fail(await house.claim(), lane_closed=True)

    assert await house.settle() == ["cheese"]
    lane = await house.lane("a")
    assert (lane.waiting, lane.failures, lane.last_error) == (2, 1, "asleep")
    assert lane.closed_until == house.clock() + timedelta(seconds=15)


async def test_a_lane_in_trouble_tries_one_job_at_a_time_and_waits_longer_after_each(house):
    for n in range(20):
        await house.promise(str(n), thread=str(n))

    tries, closed = [], []
    for _ in range(4):
        tries.append(await house.claim())
        assert await house.claim() is None
        await house.fail(tries[-1], lane_closed=True)
        closed.append((await house.lane()).closed_until - house.clock())
        house.clock.advance(seconds=closed[-1].total_seconds())

    assert [wait.total_seconds() for wait in closed] == [15, 30, 60, 120]
    assert [job.probe for job in tries] == [False, True, True, True]


async def test_one_success_makes_a_lane_healthy(house):
    await house.promise("bread", thread="t")
    await house.promise("milk", thread="u")
    await house.fail(await house.claim(), lane_closed=True)
    house.clock.advance(seconds=15)

    assert sorted(await house.settle()) == ["bread", "milk"]
    async with house.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM lanes") == 0


async def test_a_poisoned_job_waits_ever_longer_while_its_lane_reopens(house):
    house.answers["poison"] = [Unreachable("peer.silent")] * 50
    await house.promise("poison", thread="p")
    for hour in range(24 * 4):
        await house.promise(str(hour), thread=str(hour))
        await house.settle()
        house.clock.advance(minutes=15)

    tries = 50 - len(house.answers["poison"])
    waiting = 24 * 4 - len(await house.book())
    assert waiting <= 2, "at most the latest, where the poison has just closed the lane once more"
    assert tries < 30


async def test_hearing_from_a_silent_house_tries_at_once_but_not_at_each_word(house):
    await house.promise("bread")
    for _ in range(8):
        await house.fail(await house.claim(), lane_closed=True)
        house.clock.now = (await house.lane()).closed_until
    await house.fail(await house.claim(), lane_closed=True)

    await wake(house)
    too_soon = await house.claim()
    house.clock.advance(minutes=1)
    await wake(house)
    woken = await house.claim()
    await house.fail(woken, lane_closed=True)
    await wake(house)
    again = await house.claim()

    assert too_soon is None
    assert woken is not None
    assert again is None
    assert (await house.lane()).failures == 10


async def wake(house):
    async with house.db.write() as tx:
        await queue.wake_lanes(tx, ["a"])


async def days_in_vain(house, days, **how):
    for _ in range(days):
        await house.fail(await house.claim(), **how)
        house.clock.advance(days=1)


async def test_after_seven_days_a_job_is_given_up_and_shown(house):
    await house.promise("bread")
    await days_in_vain(house, 7)

    again = await house.fail(await house.claim())

    assert again is False
    assert await house.claim() is None
    async with house.db.read() as tx:
        (given_up,) = await queue.given_up(tx)
    assert (given_up.kind, given_up.last_error, given_up.run_at) == ("Errand", "asleep", house.clock())


@pytest.mark.parametrize("lane_closed", [False, True])
async def test_time_in_which_nobody_tried_gives_nothing_up(house, lane_closed):
    """The house was off for a month, or its clock jumped: that is one day of failing."""
    await house.promise("bread")
    await days_in_vain(house, 2, lane_closed=lane_closed)
    house.clock.advance(days=30)

    again = await house.fail(await house.claim(), lane_closed=lane_closed)
    house.clock.advance(days=1)

    assert again
    assert await house.settle() == ["bread"]


async def test_what_waited_seven_days_behind_a_dead_house_is_given_up_with_it(house):
    await house.promise("old 1", thread="1")
    await house.promise("old 2", thread="2")
    while house.clock() < datetime(2030, 5, 8, 9, tzinfo=UTC):
        await house.fail(await house.claim(), lane_closed=True)
        house.clock.now = (await house.lane()).closed_until
    await house.promise("young", thread="3")

    await house.fail(await house.claim(), lane_closed=True)

    lane = await house.lane()
    assert (lane.waiting, lane.dead) == (1, 2)


async def test_a_given_up_job_lets_its_thread_go_on(house):
    await house.promise("bread", "milk")
    job = await house.claim()
    async with house.db.write() as tx:
        await queue.bury(tx, job, "no use")

    assert await house.settle() == ["milk"]


async def test_an_operator_tries_again_at_once_what_waits_and_what_was_given_up(house):
    await house.promise("given up", lane="a")
    await days_in_vain(house, 8, lane_closed=True)
    await house.promise("waiting", lane="b")
    await house.fail(await house.claim(after="a"), lane_closed=True)
    await house.promise("scheduled", lane="c", run_at=house.clock() + timedelta(days=1))

    async with house.db.write() as tx:
        touched = await queue.retry_now(tx)

    assert touched == 2
    assert await house.fail(await house.claim()), "it has seven days again"
    assert await house.settle() == ["waiting"]


async def test_an_operator_drops_a_lane_or_a_job(house):
    await house.promise("bread", "milk")
    await house.promise("cheese", lane="b")
    await house.fail(job := await house.claim(), lane_closed=True)

    async with house.db.write() as tx:
        one = await queue.drop(tx, job_id=job.id)
        rest = await queue.drop(tx, "a")
        with pytest.raises(ValueError, match="which"):
            await queue.drop(tx)

    assert (one, rest) == (1, 1)
    assert await house.settle() == ["cheese"]
    async with house.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM lanes") == 0


# Workers that die, and jobs that kill


async def test_a_dead_workers_job_comes_back_when_its_lease_ends(house):
    await house.promise("bread")
    await house.claim()

    early = await house.claim()
    house.clock.advance(minutes=5)

    assert early is None
    assert await house.settle() == ["bread"]


async def test_a_worker_that_comes_back_too_late_changes_nothing(house):
    await house.promise("bread")
    slow = await house.claim()
    house.clock.advance(minutes=6)
    quick = await house.claim()

    with pytest.raises(Conflict) as refused:
        await house.done(slow)
    await house.fail(slow)

    assert refused.value.key == "jobs.taken_over"
    await house.done(quick)


async def test_a_job_that_kills_three_workers_is_buried(house):
    await house.promise("bomb", "milk")
    for _ in range(3):
        assert await house.claim()
        house.clock.advance(minutes=6)

    with capture_logs() as logs:
        assert await house.settle() == ["milk"]

    assert (await house.lane()).dead == 1
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["jobs.buried"]


async def test_a_job_that_waited_for_a_silent_house_still_has_three_lives(house):
    await house.promise("bread")
    for _ in range(5):
        await house.fail(await house.claim(), lane_closed=True)
        house.clock.now = (await house.lane()).closed_until
    for _ in range(2):
        await house.claim()
        house.clock.advance(minutes=6)

    assert await house.settle() == ["bread"]


async def test_a_bug_is_tried_three_times_with_its_traceback_and_the_rest_goes_on(house):
    house.answers["bomb"] = [ZeroDivisionError("ours")] * 9
    await house.promise("bomb", thread="b")
    await house.promise("milk", thread="m")

    with capture_logs() as logs:
        for _ in range(5):
            await house.settle()
            house.clock.advance(minutes=10)

    assert await house.book() == ["milk"]
    assert len(house.answers["bomb"]) == 6
    assert [line["event"] for line in logs if line.get("exc_info")] == ["jobs.broke"] * 3
    assert (await house.lane()).last_error == "ZeroDivisionError('ours')"


async def test_a_kind_of_job_that_nobody_knows_is_buried_like_a_bug(house):
    await house.promise("bread")

    for _ in range(4):
        await run_one(house.node, {})
        house.clock.advance(minutes=10)

    assert (await house.lane()).dead == 1


async def test_a_refusal_ends_the_job_and_says_so_once(house):
    house.answers["bread"] = [Forbidden("access.denied", "not theirs")]
    await house.promise("bread", "milk")

    with capture_logs() as logs:
        assert await house.settle() == ["milk"]

    assert [line["event"] for line in logs] == ["jobs.refused"]
    assert await house.lane() is None


async def test_a_silent_house_is_asked_again_when_it_said(house):
    house.answers["bread"] = [Unreachable("peer.silent", retry_after=3600)]
    await house.promise("bread")

    await house.settle()
    lane = await house.lane()
    house.clock.advance(minutes=59)
    early = await house.settle()
    house.clock.advance(minutes=1)

    assert lane.closed_until == house.clock()
    assert early == []
    assert await house.settle() == ["bread"]


async def test_what_we_cannot_do_now_holds_up_its_own_thread_alone(house):
    house.answers["bread"] = [Unavailable("storage.full")]
    await house.promise("bread", thread="b")
    await house.promise("milk", thread="m")

    first = await house.settle()
    house.clock.advance(seconds=16)

    assert first == ["milk"]
    assert await house.settle() == ["milk", "bread"]


async def test_an_effect_whose_job_was_dropped_meanwhile_is_rolled_back(house):
    await house.promise("bread")

    async def perform(node, job, errand):
        async with node.db.write() as tx:
            await queue.drop(tx, job_id=job.id)
        await house.perform(node, job, errand)

    await run_one(house.node, {"Errand": (Errand, perform)})

    assert await house.book() == []


# The loop


async def stopped(work, stop, after):
    """`work`, with `stop` set once `after` is true."""
    task = asyncio.create_task(work)
    async with asyncio.timeout(30):
        while not await after():
            await asyncio.sleep(0.01)
        stop.set()
        await task


async def test_workers_keep_what_is_promised_until_they_are_told_to_stop(house):
    stop = asyncio.Event()
    await house.promise("before")

    async def all_done():
        book = await house.book()
        if book == ["before"] and not await house.lane() and not await house.lane("b"):
            await house.promise("meanwhile", lane="b")
        return len(book) == 2

    await stopped(work_until(house.node, house.work, stop, workers=2), stop, all_done)

    assert await house.book() == ["before", "meanwhile"]


async def test_a_worker_that_starts_says_how_many_leases_it_took_over(house):
    stop = asyncio.Event()
    await house.promise("bread")
    await house.promise("milk", lane="b")
    await house.claim()
    await house.claim()

    async def both():
        return len(await house.book()) == 2

    with capture_logs() as logs:
        await stopped(work_until(house.node, house.work, stop, workers=1, alone=True), stop, both)

    started = [line for line in logs if line["event"] == "jobs.worker_started"]
    assert [line["leases_taken_over"] for line in started] == [2]


async def test_a_worker_beside_others_takes_over_only_leases_that_ended(house):
    await house.promise("bread")
    await house.claim()

    async with house.db.write() as tx:
        early = await queue.take_over(tx)
    house.clock.advance(minutes=5)
    async with house.db.write() as tx:
        late = await queue.take_over(tx)

    assert (early, late) == (0, 1)


async def test_a_job_in_hand_when_time_is_up_goes_back_untried(house):
    stop, begun = asyncio.Event(), asyncio.Event()
    await house.promise("endless")

    async def hang(node, job, errand):
        begun.set()
        await asyncio.Event().wait()

    async def has_begun():
        return begun.is_set()

    work = {"Errand": (Errand, hang)}
    await stopped(work_until(house.node, work, stop, workers=1, grace=0.01), stop, has_begun)

    assert await house.settle() == ["endless"]


async def test_a_job_in_hand_may_end_before_the_worker_stops(house):
    stop, begun = asyncio.Event(), asyncio.Event()
    await house.promise("slow")

    async def slowly(node, job, errand):
        begun.set()
        await asyncio.sleep(0.05)
        await house.perform(node, job, errand)

    async def has_begun():
        return begun.is_set()

    await stopped(work_until(house.node, {"Errand": (Errand, slowly)}, stop, workers=1), stop, has_begun)

    assert await house.book() == ["slow"]


@pytest.fixture
def hurried(monkeypatch):
    """The worker's pauses are for machines; a test need not sleep through them."""
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    monkeypatch.setattr(worker, "LOOK", 0.01)
    monkeypatch.setattr(housekeeping, "CLOCK_CHECK", 0.01)


class Lock:
    """The database in the hands of another program that writes to it."""

    def __init__(self, house, folder):
        if house.db.engine.dialect == "sqlite":
            self.raw = sqlite3.connect(folder / "house.db", isolation_level=None, check_same_thread=False)
            self.taking = ["BEGIN IMMEDIATE"]
        else:
            import psycopg

            from fedicoop.db.postgres import WRITERS

            self.raw = psycopg.connect(house.db.engine._url, autocommit=True)
            self.taking = ["BEGIN", f"SELECT pg_advisory_xact_lock({WRITERS})"]

    async def take(self):
        """In a thread: a worker that has the lock just now must be able to go on, and give it back."""
        for statement in self.taking:
            await asyncio.to_thread(self.raw.execute, statement)

    def give_back(self):
        self.raw.execute("ROLLBACK")


@pytest.fixture
def locked(house, tmp_path):
    lock = Lock(house, tmp_path)
    yield lock
    lock.raw.close()


async def test_workers_outlive_a_database_that_does_not_let_them_write(house, hurried, locked):
    stop = asyncio.Event()

    async def done():
        return await house.book() == ["bread"]

    with capture_logs() as logs:
        working = asyncio.create_task(
            stopped(work_until(house.node, house.work, stop, workers=2), stop, done)
        )
        await asyncio.sleep(0.03)
        await locked.take()
        await asyncio.sleep(0.5)
        locked.give_back()
        await asyncio.sleep(0.05)
        await house.promise("bread")
        await working

    troubles = [line["event"] for line in logs if line["event"].startswith("jobs.queue")]
    assert troubles == ["jobs.queue_stopped", "jobs.queue_works_again"]


async def test_what_came_of_a_try_is_written_down_as_soon_as_the_disk_lets_us(house, hurried, locked):
    await house.promise("bread")

    async def fail(node, job, errand):
        await locked.take()
        asyncio.get_running_loop().call_later(0.4, locked.give_back)
        raise Unreachable("peer.silent")

    with capture_logs() as logs:
        await run_one(house.node, {"Errand": (Errand, fail)})

    assert [line["event"] for line in logs] == ["jobs.not_written", "jobs.retried"]
    assert (await house.lane()).failures == 1


async def test_a_clock_that_jumps_is_told_and_stops_nobody(house, hurried):
    stop = asyncio.Event()

    async def done():
        return await house.book() == ["flour", "bread"]

    with capture_logs() as logs:
        working = asyncio.create_task(
            stopped(work_until(house.node, house.work, stop, workers=1), stop, done)
        )
        await house.promise("flour")
        async with asyncio.timeout(10):
            while await house.book() != ["flour"]:  # the worker has looked at the clock
                await asyncio.sleep(0.01)
        house.clock.advance(hours=-2)
        async with asyncio.timeout(10):
            while not moved(logs):
                await asyncio.sleep(0.01)
        await house.promise("bread")
        await working

    assert moved(logs) == [-7200]


def moved(logs):
    return [line["seconds"] for line in logs if line["event"] == "jobs.clock_moved"]


async def test_a_clock_that_went_back_leaves_nothing_stuck(house):
    house.clock.advance(days=400)
    await house.promise("bread")
    await house.promise("milk", lane="b")
    await house.fail(await house.claim(), lane_closed=True)
    await house.claim(after="a")
    house.clock.advance(days=-400)

    async with house.db.write() as tx:
        pulled_back = await queue.tidy(tx)

    assert pulled_back == 2
    assert sorted(await house.settle()) == ["bread", "milk"]


async def test_what_is_long_over_is_forgotten(house):
    await house.promise("bread")
    await days_in_vain(house, 8, lane_closed=True)
    house.clock.advance(days=31)

    async with house.db.write() as tx:
        await queue.tidy(tx)
        left = [await tx.count(f"SELECT count(*) FROM {table}") for table in ("jobs", "lanes")]

    assert left == [0, 0]


# What it costs


async def test_however_many_jobs_wait_behind_a_closed_lane_a_claim_costs_the_same(house, tmp_path):
    """Counted in steps of SQLite's machine, which no busy neighbour of the computer changes."""
    only_sqlite(house)
    await house.promise("first", lane="dead", thread="first")
    await house.fail(await house.claim(), lane_closed=True)
    await house.promise(*map(str, range(10)), lane="live")

    few = await steps(house, tmp_path)
    async with house.db.write() as tx:
        backlog = [queue.Promise(Errand(str(n)), "dead", str(n)) for n in range(3000)]
        await queue.enqueue_all(tx, backlog)
        await queue.enqueue_all(tx, [queue.Promise(Errand(str(n)), "dead") for n in range(3000)])
    many = await steps(house, tmp_path)

    assert many <= few + 20


def only_sqlite(house):
    if house.db.engine.dialect != "sqlite":
        pytest.skip("this counts the steps of SQLite's own machine")


async def steps(house, tmp_path):
    """How many steps a claim takes, without taking the job."""
    raw, count = sqlite3.connect(tmp_path / "house.db", isolation_level=None), itertools.count()
    raw.set_progress_handler(lambda: next(count) * 0, 1)
    raw.execute("BEGIN")
    now = house.clock().strftime("%Y-%m-%dT%H:%M:%S.%f")
    values = {"now": now, "lease": now, "after": "", "by": "", "most": 1}
    assert raw.execute(claiming._CLAIM, values).fetchone()
    raw.execute("ROLLBACK")
    raw.close()
    return next(count)


async def test_a_claim_reads_no_table_from_end_to_end(house, tmp_path):
    only_sqlite(house)
    raw = sqlite3.connect(tmp_path / "house.db")
    values = {"now": "", "lease": "", "after": "", "by": "", "most": 1}
    plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {claiming._CLAIM}", values)]
    raw.close()

    assert "CO-ROUTINE walk" in plan, "the walk over the lanes stops at the first that has a job"
    assert {step for step in plan if "SCAN" in step} == {"SCAN walk", "SCAN eldest", "SCAN CONSTANT ROW"}
    assert not [step for step in plan if "TEMP B-TREE" in step]


async def test_one_look_claims_for_all_who_are_free_and_each_lane_has_one_in_hand(house):
    for lane in ("a", "b", "c"):
        for name in ("1", "2"):
            await house.promise(lane + name, lane=lane)

    async with house.db.write() as tx:
        first = await queue.claim_some(tx, 5, after="a")
    if house.db.engine.dialect == "sqlite":
        assert [job.lane for job in first] == ["b", "c", "a"]
    async with house.db.write() as tx:
        again = await queue.claim_some(tx, 5)
    lanes = [job.lane for job in (*first, *again)]
    assert len(lanes) == len(set(lanes)), "a lane has one job at a time"


async def test_who_waits_long_for_another_house_lets_others_begin(house, monkeypatch):
    monkeypatch.setattr(worker, "MOMENT", 0.05)
    stop, free, done = asyncio.Event(), asyncio.Event(), []

    async def keep(node, job, task):
        if job.lane == "frozen":
            await free.wait()
        done.append(job.lane)

    await house.promise("slow", lane="frozen")
    for number in range(3):
        await house.promise(str(number), lane=f"to {number}")

    async def others_done():
        if len(done) == 3:
            assert "frozen" not in done
            free.set()
        return len(done) == 4

    work = {"Errand": (Errand, keep)}
    await stopped(work_until(house.node, work, stop, workers=1), stop, others_done)


async def test_a_job_that_two_workers_died_with_waits_a_little_before_the_third(house):
    await house.promise("bread")
    for _ in range(2):
        assert await house.claim() is not None
        async with house.db.write() as tx:
            assert await queue.take_over(tx, alone=True) == 1

    assert await house.claim() is None
    house.clock.advance(seconds=31)
    again = await house.claim()
    assert again is not None
    assert again.crashes == 3
