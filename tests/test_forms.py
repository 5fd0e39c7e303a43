"""Forms: what comes from elsewhere changes nothing, and what is wrong is said where it is wrong."""

from datetime import timedelta

import pytest

from fedicoop import meta
from fedicoop.members import sessions
from fedicoop.members.pages import own_path
from fedicoop.web import origin
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def house(network):
    """A demonstration, where one signs in by choosing a name."""
    return await network.add("nord.test")


async def demonstration(network, monkeypatch):
    nord = await network.add("nord.test")
    monkeypatch.setattr("fedicoop.members.pages.DEMONSTRATION", "https://nord.test")
    async with nord.node.db.write() as tx:
        await meta.put(tx, "demonstration", "yes")
    await nord.join("lea")
    return nord


async def test_one_enters_a_demonstration_by_choosing_who_to_be(network, monkeypatch):
    nord = await demonstration(network, monkeypatch)
    visitor = Visitor(nord)

    await visitor.open("/entrer?next=/coops")
    page = await visitor.submit("/entrer/demonstration")

    assert page.path == "/coops"
    assert "Alertes" in page.words
    assert page.answer.headers["cache-control"] == "private, no-store"


async def test_a_house_that_is_no_demonstration_has_no_such_door(house):
    await house.join("lea")
    visitor = Visitor(house)
    visitor.cookies[origin.cookie_name(house.origin, "visit")] = "x" * 20

    page = await visitor.open("/entrer")

    assert page.status == 200
    assert not page.all("form[action='/entrer/demonstration']")


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, "none"),
        ({}, "foreign"),
        ({"origin": "https://evil.test"}, "good"),
        ({"origin": "null"}, "good"),
        ({"sec-fetch-site": "cross-site"}, "good"),
        ({"sec-fetch-site": "same-site"}, "good"),
    ],
)
async def test_what_comes_from_elsewhere_changes_nothing(network, monkeypatch, headers, token):
    """Security case 85."""
    nord = await demonstration(network, monkeypatch)
    visitor, stranger = Visitor(nord), Visitor(nord)
    tokens = {"none": None}
    for who, name in ((visitor, "good"), (stranger, "foreign")):
        page = await who.open("/entrer")
        tokens[name] = page.form("/entrer/demonstration").query("input")[0].attrs["value"]

    answer = await nord.http.post(
        f"{nord.origin}/entrer/demonstration",
        data={"handle": "lea", "next": "/"} | ({origin.TOKEN: tokens[token]} if tokens[token] else {}),
        headers={"accept": "text/html"} | headers | visitor._cookie_header(),
    )

    assert answer.status_code == 403
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sessions") == 0


async def test_a_session_ends_by_itself_and_a_stolen_row_opens_nothing(house, network):
    lea = await house.join("lea")
    visitor = await signed_in(house, lea)
    async with house.node.db.read() as tx:
        [kept] = await sessions.of_member(tx, lea.id)

    thief = Visitor(house, {origin.cookie_name(house.origin): kept.id})
    assert "Alertes" in (await visitor.open("/")).words
    assert "Alertes" not in (await thief.open("/")).words
    network.clock.advance(days=sessions.LASTS.days - 1)
    assert "Alertes" in (await visitor.open("/")).words
    network.clock.advance(days=sessions.LASTS.days + 1)
    assert "Alertes" not in (await visitor.open("/")).words
    assert timedelta(0) < sessions.LASTS


@pytest.mark.parametrize(
    "path",
    [
        "//evil.test",
        "/\\evil.test",
        "https://evil.test",
        "evil.test",
        "",
        "/a\nb",
        "/a b",
        "/\t/evil.test",
        "javascript:x",
    ],
)
def test_no_redirect_leaves_the_house(path):
    """Security case 95."""
    assert own_path(path) == "/"


def test_a_path_of_ours_is_gone_on_to():
    assert own_path("/l/x?lang=fr#answer") == "/l/x?lang=fr#answer"


@pytest.mark.parametrize(
    "name", ["Léa https://x.test", "www.x.test", "gagnez.com", "a@b.test", "x/y", "Léa\\z"]
)
async def test_a_name_is_no_link_in_anybodys_letter(network, name):
    nord = await network.add("nord.test")
    lea = await signed_in(nord, await nord.join("lea"))
    await lea.open("/moi/profil")

    page = await lea.submit("/moi/profil", name=name)

    assert page.status == 422
    assert "ni adresse web" in page.words


@pytest.mark.parametrize("name", ["Jean-Pierre D’Arc", "J.-P. Dupont", "M. Léa", "Zoé 2", "Łukasz Żak"])
async def test_a_name_may_be_any_that_people_have(network, name):
    nord = await network.add("nord.test")
    lea = await signed_in(nord, await nord.join("lea"))
    await lea.open("/moi/profil")

    assert (await lea.submit("/moi/profil", name=name)).status == 200


async def test_a_compressed_form_is_not_unpacked(network):
    nord = await network.add("nord.test")
    lea = await signed_in(nord, await nord.join("lea"))
    await lea.open("/moi/profil")

    page = await lea.submit("/moi/profil", headers={"content-encoding": "gzip"})

    assert page.status == 415
