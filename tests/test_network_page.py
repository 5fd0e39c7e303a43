"""The network as its stewards see it: asking, answering, lists to begin with, and what stands in the way."""

import json
import re
from pathlib import Path

import pytest

from fedicoop.access import Role
from fedicoop.actors import store as actors
from fedicoop.follows import actions as follows
from fedicoop.follows import store
from fedicoop.follows.follow import Status
from fedicoop.notices import store as notices
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.watches import pack, packs
from fedicoop.watches.network import QUIET
from tests.browsing import Visitor, signed_in
from tests.hostile import Served, Stranger

HERE = "/admin/reseau"


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


@pytest.fixture
async def sud(network):
    return await network.add("sud.test")


async def steward(instance, handle="karim"):
    return await instance.join(handle, role=Role.STEWARD)


@pytest.fixture
async def karim(sud):
    """A steward of sud at a browser, on the page of the network."""
    browser = await signed_in(sud, await steward(sud))
    await browser.open(HERE)
    return browser


async def status(instance, followed):
    async with instance.node.db.read() as tx:
        found = await store.between(tx, instance.coop.id, followed.id)
    return found.status if found else None


def row(page, name):
    """What stands about a coop among those that we follow."""
    found = [one for one in page.all("li.follow") if name in one.to_text()]
    assert found, f"nothing about {name}"
    return " ".join(found[0].to_text(separator=" ").split())


@pytest.mark.parametrize("typed", ["nord.test", "@nord@nord.test", "https://nord.test/@nord", " NORD.test "])
async def test_a_coop_is_followed_by_typing_its_domain_or_its_name(network, nord, sud, karim, typed):
    page = await karim.submit(HERE, name=typed)
    assert "Demande envoyée à Coop Nord" in page.words
    assert "pas encore de réponse" in row(page, "Coop Nord")

    await network.settle()
    await nord.publish()
    await network.settle()

    page = await karim.open(HERE)
    assert await status(sud, nord.coop) is Status.ACCEPTED
    assert "Dernière nouvelle" in row(page, "Coop Nord")
    assert "1 annonce ici" in row(page, "Coop Nord")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "vide"),
        ("nobody.test", "nobody.test"),
        ("@nobody@nord.test", "nobody"),
        ("sud.test", "ne se suit pas elle-même"),
        ("@sud@sud.test", "ne se suit pas elle-même"),
        ("https://nord.test/actor", "n’est pas une coopérative"),
        ("http://127.0.0.1:8000", "n’en est pas une"),
        ("a b", "a b"),
        ("x" * 301, "xxx"),
    ],
)
async def test_what_cannot_be_followed_is_said_beside_the_field(nord, sud, karim, typed, said):
    page = await karim.submit(HERE, name=typed)

    assert page.status == 422
    [wrong] = page.all("#w-name")
    assert said in wrong.to_text()
    assert page.all("#f-name")[0].attrs["value"] == typed.strip()
    async with sud.node.db.read() as tx:
        assert await store.all_of_ours(tx) == []


async def test_one_that_is_followed_already_is_told_as_such(network, nord, sud, karim):
    await network.befriend(sud, nord)

    page = await karim.submit(HERE, name="nord.test")

    assert page.status == 422
    assert "Vous suivez déjà Coop Nord" in page.words


async def test_a_person_and_another_software_are_shown_before_they_are_followed(network, nord, sud, karim):
    lea = await nord.join("lea")

    page = await karim.submit(HERE, name="@lea@nord.test")
    assert "C’est une personne" in page.words
    assert await status(sud, await _actor(nord, lea.actor_id)) is None
    await karim.submit(f"{HERE}/suivre")
    await network.settle()
    assert await status(sud, await _actor(nord, lea.actor_id)) is Status.ACCEPTED

    stranger = Stranger(network, "stranger.test")
    stranger.actor("alice")
    await karim.open(HERE)
    page = await karim.submit(HERE, name=stranger.id("alice"))
    assert page.status == 200
    assert "ni offres ni besoins" in page.words


async def _actor(instance, id):
    async with instance.node.db.read() as tx:
        return await actors.get(tx, id)


