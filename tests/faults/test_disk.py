"""F15 to F20: a disk that is full, limited, locked, read-only, gone or damaged, and memory that is short."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.audit import audit
from tests.faults.conftest import SLOW, need
from tests.faults.member import Browser

MB = 1_000_000


@pytest.fixture
def disk(tmp_path):
    """A disk of 300 MB of its own."""
    need("mount", root=True)
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave so many bytes free."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    size = max(0, shutil.disk_usage(disk).free - left)
    with suppress(OSError), ballast.open("wb", buffering=0) as file:  # a house may take the last of it
        for _ in range(size // MB):
            file.write(b"x" * MB)
        file.write(b"x" * (size % MB))


async def test_f15_before_the_disk_is_full_peers_wait_first_then_members_and_all_goes_on_by_itself(
    make, meet, disk
):
    peer = await meet()
    house = await make(peer, folder=disk / "house")
    await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    note = peer.offer("Échelle")

    fill(disk, 150 * MB)
    refused = await peer.say(house, peer.create(note))
    await browser.insist("Avec 150 Mo")
    fill(disk, 30 * MB)
    page, seen = await browser.publish("Avec 30 Mo"), await browser.open("/")
    in_english = await house.http.post(
        f"{house.origin}/publier", headers=browser.headers | {"accept-language": "en"}, data={"x": "y"}
    )
    (disk / "ballast").unlink()
    await peer.insist(house, peer.create(note))
    await browser.insist("Après")

    assert refused == 503
    assert (page.status_code, seen.status_code) == (503, 200)
    assert int(page.headers["retry-after"]) > 0
    assert "presque plein" in page.text
    assert "Revenez en arrière" in page.text
    assert "nearly full" in in_english.text
    await audit(house, listings=browser.done, heard=[note.id], peers=[peer], drains=20, lines=10)
    assert "Avec 30 Mo" not in browser.done
    keys = [line["key"] for line in house.log("page.unavailable")]
    assert keys == ["storage.nearly_full"]


async def test_f15_a_disk_that_is_full_to_the_last_byte_stores_nothing_by_halves(make, meet, disk):
    """Another program filled it at once: what is under way fails whole, and is done when there is room."""
    peer = await meet()
    house = await make(peer, folder=disk / "house")
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    life.stop()
    fill(disk, 0)
    asked = [asyncio.create_task(browser.publish(f"Perceuse {number}")) for number in range(5)]
    await asyncio.sleep(0.1)
    life.go_on()
    answers = await asyncio.gather(*asked)
    page = await browser.open("/")
    await asyncio.sleep(1)
    (disk / "ballast").unlink()
    await browser.insist("Après")

    assert {answer.status_code for answer in answers} == {503}
    assert page.status_code == 200
    await audit(house, listings=browser.done, peers=[peer], drains=20, lines=10)
    assert house.rows("SELECT count(*) FROM listings") == [(2,)]
    assert house.rows("SELECT count(*) FROM drafts WHERE became IS NULL") == [(0,)]


@SLOW
async def test_f15_a_disk_that_fills_up_under_load_loses_nothing_that_was_acknowledged(make, meet, disk):
    """Past the thresholds: they look at the disk before, and here it is full a moment later; the log, too."""
    peer = await meet()
    house = await make(peer, folder=disk / "house")
    house.journals = disk
    await house.start()
    browser = Browser(house)
    stop = asyncio.Event()

    async def publish(who: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await browser.publish(f"Perceuse {who}-{number}")
            await asyncio.sleep(0.01)

    people = [asyncio.create_task(publish(who)) for who in range(4)]
    for _ in range(6):
        await asyncio.sleep(0.5)
        fill(disk, 0)
        await asyncio.sleep(0.5)
        (disk / "ballast").unlink()
    stop.set()
    await asyncio.gather(*people)

    await audit(house, listings=browser.done, peers=[peer], drains=30, again=10, lines=60, torn=True)


async def test_f16_a_limit_on_the_size_of_files_is_met_like_a_full_disk(make, meet):
    need("prlimit")
    peer = await meet()
    house = await make(peer)
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    wal = house.database.with_name("fedicoop.db-wal").stat().st_size
    subprocess.run(["prlimit", f"--pid={life.pid}", f"--fsize={wal}:unlimited"], check=True)
    answers = [await browser.publish(f"Perceuse {number}") for number in range(3)]
    page = await browser.open("/")
    subprocess.run(["prlimit", f"--pid={life.pid}", "--fsize=unlimited"], check=True)
    await browser.insist("Après")

    assert {answer.status_code for answer in answers} <= {303, 503}
    assert 503 in {answer.status_code for answer in answers}
    assert page.status_code == 200
    await audit(house, listings=browser.done, peers=[peer], drains=20, again=2, lines=10)


async def test_f16_without_handles_left_it_neither_spins_nor_dies(make, meet):
    need("prlimit")
    peer = await meet()
    house = await make(peer)
    house.prefix = ("prlimit", "--nofile=64")
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    crowd = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(100)]
    before, begun = life.cpu(), time.monotonic()
    await asyncio.sleep(1.5)
    spent = (life.cpu() - before) / (time.monotonic() - begun)
    for _, writer in crowd:
        writer.transport.abort()
    await asyncio.sleep(0.2)
    await browser.insist("Après")

    assert spent < 0.5, f"it turned in circles: {spent:.0%} of a core"
    await audit(house, listings=browser.done, peers=[peer], drains=30, lines=20)


async def test_f17_a_lock_that_somebody_else_holds_makes_writers_wait_and_then_say_so(make, meet):
    peer = await meet()
    house = await make(peer)
    await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        answer = await browser.publish("Perceuse")
        took = time.monotonic() - begun
        page = await browser.open("/")
        other.execute("ROLLBACK")
    await browser.insist("Après")

    assert answer.status_code == 503
    assert took < 7
    assert "occupée" in answer.text
    assert page.status_code == 200
    await audit(house, listings=browser.done, peers=[peer], drains=30, lines=10)


@SLOW
async def test_f17_a_reader_who_never_ends_does_not_let_the_journal_grow_for_good(make, meet):
    peer = await meet()
    house = await make(peer)
    await house.start()
    browser = Browser(house)
    wal = house.database.with_name("fedicoop.db-wal")
    with closing(sqlite3.connect(house.database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM listings").fetchone()
        for number in range(150):
            await browser.insist(f"Perceuse {number}")
        grown = wal.stat().st_size
    for number in range(150):
        await browser.insist(f"Échelle {number}")

    assert wal.stat().st_size < grown + 5 * MB, "it went on growing after the reader had gone"
    await audit(house, listings=browser.done, peers=[peer], drains=60)


async def test_f18_on_a_read_only_disk_it_does_not_start_and_says_why(make, meet, disk):
    peer = await meet()
    house = await make(peer, folder=disk / "house")
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    await life.terminate()
    with suppress(OSError):
        os.sync()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    said = await house.refusal()
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    await house.start()

    assert said.startswith("exit 75:")
    assert "FC-1102" in said
    assert "Traceback" not in said
    await audit(house, listings=browser.done, peers=[peer], drains=20)


async def test_f18_a_database_that_is_gone_is_never_made_anew(make):
    house = await make()
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    aside = house.folder.parent / "aside"
    aside.mkdir()
    found = sorted(house.folder.glob("fedicoop.db*"))
    for one in found:
        one.rename(aside / one.name)
    answer, page = await browser.publish("Perceuse"), await browser.open("/healthz")
    await life.terminate()
    refused = await house.refusal()

    assert answer.status_code == 503
    assert "n’est pas là" in answer.text or "introuvable" in answer.text
    assert page.status_code == 200
    assert refused.startswith("exit 75:")
    assert "fedicoop restore" in refused
    assert not house.database.exists()
    for one in aside.iterdir():
        one.rename(house.folder / one.name)
    await house.start()
    await audit(house, listings=browser.done, drains=20)


@pytest.mark.parametrize("hurt", ["a page", "the tail", "the head", "left open"])
async def test_f19_a_damaged_database_is_not_served_but_told_with_the_way_out(make, hurt):
    house = await make()
    life = await house.start()
    browser = Browser(house)
    for number in range(5):
        await browser.insist(f"Perceuse {number}")
    await life.terminate() if hurt != "left open" else life.kill()
    with house.database.open("r+b") as file:
        size = house.database.stat().st_size
        if hurt == "the tail":
            file.truncate(size // 2)
        else:
            file.seek(0 if hurt == "the head" else size // 2 // 4096 * 4096)
            file.write(b"\xa5" * 4096)
    said = await house.refusal()

    assert said.startswith("exit 75:"), said
    assert "FC-1105" in said
    assert "fedicoop restore" in said
    assert "Traceback" not in said


async def test_f19_a_journal_cut_by_a_power_cut_costs_only_what_was_not_on_the_disk(make):
    """A torn tail is what a power cut leaves: SQLite stops at the last whole commit."""
    house = await make()
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    life.kill()
    wal = house.database.with_name("fedicoop.db-wal")
    with wal.open("ab") as file:
        file.write(os.urandom(10_000))
    await house.start()

    await audit(house, listings=browser.done, drains=20)
    assert house.log("database.left_open")


@SLOW
async def test_f20_when_memory_is_short_a_request_fails_and_the_house_lives(make, meet):
    need("prlimit")
    peer = await meet()
    house = await make(peer)
    life = await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    pages = int(Path(f"/proc/{life.pid}/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + 3 * MB
    subprocess.run(["prlimit", f"--pid={life.pid}", f"--as={limit}:unlimited"], check=True)
    statuses = list[int]()

    async def large(number: int) -> None:
        with suppress(httpx.HTTPError):
            form = await browser.form(f"Grande {number}") | {"text": "x" * 1_500_000}
            answer = await house.http.post(f"{house.origin}/publier", data=form, headers=browser.headers)
            statuses.append(answer.status_code)

    await asyncio.gather(*(large(number) for number in range(20)))
    subprocess.run(["prlimit", f"--pid={life.pid}", "--as=unlimited"], check=True)
    if not life.alive:  # systemd starts it again
        life.planned = True
        await house.start()
    await browser.insist("Après")

    assert len(statuses) < 20 or any(status >= 500 for status in statuses) or set(statuses) == {422}
    await house.drained(60)
    assert {"Avant", "Après"} <= {title for (title,) in house.rows("SELECT title FROM listings")}
