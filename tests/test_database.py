import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest

from fedicoop.db import Database, inside
from fedicoop.db.backup import back_up, check, was_left_open
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.lock import hold
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Conflict, Malformed, NotFound, Unavailable
from tests.databases import postgres_engine

NOON = datetime(2030, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS number FROM n"
LONG = ENDLESS.replace("FROM n)", "FROM n WHERE i < 300000)")


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    id: str
    at: datetime | None = None
    price: Decimal | None = None
    red: bool = False
    colour: Colour | None = None
    tags: tuple[str, ...] = ()
    weight: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Number:
    number: int


THINGS = """CREATE TABLE things (
    id TEXT PRIMARY KEY, at TIMESTAMPTZ, price TEXT, red BOOLEAN NOT NULL DEFAULT FALSE, colour TEXT,
    tags TEXT NOT NULL DEFAULT '[]', weight DOUBLE PRECISION, count BIGINT)"""
PUT = "INSERT INTO things (id) VALUES (:id)"


async def sqlite(folder):
    return await SqliteEngine.open(folder / "things.db", durable=False, patience=0.2)


async def postgres(folder):
    return await postgres_engine(schema=False, patience=2.0)


ENGINES = [sqlite, postgres]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
async def db(request, tmp_path):
    database = Database(await request.param(tmp_path), lambda: NOON, new_ulid_source())
    async with database.write() as tx:
        await tx.run(THINGS)
    yield database
    await database.engine.close()


async def put(db, *ids):
    async with db.write() as tx:
        for id in ids:
            await tx.run(PUT, id=id)


async def put_and_fail(db, id="half"):
    async with db.write() as tx:
        await tx.run(PUT, id=id)
        raise ZeroDivisionError


async def kept(db):
    async with db.read() as tx:
        return [thing.id for thing in await tx.all(Thing, "SELECT id FROM things ORDER BY id")]


async def test_a_row_comes_back_as_it_was_put(db):
    thing = Thing("t", NOON, Decimal("12.50"), True, Colour.RED, ("vélo", "cargo"), 1.5, 2**62)

    async with db.write() as tx:
        await tx.run(
            """INSERT INTO things (id, at, price, red, colour, tags, weight, count)
               VALUES (:id, :at, :price, :red, :colour, :tags, :weight, :count)""",
            **thing.__dict__,
        )
        back = await tx.one(Thing, "SELECT * FROM things WHERE id = :id", id="t")

    assert back == thing
    assert back.at.tzinfo is UTC


async def test_nothing_comes_back_as_none(db):
    await put(db, "t")

    async with db.read() as tx:
        assert await tx.one(Thing, "SELECT * FROM things") == Thing("t")


async def test_moments_compare_as_moments_whatever_zone_they_came_in(db):
    paris = timezone(timedelta(hours=2))
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO things (id, at) VALUES ('t', :at)", at=datetime(2030, 5, 1, 13, tzinfo=paris)
        )

        earlier = await tx.count("SELECT count(*) FROM things WHERE at < :now", now=NOON)
        exact = await tx.one(Thing, "SELECT id, at FROM things")

    assert earlier == 1
    assert exact.at == datetime(2030, 5, 1, 11, tzinfo=UTC)


async def test_a_moment_without_its_zone_is_our_mistake(db):
    async with db.write() as tx:
        with pytest.raises(ValueError, match="zone"):
            await tx.run("UPDATE things SET at = :at", at=datetime(2030, 5, 1))


@pytest.mark.parametrize(
    "value", ["nul\0", "half \ud83d", 2**63, -(2**63) - 1, float("nan"), float("inf"), Decimal("NaN")]
)
async def test_what_no_two_databases_keep_alike_is_refused(db, value):
    async with db.write() as tx:
        with pytest.raises(Malformed) as refused:
            await tx.run("UPDATE things SET colour = :value", value=value)

    assert refused.value.key == "storage.unfit_value"


