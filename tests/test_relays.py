"""Relays: none unless an admin adds one; what they pass on is asked of its own house; only listings stay."""

import pytest

from fedicoop.access import Role
from fedicoop.boards import relaying, relays
from fedicoop.boards.relays import Standing, Style
from fedicoop.desk import houses
from fedicoop.errors import Conflict, Forbidden, NotFound
from fedicoop.listings import actions as listings
from fedicoop.peers.peer import Policy
from tests.browsing import signed_in
from tests.hostile import PUBLIC, Stranger, fixtures

village, nord, friend, evil = fixtures()
SERVER, ACTOR = "https://nord.test/actor", "https://relay.test/actor"


@pytest.fixture
def relay(network):
    """As aode-relay and Activity-Relay are: an Application at /actor, an inbox at /inbox."""
    house = Stranger(network, "relay.test")
    house.id = lambda name: f"https://relay.test/{name}"  # type: ignore[method-assign]
    house.actor("actor", type="Application", inbox="https://relay.test/inbox")
    house.serve("/actor", house.served.pop("/actors/actor").body)
    return house


async def added(nord, relay, address="https://relay.test/inbox"):
    """Our server asked the relay, which has not answered yet; the Follow that it got."""
    actor, style = await relaying.discover(nord.node, address)
    async with nord.node.db.write() as tx:
        await relaying.add(tx, nord.operator, address, actor, style)
    await nord.settle()
    return relay.heard[-1]


async def joined(nord, relay, address="https://relay.test/inbox"):
    follow = await added(nord, relay, address)
    await relay.send(relay.says("Accept", follow, by="actor"), nord, by="actor")
    return follow


async def known(nord):
    async with nord.node.db.read() as tx:
        return await relays.every(tx)


async def passes_on(relay, nord, id):
    return await relay.send(relay.says("Announce", id, by="actor"), nord, by="actor")


async def test_there_is_no_relay_and_none_is_heard_unless_one_was_added(nord, relay, evil):
    evil.serve("/listings/1", evil.offer(by="mallory"))

    await passes_on(relay, nord, "https://evil.test/listings/1")

    assert await known(nord) == []
    assert await nord.shelf() == []
    assert evil.asked == []


async def test_mastodons_way_follows_everybody_by_the_inbox(nord, relay):
    follow = await joined(nord, relay)

    assert (follow["type"], follow["actor"], follow["object"]) == (
        "Follow",
        SERVER,
        PUBLIC,
    )
    [one] = await known(nord)
    assert (one.style, one.status, one.actor_id) == (
        Style.MASTODON,
        Standing.ACCEPTED,
        ACTOR,
    )


async def test_litepubs_way_follows_the_actor_and_is_followed_back(nord, relay):
    follow = await joined(nord, relay, ACTOR)
    assert follow["object"] == ACTOR

    back = relay.says("Follow", SERVER, by="actor")
    await relay.send(back, nord, by="actor")

    assert (relay.heard[-1]["type"], relay.heard[-1]["object"]["id"]) == ("Accept", back["id"])


async def test_nobody_else_follows_the_server_or_answers_in_a_relays_name(nord, relay, evil):
    follow = await added(nord, relay)
    await evil.send(evil.says("Accept", follow, by="mallory"), nord, by="mallory")
    await evil.send(evil.says("Follow", SERVER, by="mallory"), nord, by="mallory")

    assert [one.status for one in await known(nord)] == [Standing.ASKED]
    assert evil.heard == []


async def test_a_refusal_is_noted_and_asking_again_asks_anew(nord, relay):
    follow = await added(nord, relay)
    await relay.send(relay.says("Reject", follow["id"], by="actor"), nord, by="actor")
    assert [one.status for one in await known(nord)] == [Standing.REFUSED]

    again = await added(nord, relay)

    assert again["id"] != follow["id"]
    assert [one.status for one in await known(nord)] == [Standing.ASKED]


async def test_what_is_public_is_brought_to_the_relay_as_it_was_said_and_nothing_else(nord, relay):
    await joined(nord, relay)
    before = len(relay.heard)
    for visibility in ("followers", "coop"):
        hidden = await nord.publish("Entre nous", visibility=visibility)
        await nord.update(hidden, title="Entre nous, encore")
    listing = await nord.publish("Vélo")
    await nord.settle()
    await nord.update(listing, title="Vélo cargo")
    await nord.settle()
    async with nord.node.db.write() as tx:
        await listings.delete(tx, nord.operator, listing.id)
    await nord.settle()

    said = relay.heard[before:]

    assert [one["type"] for one in said] == ["Create", "Update", "Delete"]
    assert {one["actor"] for one in said} == {nord.coop.id}
    assert all("Entre nous" not in str(one) for one in said)


async def test_the_other_style_gets_an_announce_by_the_server(nord, relay):
    await joined(nord, relay, ACTOR)
    before = len(relay.heard)
    listing = await nord.publish("Vélo")
    await nord.settle()

    [said] = relay.heard[before:]

    assert (said["type"], said["actor"], said["object"]) == (
        "Announce",
        SERVER,
        listing.id,
    )


async def test_a_listing_that_is_passed_on_is_read_at_its_own_house(nord, relay, evil):
    await joined(nord, relay)
    offer = evil.offer(by="mallory", title="Remorque")
    evil.serve("/listings/1", offer)

    forged = offer | {"publishes": offer["publishes"] | {"name": "Forgé"}}
    await relay.send(relay.says("Announce", forged, by="actor"), nord, by="actor")

    assert [one.title for one in await nord.shelf()] == ["Remorque"]
    assert (await known(nord))[0].kept == 1


