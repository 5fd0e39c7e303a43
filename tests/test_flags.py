"""Reports and blocks cross the border: they reach the stewards, do nothing by themselves, and name nobody."""

import json

import pytest

from fedicoop.desk import reports
from fedicoop.enquiries import actions as enquiries
from fedicoop.follows import blocks
from fedicoop.follows import store as follows
from fedicoop.listings import actions
from tests import hostile
from tests.browsing import Visitor, signed_in
from tests.enquiring import kept, write
from tests.test_listing_page import steward
from tests.test_reports import reported, told

village, nord, friend, evil = hostile.fixtures()


@pytest.fixture
async def zoe(nord):
    return await steward(nord)


def flag(house, *ids, by="carole", content="Publicité", **fields):
    house.actor(by)
    return house.says("Flag", list(ids) if len(ids) > 1 else ids[0], by=by, content=content, **fields)


async def waiting(nord):
    async with nord.node.db.read() as tx:
        return await reports.waiting(tx, nord.coop.id)


async def test_a_server_reports_a_listing_and_its_author_and_stewards_read_one_case(nord, friend, zoe):
    listing = await nord.publish("Tandem")

    sent = await friend.send(flag(friend, nord.coop.id, listing.id), nord, by="carole")

    assert sent.status_code == 202
    [said] = await waiting(nord)
    assert (said.listing_id, said.host, said.text) == (listing.id, "friend.test", "Publicité")
    assert [kind for kind, _ in await told(nord, zoe)] == ["report.new"]
    page = await (await signed_in(nord, zoe)).open("/admin/signalements")
    for words in ("Tandem", "le serveur friend.test", "Publicité"):
        assert words in page.words, words
    assert "carole" not in page.words
    assert (await Visitor(nord).open(f"/l/{listing.key}")).status == 200, (
        "a report takes nothing down (case 125)"
    )


async def test_a_hundred_reports_are_one_with_a_counter(nord, friend, zoe):
    """Case 127: one open report for a server and a thing, whoever says it there, and one notice."""
    listing = await nord.publish("Tandem")
    for number in range(5):
        await friend.send(flag(friend, listing.id, by=f"p{number}"), nord, by=f"p{number}")

    [said] = await waiting(nord)
    assert said.times == 5
    assert len(await told(nord, zoe)) == 1
    page = await (await signed_in(nord, zoe)).open("/admin/signalements")
    assert "dit 5 fois" in page.words


async def test_one_server_does_not_bury_the_stewards(nord, friend, zoe, monkeypatch):
    monkeypatch.setattr("fedicoop.desk.flags.OPEN_AT_ONCE", 3)
    listings = [await nord.publish(f"Objet {number}") for number in range(5)]

    await friend.send(flag(friend, *(one.id for one in listings)), nord, by="carole")

    assert len(await waiting(nord)) == 3


async def test_a_report_about_a_coop_alone_is_seen_and_settled(nord, friend, zoe):
    await friend.send(flag(friend, nord.coop.id, content="<b>Spam</b>\n"), nord, by="carole")
    desk = await signed_in(nord, zoe)

    page = await desk.open("/admin/signalements")
    assert "Ce signalement vise un profil" in page.words
    assert "Spam" in page.words
    await desk.submit("/admin/signalements", listing=nord.coop.id, outcome="kept")

    assert await waiting(nord) == []


@pytest.mark.parametrize("public", [True, False])
async def test_a_message_of_ours_is_reported_by_servers_that_got_it(nord, friend, evil, zoe, network, public):
    """A private answer whose id somebody else guesses or overhears is no matter of theirs."""
    listing = await nord.publish("Tandem")
    to = {"cc": [nord.coop.id]} if public else {"to": [nord.coop.id]}
    await write(friend, nord, "1", "Disponible ?", inReplyTo=listing.id, **to)
    [(talk, _)] = await kept(nord)
    async with nord.node.db.write() as tx:
        answer = await enquiries.answer(tx, zoe, talk.id, "Oui, dès samedi", once="1")
    await network.settle()

    await evil.send(flag(evil, answer.id), nord, by="carole")
    assert bool(await waiting(nord)) == public
    await friend.send(flag(friend, answer.id), nord, by="carole")

    said = {one.host: one for one in await waiting(nord)}
    assert "friend.test" in said
    assert said["friend.test"].about == "message"
    assert ("samedi" in said["friend.test"].title) == public
    page = await (await signed_in(nord, zoe)).open("/admin/signalements")
    assert "Ce signalement vise un message" in page.words