async def test_what_is_asked_for_and_not_there_is_not_found(db):
    async with db.read() as tx:
        assert await tx.maybe(Thing, "SELECT id FROM things") is None
        with pytest.raises(NotFound):
            await tx.one(Thing, "SELECT id FROM things")


async def test_a_column_that_the_dataclass_does_not_know_is_our_mistake(db):
    await put(db, "t")

    async with db.read() as tx:
        with pytest.raises(TypeError, match="size"):
            await tx.all(Thing, "SELECT id, 3 AS size FROM things")


async def test_many_rows_go_in_one_trip(db):
    async with db.write() as tx:
        touched = await tx.run_many(PUT, [{"id": f"{n:03}"} for n in range(100)])

    assert touched == 100
    assert len(await kept(db)) == 100


async def test_a_transaction_has_one_time_and_its_own_ids(db):
    async with db.write() as tx:
        assert tx.now == NOON
        assert len({tx.new_id() for _ in range(10)}) == 10


async def test_all_of_it_or_none_of_it(db):
    with pytest.raises(ZeroDivisionError):
        await put_and_fail(db)

    assert await kept(db) == []
    await put(db, "second")
    assert await kept(db) == ["second"]


async def test_a_reader_sees_the_database_as_it_stood_when_it_began(db):
    await put(db, "before")

    async with db.read() as tx:
        first = await tx.count("SELECT count(*) FROM things")
        await asyncio.create_task(in_peace(put(db, "after")))
        second = await tx.count("SELECT count(*) FROM things")

    assert (first, second) == (1, 1)
    assert await kept(db) == ["after", "before"]


async def in_peace(work):
    """Somebody else's task: it is not inside our transaction."""
    inside.set(False)
    return await work


async def test_a_reader_does_not_wait_for_a_writer(db):
    async with db.write() as tx:
        await tx.run(PUT, id="t")
        seen = await asyncio.create_task(in_peace(kept(db)))

    assert seen == []


async def test_a_reading_transaction_does_not_write(db):
    async with db.read() as tx:
        with pytest.raises(AssertionError):
            await tx.run(PUT, id="t")

    assert await kept(db) == []


async def test_a_transaction_within_a_transaction_is_our_mistake(db):
    async with db.read():
        assert inside.get()
        with pytest.raises(AssertionError):
            async with db.write():
                pass

    assert not inside.get()


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_a_transaction_that_is_over_is_over(db, kind):
    async with getattr(db, kind)() as tx:
        pass

    with pytest.raises(AssertionError):
        await tx.count("SELECT 1")


async def test_a_writer_cancelled_in_the_middle_leaves_nothing_behind(db):
    async def write():
        async with db.write() as tx:
            await tx.run(PUT, id="half")
            await tx.count(LONG)

    task = asyncio.create_task(write())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await put(db, "next")
    assert await kept(db) == ["next"]


async def test_a_writer_cancelled_while_it_waits_for_its_turn_lets_the_next_one_pass(db):
    async with db.write() as tx:
        await tx.run(PUT, id="first")
        impatient = asyncio.create_task(in_peace(put(db, "impatient")))
        patient = asyncio.create_task(in_peace(put(db, "patient")))
        await asyncio.sleep(0)
        impatient.cancel()

    await asyncio.wait({impatient, patient})
    assert impatient.cancelled()
    assert await kept(db) == ["first", "patient"]


async def test_five_hundred_clients_that_hang_up_leave_no_lock_and_no_half_write(db):
    async def pair(n):
        async with db.write() as tx:
            await tx.run(PUT, id=f"{n:03}a")
            await tx.run(PUT, id=f"{n:03}b")

    tasks = [asyncio.create_task(pair(n)) for n in range(500)]
    for n, task in enumerate(tasks):
        asyncio.get_running_loop().call_later(n % 50 / 1000, task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)

    await put(db, "the end")
    written = await kept(db)
    acknowledged = [n for n, task in enumerate(tasks) if not task.cancelled() and not task.exception()]
    assert all((f"{n:03}a" in written) == (f"{n:03}b" in written) for n in range(500))
    assert {f"{n:03}a" for n in acknowledged} <= {*written}


