"""An end is also told by a short reply to servers that apply no edits, and to no others."""

import pytest

from fedicoop.app.upkeep import house_keeping
from fedicoop.listings import actions as listings
from fedicoop.listings import taken
from fedicoop.listings.taken import Taking
from tests.hostile import PUBLIC, Stranger
from tests.test_reactions_ours import heard


def nodeinfo(stranger, name):
    link = {
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1",
        "href": f"{stranger.origin}/nodeinfo/2.1",
    }
    stranger.serve("/.well-known/nodeinfo", {"links": [link]}, media_type="application/json")
    document = {"version": "2.1", "software": {"name": name, "version": "2025.10.2"}}
    stranger.serve("/nodeinfo/2.1", document, media_type="application/json")


@pytest.fixture
async def house(network):
    """A coop, and who follows it: from Misskey, and from Mastodon."""
    nord = await network.add("nord.test")
    followers = []
    for host, name in (("misskey.test", "misskey"), ("masto.test", "mastodon")):
        stranger = Stranger(network, host)
        stranger.actor("alice")
        nodeinfo(stranger, name)
        await stranger.send(stranger.says("Follow", nord.coop.id), nord)
        followers.append(stranger)
    return nord, *followers


async def turn(instance, offer, step, network):
    async with instance.node.db.write() as tx:
        await step(tx, instance.operator, offer.id)
    await network.settle()


def words(stranger):
    return [one["content"].removeprefix("<p>").split("\N{NO-BREAK SPACE}")[0] for one in replies(stranger)]


def replies(stranger):
    return [one["object"] for one in heard(stranger, "Create") if "inReplyTo" in one["object"]]


async def test_an_end_is_told_to_misskey_by_a_reply_and_to_mastodon_by_its_edit_alone(house, network):
    nord, misskey, masto = house
    offer = await nord.publish("Vélo <cargo>")
    await network.settle()

    await turn(nord, offer, listings.close, network)

    [reply] = replies(misskey)
    assert (reply["type"], reply["attributedTo"], reply["inReplyTo"]) == ("Note", nord.coop.id, offer.id)
    assert reply["content"] == "<p>Fermé : Vélo &lt;cargo&gt;</p>".replace(" :", "\N{NO-BREAK SPACE}:")
    assert (reply["to"], reply["cc"]) == ([PUBLIC], [f"{nord.coop.id}/followers"])
    assert replies(masto) == []
    assert len(heard(masto, "Update")) == 1
    served = (await nord.get(reply["id"])).json()
    assert {name: served[name] for name in ("id", "content", "inReplyTo")} == {
        name: reply[name] for name in ("id", "content", "inReplyTo")
    }


async def test_nothing_is_said_where_everybody_applies_edits(house, network):
    nord, misskey, masto = house
    nodeinfo(misskey, "sharkey")
    offer = await nord.publish()
    await network.settle()

    await turn(nord, offer, listings.close, network)

    assert replies(misskey) == replies(masto) == []
    assert (await nord.get(f"{nord.coop.id}/outbox")).json()["totalItems"] == 1


async def test_what_is_reserved_is_told_so_then_closed_and_each_once(house, network):
    nord, misskey, _ = house
    offer = await nord.publish("Vélo cargo")
    async with nord.node.db.write() as tx:
        await taken.take(tx, offer, Taking(id="x", listing_id=offer.id))
        await taken.rest(tx, "x")
    await network.settle()

    await turn(nord, offer, listings.pause, network)
    await turn(nord, offer, listings.close, network)

    assert words(misskey) == ["Réservé", "Fermé"]


async def test_what_rests_and_is_back_takes_its_reply_back(house, network):
    nord, misskey, _ = house
    offer = await nord.publish("Vélo cargo")
    await network.settle()
    await turn(nord, offer, listings.pause, network)
    [reply] = replies(misskey)

    await turn(nord, offer, listings.publish, network)

    assert [one["object"]["id"] for one in heard(misskey, "Delete")] == [reply["id"]]
    assert (await nord.get(reply["id"])).status_code == 404
    await turn(nord, offer, listings.close, network)
    assert len(replies(misskey)) == 2


@pytest.mark.parametrize("act", [listings.delete, listings.take_down])
async def test_the_reply_goes_with_its_listing(house, network, act):
    nord, misskey, _ = house
    offer = await nord.publish("Vélo cargo")
    await network.settle()
    await turn(nord, offer, listings.close, network)
    [reply] = replies(misskey)

    await turn(nord, offer, act, network)

    assert {one["object"]["id"] for one in heard(misskey, "Delete")} == {offer.id, reply["id"]}
    assert (await nord.get(reply["id"])).status_code == 404


async def test_what_ends_by_itself_is_told_too(house, network):
    nord, misskey, _ = house
    await nord.publish("Vélo cargo")
    await network.settle()

    network.clock.advance(days=61)
    await house_keeping(nord.node)
    await network.settle()

    assert words(misskey) == ["Terminé"]


async def test_a_server_that_does_not_say_what_it_runs_is_asked_once_a_day(house, network):
    nord, misskey, _ = house
    misskey.served.pop("/.well-known/nodeinfo")
    offers = [await nord.publish(f"Vélo {number}") for number in range(3)]
    await network.settle()

    for offer in offers:
        await turn(nord, offer, listings.close, network)

    assert misskey.asked.count("GET /.well-known/nodeinfo") == 1
    assert replies(misskey) == []


async def test_what_is_for_followers_is_not_told_in_public(house, network):
    nord, misskey, _ = house
    offer = await nord.publish("Pour les amies", visibility="followers")
    await network.settle()

    await turn(nord, offer, listings.close, network)

    assert replies(misskey) == []