async def test_a_refusal_is_told_and_one_may_ask_again(network, nord, sud, karim):
    await choosing(nord)
    await karim.submit(HERE, name="nord.test")
    await network.settle()
    hers = await signed_in(nord, await steward(nord, "ida"))

    assert "1 demande attend votre réponse" in (await hers.open("/moi")).words
    page = await hers.open(HERE)
    assert "1 demande attend votre réponse" in page.words
    page = await hers.submit(f"{HERE}/refuser")
    assert "ne reçoit rien de vous" in page.words
    await network.settle()
    page = await karim.open(HERE)
    assert "A refusé" in row(page, "Coop Nord")

    await karim.submit(f"{HERE}/suivre")
    await network.settle()
    await hers.open(HERE)
    page = await hers.submit(f"{HERE}/accepter")
    assert "Coop Sud vous suit désormais" in page.words
    await network.settle()
    assert await status(sud, nord.coop) is Status.ACCEPTED


async def choosing(instance):
    async with instance.node.db.write() as tx:
        await follows.require_approval(tx, instance.operator, instance.coop, approval=True)


async def test_unfollowing_takes_the_listings_away_and_tells_the_other_side(network, nord, sud, karim):
    await network.befriend(sud, nord)
    await nord.publish()
    await network.settle()
    page = await karim.open(HERE)
    assert "1 annonce ici" in row(page, "Coop Nord")

    page = await karim.submit(f"{HERE}/arreter")
    await network.settle()

    assert "Vous ne suivez plus Coop Nord" in page.words
    assert await sud.shelf() == []
    async with nord.node.db.read() as tx:
        assert await store.followers_count(tx, nord.coop.id) == 0


async def test_the_same_button_pressed_twice_does_it_once_and_breaks_nothing(network, nord, sud, karim):
    await network.befriend(sud, nord)
    form = await karim.open(HERE)
    await karim.submit(f"{HERE}/arreter")
    karim.page = form

    page = await karim.submit(f"{HERE}/arreter")

    assert page.status == 422
    assert "Vous ne suivez pas Coop Nord" in page.words


async def test_who_hears_us_is_shown_and_may_be_sent_away(network, nord, sud, karim):
    await network.befriend(nord, sud)
    await network.befriend(sud, nord)
    stranger = Stranger(network, "stranger.test")
    stranger.actor("lea")
    await stranger.send(stranger.says("Follow", sud.coop.id, by="lea"), sud, by="lea")

    page = await karim.open(HERE)
    assert "nous suit aussi" in row(page, "Coop Nord")
    assert "1 personne du fediverse" in page.words

    await karim.submit(f"{HERE}/refuser", id=nord.coop.id)
    await network.settle()
    assert await status(nord, sud.coop) is Status.REJECTED


MISSED = "Ne répond plus, première tentative manquée il y a 3 heures"


async def test_a_house_that_does_not_answer_or_says_nothing_is_told_as_such(network, nord, sud, karim):
    await network.befriend(sud, nord)
    await network.befriend(nord, sud)
    network.clock.advance(days=QUIET.days + 1)
    assert "Silencieuse, dernière nouvelle il y a 1 mois" in row(await karim.open(HERE), "Coop Nord")

    network.unplug(nord)
    await sud.publish()
    await sud.settle()
    network.clock.advance(hours=3)
    assert MISSED in row(await karim.open(HERE), "Coop Nord")

    async with sud.node.db.write() as tx:
        await peers.set_policy(tx, "nord.test", Policy.CLOSED)
    assert "Serveur fermé" in row(await karim.open(HERE), "Coop Nord")


async def test_a_members_wish_is_one_click_away_and_then_comes_true(network, nord, sud, karim):
    lea = await sud.join("lea")
    hers = await signed_in(sud, lea)
    await hers.open("/moi/suivis")
    await hers.submit("/moi/suivis/coop", name="nord.test")
    await hers.submit("/suivre")

    page = await karim.open(HERE)
    assert "souhait d’1 membre" in row(page, "Coop Nord")
    await karim.submit(f"{HERE}/suivre")
    await network.settle()
    await nord.publish()
    await network.settle()

    assert "Des membres aimeraient" not in (await karim.open(HERE)).words
    async with sud.node.db.read() as tx:
        told = await notices.of_member(tx, lea.id)
    assert [notice.kind for notice in reversed(told)] == ["watch.heard", "watch.coop"]


