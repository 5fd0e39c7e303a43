"""Who signs: the coop, whose members' names stay inside, or the member, whom the coop relays."""

import pytest

from fedicoop.actors import names
from fedicoop.actors.coops import AuthorMode
from fedicoop.follows import actions as follows
from fedicoop.listings import actions
from fedicoop.listings.listing import Status


async def test_where_members_write_the_coop_boosts(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    sud = await network.add("sud.test")
    await network.befriend(sud, nord)
    lea = await nord.join()

    offer = await nord.publish("Perceuse", by=lea)
    await network.settle()

    [seen] = await sud.shelf()
    assert (seen.id, seen.actor_id) == (offer.id, lea.actor_id)
    assert offer.actor_id == f"{nord.origin}/actors/lea"

    await nord.update(offer, title="Perceuse à percussion")
    await network.settle()
    assert [seen.title for seen in await sud.shelf()] == ["Perceuse à percussion"]

    async with nord.node.db.write() as tx:
        await actions.delete(tx, lea, offer.id)
    await network.settle()
    assert await sud.shelf() == []


async def test_a_new_follower_of_a_coop_whose_members_write_reads_what_they_wrote(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    sud = await network.add("sud.test")
    lea = await nord.join()
    offer = await nord.publish("Perceuse", by=lea)

    await network.befriend(sud, nord)

    assert [(seen.id, seen.actor_id) for seen in await sud.shelf()] == [(offer.id, lea.actor_id)]
    assert (await nord.get(f"{nord.coop.id}/featured")).json()["totalItems"] == 0


async def test_where_the_coop_writes_no_member_is_named(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    lea = await nord.join(email="lea@example.org")

    offer = await nord.publish("Perceuse", by=lea)
    await network.settle()

    async with nord.node.db.read() as tx:
        said = await tx.count("SELECT count(*) FROM sent WHERE body LIKE '%lea%' OR body LIKE '%Martin%'")
    assert said == 0
    assert offer.actor_id == nord.coop.id


async def test_what_a_member_tells_her_followers_the_coops_followers_never_hear(network):
    """Est follows léa, sud follows her coop: her listing for followers changes for est alone."""
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    sud, est = await network.add("sud.test"), await network.add("est.test")
    lea = await nord.join()
    await network.befriend(sud, nord)
    them = await names.by_name(est.node, lea.actor_id)
    async with est.node.db.write() as tx:
        await follows.follow(tx, est.operator, est.coop, them)
    await network.settle()

    offer = await nord.publish("Perceuse", by=lea, visibility="followers")
    await network.settle()
    await nord.update(offer, title="Perceuse à percussion")
    await network.settle()
    assert (await est.find(offer.id)).title == "Perceuse à percussion"
    for step, status in ((actions.pause, Status.PAUSED), (actions.close, Status.CLOSED)):
        async with nord.node.db.write() as tx:
            await step(tx, lea, offer.id)
        await network.settle()
        assert (await est.find(offer.id)).status is status
    async with nord.node.db.write() as tx:
        await actions.delete(tx, lea, offer.id)
    await network.settle()

    assert (await est.find(offer.id), await sud.find(offer.id)) == (None, None)
    assert (await est.words_heard(), await sud.words_heard()) == (5, 0)


OLD, NEW = "06 11 22 33 44", "06 99 88 77 66"


@pytest.mark.parametrize(("mode", "shown"), [(AuthorMode.MEMBER, 200), (AuthorMode.COOP, 404)])
async def test_a_member_has_a_page_where_she_signs_listings(network, mode, shown):
    nord = await network.add("nord.test", author_mode=mode)
    lea = await nord.join()
    assert (await nord.get("/@lea", "text/html")).status_code == 404, "she has said nothing yet"

    await nord.publish("Perceuse", by=lea)

    page = await nord.get("/@lea", "text/html")
    assert page.status_code == shown
    if shown == 200:
        assert "Perceuse" in page.text
    assert (await nord.get("/@nord", "text/html")).status_code == 200
    assert (await nord.get(lea.actor_id)).status_code == 200, "the actor itself is there for programs"
