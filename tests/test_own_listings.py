"""My listings, without script: what each tab holds, and each tap with what it causes here and next door."""

import asyncio

import pytest

from fedicoop.access import Role
from fedicoop.app import house_keeping
from fedicoop.listings.listing import LIFETIME, Outcome, Status, Visibility
from fedicoop.members import store as members
from fedicoop.notices import store as notices
from tests.browsing import Visitor, signed_in
from tests.photos import encoded, scene
from tests.seen import BROWSER


@pytest.fixture
async def house(network):
    return await network.add("nord.test")


async def promoted(house, who, role):
    async with house.node.db.write() as tx:
        await tx.run("UPDATE members SET role = :role WHERE id = :id", role=role, id=who.id)
        return await members.get(tx, who.id)


async def counted(visitor):
    page = await visitor.open("/moi/annonces")
    return [int(link.to_text().split()[-1]) for link in page.all(".tabs a")]


async def test_who_has_nothing_is_told_what_to_do(house):
    lea = await signed_in(house, await house.join("lea"))

    page = await lea.open("/moi/annonces")

    assert "Rien en ligne" in page.words
    assert [link.attrs["href"] for link in page.all(".empty a")] == [
        "/publier?kind=offer",
        "/publier?kind=need",
        "/aide/publier",
    ]


