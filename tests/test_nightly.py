"""The house backs itself up each night, keeps so many, and stops before the disk is full."""

import json
import os

from fedicoop import app as house
from fedicoop import meta
from fedicoop.desk import archiving, backups
from tests.conftest import Instance
from tests.test_desk import at_the_desk


def made(instance: Instance) -> int:
    return len(backups.here(instance.node.settings.backups_dir))


async def hours_go_by(network, instance: Instance, hours: int) -> None:
    for _ in range(hours):
        network.clock.advance(hours=1)
        await house.house_keeping(instance.node)
        await network.settle()


async def test_one_backup_is_made_each_night_and_the_last_ones_are_kept(network):
    nord = await network.add("nord.test", backups_kept=3)  # it is nine

    await hours_go_by(network, nord, 17)
    at_two = made(nord)
    await hours_go_by(network, nord, 2)
    at_four = made(nord)
    await hours_go_by(network, nord, 7)
    in_the_morning = made(nord)
    await hours_go_by(network, nord, 24 * 4)

    assert (at_two, at_four, in_the_morning) == (0, 1, 1)
    assert made(nord) == 3


async def test_a_machine_that_slept_at_that_hour_makes_it_when_it_wakes(network):
    nord = await network.add("nord.test")

    network.clock.advance(hours=22)
    await hours_go_by(network, nord, 1)

    assert made(nord) == 1


async def test_one_that_an_admin_asked_for_in_the_night_is_the_one_of_this_night(network):
    nord = await network.add("nord.test")
    network.clock.advance(hours=19)  # four in the morning
    visitor = await at_the_desk(nord)
    await visitor.open("/admin/sante")
    await visitor.submit("/admin/sante/sauvegarder")
    await network.settle()

    await hours_go_by(network, nord, 10)

    assert made(nord) == 1


async def test_a_house_that_wants_none_at_night_makes_none_and_its_page_says_so(network):
    nord = await network.add("nord.test", backups_kept=0)

    await hours_go_by(network, nord, 30)
    page = await (await at_the_desk(nord)).open("/admin/sante")

    assert made(nord) == 0
    assert "Aucune ne se fait la nuit" in page.words


async def test_without_room_none_is_begun_the_page_says_so_and_the_next_hour_tries_again(
    network, monkeypatch
):
    nord = await network.add("nord.test")
    size = await archiving._size(nord.node.settings)
    room = 2 * size + 100_000_000  # enough for a backup, and too little to live with afterwards
    with monkeypatch.context() as little:
        little.setattr("shutil.disk_usage", lambda _: type("Disk", (), {"free": room})())
        await hours_go_by(network, nord, 20)
        page = await (await at_the_desk(nord)).open("/admin/sante")
        assert page.all("#backups .repair--wrong")
        assert made(nord) == 0

    await hours_go_by(network, nord, 1)

    assert made(nord) == 1


async def test_what_a_killed_process_left_half_made_is_swept_away(network):
    nord = await network.add("nord.test")
    folder = nord.node.settings.backups_dir
    (folder / ".fedicoop-half").mkdir(parents=True)
    (folder / ".fedicoop-half" / "fedicoop.db").write_bytes(b"x" * 1000)
    os.utime(folder / ".fedicoop-half", (0, 0))

    await hours_go_by(network, nord, 20)

    assert [one.name for one in folder.iterdir()] == [backups.here(folder)[0].name]


async def test_a_restored_house_reminds_its_admins_for_two_weeks(network):
    nord = await network.add("nord.test")
    source = {"file": "velo.tar.gz", "created": "2030-04-20T03:00:00+00:00", "version": "0.1.0"}
    async with nord.node.db.write() as tx:
        await meta.put(tx, "restored_from", json.dumps(source))
        await meta.put(tx, "restored_at", tx.now.isoformat())
    visitor = await at_the_desk(nord)

    page = await visitor.open("/admin/sante")
    assert "La maison a été restaurée" in page.words
    assert "20 avril" in page.words
    network.clock.advance(days=15)
    page = await visitor.open("/admin/sante")
    assert "restaurée" not in page.words
