"""The desk of those who care for a coop: what needs them, how things are, and nothing of other coops."""

import tarfile
from dataclasses import replace

import pytest

from fedicoop import meta
from fedicoop.access import Role, operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.desk import backups, checks, week
from fedicoop.listings import actions as listings
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS
from tests.databases import ON_POSTGRES
from tests.test_coop_settings import joined

PAGES = ("/admin", "/admin/sante", "/admin/coop")


async def at_the_desk(instance, role=Role.ADMIN, handle="camille"):
    return await signed_in(instance, await joined(instance, handle, role))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [None, Role.MEMBER])
async def test_the_desk_is_for_those_who_care_for_the_coop(network, role, path):
    nord = await network.add("nord.test")
    visitor = await at_the_desk(nord, role) if role else Visitor(nord)

    page = await visitor.open(path)

    assert page.path.startswith("/entrer?next=%2Fadmin") if role is None else page.status == 403


@pytest.mark.parametrize("path", PAGES)
async def test_a_steward_finds_everything_there(network, path):
    nord = await network.add("nord.test")

    page = await (await at_the_desk(nord, Role.STEWARD)).open(path)

    assert page.status == 200
    assert page.all("meta[name=robots]")[0].attrs["content"] == "noindex"


async def test_a_steward_sees_what_waits_and_only_an_admin_mends(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    network.unplug(sud)
    await sud_follows_and_sleeps(network, nord, sud)
    steward = await at_the_desk(nord, Role.STEWARD, "karim")

    page = await steward.open("/admin/sante")
    assert "sud.test" in page.words
    assert not page.all("form[action='/admin/sante/reessayer']")
    refused = await steward._go(
        "POST",
        "/admin/sante/reessayer",
        follow=False,
        headers={"origin": nord.origin},
        data={"lane": "to sud.test"},
    )
    assert refused.status == 403


async def sud_follows_and_sleeps(network, nord, sud):
    network.plug(sud)
    await network.befriend(sud, nord)
    network.unplug(sud)
    await nord.publish("Perceuse")
    await nord.settle()


async def test_what_waits_for_a_house_that_sleeps_is_told_in_words_and_tried_again(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await sud_follows_and_sleeps(network, nord, sud)
    visitor = await at_the_desk(nord)

    page = await visitor.open("/admin/sante")
    assert "sud.test 1 message à lui envoyer" in page.words
    network.plug(sud)
    page = await visitor.submit("/admin/sante/reessayer")
    assert "Nouvel essai en cours" in page.words
    await network.settle()

    page = await visitor.open("/admin/sante")
    assert "Tout est parti." in page.words
    assert [listing.title for listing in await sud.shelf()] == ["Perceuse"]


async def test_a_lane_that_is_empty_meanwhile_says_so(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await sud_follows_and_sleeps(network, nord, sud)
    visitor = await at_the_desk(nord)
    await visitor.open("/admin/sante")
    network.plug(sud)
    network.clock.advance(hours=7)
    await network.settle()

    page = await visitor.submit("/admin/sante/reessayer")

    assert page.status == 404
    assert "Plus rien n’attend" in page.words


async def test_the_numbers_of_the_week_are_the_coops_own(network):
    nord = await network.add("nord.test")
    await nord.publish("Ancienne")
    await joined(nord, "lea", Role.MEMBER)
    network.clock.advance(days=8)
    await nord.publish("Perceuse")
    await nord.publish("Cherche remorque", kind="need")
    async with nord.node.db.write() as tx:  # another coop under the same roof
        other = await actors.create(tx, nord.origin, "Organization", "outils", "Outils", PAIRS[2])
        await coops.put(tx, Coop(other.id, "tools", "fr", AuthorMode.COOP))
        draft = await listings.draft(
            tx, operator(other.id), {"kind": "offer", "mode": "loan", "title": "Scie"}, ()
        )
        await listings.publish(tx, operator(other.id), draft.id)
    await joined(nord, "karim", Role.MEMBER)

    async with nord.node.db.read() as tx:
        ours, theirs = await week.of_coop(tx, nord.coop.id), await week.of_coop(tx, other.id)

    assert (ours.listings, ours.online, ours.joined, ours.members) == (2, 3, 1, 2)
    assert (theirs.listings, theirs.online, theirs.joined, theirs.members) == (1, 1, 0, 0)


async def test_the_light_tells_the_worst_and_the_three_most_urgent_repairs(network):
    nord = await network.add("nord.test")
    visitor = await at_the_desk(nord)

    page = await visitor.open("/admin")
    assert page.all(".light--mind")
    assert len(page.all(".repair")) <= 3
    assert "FC-" in page.words
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM keys WHERE actor_id = :id", id=nord.coop.id)

    page = await visitor.open("/admin")
    assert page.all(".light--wrong")
    assert "repair--wrong" in page.all(".repair")[0].attrs["class"]


async def test_the_page_and_the_doctor_look_at_the_same_things(network):
    nord = await network.add("nord.test")

    found = {one.label for one in await checks.examine(nord.node, "fr")}

    of_the_file = set() if ON_POSTGRES else {"sqlite"}
    assert found >= {"folder", "disk", "keys", "clock", "mail", "backup", "media"} | of_the_file


async def test_an_admin_asks_for_a_backup_and_finds_it(network):
    nord = await network.add("nord.test")
    await nord.publish("Perceuse")
    visitor = await at_the_desk(nord)
    folder = nord.node.settings.backups_dir

    page = await visitor.open("/admin/sante")
    assert "Aucune sauvegarde" in page.words
    page = await visitor.submit("/admin/sante/sauvegarder")
    assert "La sauvegarde se prépare" in page.words
    await visitor.submit("/admin/sante/sauvegarder")  # twice is once
    await network.settle()

    page = await visitor.open("/admin/sante")
    [made] = folder.iterdir()
    assert made.name in page.words
    assert made.stat().st_mode & 0o777 == 0o600
    with tarfile.open(made) as tar:
        assert "fedicoop.db" in tar.getnames()
    async with nord.node.db.read() as tx:
        assert await backups.latest(tx) == network.clock.now


async def test_old_backups_of_the_house_go_when_newer_ones_are_there(network):
    nord = await network.add("nord.test", backups_kept=0)
    visitor = await at_the_desk(nord)
    folder = nord.node.settings.backups_dir
    folder.mkdir()
    (folder / "before-0002_exchanges-20300101T000000.db").write_bytes(b"kept")
    for _ in range(backups.KEPT + 2):
        network.clock.advance(minutes=5)
        await visitor.open("/admin/sante")
        await visitor.submit("/admin/sante/sauvegarder")
        await network.settle()

    assert len(list(folder.glob("fedicoop-*"))) == backups.KEPT
    assert len(list(folder.glob("before-*"))) == 1


async def test_a_backup_that_could_not_be_made_says_why(network, monkeypatch):
    nord = await network.add("nord.test")
    visitor = await at_the_desk(nord)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Disk", (), {"free": 1000})())
    await visitor.open("/admin/sante")
    await visitor.submit("/admin/sante/sauvegarder")
    await network.settle()

    page = await visitor.open("/admin/sante")
    assert page.all("#backups .repair--wrong")
    async with nord.node.db.read() as tx:
        assert await meta.find(tx, "backup_at") is None


async def test_a_backup_that_takes_too_long_is_left_to_the_operators_command(network):
    nord = await network.add("nord.test")
    visitor = await at_the_desk(nord)
    await visitor.open("/admin/sante")
    await visitor.submit("/admin/sante/sauvegarder")
    async with nord.node.db.write() as tx:  # as the worker leaves a job whose time was over
        await tx.run("UPDATE jobs SET attempts = 1")
    await network.settle()

    page = await visitor.open("/admin/sante")

    assert "fedicoop backup create" in page.all("#backups .repair--wrong")[0].to_text()
    assert not list(nord.node.settings.backups_dir.glob("*"))


async def test_the_house_itself_is_in_the_hands_of_its_first_coop(network):
    nord = await network.add("nord.test")
    network.clock.advance(days=1)
    async with nord.node.db.write() as tx:
        garden = await actors.create(tx, nord.origin, "Organization", "jardin", "Jardin", PAIRS[3])
        await coops.put(tx, Coop(garden.id, "food", "fr", AuthorMode.COOP))
    visitor = await at_the_desk(replace(nord, coop=garden, operator=operator(garden.id)))

    page = await visitor.open("/admin/sante")
    assert not page.all('form[action^="/admin/sante/sauvegarder"]')
    await visitor.open("/moi")
    page = await visitor.submit("/sortir", aim="/admin/sante/sauvegarder")
    assert page.status == 403
    assert "Vous ne pouvez pas faire cela ici" in page.words
    assert not list(nord.node.settings.backups_dir.glob("*"))