async def test_a_reader_that_hangs_up_stops_its_long_question(db):
    async def ask():
        async with db.read() as tx:
            await tx.count(ENDLESS)

    for _ in range(3):  # more than there are readers
        task = asyncio.create_task(ask())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(1):
        assert await kept(db) == []


async def test_many_writers_at_once_all_keep_what_they_wrote(db):
    await asyncio.gather(*(put(db, f"{n:03}") for n in range(200)))

    assert len(await kept(db)) == 200


async def test_a_writer_among_many_that_fails_takes_back_its_own_work_alone(db):
    writers = [put(db, f"{n:03}") if n % 3 else put_and_fail(db, f"{n:03}") for n in range(30)]

    outcomes = await asyncio.gather(*writers, return_exceptions=True)

    failed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, ZeroDivisionError)]
    assert failed == [*range(0, 30, 3)]
    assert await kept(db) == [f"{n:03}" for n in range(30) if n % 3]


async def test_waiting_for_a_commit_ends_with_the_commit(db):
    waiting = asyncio.create_task(db.wait_for_commit(5))
    await asyncio.sleep(0)

    await put(db, "t")

    async with asyncio.timeout(0.5):
        await waiting


async def test_a_writer_that_changed_nothing_wakes_nobody(db):
    waiting = asyncio.create_task(db.wait_for_commit(5))
    await asyncio.sleep(0)

    async with db.write() as tx:
        await tx.run("DELETE FROM things WHERE id = 'nobody'")
    await asyncio.sleep(0.01)

    assert not waiting.done()
    waiting.cancel()


async def test_a_commit_between_the_look_and_the_wait_is_not_missed(db):
    seen = db.commits

    await put(db, "t")

    async with asyncio.timeout(0.5):
        await db.wait_for_commit(5, seen)


async def test_waiting_for_a_commit_ends_by_itself(db):
    await db.wait_for_commit(0.01)


# SQLite's own


@pytest.fixture
async def sqlite_db(tmp_path):
    database = Database(await sqlite(tmp_path), lambda: NOON, new_ulid_source())
    async with database.write() as tx:
        await tx.run(THINGS)
    yield database
    await database.engine.close()


@pytest.fixture
async def file(tmp_path):
    """A database file with one row, closed."""
    path = tmp_path / "house.db"
    engine = await SqliteEngine.open(path)
    async with engine.transaction(write=True) as connection:
        await connection.execute(THINGS, {})
        await connection.execute(PUT, {"id": "old"})
    await engine.close()
    return path


async def test_a_statement_that_fails_leaves_the_transaction_to_its_owner(sqlite_db):
    async with sqlite_db.write() as tx:
        await tx.run(PUT, id="t")
        with pytest.raises(sqlite3.IntegrityError):
            await tx.run(PUT, id="t")
        await tx.run(PUT, id="u")

    assert await kept(sqlite_db) == ["t", "u"]


async def test_who_hangs_up_while_a_common_commit_is_written_takes_nobody_along(sqlite_db):
    gate = asyncio.Event()

    async def second():
        async with sqlite_db.write() as tx:
            await tx.run(PUT, id="second")
            await gate.wait()

    first, other = asyncio.create_task(put(sqlite_db, "first")), asyncio.create_task(second())
    await asyncio.sleep(0.01)  # the first has written, and waits for the commit of both
    first.cancel()
    await asyncio.sleep(0)
    gate.set()

    await other
    assert first.cancelled()
    assert await kept(sqlite_db) == ["first", "second"]


async def test_a_turn_given_to_somebody_who_just_left_goes_to_the_next(sqlite_db):
    async with sqlite_db.write():
        leaving = asyncio.create_task(in_peace(put(sqlite_db, "leaving")))
        await asyncio.sleep(0)
    leaving.cancel()  # its turn came with the end of the block, and it has not run since

    await put(sqlite_db, "next")
    assert leaving.cancelled()
    assert await kept(sqlite_db) == ["next"]


