"""What is refused before the disk is full, and before more waits than can be dealt with."""

import os
from types import SimpleNamespace

import pytest

from fedicoop.inbox.pressure import Pressure
from fedicoop.jobs import queue
from fedicoop.media import store as pictures
from fedicoop.media.store import CopyPicture
from fedicoop.web.problems import PAUSE
from tests import hostile
from tests.browsing import signed_in

village, nord, friend, evil = hostile.fixtures()
MB = 1_000_000


@pytest.fixture
def disk(monkeypatch):
    """The disk of all houses: `disk.free` bytes are left."""
    left = SimpleNamespace(free=10_000 * MB)
    real = os.statvfs
    monkeypatch.setattr(
        os, "statvfs", lambda path: real(path) and SimpleNamespace(f_bavail=left.free, f_frsize=1)
    )
    return left


async def test_below_200_megabytes_a_peer_is_asked_to_come_later_and_its_letter_is_taken_then(
    nord, friend, disk
):
    said = friend.says("Create", friend.offer())
    nord.app.state.pressure = Pressure()  # as a quarter of a second after its last look at the disk

    disk.free = 199 * MB
    later = await friend.send(said, nord)
    refused = await nord.shelf()
    disk.free = 201 * MB
    taken = await friend.send(said, nord)

    assert (later.status_code, later.headers["retry-after"]) == (503, str(PAUSE))
    assert refused == []
    assert taken.status_code == 202
    assert len(await nord.shelf()) == 1


async def test_below_50_megabytes_a_member_reads_what_to_do_and_nothing_typed_is_taken(nord, disk):
    lea = await signed_in(nord, await nord.join("lea"))
    await lea.open("/publier")
    disk.free = 51 * MB
    fine = await lea.submit("/publier", do="publish", title="Perceuse", mode="loan", place="Lille")
    await lea.open("/publier")
    disk.free = 49 * MB
    page = await lea.submit("/publier", do="publish", title="Échelle", mode="loan", place="Lille")
    reading = await lea.open("/")

    assert "C’est en ligne" in fine.words
    assert page.status == 503
    assert "presque plein" in page.words
    assert reading.status == 200
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM listings WHERE local") == 1


async def test_a_photo_from_elsewhere_waits_for_room_and_is_not_given_up(nord, friend, disk, network):
    await friend.publish(nord)
    disk.free = 100 * MB
    async with nord.node.db.write() as tx:
        await pictures.want(tx, "https://friend.test/a.jpg")
        await queue.enqueue(tx, CopyPicture("https://friend.test/a.jpg"), lane="pictures friend.test")
    for _ in range(30):
        await network.settle()
        network.clock.advance(hours=1)

    async with nord.node.db.read() as tx:
        assert await pictures.is_wanted(tx, "https://friend.test/a.jpg")


async def test_when_too_much_waits_peers_come_later_until_it_is_dealt_with(nord, friend, network):
    nord.app.state.pressure = Pressure(most=3)
    letters = [friend.letter(friend.says("Create", friend.offer(str(one))), nord) for one in range(3)]

    taken = [(await letter.to(nord)).status_code for letter in letters]
    nord.app.state.pressure = Pressure(most=3)  # as after the two seconds for which it is believed
    later = await friend.letter(friend.says("Create", friend.offer("9")), nord).to(nord)
    await network.settle()
    nord.app.state.pressure = Pressure(most=3)
    again = await friend.send(friend.says("Create", friend.offer("9")), nord)

    assert taken == [202, 202, 202]
    assert (later.status_code, later.headers["retry-after"]) == (503, str(PAUSE))
    assert again.status_code == 202
    assert len(await nord.shelf()) == 4
