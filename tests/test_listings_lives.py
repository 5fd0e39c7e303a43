"""A listing changes, rests, ends and comes back, here and on the other side alike."""

from dataclasses import dataclass

import pytest

from fedicoop.errors import Conflict
from fedicoop.listings import actions, tasks
from fedicoop.listings.listing import Status
from fedicoop.vocabulary.dates import moment_text
from tests.hostile import Stranger

OLD, NEW = "06 12 34 56 78", "secrétariat"


@dataclass(frozen=True)
class Said:
    id: str
    type: str
    body: str


@pytest.mark.parametrize("kind", ["offer", "need"])
async def test_a_pause_a_return_and_a_close_arrive(pair, network, kind):
    nord, sud = pair
    offer = await nord.publish(kind=kind)
    await network.settle()

    for step, status in (
        (actions.pause, Status.PAUSED),
        (actions.publish, Status.PUBLISHED),
        (actions.close, Status.CLOSED),
    ):
        async with nord.node.db.write() as tx:
            await step(tx, nord.operator, offer.id)
        await network.settle()
        assert (await sud.find(offer.id)).status is status


async def test_what_was_said_to_a_sleeping_house_arrives_in_order(pair, network):
    nord, sud = pair
    network.unplug(sud)
    offer = await nord.publish("Un")
    for title in ("Deux", "Trois"):
        network.clock.advance(seconds=5)
        await nord.update(offer, title=title)
        await network.settle()

    network.plug(sud)
    network.clock.advance(minutes=2)
    await network.settle()

    [seen] = await sud.shelf()
    assert seen.title == "Trois"


async def test_a_listing_ends_by_itself_and_can_be_renewed(pair, network):
    nord, sud = pair
    offer = await nord.publish()
    await network.settle()

    network.clock.advance(days=61)
    await tasks.end_what_is_over(nord.node)
    await network.settle()
    assert (await nord.find(offer.id)).status is Status.EXPIRED
    assert (await sud.find(offer.id)).status in (Status.CLOSED, Status.EXPIRED)

    async with nord.node.db.write() as tx:
        await actions.renew(tx, nord.operator, offer.id)
    await network.settle()
    assert [seen.id for seen in await sud.shelf()] == [offer.id]


async def test_a_closed_listing_cannot_be_closed_again(pair):
    nord, _ = pair
    offer = await nord.publish()

    async with nord.node.db.write() as tx:
        await actions.close(tx, nord.operator, offer.id)
    with pytest.raises(Conflict):
        async with nord.node.db.write() as tx:
            await actions.close(tx, nord.operator, offer.id)


async def where_said(nord, words: str) -> set[str]:
    """Everything public, and everything at rest, in which words stand that we said."""
    async with nord.node.db.read() as tx:
        sent = await tx.all(Said, "SELECT id, type, body FROM sent")
        promised = await tx.count("SELECT count(*) FROM jobs WHERE payload LIKE :words", words=f"%{words}%")
    texts = {one.id: (await nord.get(one.id)).text for one in sent}
    texts |= {f"{one.type} at rest": one.body for one in sent}
    texts |= {page: (await nord.get(page)).text for page in (f"{nord.coop.id}/outbox?page=1",)}
    return {place for place, text in texts.items() if words in text} | ({"jobs"} if promised else set())


async def test_old_words_go_with_an_edit(pair, network):
    """A phone number that was taken back stands nowhere any more; the Create keeps its own address."""
    nord, sud = pair
    offer = await nord.publish(text=f"Appelez le {OLD}")
    await network.settle()
    async with nord.node.db.read() as tx:
        before = await tx.one(Said, "SELECT id, type, body FROM sent WHERE type = 'Create'")
    await nord.update(offer, text=f"Ou plutôt : {OLD}")

    await nord.update(offer, text=f"Appelez le {NEW}")
    await network.settle()

    assert await where_said(nord, OLD) == set()
    places = {before.id, f"{nord.coop.id}/outbox?page=1", "Create at rest"}
    assert places <= await where_said(nord, NEW)
    create = (await nord.get(before.id)).json()
    assert (create["id"], create["type"], create["object"]["id"]) == (before.id, "Create", offer.id)
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE type = 'Create'") == 1
    assert NEW in (await sud.find(offer.id)).html


@pytest.mark.parametrize("told_before", [True, False])
async def test_who_slept_meanwhile_wakes_to_the_new_words(pair, network, told_before):
    nord, sud = pair
    if not told_before:
        network.unplug(sud)
    offer = await nord.publish(text=f"Appelez le {OLD}")
    await network.settle()
    if told_before:
        network.unplug(sud)
    for text in (f"Ou plutôt : {OLD}", f"Appelez le {NEW}"):
        network.clock.advance(seconds=5)
        await nord.update(offer, text=text)
        await network.settle()

    network.plug(sud)
    network.clock.advance(minutes=5)
    await network.settle()

    assert NEW in (await sud.find(offer.id)).html
    async with sud.node.db.read() as tx:
        edits = await tx.count("SELECT count(*) FROM received WHERE type = 'Update'")
    assert edits == 1, "what lay between has become needless"


@pytest.mark.parametrize(
    "wrong", [{"updated": "2099-01-01T00:00:00Z"}, {"published": "2099-01-01T00:00:00Z"}]
)
async def test_a_wrong_clock_freezes_no_listing(network, wrong):
    """Her clock went astray once: after the window of any signature, what she says counts again."""
    nord, friend = await network.add("nord.test"), Stranger(network, "friend.test")
    friend.actor("alice")
    await friend.is_followed_by(nord)
    offer = await friend.publish(nord, **({"published": wrong["published"]} if "published" in wrong else {}))
    if "updated" in wrong:
        await friend.send(friend.says("Update", friend.offer(title="De demain", **wrong)), nord)
        assert (await nord.find(offer.id)).title == "De demain"

    network.clock.advance(minutes=66)
    edit = friend.offer(title="Révisée", updated=moment_text(network.clock()))
    await friend.send(friend.says("Update", edit), nord)

    assert (await nord.find(offer.id)).title == "Révisée"


@pytest.mark.parametrize("published", [True, False])
async def test_what_nobody_outside_was_told_of_ends_without_a_trace(pair, network, published):
    """A listing of the house, and a draft: 404 as what never was, not 410 as what was."""
    nord, sud = pair
    if published:
        listing = await nord.publish("Entre nous", visibility="coop")
    else:
        raw = {"kind": "offer", "mode": "gift", "title": "Brouillon"}
        async with nord.node.db.write() as tx:
            listing = await actions.draft(tx, nord.operator, raw, ())

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, listing.id)
    await network.settle()

    pages = [await nord.get(listing.id), await nord.get(f"/l/{listing.key}", "text/html")]
    assert [page.status_code for page in pages] == [404, 404]
    assert await sud.words_heard() == 0
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM tombstones") == 0
        assert await tx.count("SELECT count(*) FROM sent WHERE type = 'Delete'") == 0
