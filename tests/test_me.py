"""One's own pages: profile, absence, devices, address."""

import pytest

from fedicoop.actors import store as actors
from fedicoop.app import house_keeping
from fedicoop.listings.listing import Status
from fedicoop.members import devices, sessions, store
from tests.accounts import MAIL, PASSWORD, is_in, letters, settle_in
from tests.browsing import Visitor, signed_in

PIXEL = "Mozilla/5.0 (Android 14; Mobile; rv:135.0) Gecko/135.0 Firefox/135.0"


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", **MAIL)


async def profile(nord, member):
    async with nord.node.db.read() as tx:
        return await store.profile(tx, member.id)


async def test_my_page_says_who_i_am_and_what_waits(nord):
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)

    page = await visitor.open("/moi")
    assert "Lea Martin" in page.words
    assert "Rien pour le moment" in page.words

    await visitor.open("/moi/mot-de-passe")
    await visitor.submit("/moi/mot-de-passe", password=PASSWORD)
    page = await visitor.open("/me?lang=en")
    assert "1 unread alert" in page.words


async def test_a_visitor_is_led_to_the_entrance_and_back(nord):
    await settle_in(nord, password=PASSWORD)
    visitor = Visitor(nord)

    page = await visitor.open("/moi/profil")
    assert page.path.endswith("/entrer?next=%2Fmoi%2Fprofil")
    page = await visitor.submit("/entrer", login="lea", password=PASSWORD)

    assert page.path.endswith("/moi/profil")


async def test_a_profile_is_changed_and_remembered(nord):
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)

    await visitor.open("/moi/profil")
    page = await visitor.submit(
        name="  Léa   M. ",
        about="Je répare des vélos.",
        place="lille",
        radius="10",
        language="en",
        theme="dark",
    )

    assert "Saved." in page.words, "the page speaks the language that was chosen"
    assert page.all("html[data-theme=dark]")
    kept = await profile(nord, lea)
    assert (kept.name, kept.about, kept.place_name, kept.radius_km) == (
        "Léa M.",
        "Je répare des vélos.",
        "Lille (59)",
        10,
    )
    assert round(kept.latitude) == 51
    page = await visitor.open("/moi/profil")
    assert page.all("input[name=place]")[0].attrs["value"] == "Lille (59)"


async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(nord):
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)

    await visitor.open("/moi/profil")
    page = await visitor.submit(
        name="", about="é" * 301, place="Xyzzyville", radius="7", language="tlh", theme="pink"
    )

    assert page.status == 422
    assert len(page.all(".field__wrong")) == 6
    assert "301 caractères" in page.words
    assert "é" * 301 in page.words
    assert (await profile(nord, lea)).name == "Lea Martin"


async def test_a_town_is_forgotten_when_its_field_is_emptied(nord):
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)
    for place in ("Lille", ""):
        await visitor.open("/moi/profil")
        await visitor.submit(place=place)

    kept = await profile(nord, lea)
    assert (kept.place_name, kept.latitude, kept.longitude) == (None, None, None)


async def test_other_coops_find_a_member_who_says_so_and_hear_when_that_ends(nord, network):
    sud = await network.add("sud.test")
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)

    async def document():
        return (await nord.get(lea.actor_id)).json()

    await visitor.open("/moi/profil")
    await visitor.submit(about="Je *répare*.")
    assert (await document())["summary"] == ""
    assert (await document())["discoverable"] is False

    await visitor.open("/moi/profil")
    await visitor.submit(found="yes")
    assert "<em>répare</em>" in (await document())["summary"]
    assert (await document())["discoverable"] is True

    await visitor.open("/moi/profil")
    await visitor.submit(found=None)
    assert (await document())["summary"] == ""
    async with nord.node.db.read() as tx:
        assert (
            await tx.count("SELECT count(*) FROM consents WHERE kind = 'found' AND withdrawn_at IS NOT NULL")
        ) == 1
        assert not (await actors.get(tx, lea.actor_id)).discoverable
    assert sud.coop