@pytest.mark.parametrize(
    "strange",
    [
        {"object": []},
        {"object": "https://elsewhere.test/1"},
        {"object": ["https://nord.test/nothing", {"id": 5}, None, 7]},
        {"object": ["https://nord.test/actor"]},
        {"object": [f"https://nord.test/l/{number}" for number in range(500)]},
        {"object": "https://nord.test/actors/nord", "content": {"a": ["b"]}},
        {"object": {"type": "Note"}},
    ],
)
async def test_odd_reports_are_no_error_and_break_no_page(nord, friend, zoe, strange):
    friend.actor("carole")
    said = friend.says("Flag", "x", by="carole") | strange

    answer = await friend.send(said, nord, by="carole")

    assert answer.status_code in (202, 400)
    assert (await (await signed_in(nord, zoe)).open("/admin/signalements")).status == 200


async def test_a_draft_cannot_be_reported_from_outside(nord, friend, zoe):
    async with nord.node.db.write() as tx:
        draft = await actions.draft(
            tx, nord.operator, {"kind": "offer", "mode": "gift", "title": "Secret"}, ()
        )

    await friend.send(flag(friend, draft.id), nord, by="carole")

    assert await waiting(nord) == []


async def test_stewards_pass_a_report_on_and_the_other_server_learns_no_name(nord, friend, network, zoe):
    listing = await friend.publish(nord, title="Fausse remorque")
    copy = await nord.find(listing.id)
    bob = await nord.join("bob")
    await reported(await signed_in(nord, bob), copy, text="Je connais la victime")
    desk = await signed_in(nord, zoe)
    await desk.open("/admin/signalements")

    page = await desk.submit("/admin/signalements/transmis", listing=copy.id, words="L’objet n’existe pas.")
    await network.settle()

    assert "part vers l’autre serveur" in page.words
    [said] = [one for one in friend.heard if one["type"] == "Flag"]
    assert said["actor"] == "https://nord.test/actor"
    assert said["object"] == [friend.id("alice"), copy.id]
    assert said["content"] == "L’objet n’existe pas."
    for name in ("bob", "Bob", "zoe", "victime"):
        assert name not in json.dumps(said | {"proof": None}, ensure_ascii=False)
    assert "Transmis à friend.test" in (await desk.open("/admin/signalements")).words
    again = await desk.submit("/admin/signalements", listing=copy.id, outcome="kept")
    assert again.status == 200


async def test_passing_on_needs_words_and_keeps_the_page(nord, friend, zoe):
    listing = await friend.publish(nord)
    await reported(Visitor(nord), await nord.find(listing.id))
    desk = await signed_in(nord, zoe)
    await desk.open("/admin/signalements")

    page = await desk.submit("/admin/signalements/transmis", listing=listing.id, words="")

    assert page.status == 422
    assert [one for one in friend.heard if one["type"] == "Flag"] == []


async def relation(nord, follower, followed):
    async with nord.node.db.read() as tx:
        found = await follows.between(tx, follower, followed)
    return found.status if found else None


async def test_whoever_blocks_us_hears_us_no_more_nor_we_them_until_they_undo_it(nord, friend, network):
    follow = friend.says("Follow", nord.coop.id)
    await friend.send(follow, nord)
    block = friend.says("Block", nord.coop.id)

    await friend.send(block, nord)
    await friend.send(block | {"id": f"{friend.origin}/activities/again"}, nord)
    friend.heard.clear()
    await nord.publish("Tandem")
    await network.settle()

    assert await relation(nord, friend.id("alice"), nord.coop.id) is None
    assert await relation(nord, nord.coop.id, friend.id("alice")) is None
    assert friend.heard == []
    assert (await friend.send(friend.says("Follow", nord.coop.id), nord)).status_code == 202

    await friend.send(friend.says("Undo", block), nord)
    await friend.send(friend.says("Follow", nord.coop.id), nord)
    assert await relation(nord, friend.id("alice"), nord.coop.id) == "accepted"


async def test_nobody_blocks_or_undoes_a_block_for_another(nord, friend, evil):
    await evil.send(
        evil.says("Block", nord.coop.id, by="mallory") | {"actor": friend.id("alice")}, nord, by="mallory"
    )
    assert await relation(nord, nord.coop.id, friend.id("alice")) == "accepted"

    block = friend.says("Block", nord.coop.id)
    await friend.send(block, nord)
    await evil.send(evil.says("Undo", block, by="mallory"), nord, by="mallory")
    async with nord.node.db.read() as tx:
        assert await blocks.any_blocks(tx, [friend.id("alice")], nord.coop.id)
