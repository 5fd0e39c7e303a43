"""A listing crosses the border: it arrives, changes, ends and disappears on the other side too."""

from decimal import Decimal

import pytest

from fedicoop.errors import Forbidden
from fedicoop.listings import actions
from fedicoop.listings.listing import Mode, Money


async def test_a_published_offer_reaches_the_coop_that_follows(pair, network):
    nord, sud = pair

    offer = await nord.publish(
        "Vélo cargo",
        text="Trois vélos **à prêter**",
        category="bikes.cargo-bike",
        tags=["velo"],
        quantity=3,
        deposit={"amount": "50", "currency": "EUR"},
        place={"name": "Lille", "latitude": 50.637412, "longitude": 3.063011},
    )
    await network.settle()

    [seen] = await sud.shelf()
    assert (seen.id, seen.title, seen.mode, seen.quantity) == (offer.id, "Vélo cargo", Mode.LOAN, 3)
    assert seen.actor_id == nord.coop.id
    assert seen.category == "bikes.cargo-bike"
    assert seen.tags == ("velo",)
    assert seen.where.name == "Lille"
    assert "Trois vélos <strong>à prêter</strong>" in seen.html
    assert seen.deposit == Money(Decimal(50), "EUR")
    assert seen.html == "<p>Trois vélos <strong>à prêter</strong></p>", (
        "what the page shows anyway is not said twice"
    )


async def test_a_need_is_the_equal_of_an_offer(pair, network):
    nord, sud = pair

    await nord.publish("Remorque pour un marché", kind="need")
    await network.settle()

    [seen] = await sud.shelf(kind="need")
    assert seen.title == "Remorque pour un marché"


async def test_the_exact_place_never_leaves(pair, network):
    nord, _ = pair

    offer = await nord.publish(place={"name": "Lille", "latitude": 50.637412, "longitude": 3.063011})
    answer = await nord.get(offer.id)

    assert "50.6374" not in answer.text
    assert "3.0630" not in answer.text
    assert answer.json()["location"]["radius"] == 1000


async def test_an_edit_arrives(pair, network):
    nord, sud = pair
    offer = await nord.publish(price={"amount": "850", "currency": "EUR"}, mode="sale")
    await network.settle()

    await nord.update(offer, title="Vélo cargo révisé", price={"amount": "800", "currency": "EUR"})
    await network.settle()

    [seen] = await sud.shelf()
    assert (seen.title, seen.price.amount) == ("Vélo cargo révisé", 800)


async def test_a_deletion_arrives_and_the_id_is_gone_for_good(pair, network):
    nord, sud = pair
    offer = await nord.publish("Tondeuse")
    await network.settle()

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, offer.id)
    await network.settle()

    assert await sud.find(offer.id) is None
    answer = await nord.get(offer.id)
    assert answer.status_code == 410
    assert answer.json()["type"] == "Tombstone"
    async with nord.node.db.read() as tx:
        left = await tx.count("SELECT count(*) FROM sent WHERE body LIKE '%Tondeuse%'")
    assert left == 0


async def test_a_deletion_reaches_a_coop_that_no_longer_follows(pair, network):
    nord, sud = pair
    offer = await nord.publish()
    await network.settle()
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM follows")

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, offer.id)
    await network.settle()

    assert await sud.find(offer.id) is None


async def test_an_offer_waits_for_a_house_that_sleeps(pair, network):
    nord, sud = pair
    network.unplug(sud)

    offer = await nord.publish()
    await network.settle()
    network.plug(sud)
    network.clock.advance(minutes=2)
    await network.settle()

    assert [seen.id for seen in await sud.shelf()] == [offer.id]


async def test_nothing_is_said_when_the_change_is_refused(pair, network):
    nord, sud = pair

    async with nord.node.db.write() as tx:
        draft = await actions.draft(tx, nord.operator, {"kind": "offer", "mode": "gift", "title": "T"}, ())
    with pytest.raises(Forbidden):
        async with nord.node.db.write() as tx:
            await actions.publish(tx, sud.operator, draft.id)
    await network.settle()

    assert await sud.shelf() == []


async def test_a_listing_of_the_house_stays_in_the_house(pair, network):
    nord, sud = pair

    offer = await nord.publish("Seulement chez nous", visibility="coop")
    await network.settle()

    assert await sud.shelf() == []
    hidden, absent = await nord.get(offer.id), await nord.get(f"{nord.origin}/listings/rien")
    assert hidden.status_code == absent.status_code == 404
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE type = 'Create'") == 0


async def test_a_listing_for_followers_reaches_them_and_nobody_else(pair, network):
    nord, sud = pair

    offer = await nord.publish("Pour nos voisins", visibility="followers")
    await network.settle()

    assert (await sud.find(offer.id)).visibility == "followers"
    assert (await nord.get(offer.id)).status_code == 404
    outbox = await nord.get(f"{nord.coop.id}/outbox?page=1")
    assert "Pour nos voisins" not in outbox.text
    assert "Pour nos voisins" not in (await sud.get("/", "text/html")).text


async def test_a_new_follower_reads_what_was_there_before(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    earlier = [await nord.publish(f"Annonce {n}", kind=("offer", "need")[n % 2]) for n in range(25)]

    await network.befriend(sud, nord)

    assert {seen.id for seen in await sud.shelf(limit=50)} == {listing.id for listing in earlier}


async def test_the_same_activity_twice_has_one_effect(pair, network):
    nord, sud = pair
    await nord.publish()
    async with nord.node.db.write() as tx:
        await tx.run(
            """INSERT INTO jobs (id, lane, thread, kind, payload, created_at, run_at, leased_until)
               SELECT id || 'b', lane, thread, kind, payload, created_at, run_at, leased_until FROM jobs"""
        )
    await network.settle()

    assert len(await sud.shelf()) == 1
    async with sud.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM received WHERE type = 'Create'") == 1
