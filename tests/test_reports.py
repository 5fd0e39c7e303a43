"""Somebody says that a listing is wrong; a steward decides, with reasons; nobody learns who said it."""

import pytest

from fedicoop.desk import reporting, reports
from fedicoop.desk.report_pages import OFTEN
from fedicoop.listings.listing import Status
from fedicoop.notices import store as notices
from tests.accounts import from_address
from tests.browsing import Visitor, signed_in
from tests.test_listing_page import steward


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


@pytest.fixture
async def zoe(nord):
    return await steward(nord)


async def reported(visitor, listing, **said):
    await visitor.open(f"/l/{listing.key}/signaler")
    return await visitor.submit(f"/l/{listing.key}/signaler", **({"reason": "scam"} | said))


async def told(instance, member) -> list[tuple[str, str]]:
    async with instance.node.db.read() as tx:
        return [(one.kind, one.words("fr")) for one in await notices.of_member(tx, member.id)]


async def waiting(instance):
    async with instance.node.db.read() as tx:
        return await reports.waiting(tx, instance.coop.id)


async def test_a_visitor_reports_and_a_steward_finds_nothing_wrong(nord, zoe):
    lea = await nord.join("lea")
    listing = await nord.publish("Tandem", by=lea)
    desk = await signed_in(nord, zoe)

    thanks = await reported(Visitor(nord), listing, text="On demande un acompte", contact="max@example.org")
    assert "Merci, c’est noté" in thanks.words
    assert [kind for kind, _ in await told(nord, zoe)] == ["report.new"]
    assert await told(nord, lea) == [], "whoever wrote it learns nothing before a decision"

    assert "1 annonce signalée" in (await desk.open("/admin")).words
    page = await desk.open("/admin/signalements")
    for words in ("Tandem", "Une arnaque", "On demande un acompte", "max@example.org", "une visite"):
        assert words in page.words, words
    after = await desk.submit("/admin/signalements", listing=listing.id, outcome="kept")

    assert "L’annonce est gardée." in after.words
    assert "Rien n’attend de décision" in after.words
    assert (await Visitor(nord).open(f"/l/{listing.key}")).status == 200
    assert await told(nord, lea) == []


async def test_what_is_taken_down_is_gone_here_and_next_door_and_its_author_reads_why(network, pair):
    nord, sud = pair
    zoe, lea, bob = await steward(nord), await nord.join("lea"), await nord.join("bob")
    listing = await nord.publish("Fausse annonce", by=lea)
    await network.settle()
    assert [one.title for one in await sud.shelf()] == ["Fausse annonce"]
    await reported(await signed_in(nord, bob), listing, reason="false", text="Je le sais de source sûre")
    desk = await signed_in(nord, zoe)

    await desk.open("/admin/signalements")
    await desk.submit(
        "/admin/signalements", listing=listing.id, outcome="removed", answer="L’objet n’existe pas."
    )
    await network.settle()

    assert (await nord.find(listing.id)).status is Status.REMOVED
    assert (await Visitor(nord).open(f"/l/{listing.key}")).status == 404
    assert (await nord.get(listing.id)).status_code in (404, 410)
    assert "Fausse annonce" not in (await nord.get(f"{nord.coop.id}/outbox?page=1")).text
    assert await sud.shelf() == []
    mine = await (await signed_in(nord, lea)).open(f"/l/{listing.key}")
    assert "Annonce retirée." in mine.words
    [(kind, words)] = await told(nord, lea)
    assert kind == "listing.removed"
    assert "L’objet n’existe pas." in words
    assert "Bob" not in words
    assert [kind for kind, _ in await told(nord, bob)] == ["report.removed"]


async def test_a_listing_from_elsewhere_is_not_shown_here_any_more_whatever_its_owner_says(network, pair):
    nord, sud = pair
    zoe = await steward(sud)
    offer = await nord.publish("Perceuse")
    await network.settle()
    [copy] = await sud.shelf()
    await reported(Visitor(sud), copy)
    desk = await signed_in(sud, zoe)
    await desk.open("/admin/signalements")
    await desk.submit("/admin/signalements", listing=copy.id, outcome="removed", answer="Doublon")

    await nord.update(offer, title="Perceuse à percussion")
    await network.settle()

    assert (await sud.find(offer.id)).title == "Perceuse à percussion"
    assert await sud.shelf() == []
    assert (await Visitor(sud).open(f"/l/{copy.key}")).status == 404
    assert (await Visitor(nord).open(f"/l/{offer.key}")).status == 200


async def test_who_says_it_twice_is_heard_once_and_several_make_one_case(nord, zoe):
    bob = await nord.join("bob")
    listing = await nord.publish("Tandem")
    member = await signed_in(nord, bob)

    await reported(member, listing, text="Un")
    await reported(member, listing, reason="hurtful", text="Deux")
    await reported(Visitor(nord), listing, text="Trois")

    assert sorted(one.text for one in await waiting(nord)) == ["Deux", "Trois"]
    assert len(await told(nord, zoe)) == 1
    page = await (await signed_in(nord, zoe)).open("/admin/signalements")
    assert len(page.all("article.report")) == 1
    assert "Bob Martin" in page.words


