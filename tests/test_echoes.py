"""What became of a listing out there, for whoever published it: houses, never people."""

import pytest

from fedicoop.access import Role
from fedicoop.actors.fetching import fetch
from fedicoop.publishing import echoes
from fedicoop.reactions import store as reactions
from fedicoop.reactions.reaction import Kind, Reaction
from tests.browsing import signed_in


async def of(house, listing):
    async with house.node.db.read() as tx:
        return await echoes.of_listing(tx, listing)


async def test_a_listing_leaves_arrives_and_is_read_under_the_eyes_of_who_published_it(network, pair):
    nord, sud = pair
    listing = await nord.publish("Remorque")
    assert (await of(nord, listing)).leaving
    await nord.settle()
    network.clock.advance(minutes=2)

    await fetch(sud.node, listing.id)

    found = await of(nord, listing)
    [one] = found.houses
    assert (one.host, one.has_it, one.waits, one.problem) == ("sud.test", True, False, None)
    assert one.taken_at is not None
    assert one.read_at > one.taken_at
    assert (found.has_it, found.read, found.busy) == (1, 1, False)


async def test_a_house_that_is_off_is_named_with_what_to_do_and_then_has_it(network, pair):
    nord, sud = pair
    network.unplug(sud)
    listing = await nord.publish("Remorque")
    await nord.settle()

    off = (await of(nord, listing)).houses[0]
    network.plug(sud)
    network.clock.advance(hours=1)
    await nord.settle()
    on = (await of(nord, listing)).houses[0]

    assert (off.has_it, off.waits, off.problem.key) == (False, True, "verdict.unreachable")
    assert (on.has_it, on.waits, on.problem) == (True, False, None)


async def test_who_begins_to_follow_afterwards_is_counted_by_house(network, pair):
    nord, _ = pair
    est = await network.add("est.test")
    network.clock.advance(minutes=1)
    listing = await nord.publish("Remorque")
    network.clock.advance(minutes=1)

    await network.befriend(est, nord)

    found = await of(nord, listing)
    assert [(one.host, one.followers) for one in found.houses if one.followers] == [("est.test", 1)]


async def test_likes_and_shares_are_counted_by_house(network, pair):
    nord, sud = pair
    listing = await nord.publish("Remorque")
    await network.settle()
    async with nord.node.db.write() as tx:
        for kind in Kind:
            said = Reaction(kind=kind, actor_id=sud.coop.id, listing_id=listing.id, id=f"x{kind}", at=tx.now)
            await reactions.put(tx, said)

    found = await of(nord, listing)

    assert [(one.host, one.likes, one.shares) for one in found.houses] == [("sud.test", 1, 2)]
    browser = await signed_in(nord, await nord.join("lea"))
    assert (await browser.open(f"/l/{listing.key}/echos")).status == 404


async def test_it_stands_on_the_page_after_publishing_and_is_looked_at_again_without_script(network, pair):
    nord, sud = pair
    lea = await nord.join("lea")
    browser = await signed_in(nord, lea)
    listing = await nord.publish("Remorque", by=lea)

    before = await browser.open(f"/publier/fait/{listing.key}")
    await network.settle()
    after = await browser.open(f"/l/{listing.key}/echos")
    own = await browser.open(f"/l/{listing.key}")

    assert "Elle part en ce moment." in before.words
    assert before.all("[data-busy]")
    assert "sud.test" in after.words
    assert "1 serveur l’a." in after.words
    assert not after.all("[data-busy]")
    assert own.all(f'a[href="/l/{listing.key}/echos"]')
    assert sud.coop.name not in after.words  # houses, never who is there


@pytest.mark.parametrize("who", ["nobody", "another member", "a steward"])
async def test_only_who_looks_after_a_listing_sees_its_echoes(network, pair, who):
    nord, _ = pair
    listing = await nord.publish("Remorque", by=await nord.join("lea"))
    tom = await nord.join("tom")
    if who == "a steward":
        async with nord.node.db.write() as tx:
            await tx.run("UPDATE members SET role = :role WHERE id = :id", role=Role.STEWARD, id=tom.id)
    if who == "nobody":
        answer = await nord.get(f"/l/{listing.key}/echos", "text/html")
        assert answer.status_code in (303, 307)
        return

    page = await (await signed_in(nord, tom)).open(f"/l/{listing.key}/echos")

    assert page.status == (200 if who == "a steward" else 404)


async def test_a_listing_for_the_coop_alone_has_no_echoes(network, pair):
    nord, _ = pair
    lea = await nord.join("lea")
    listing = await nord.publish("Remorque", by=lea, visibility="coop")
    browser = await signed_in(nord, lea)

    page = await browser.open(f"/publier/fait/{listing.key}")

    assert not page.all("#echoes")