@pytest.mark.parametrize("path", [HERE, f"{HERE}/listes/x"])
async def test_the_network_is_for_those_who_care_for_the_coop(sud, path):
    lea = await signed_in(sud, await sud.join("lea"))

    assert (await lea.open(path)).status == 403
    assert "/entrer" in (await Visitor(sud).open(path, follow=False)).answer.headers["location"]


@pytest.mark.parametrize(
    "path", [HERE, f"{HERE}/suivre", f"{HERE}/listes", f"{HERE}/voisines", f"{HERE}/arreter"]
)
async def test_a_member_can_send_no_form_of_the_network(network, nord, sud, karim, path):
    await network.befriend(sud, nord)
    lea = await signed_in(sud, await sud.join("lea"))
    await lea.open("/moi/suivis")
    lea.page.form("/moi/suivis/coop").attrs["action"] = path

    page = await lea.submit(path, name="nord.test", id=nord.coop.id, source="nord.test", published="yes")

    assert page.status == 403
    assert await status(sud, nord.coop) is Status.ACCEPTED
    assert (await sud.get("/.well-known/fedicoop")).status_code == 404


# --- lists ----------------------------------------------------------------------------------------

LIST = {
    "name": "Autour de Lille",
    "about": "Pour commencer",
    "coops": [
        {"address": "nord.test", "name": "Nord", "about": "Vélos"},
        {"address": "@nobody@nord.test", "name": "Personne"},
        "est.test",
        {"address": "nord.test", "name": "doubled"},
        {"name": "no address"},
        7,
    ],
}


def serves(network, document, path="/list.json", status=200):
    stranger = Stranger(network, "lists.test")
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    stranger.served[path] = Served(status, {"content-type": "application/json"}, body)
    return stranger


async def test_a_list_is_read_and_followed_one_by_one_or_all_at_once(network, nord, sud, karim):
    est = await network.add("est.test")
    serves(network, LIST)

    page = await karim.submit(f"{HERE}/listes", source="https://lists.test/list.json")
    assert [one.to_text() for one in page.all("h1")] == ["Autour de Lille"]
    assert len(page.all("li.follow")) == 3
    assert "doubled" not in page.words

    one = page.path
    await karim.submit(one, place=0, do=None)
    await network.settle()
    page = await karim.open(one)
    assert "Nous la suivons" in row(page, "Nord")
    assert await status(sud, est.coop) is None

    await karim.submit(one, do="all", place=None)
    await network.settle()
    page = await karim.open(one)
    assert await status(sud, est.coop) is Status.ACCEPTED
    assert "Nous la suivons" in row(page, "est.test")
    assert "nobody" in row(page, "Personne")
    assert "Réessayer" in row(page, "Personne")

    page = await karim.submit(one, do="remove", place=None)
    assert "rangée" in page.words
    assert await status(sud, nord.coop) is Status.ACCEPTED
    assert (await karim.open(one)).status == 404


async def test_a_coop_publishes_its_neighbours_only_if_it_wishes(network, nord, sud, karim):
    est = await network.add("est.test")
    await network.befriend(nord, est)
    hers = await signed_in(nord, await steward(nord, "ida"))
    assert (await nord.get("/.well-known/fedicoop")).status_code == 404
    page = await karim.submit(f"{HERE}/listes", source="nord.test")
    assert page.status == 422
    assert "Il n’y a pas de liste" in page.words

    await hers.open(HERE)
    page = await hers.submit(f"{HERE}/voisines")
    assert "https://nord.test/.well-known/fedicoop" in page.words
    told = (await nord.get("/.well-known/fedicoop")).json()
    assert [one["address"] for one in told["coops"]] == [nord.coop.id, est.coop.id]
    assert pack.write(pack.read(told)) == told, "whoever reads it reads the same"

    page = await karim.submit(f"{HERE}/listes", source="https://nord.test/")
    await karim.submit(page.path, do="all")
    await network.settle()
    assert await status(sud, est.coop) is Status.ACCEPTED
    assert await status(sud, nord.coop) is Status.ACCEPTED

    await hers.open(HERE)
    await hers.submit(f"{HERE}/voisines")
    assert (await nord.get("/.well-known/fedicoop")).status_code == 404