async def test_ones_own_page_says_what_ends_soon_and_what_was_begun(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    await house.publish("Vélo", by=member)
    network.clock.advance(days=55)
    await lea.open("/publier")
    await lea.submit("/publier", do="save", title="Commencée")

    page = await lea.open("/moi")

    assert "1 annonce se termine bientôt" in page.words
    assert "1 brouillon à finir" in page.words


async def test_each_tab_holds_what_it_says_and_counts_it(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    for title in ("Vélo", "Tente", "Échelle"):
        await house.publish(title, by=member, expires="2031-01-01")
    await house.publish("D’une autre")
    await lea.open("/publier")
    await lea.submit("/publier", do="save", title="Commencée")
    page = await lea.open("/moi/annonces")
    tente = next(form for form in page.all("form") if form.attrs["action"].endswith("/pause"))
    await lea.submit(tente.attrs["action"])

    assert await counted(lea) == [2, 1, 1, 0]
    assert "D’une autre" not in (await lea.open("/moi/annonces")).words
    assert "Commencée" in (await lea.open("/moi/annonces?tab=drafts")).words


async def test_a_long_list_is_turned_page_by_page(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    for number in range(31):
        await house.publish(f"Vélo {number}", by=member)

    page = await lea.open("/moi/annonces")
    assert len(page.all(".mine")) == 30
    [more] = page.all("a[rel=next]")
    page = await lea.open(more.attrs["href"])
    assert len(page.all(".mine")) == 1
    for odd in ("0", "-1", "x", "99999999999999999999", "١"):
        assert (await lea.open(f"/moi/annonces?sheet={odd}")).status == 200


async def test_what_ends_soon_comes_first_and_one_tap_renews_it_next_door_too(pair, network):
    nord, sud = pair
    member = await nord.join("lea")
    lea = await signed_in(nord, member)
    old = await nord.publish("Vélo", by=member)
    await network.settle()
    network.clock.advance(days=56)
    await nord.publish("Tente", by=member)
    page = await lea.open("/moi/annonces")
    assert [one.to_text().strip() for one in page.all(".mine h2")] == ["Vélo", "Tente"]
    assert page.all(".mine--ending")

    page = await lea.submit(f"/l/{old.key}/renouveler")
    await network.settle()

    assert "renouvelé" in page.words
    assert not page.all(".mine--ending")
    [there] = [one for one in await sud.shelf() if one.id == old.id]
    assert there.expires_at == network.clock.now + LIFETIME


async def test_the_writer_is_told_before_the_end_and_at_it_each_once(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Vélo", by=member)
    await house.publish("De la coop")
    told = []
    for days in (56, 1, 1, 1, 2):  # the 57th day, the 58th …
        network.clock.advance(days=days)
        await house_keeping(house.node)
        async with house.node.db.read() as tx:
            told.append([one.kind for one in await notices.of_member(tx, member.id) if "listing" in one.kind])

    assert [len(kinds) for kinds in told] == [0, 1, 1, 1, 2]
    assert told[-1] == ["listing.ended", "listing.ends_soon"]
    page = await lea.open("/alertes")
    assert "« Vélo » se termine dans quelques jours" in page.words
    await lea.open("/moi/annonces?tab=ended")
    await lea.submit(f"/l/{listing.key}/renouveler")
    network.clock.advance(days=58)
    await house_keeping(house.node)
    async with house.node.db.read() as tx:
        again = [
            one.kind for one in await notices.of_member(tx, member.id) if one.kind == "listing.ends_soon"
        ]
    assert len(again) == 2


async def test_the_same_tap_ten_times_at_once_renews_once(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Vélo", by=member)
    network.clock.advance(days=55)
    page = await lea.open("/moi/annonces")

    async def tap():
        await Visitor(house, dict(lea.cookies), page).submit(f"/l/{listing.key}/renouveler")

    await asyncio.gather(*(tap() for _ in range(10)))

    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE type = 'Update'") == 1


async def test_an_expired_listing_comes_back_by_one_tap(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Vélo", by=member)
    network.clock.advance(days=61)
    async with house.node.db.write() as tx:
        await tx.run("UPDATE listings SET status = 'expired'")

    page = await lea.open("/moi/annonces")
    assert "Expirée" in page.words
    await lea.submit(f"/l/{listing.key}/renouveler")

    assert (await house.find(listing.id)).status is Status.PUBLISHED


async def test_paused_and_resumed_from_its_own_page(pair, network):
    nord, sud = pair
    member = await nord.join("lea")
    lea = await signed_in(nord, member)
    listing = await nord.publish("Vélo", by=member)
    await lea.open(f"/l/{listing.key}")
    await lea.submit(f"/l/{listing.key}/pause")
    await network.settle()
    assert (await nord.find(listing.id)).status is Status.PAUSED
    assert await sud.shelf() == []

    await lea.open(f"/l/{listing.key}")
    await lea.submit(f"/l/{listing.key}/reprendre")
    await network.settle()

    assert [one.title for one in await sud.shelf()] == ["Vélo"]


@pytest.mark.parametrize(
    ("fields", "word", "said", "mark"),
    [
        ({"mode": "gift"}, Outcome.GIVEN, "C’est donné", "[DONNÉ]"),
        ({"mode": "loan"}, Outcome.LENT, "C’est prêté", "[PRÊTÉ]"),
        ({"kind": "need"}, Outcome.FOUND, "J’ai trouvé", "[TROUVÉ]"),
        ({"mode": "sale"}, Outcome.WITHDRAWN, "Finalement non", "[RETIRÉE]"),
    ],
)
async def test_it_is_closed_with_a_word_that_readers_see_here_and_elsewhere(
    pair, network, fields, word, said, mark
):
    nord, sud = pair
    member = await nord.join("lea")
    lea = await signed_in(nord, member)
    listing = await nord.publish("Vélo", by=member, **fields)
    await network.settle()
    page = await lea.open(f"/l/{listing.key}/terminer")
    assert said in page.words

    page = await lea.submit(outcome=word)
    await network.settle()

    assert "rangé" in page.words
    kept = await nord.find(listing.id)
    assert (kept.status, kept.outcome) == (Status.CLOSED, word)
    assert said in (await nord.get(f"/l/{listing.key}", BROWSER)).text
    assert mark in (await nord.get(listing.id)).json()["content"]
    assert (await sud.find(listing.id)).status is Status.CLOSED


async def test_deleting_asks_first_and_is_told_next_door(pair, network):
    nord, sud = pair
    member = await nord.join("lea")
    lea = await signed_in(nord, member)
    listing = await nord.publish("Vélo", by=member)
    await network.settle()
    page = await lea.open(f"/l/{listing.key}/supprimer")
    assert (await nord.find(listing.id)) is not None

    done = await lea.submit()
    lea.page = page
    again = await lea.submit()
    await network.settle()

    assert "supprimée" in done.words
    assert again.status == 200
    assert await sud.shelf() == []
    assert (await nord.get(f"/l/{listing.key}", BROWSER)).status_code == 410


async def test_an_edit_is_seen_next_door_and_the_form_shows_what_is(pair, network):
    nord, sud = pair
    member = await nord.join("lea")
    lea = await signed_in(nord, member)
    listing = await nord.publish(
        "Vélo",
        by=member,
        text="Rouge",
        deposit={"amount": "50.50"},
        place="Lille",
        tags=["velo"],
        available={"from": "2030-06-01", "to": "2030-06-30"},
    )
    await network.settle()
    page = await lea.open(f"/l/{listing.key}/modifier")
    shown = {
        name: page.all(f"#f-{name}")[0].attrs["value"]
        for name in ("title", "deposit", "place", "tags", "from", "to")
    }
    assert shown == {
        "title": "Vélo",
        "deposit": "50,5",
        "place": "Lille",
        "tags": "velo",
        "from": "2030-06-01",
        "to": "2030-06-30",
    }

    await lea.submit(f"/l/{listing.key}/modifier", do="publish", title="Vélo cargo", text="Bleu")
    await network.settle()

    kept = await nord.find(listing.id)
    assert (kept.title, kept.text, kept.deposit, kept.where) == (
        "Vélo cargo",
        "Bleu",
        listing.deposit,
        listing.where,
    )
    assert kept.available_to == listing.available_to
    [there] = await sud.shelf()
    assert there.title == "Vélo cargo"


async def test_an_edit_that_changes_nothing_keeps_everything_as_it_was(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish(
        "Vélo",
        by=member,
        mode="gift",
        price={"amount": "5", "currency": "CHF"},
        counterpart="un sourire",
        quantity=3,
        unit="kg",
        condition="neuf",
        category="bikes.parts",
        place={"name": "Salle Courmont", "latitude": 50.6, "longitude": 3.06},
    )
    await lea.open(f"/l/{listing.key}/modifier")
    await lea.submit(f"/l/{listing.key}/modifier", do="publish")

    kept = await house.find(listing.id)
    for name in (
        "price",
        "counterpart",
        "quantity",
        "unit",
        "condition",
        "category",
        "where",
        "expires_at",
        "kind",
    ):
        assert getattr(kept, name) == getattr(listing, name), name


async def test_a_place_within_a_town_is_shown_in_its_parts_and_stays_where_it_was(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    place = {"name": "rue Pierre-Legrand, Lille", "latitude": 50.6331, "longitude": 3.0921}
    listing = await house.publish("Vélo", by=member, place=place)

    page = await lea.open(f"/l/{listing.key}/modifier")
    assert page.all("#f-place")[0].attrs["value"] == "Lille"
    assert page.all("#f-spot")[0].attrs["value"] == "rue Pierre-Legrand"
    assert "checked" in page.all("input[name=precision][value=street]")[0].attrs
    await lea.submit(f"/l/{listing.key}/modifier", do="publish")
    assert (await house.find(listing.id)).where == listing.where

    await lea.open(f"/l/{listing.key}/modifier")
    await lea.submit(f"/l/{listing.key}/modifier", do="publish", precision="town")
    assert (await house.find(listing.id)).where.name == "Lille"


async def test_photos_of_an_edit_are_added_and_taken_out(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    await lea.open("/publier")
    photo = ("photos", ("a.jpg", encoded(scene()), "image/jpeg"))
    await lea.submit("/publier", do="publish", title="Vélo", mode="gift", place="Lille", files=[photo])
    [listing] = await house.shelf(source="local")
    page = await lea.open(f"/l/{listing.key}/modifier")
    [old] = [one.attrs["value"] for one in page.all("input[name=photo]")]
    page = await lea.submit(f"/l/{listing.key}/modifier", do="photos", files=[photo])
    [_, new] = [one.attrs["value"] for one in page.all("input[name=photo]")]
    assert [one.name for one in (await house.find(listing.id)).photos] == [old]  # not yet saved

    await lea.submit(f"/l/{listing.key}/modifier", do=f"remove:{old}")
    assert (await house.get(f"/media/{old}", "image/*")).status_code == 200  # the listing still shows it
    await lea.submit(f"/l/{listing.key}/modifier", do="publish")

    assert [one.name for one in (await house.find(listing.id)).photos] == [new]
    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 1


async def test_two_who_edit_at_once_are_told_and_the_second_decides(house):
    member = await house.join("lea")
    steward = await promoted(house, await house.join("karim"), Role.STEWARD)
    lea, karim = await signed_in(house, member), await signed_in(house, steward)
    listing = await house.publish("Vélo", by=member)
    await lea.open(f"/l/{listing.key}/modifier")
    await karim.open(f"/l/{listing.key}/modifier")
    await lea.submit(f"/l/{listing.key}/modifier", do="publish", title="Vélo rouge", place="Lille")

    page = await karim.submit(f"/l/{listing.key}/modifier", do="publish", title="Vélo bleu", place="Lille")
    assert page.status == 422
    assert "a changé entre-temps" in page.words
    assert page.all("#f-title")[0].attrs["value"] == "Vélo bleu"
    await karim.submit(f"/l/{listing.key}/modifier", do="publish")

    assert (await house.find(listing.id)).title == "Vélo bleu"


async def test_an_expired_listing_that_is_edited_is_online_again(house, network):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Vélo", by=member, place="Lille")
    network.clock.advance(days=61)
    async with house.node.db.write() as tx:
        await tx.run("UPDATE listings SET status = 'expired'")

    await lea.open(f"/l/{listing.key}/modifier")
    await lea.submit(f"/l/{listing.key}/modifier", do="publish", title="Vélo révisé")

    kept = await house.find(listing.id)
    assert (kept.status, kept.title) == (Status.PUBLISHED, "Vélo révisé")


async def test_a_copy_has_the_words_and_photos_and_lives_by_itself(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    await lea.open("/publier")
    photo = ("photos", ("a.jpg", encoded(scene()), "image/jpeg"))
    await lea.submit(
        "/publier", do="publish", title="Vélo", text="Rouge", mode="gift", place="Lille", files=[photo]
    )
    [first] = await house.shelf(source="local")

    page = await lea.open(f"/publier?like={first.key}")
    assert page.all("#f-title")[0].attrs["value"] == "Vélo"
    assert len(page.all("input[name=photo]")) == 1
    await lea.submit("/publier", do="publish", title="Vélo bis")
    await lea.open(f"/l/{first.key}/supprimer")
    await lea.submit()

    [copy] = await house.shelf(source="local")
    assert (copy.title, copy.text) == ("Vélo bis", "Rouge")
    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 1


PATHS = ("modifier", "terminer", "supprimer")
TAPS = ("renouveler", "pause", "reprendre", "terminer", "supprimer", "modifier")


@pytest.mark.parametrize("visibility", ["public", "coop"])
async def test_nobody_else_finds_the_doors_of_a_listing(house, visibility):
    """Security cases 76 and 78."""
    listing = await house.publish("Vélo", by=await house.join("lea"), visibility=visibility)
    max_ = await signed_in(house, await house.join("max"))
    await max_.open("/publier")
    token = max_.page.all("input[name=form_token]")[0].attrs["value"]

    for name in PATHS:
        hidden, missing = await max_.open(f"/l/{listing.key}/{name}"), await max_.open(f"/l/nothing/{name}")
        assert (hidden.status, missing.status) == (404, 404)
    for name in TAPS:
        answer = await house.http.post(
            f"{house.origin}/l/{listing.key}/{name}",
            data={"form_token": token, "title": "Volé"},
            headers={"accept": "text/html", "origin": house.origin, **max_._cookie_header()},
        )
        assert answer.status_code == 404, name
    assert (await max_.open(f"/publier?like={listing.key}")).status == 404
    assert (await max_.open(f"/publier/fait/{listing.key}")).status == 404
    assert (await house.find(listing.id)) == listing


async def test_a_steward_cares_for_the_listings_of_all(house):
    member = await house.join("lea")
    await house.publish("Vélo de Léa", by=member)
    karim = await signed_in(house, await promoted(house, await house.join("karim"), Role.STEWARD))
    lea = await signed_in(house, member)

    page = await karim.open("/moi/annonces?whose=coop")
    assert "Vélo de Léa" in page.words
    assert "Vélo de Léa" not in (await karim.open("/moi/annonces")).words
    await house.publish("Vélo de la coop")
    assert "Vélo de la coop" not in (await lea.open("/moi/annonces?whose=coop")).words


async def test_what_is_over_is_not_edited_and_the_page_says_why(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Vélo", by=member)
    await lea.open(f"/l/{listing.key}/terminer")
    await lea.submit(outcome="given")

    page = await lea.open(f"/l/{listing.key}/modifier")

    assert page.status == 409
    assert "Cette annonce est terminée" in page.words


async def test_a_draft_is_forgotten_by_its_owner_alone(house):
    lea = await signed_in(house, await house.join("lea"))
    max_ = await signed_in(house, await house.join("max"))
    await lea.open("/publier")
    await lea.submit("/publier", do="save", title="Commencée")
    page = await lea.open("/moi/annonces?tab=drafts")
    action = page.form("/brouillons/").attrs["action"]
    token = (await max_.open("/publier")).all("input[name=form_token]")[0].attrs["value"]
    answer = await house.http.post(
        f"{house.origin}{action}",
        data={"form_token": token},
        headers={"accept": "text/html", "origin": house.origin, **max_._cookie_header()},
    )
    assert answer.status_code == 404
    page = await lea.open("/moi/annonces?tab=drafts")
    page = await lea.submit(action)

    assert "oublié" in page.words
    assert "Commencée" not in page.words


async def test_what_is_for_members_only_is_in_nobodys_list_but_its_writers(house):
    member = await house.join("lea")
    lea = await signed_in(house, member)
    listing = await house.publish("Interne", by=member, visibility="coop")

    assert listing.visibility is Visibility.COOP
    assert "Interne" in (await lea.open("/moi/annonces")).words