async def test_writers_whose_common_commit_was_lost_are_all_told(sqlite_db):
    """A full disk makes SQLite roll back everything since BEGIN; OR ROLLBACK does so on any disk."""
    await put(sqlite_db, "there")

    async def lose_all():
        async with sqlite_db.write() as tx:
            await tx.run("INSERT OR ROLLBACK INTO things (id) VALUES ('there')")

    outcomes = await asyncio.gather(
        put(sqlite_db, "a"), put(sqlite_db, "b"), lose_all(), return_exceptions=True
    )
    await put(sqlite_db, "afterwards")

    assert all(isinstance(outcome, sqlite3.IntegrityError) for outcome in outcomes)
    assert await kept(sqlite_db) == ["afterwards", "there"]


async def test_the_database_is_for_its_owner_alone(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_database_locked_by_another_process_is_busy_and_then_free(sqlite_db, tmp_path):
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as refused:
        await put(sqlite_db, "t")
    other.execute("ROLLBACK")
    other.close()

    await put(sqlite_db, "t")

    assert refused.value.key == "storage.busy"
    assert await kept(sqlite_db) == ["t"]


async def test_nobody_waits_for_ever_for_a_turn(db):
    async with db.write():
        with pytest.raises(Unavailable) as refused:
            await asyncio.create_task(in_peace(put(db, "t")))

    assert refused.value.key == "storage.busy"


async def test_a_full_disk_is_told_as_such_and_writing_goes_on_when_there_is_room(sqlite_db):
    async with sqlite_db.write() as tx:
        pages = await tx.count("PRAGMA page_count")
        await tx.count(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(Unavailable) as refused:
        async with sqlite_db.write() as tx:
            await tx.run(PUT, id="x" * 100_000)
    async with sqlite_db.write() as tx:
        await tx.count("PRAGMA max_page_count = 1000")

    await put(sqlite_db, "t")

    assert refused.value.key == "storage.full"
    assert await kept(sqlite_db) == ["t"]


async def test_a_database_that_is_not_there_is_not_made_silently(tmp_path):
    with pytest.raises(Unavailable) as refused:
        await SqliteEngine.open(tmp_path / "house.db", create=False)

    assert refused.value.key == "storage.missing"
    assert [*tmp_path.iterdir()] == []


async def test_a_folder_that_is_not_there_cannot_be_opened(tmp_path):
    with pytest.raises(Unavailable) as refused:
        await SqliteEngine.open(tmp_path / "nowhere" / "house.db")

    assert refused.value.key == "storage.cannot_open"


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "house.db").write_text("not a database " * 100)

    with pytest.raises(Unavailable) as refused:
        await SqliteEngine.open(tmp_path / "house.db")

    assert refused.value.key == "storage.corrupt"


async def test_a_damaged_page_is_found_by_the_check(file):
    damage(file)

    with pytest.raises(Unavailable) as refused:
        await check(file)

    assert refused.value.key == "storage.corrupt"


def damage(file):
    with file.open("r+b") as raw:
        raw.seek(4096 + 8)
        raw.write(b"\xff" * 2000)


KEEPER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from fedicoop.db import Database
from fedicoop.db.sqlite import SqliteEngine

async def one(db, n):
    async with db.write() as tx:
        await tx.run("INSERT INTO things (id) VALUES (:id)", id=f"{n:06}a")
        await tx.run("INSERT INTO things (id) VALUES (:id)", id=f"{n:06}b")
    print(n, flush=True)

async def main():
    db = Database(await SqliteEngine.open(Path(sys.argv[1])), lambda: datetime.now(UTC), str)
    for start in range(0, 10**6, 20):
        await asyncio.gather(*(one(db, start + n) for n in range(20)))

asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(file):
    process = subprocess.Popen([sys.executable, "-c", KEEPER, str(file)], stdout=subprocess.PIPE, text=True)
    acknowledged = [int(process.stdout.readline()) for _ in range(150)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout.read().splitlines(keepends=True) if "\n" in line]
    process.wait()
    process.stdout.close()

    assert was_left_open(file)
    await check(file)
    raw = sqlite3.connect(file)
    written = {id for (id,) in raw.execute("SELECT id FROM things")}
    raw.close()
    assert {f"{n:06}{half}" for n in acknowledged for half in "ab"} <= written
    assert {id[:-1] for id in written if id.endswith("a")} == {id[:-1] for id in written if id.endswith("b")}


async def test_a_database_that_was_closed_was_not_left_open(file):
    assert not was_left_open(file)


# Backups


async def test_a_backup_is_whole_while_others_write(sqlite_db, tmp_path):
    await asyncio.gather(
        back_up(tmp_path / "things.db", tmp_path / "copy.db"), put(sqlite_db, *map(str, range(50)))
    )

    assert (tmp_path / "copy.db").exists()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT count(*) FROM things").fetchone()[0] in (0, 50)
    copy.close()
    assert not [*tmp_path.glob("*copy.db?*")], "one file, nothing beside it"


async def test_a_backup_never_replaces_a_file(file, tmp_path):
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(Conflict) as refused:
        await back_up(file, tmp_path / "copy.db")

    assert refused.value.key == "storage.backup_exists"
    assert (tmp_path / "copy.db").read_text() == "precious"


async def test_a_backup_without_room_is_not_begun(file, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(free=1_000_000))

    with pytest.raises(Unavailable) as refused:
        await back_up(file, tmp_path / "copy.db")

    assert refused.value.key == "storage.no_room"
    assert refused.value.values["free"] == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["house.db"]


@dataclass(frozen=True)
class Usage:
    free: int


async def test_a_backup_of_a_damaged_database_is_refused_and_cleared_away(file, tmp_path):
    damage(file)

    with pytest.raises(Unavailable) as refused:
        await back_up(file, tmp_path / "copy.db")

    assert refused.value.key == "storage.corrupt"
    assert not [*tmp_path.glob("*copy*")]


# Ids and locks


def test_ids_sort_by_the_time_they_were_made():
    new_id = new_ulid_source()

    ids = [new_id() for _ in range(2000)]

    assert ids == sorted({*ids})
    assert all(len(id) == 26 and id.isalnum() and id.isupper() for id in ids)


def test_an_id_tells_its_millisecond():
    new_id = new_ulid_source(lambda: 1_469_918_176_385)

    assert new_id().startswith("01ARYZ6S41"), "the example of the specification"


def test_ids_go_on_growing_when_the_clock_goes_back():
    times = iter([2_000, 1_000, 1_000, 2_000, 2_001])
    new_id = new_ulid_source(lambda: next(times))

    ids = [new_id() for _ in range(5)]

    assert ids == sorted({*ids})


def test_ids_made_by_many_threads_are_all_different():
    new_id, ids = new_ulid_source(lambda: 1), []
    threads = [threading.Thread(target=lambda: ids.extend(new_id() for _ in range(500))) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({*ids}) == 2000


def test_a_second_process_on_the_same_data_is_refused_by_the_name_of_the_first(tmp_path):
    with hold(tmp_path, "serve"):
        with pytest.raises(Unavailable) as refused, hold(tmp_path, "serve"):
            pass
        with hold(tmp_path, "worker"):
            pass

    assert refused.value.key == "storage.held"
    assert refused.value.values == {"name": "serve", "pid": str(os.getpid())}


def test_a_lock_goes_with_its_process(tmp_path):
    script = f"""
import os, signal
from pathlib import Path
from fedicoop.db.lock import hold
with hold(Path({str(tmp_path)!r}), "serve"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False)

    with hold(tmp_path, "serve"):
        assert (tmp_path / "serve.lock").read_text() == f"{os.getpid()}\n"