async def test_a_listing_that_is_reported_anew_is_told_anew(nord, zoe):
    listing = await nord.publish("Tandem")
    desk = await signed_in(nord, zoe)
    for _ in range(2):
        await reported(Visitor(nord), listing)
        await desk.open("/admin/signalements")
        await desk.submit("/admin/signalements", listing=listing.id, outcome="kept")

    assert len(await told(nord, zoe)) == 2


async def test_a_second_steward_who_comes_later_is_told_that_it_is_decided(nord, zoe):
    listing = await nord.publish("Tandem")
    await reported(Visitor(nord), listing)
    first, second = await signed_in(nord, zoe), await signed_in(nord, zoe)
    for desk in (first, second):
        await desk.open("/admin/signalements")

    await first.submit("/admin/signalements", listing=listing.id, outcome="kept")
    late = await second.submit("/admin/signalements", listing=listing.id, outcome="removed", answer="Non")

    assert late.status == 422
    assert "C’est déjà décidé." in late.words
    assert (await nord.find(listing.id)).status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"reason": None, "text": "Voilà"}, "reason"),
        ({"reason": "nonsense", "text": "Voilà"}, "reason"),
        ({"reason": "illegal", "text": ""}, "text"),
        ({"reason": "other", "text": "  "}, "text"),
        ({"reason": "scam", "text": "Voilà", "contact": "no address"}, "contact"),
        ({"reason": "scam", "text": "Voilà", "contact": "a@b.fr\nBcc: c@d.fr"}, "contact"),
    ],
)
async def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(nord, zoe, said, wrong):
    listing = await nord.publish("Tandem")

    page = await reported(Visitor(nord), listing, **said)

    assert page.status == 422
    assert page.all(f"#w-{wrong}")
    [kept] = [one.to_text().strip() for one in page.all("textarea")]
    assert kept == said["text"].strip()
    assert await waiting(nord) == []
    assert await told(nord, zoe) == []


async def test_taking_down_without_a_reason_is_asked_for_one(nord, zoe):
    listing = await nord.publish("Tandem")
    await reported(Visitor(nord), listing)
    desk = await signed_in(nord, zoe)
    await desk.open("/admin/signalements")

    page = await desk.submit("/admin/signalements", listing=listing.id, outcome="removed", answer=" ")

    assert page.status == 422
    assert (await nord.find(listing.id)).status is Status.PUBLISHED


async def test_one_address_does_not_report_without_end(nord, zoe):
    visitor, codes = Visitor(nord), []
    for number in range(OFTEN.most + 1):
        listing = await nord.publish(f"Objet {number}")
        codes.append((await reported(visitor, listing)).status)

    assert codes == [200] * OFTEN.most + [429]
    assert len(await waiting(nord)) == OFTEN.most
    elsewhere = from_address(nord, "203.0.113.9")
    assert (await reported(elsewhere, listing)).status == 200


async def test_stewards_alone_read_what_was_reported(nord):
    bob = await nord.join("bob")

    member = await signed_in(nord, bob)

    assert (await member.open("/admin/signalements")).status == 403
    assert (await Visitor(nord).open("/admin/signalements")).path.startswith("/entrer")


async def test_who_leaves_takes_their_name_out_of_what_they_reported(nord, zoe):
    bob = await nord.join("bob")
    listing = await nord.publish("Tandem")
    await reported(await signed_in(nord, bob), listing, text="Un")

    async with nord.node.db.write() as tx:
        assert [row["text"] for row in (await reporting.take_along(tx, bob))["reports"]] == ["Un"]
        await reporting.forget(tx, bob)

    [report] = await waiting(nord)
    assert (report.member_id, report.text) == (None, "Un")


async def test_decisions_are_forgotten_after_a_year(network, nord, zoe):
    listing = await nord.publish("Tandem")
    await reported(Visitor(nord), listing)
    async with nord.node.db.write() as tx:
        await reporting.settle(tx, zoe, listing.id, reporting.Outcome.KEPT, "")
    network.clock.advance(days=reports.REMEMBERED.days + 1)

    async with nord.node.db.write() as tx:
        await reports.forget_old(tx)
        assert await reports.settled(tx, nord.coop.id) == []


async def test_what_is_taken_down_is_in_no_list(nord, zoe):
    listing = await nord.publish("Tandem")
    await reported(Visitor(nord), listing)
    async with nord.node.db.write() as tx:
        await reporting.settle(tx, zoe, listing.id, reporting.Outcome.REMOVED, "Non")

    assert await nord.shelf(source="all") == []
    assert not (await Visitor(nord).open("/?q=tandem")).all(f"a[href='/l/{listing.key}']")
