"""F24 and F6: a clock that jumps while the house runs, and peers who are gone for days."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from tests.faults.audit import audit
from tests.faults.conftest import SLOW, need
from tests.faults.house import House
from tests.faults.member import Browser
from tests.faults.peer import Peer, takes

LIBRARY = "libfaketimeMT.so.1"


class FalseClock:
    """The clock of a house, ahead of or behind the machine's by as much as a test says, at any time."""

    def __init__(self, folder: Path) -> None:
        need("faketime")
        found = [
            *Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"),
            *Path("/usr/lib").glob(f"faketime/{LIBRARY}"),
        ]
        self.file = folder / "clock"
        self.set("+0")
        self.environ = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead: str) -> None:
        """`+8d`, `-2h`, `+0`: against the machine's clock."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{ahead}\n")
        fresh.rename(self.file)


async def until(seen, patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while not seen():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.05)


async def sleeping(house: House, peer: Peer, *titles: str) -> Browser:
    """Something waits for a peer that is off."""
    await peer.shut()
    browser = Browser(house)
    for title in titles:
        await browser.insist(title)
    await until(lambda: house.log("jobs.retried"))
    return browser


@SLOW
async def test_f24_a_clock_that_jumps_back_and_far_ahead_leaves_nothing_stuck_and_signs_nobody_out(
    make, meet, tmp_path
):
    clock = FalseClock(tmp_path)
    peer = await meet()
    house = await make(peer)
    house.environ |= clock.environ
    await house.start()
    browser = await sleeping(house, peer, "Perceuse", "Échelle")
    tries = len(peer.letters)
    clock.set("+400d")
    await until(lambda: house.log("jobs.clock_moved"))
    await asyncio.sleep(2)
    out = await browser.open("/moi")
    clock.set("+0")
    await until(lambda: len(house.log("jobs.clock_moved")) == 2)
    clock.set("-2h")
    await until(lambda: len(house.log("jobs.clock_moved")) == 3)
    back = await browser.open("/moi")
    await browser.insist("Après")
    clock.set("+0")
    await until(lambda: len(house.log("jobs.clock_moved")) == 4)
    await peer.open()

    assert out.status_code == 303, "a session is not eternal"
    assert back.status_code == 200, "nobody was signed out for good"
    moved = [line["seconds"] / 3600 for line in house.log("jobs.clock_moved")]
    assert [round(one) for one in moved] == [9600, -9600, -2, 2]
    assert house.rows("SELECT count(*) FROM jobs WHERE dead") == [(0,)], "given up after no time at all"
    assert house.rows("SELECT count(*) FROM listings WHERE status <> 'published'") == [(0,)]
    await house.type_in("outbox", "retry")
    await audit(house, listings=browser.done, peers=[peer], drains=180, lines=40)
    assert len(peer.letters) - tries <= 6, "a storm of retries"


@SLOW
async def test_f6_a_peer_gone_for_days_is_given_up_after_seven_and_revived_when_it_speaks(
    make, meet, tmp_path
):
    clock = FalseClock(tmp_path)
    peer = await meet()
    house = await make(peer)
    house.environ |= clock.environ
    await house.start()
    browser = await sleeping(house, peer, "Perceuse")
    for hours in range(8, 24 * 7, 8):
        clock.set(f"+{hours}h")
        tried = len(house.log("jobs.retried"))
        await until(lambda tried=tried: len(house.log("jobs.retried")) > tried)
    status = await house.type_in("outbox", "status")
    assert "FC" not in status
    assert house.rows("SELECT count(*) FROM jobs WHERE dead") == [(0,)]
    clock.set("+8d")
    await until(lambda: house.log("jobs.buried"))
    await browser.insist("Échelle")
    clock.set("+194h")  # two hours later: it does not knock again at once where it knocked just now
    peer.ahead = timedelta(hours=194)
    peer.script = takes
    await peer.open()
    note = peer.offer("Vélo")
    await peer.insist(house, peer.create(note))
    await until(lambda: peer.got("Create"))

    assert len(house.log("jobs.buried")) == 1
    assert "Perceuse" not in {one.about for one in peer.letters}
    await house.type_in("outbox", "retry")
    await audit(house, listings=browser.done, heard=[note.id], peers=[peer], drains=120, lines=80)
    tries = [line["timestamp"] for line in house.log("jobs.retried")]
    assert len(tries) <= 60, "more tries than a back-off allows"