async def test_away_lets_my_listings_rest_and_brings_them_back(nord, network):
    sud = await network.add("sud.test")
    await network.befriend(sud, nord)
    lea = await settle_in(nord)
    shown = await nord.publish("Vélo cargo", by=lea)
    paused = await nord.publish("Perceuse", by=lea)
    others = await nord.publish("Échelle")
    visitor = await signed_in(nord, lea)
    async with nord.node.db.write() as tx:
        from fedicoop.listings import actions

        await actions.pause(tx, lea, paused.id)
    await network.settle()

    await visitor.open("/moi/absence")
    page = await visitor.submit(until="2030-05-14")
    assert "Absence jusqu’au 14 mai 2030" in page.words
    await network.settle()
    states = {one.id: (await nord.find(one.id)).status for one in (shown, paused, others)}
    assert states == {shown.id: Status.PAUSED, paused.id: Status.PAUSED, others.id: Status.PUBLISHED}
    assert [one.title for one in await sud.shelf()] == ["Échelle"]

    network.clock.advance(days=14)
    await house_keeping(nord.node)
    await network.settle()

    states = {one.id: (await nord.find(one.id)).status for one in (shown, paused)}
    assert states == {shown.id: Status.PUBLISHED, paused.id: Status.PAUSED}
    assert {one.title for one in await sud.shelf()} == {"Échelle", "Vélo cargo"}
    assert (await profile(nord, lea)).away_until is None


async def test_who_is_back_sooner_says_so(nord, network):
    lea = await settle_in(nord)
    listing = await nord.publish("Vélo cargo", by=lea)
    visitor = await signed_in(nord, lea)
    await visitor.open("/moi/absence")
    await visitor.submit(until="2030-06-01")
    await network.settle()

    await visitor.open("/moi")
    page = await visitor.submit("/moi/absence")
    await network.settle()

    assert "Absence jusqu’au" not in page.words
    assert (await nord.find(listing.id)).status is Status.PUBLISHED


@pytest.mark.parametrize("until", ["", "2030-04-30", "2032-01-01", "demain", "9999-12-31", "0001-01-01"])
async def test_an_absence_that_cannot_be_is_refused(nord, until):
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)
    await visitor.open("/moi/absence")

    page = await visitor.submit(until=until)

    assert page.status == 422
    assert (await profile(nord, lea)).away_until is None


async def test_devices_are_listed_and_signed_out_one_by_one_or_all(nord):
    lea = await settle_in(nord)
    laptop, phone, tablet = [await signed_in(nord, lea) for _ in range(3)]
    async with nord.node.db.write() as tx:
        await sessions.begin(tx, lea.id, PIXEL)

    page = await laptop.open("/moi/appareils")
    assert "Firefox · Android" in page.words
    assert "Cet appareil" in page.words
    one = page.all("input[name=device]")[0].attrs["value"]
    await laptop.submit("/moi/appareils", device=one)
    assert sorted([await is_in(phone), await is_in(tablet)]) in ([False, True], [True, True])

    await laptop.open("/moi/appareils")
    await laptop.submit("/moi/appareils", all="yes", device=None)
    assert [await is_in(one) for one in (laptop, phone, tablet)] == [True, False, False]


def test_devices_have_names_that_people_know():
    assert devices.name(PIXEL) == "Firefox · Android"
    assert devices.name(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
    ) == ("Safari · iPhone")
    assert (
        devices.name("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0") == "Edge · Windows"
    )
    assert devices.name("curl/8") == ""


async def test_an_address_is_mine_once_the_letter_there_was_answered_and_the_old_one_is_told(nord):
    lea = await settle_in(nord, email="old@mail.example")
    visitor = await signed_in(nord, lea)

    await visitor.open("/moi/adresse")
    page = await visitor.submit(email="New@mail.example")
    assert "Une lettre part" in page.words
    assert (await profile(nord, lea)).email == "old@mail.example"
    [letter] = await letters(nord)
    assert (letter.address, letter.template) == ("new@mail.example", "address")

    elsewhere = Visitor(nord)
    page = await elsewhere.open(letter.link)
    assert "new@mail.example devient votre adresse" in page.words
    assert (await profile(nord, lea)).email == "old@mail.example"
    await elsewhere.submit()

    assert (await profile(nord, lea)).email == "new@mail.example"
    assert {(one.address, one.template) for one in await letters(nord)} == {
        ("new@mail.example", "address"),
        ("old@mail.example", "address_changed"),
    }
    assert (await elsewhere.open(letter.link)).status == 404


async def test_the_address_of_somebody_else_is_answered_like_any_other(nord):
    """Security case 90: it is they who learn of it, by a letter."""
    await settle_in(nord, "karim", email="karim@mail.example")
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)
    said = set()
    for email in ("karim@mail.example", "none@mail.example"):
        await visitor.open("/moi/adresse")
        said.add((await visitor.submit(email=email)).words)

    assert len(said) == 1
    assert {(one.address, one.template) for one in await letters(nord)} == {
        ("karim@mail.example", "address_taken"),
        ("none@mail.example", "address"),
    }


async def test_password_keepers_find_where_one_changes_it(nord):
    answer = await nord.http.get(f"{nord.origin}/.well-known/change-password")

    assert (answer.status_code, answer.headers["location"]) == (303, "/moi/mot-de-passe")