async def test_closed_neighbours_and_people_are_not_published(network, nord, sud, karim):
    est = await network.add("est.test")
    lea = await est.join("lea")
    await network.befriend(sud, nord)
    await network.befriend(sud, est)
    async with sud.node.db.write() as tx:
        await peers.set_policy(tx, "nord.test", Policy.CLOSED)
    await karim.submit(HERE, name="@lea@est.test")
    await karim.submit(f"{HERE}/suivre")
    await karim.open(HERE)
    await karim.submit(f"{HERE}/voisines")

    told = (await sud.get("/.well-known/fedicoop")).text

    assert est.coop.id in told
    assert nord.coop.id not in told
    assert lea.actor_id not in told


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<html>", "pas une liste"),
        (b"[" * 100_000, "pas une liste"),
        (b'{"coops": [', "pas une liste"),
        ({"coops": "nord.test"}, "pas une liste"),
        ({"coops": []}, "vide"),
        ({"coops": [{"name": "x"}, None, 7, {"address": 5}, {"address": "x" * 400}]}, "vide"),
        (b'{"name": "' + b"x" * 1_100_000 + b'"}', "lists.test"),
    ],
)
async def test_a_list_that_is_none_is_told_beside_the_field(network, sud, karim, document, said):
    serves(network, document)

    page = await karim.submit(f"{HERE}/listes", source="https://lists.test/list.json")

    assert page.status == 422
    assert said in page.all("#w-source")[0].to_text()
    async with sud.node.db.read() as tx:
        assert await packs.of_coop(tx, sud.coop.id) == []


@pytest.mark.parametrize(
    "source",
    ["", "a b", "http://lists.test/x", "https://127.0.0.1/x", "https://sud.test/list", "file:///etc/passwd"],
)
async def test_lists_are_read_only_where_we_go(network, sud, karim, source):
    """Security, section F: no address that somebody types leads inside."""
    before = len(network.switchboard.asked)

    page = await karim.submit(f"{HERE}/listes", source=source)

    assert page.status == 422
    assert page.all("#w-source")
    assert len(network.switchboard.asked) == before


def test_a_long_list_is_cut_and_its_words_are_bounded():
    lines = [{"address": f"c{n}.test", "about": "b" * 999} for n in range(500)]
    found = pack.read({"name": "n" * 1000, "about": "a" * 9999, "coops": lines})

    assert len(found.coops) == pack.MOST
    assert (len(found.name), len(found.about)) == (pack.LONGEST_NAME, pack.LONGEST_ABOUT)
    assert all(len(coop.about) == pack.LONGEST_ABOUT for coop in found.coops)


async def test_what_a_list_says_is_text_and_nothing_else(network, sud, karim):
    serves(
        network, {"name": "<script>x</script>", "coops": [{"address": "nord.test", "name": "<img src=x>"}]}
    )

    page = await karim.submit(f"{HERE}/listes", source="https://lists.test/list.json")

    assert "<script>x" not in page.answer.text
    assert "<img src=x>" not in page.answer.text
    assert "<script>x</script>" in page.all("h1")[0].to_text()


async def test_a_list_of_one_coop_is_not_another_coops(network, nord, sud, karim):
    serves(network, LIST)
    page = await karim.submit(f"{HERE}/listes", source="https://lists.test/list.json")
    async with sud.node.db.read() as tx:
        [kept] = await packs.of_coop(tx, sud.coop.id)
        with pytest.raises(Exception, match=r"pack\.none"):
            await packs.get(tx, kept.id, nord.coop.id)
    assert page.path.endswith(kept.id)


async def test_a_steward_who_was_one_follows_nobody_later(network, nord, sud, karim):
    """The promise is kept by who may keep it when its time comes."""
    serves(network, LIST)
    page = await karim.submit(f"{HERE}/listes", source="https://lists.test/list.json")
    await karim.submit(page.path, do="all", place=None)
    async with sud.node.db.write() as tx:
        await tx.run("UPDATE members SET role = 'member' WHERE handle = 'karim'")

    await network.settle()

    assert await status(sud, nord.coop) is None


def test_the_documented_list_is_read_as_it_is_documented():
    text = (Path(__file__).parents[1] / "docs" / "packs.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)

    found = pack.read(json.loads(example))

    assert found.name == "Autour de Lille"
    assert [coop.address for coop in found.coops] == [
        "velo.example",
        "@objets@objets.example",
        "https://jardin.example/actors/jardin",
    ]
    for most in (pack.MOST, pack.LONGEST_NAME, pack.LONGEST_ABOUT, pack.LONGEST_ADDRESS):
        assert f"at most {most}" in text