async def test_only_listings_for_everybody_are_kept(nord, relay, evil):
    await joined(nord, relay)
    note = evil.offer(by="mallory")
    del note["purpose"], note["publishes"]
    evil.serve("/notes/1", note | {"id": "https://evil.test/notes/1"})
    evil.serve(
        "/listings/2", evil.offer("2", by="mallory", to=["https://evil.test/actors/mallory/followers"])
    )
    evil.serve("/listings/3", evil.offer("3", by="mallory", attributedTo="https://friend.test/actors/alice"))

    for path in ("notes/1", "listings/2", "listings/3", "listings/404"):
        await passes_on(relay, nord, f"https://evil.test/{path}")

    assert await nord.shelf() == []


async def test_each_is_asked_for_once_and_not_more_than_so_many_a_minute(nord, relay, evil, monkeypatch):
    """Security case 104."""
    monkeypatch.setattr(relaying, "PACE", 10)
    await joined(nord, relay)
    for number in range(30):
        evil.serve(f"/listings/{number}", evil.offer(str(number), by="mallory"))
    for _ in range(3):
        await passes_on(relay, nord, "https://evil.test/listings/404")
    for number in range(30):
        await passes_on(relay, nord, f"https://evil.test/listings/{number}")

    asked = [one for one in evil.asked if "/listings/" in one]

    assert asked.count("GET /listings/404") == 1
    assert len(asked) == len(set(asked)) <= 10


async def test_what_a_closed_house_says_is_not_taken_from_a_relay(nord, relay, evil):
    await joined(nord, relay)
    async with nord.node.db.write() as tx:
        await houses.decide(tx, nord.operator, "evil.test", Policy.CLOSED, "spam")
    evil.serve("/listings/1", evil.offer(by="mallory"))

    await passes_on(relay, nord, "https://evil.test/listings/1")

    assert await nord.shelf() == []
    assert "GET /listings/1" not in evil.asked


async def test_leaving_takes_back_what_came_through_the_relay_alone(nord, relay, friend, evil):
    await joined(nord, relay)
    evil.serve("/listings/1", evil.offer(by="mallory", title="Par le relais"))
    friend.serve("/listings/9", friend.offer("9", title="Des deux côtés"))
    await passes_on(relay, nord, "https://evil.test/listings/1")
    await friend.publish(nord, "9", title="Des deux côtés")
    await passes_on(relay, nord, "https://friend.test/listings/9")
    assert len(await nord.shelf()) == 2

    async with nord.node.db.write() as tx:
        [one] = await relays.every(tx)
        await relaying.remove(tx, nord.operator, one)
    await nord.settle()

    assert [one.title for one in await nord.shelf()] == ["Des deux côtés"]
    assert (relay.heard[-1]["type"], relay.heard[-1]["object"]["type"]) == ("Undo", "Follow")
    before = len(relay.heard)
    await nord.publish("Vélo")
    await passes_on(relay, nord, "https://evil.test/listings/1")
    assert len(relay.heard) == before
    assert len(await nord.shelf()) == 1


async def test_only_an_admin_adds_one_and_only_what_is_there(nord, relay):
    lea = await nord.join("lea")
    actor, style = await relaying.discover(nord.node, "relay.test/inbox")
    with pytest.raises(Forbidden):
        async with nord.node.db.write() as tx:
            await relaying.add(tx, lea, "relay.test/inbox", actor, style)
    with pytest.raises(NotFound):
        await relaying.discover(nord.node, "https://evil.test/inbox")
    with pytest.raises(Conflict):
        await relaying.discover(nord.node, "https://nord.test/inbox")
    assert (await (await signed_in(nord, lea)).open("/admin/relais")).status == 403


async def test_the_page_adds_a_relay_tells_what_is_wrong_and_leaves_it(nord, relay):
    admin = await nord.join("ada", name="Ada", role=Role.ADMIN)
    visitor = await signed_in(nord, admin)
    page = await visitor.open("/admin/relais")
    assert "Aucun relais" in page.words

    page = await visitor.submit("/admin/relais", address="https://evil.test/inbox")
    assert page.status == 422
    assert "Aucun relais ne répond" in page.words
    page = await visitor.submit("/admin/relais", address="https://relay.test/inbox")
    assert "La demande est partie" in page.words
    assert "demandé" in page.words
    page = await visitor.submit("/admin/relais/quitter")
    assert "Le relais est quitté" in page.words
    assert await known(nord) == []


async def test_a_relay_that_brings_the_words_themselves_is_heard_as_if_it_named_the_thing(nord, relay, evil):
    """As Activity-Relay does for Mastodon, with an LD signature: nothing that it brings is believed."""
    evil.serve("/listings/1", evil.offer(by="mallory", title="Remorque"))
    said = evil.says("Create", evil.offer(by="mallory", title="Forgé"), by="mallory")
    assert (await relay.send(said, nord, by="actor")).status_code == 401
    await joined(nord, relay)

    assert (await relay.send(said, nord, by="actor")).status_code == 202

    assert [one.title for one in await nord.shelf()] == ["Remorque"]
    assert evil.asked.count("GET /listings/1") == 1
