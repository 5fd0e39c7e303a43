"""A house that was away for long reads what it missed, even from those who gave it up."""

import pytest

from fedicoop.app import house_keeping
from fedicoop.follows import actions as follows
from fedicoop.listings import actions
from fedicoop.listings.listing import Status
from tests.conftest import Instance


async def act(instance: Instance, what, listing, **how) -> None:
    async with instance.node.db.write() as tx:
        await what(tx, instance.operator, listing.id, **how)


@pytest.fixture
async def missed(pair, network):
    """Nord published three listings that sud heard of; then sud was away, and nord gave it up."""
    nord, sud = pair
    stays, goes, ends = [await nord.publish(title) for title in ("Perceuse", "Échelle", "Remorque")]
    await network.settle()
    await house_keeping(sud.node)
    network.unplug(sud)
    network.clock.advance(minutes=1)
    new = await nord.publish("Scie sauteuse")
    await act(nord, actions.delete, goes)
    await act(nord, actions.close, ends)
    for _ in range(12):
        network.clock.advance(days=1)
        await nord.settle()
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM jobs")
    network.plug(sud)
    return nord, sud, (stays, goes, ends, new)


async def test_after_an_absence_the_shelf_is_as_their_house_says(missed, network):
    _, sud, (stays, goes, ends, new) = missed
    assert {one.id for one in await sud.shelf()} == {stays.id, goes.id, ends.id}

    await house_keeping(sud.node)
    network.clock.advance(minutes=1)
    await network.settle()

    assert {one.id for one in await sud.shelf()} == {stays.id, new.id}
    assert await sud.find(goes.id) is None
    assert (await sud.find(ends.id)).status is Status.CLOSED


async def test_a_house_that_was_awake_asks_nobody(pair, network):
    nord, sud = pair
    await nord.publish()
    await network.settle()
    network.switchboard.asked.clear()

    for _ in range(10):
        await house_keeping(sud.node)
        network.clock.advance(minutes=5)
        await network.settle()

    assert network.switchboard.asked == []


async def test_one_absence_is_caught_up_with_once_and_not_from_those_we_left(missed, network):
    nord, sud, _ = missed
    network.switchboard.asked.clear()
    await house_keeping(sud.node)
    network.clock.advance(minutes=1)
    await network.settle()
    first = len(network.switchboard.asked)
    await house_keeping(sud.node)
    await network.settle()
    assert first
    assert len(network.switchboard.asked) == first

    async with sud.node.db.write() as tx:
        await follows.unfollow(tx, sud.operator, sud.coop, nord.coop)
    await network.settle()
    network.switchboard.asked.clear()
    network.clock.advance(days=1)
    await house_keeping(sud.node)
    await network.settle()
    assert network.switchboard.asked == []


async def test_what_answers_404_stays(missed, network):
    nord, sud, (_, goes, _, _) = missed
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM tombstones")

    await house_keeping(sud.node)
    network.clock.advance(minutes=1)
    await network.settle()

    assert await sud.find(goes.id) is not None
