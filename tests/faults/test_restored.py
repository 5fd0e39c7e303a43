"""F26, and a backup made under load: a house that comes back from an earlier day."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.house import House, free_port, introduce
from tests.faults.member import Browser


async def until(seen: Callable[[], bool], patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while not seen():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def people_publish(browser: Browser, word: str) -> AsyncIterator[None]:
    stop = asyncio.Event()

    async def one(who: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await browser.insist(f"{word} {who}-{number}")

    tasks = [asyncio.create_task(one(who)) for who in range(3)]
    try:
        yield
        stop.set()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def heard(house: House) -> set[tuple[str, str]]:
    return {(id, kind) for id, kind in house.rows("SELECT id, type FROM received")}


@SLOW
async def test_a_backup_made_under_load_restores_into_a_house_whose_peers_see_nothing_but_new_posts(make):
    ports = free_port(), free_port()
    hosts = tuple(f"127.0.0.1:{port}" for port in ports)
    velo = await make(port=ports[0], allowed=hosts)
    objets = await make(velo, port=ports[1], pair=1)
    await introduce(velo, objets)
    life, _ = await velo.start(), await objets.start()
    people, neighbours = Browser(velo), Browser(objets)
    archive = velo.folder.parent / "velo.tar.gz"

    async with people_publish(people, "Perceuse"):
        await until(lambda: len(people.done) > 5)
        before = dict(people.done)
        made = json.loads(await velo.type_in("backup", "create", str(archive), "--json"))
        await until(lambda: len(people.done) > made["listings"] + 5)
    assert len(people.done) > made["listings"] >= len(before) > 0, "the load stopped for the backup"
    await velo.drained()
    life.kill()
    shutil.move(velo.folder, velo.folder.with_name("lost"))
    known, shelf = heard(objets), set(objets.rows("SELECT id, title, status FROM listings"))
    restored = json.loads(await velo.type_in("restore", str(archive), "--json"))
    velo.rows("PRAGMA integrity_check")
    assert restored["listings"] == made["listings"]

    await velo.start()
    people.token = ""
    everything, people.done = people.done, {}
    for number in range(5):
        await people.insist(f"Après {number}")
        await neighbours.insist(f"Échelle {number}")
    await velo.drained()
    await objets.drained()

    new = {about for about, kind in heard(objets) - known}
    fresh = {
        id
        for (id,) in velo.rows(
            "SELECT id FROM sent WHERE object_id IN "
            "(SELECT id FROM listings WHERE local AND title LIKE 'Après%')"
        )
    }
    assert new == fresh, "its peer heard something else than the new posts"
    assert shelf <= set(objets.rows("SELECT id, title, status FROM listings"))
    await audit(velo, listings=before.keys() | people.done.keys())
    await audit(objets, listings=neighbours.done)
    there = {title for (title,) in objets.rows("SELECT title FROM listings WHERE NOT local")}
    assert there == everything.keys() | people.done.keys()
    here = {title for (title,) in velo.rows("SELECT title FROM listings WHERE NOT local")}
    assert here == neighbours.done.keys()


@SLOW
async def test_f26_after_an_older_backup_nothing_is_sent_anew_and_no_id_comes_twice(make, meet):
    """What was done since the backup is unknown here: a deleted listing is not published again elsewhere."""
    peer = await meet()
    house = await make(peer)
    life = await house.start()
    people = Browser(house)
    for number in range(3):
        await people.insist(f"Avant {number}")
    await house.drained()
    archive = house.folder.parent / "older.tar.gz"
    await house.type_in("backup", "create", str(archive))
    ids = dict(house.rows("SELECT title, id FROM listings"))
    await house.type_in("listing", "delete", ids["Avant 0"])
    for number in range(20):
        await people.insist(f"Perdue {number}")
    await house.drained()
    await life.terminate()
    used = {id for (id,) in house.rows("SELECT id FROM listings UNION SELECT id FROM sent")}
    said = len(peer.letters)
    shutil.move(house.folder, house.folder.with_name("lost"))
    await house.type_in("restore", str(archive))
    known = {id for (id,) in house.rows("SELECT id FROM listings UNION SELECT id FROM sent")}

    await house.start()
    await house.drained()
    await asyncio.sleep(1)
    resent = peer.letters[said:]
    people.token = ""
    for number in range(20):
        await people.insist(f"Après {number}")
    await house.drained()
    page = await people.open("/admin/sante")
    doctor = await house.type_in("doctor")

    assert not resent, "the restored house repeated itself"
    fresh = {id for (id,) in house.rows("SELECT id FROM listings UNION SELECT id FROM sent")} - known
    assert not fresh & used, "an id was used twice"
    assert len(fresh) == 40
    spoken = {letter.about for letter in peer.letters[said:]}
    assert ids["Avant 0"] not in spoken, "what was deleted was spoken of again"
    assert "La maison a été restaurée" in page.text
    assert "FC-6922" in doctor
