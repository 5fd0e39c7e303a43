"""What a coop keeps to those who follow it is for the members of the coops that do, and for nobody else."""

from dataclasses import replace

import pytest

from fedicoop.access import Role
from fedicoop.actors import actions as actors
from fedicoop.actors import coops, names
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.follows import actions as follows
from fedicoop.listings import hearing
from fedicoop.listings import store as listings
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Status
from fedicoop.members import actions as members
from fedicoop.vocabulary.types import Iri
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS


@pytest.fixture
async def friends(network, pair):
    """Sud follows nord; ouest, in sud's house, does not; each has a member."""
    nord, sud = pair
    async with sud.node.db.write() as tx:
        ouest = await actors.create(tx, sud.origin, "Organization", "ouest", "Coop Ouest", PAIRS[1])
        await coops.put(tx, Coop(ouest.id, "tools", "fr", AuthorMode.COOP))
    lea = await sud.join("lea")
    async with sud.node.db.write() as tx:
        chloe = await members.add(
            tx,
            replace(sud.operator, coop_id=ouest.id),
            sud.origin,
            handle="chloe",
            name="Chloé",
            pair=PAIRS[2],
            email=None,
            role=Role.MEMBER,
        )
    return nord, sud, ouest, await signed_in(sud, lea), await signed_in(sud, chloe)


async def here(sud, listing):
    return await sud.find(listing.id)


async def test_members_of_a_coop_that_follows_find_it_and_nobody_else_does(network, friends):
    nord, sud, _, lea, chloe = friends
    offer = await nord.publish("Presse à cidre", visibility="followers")
    await network.settle()
    path = f"/l/{(await here(sud, offer)).key}"

    page = await lea.open(path)
    assert page.status == 200
    assert "Coopératives amies" in page.words
    assert "Joindre Coop Nord" in page.words
    assert not [a for a in page.all("main a") if a.attrs["href"] == offer.url], "nobody could open it there"
    assert not page.all("a[href^='/depuis-mastodon']")
    assert "Presse à cidre" in (await lea.open("/")).words
    assert "Presse à cidre" in (await lea.open("/annonces?q=presse")).words
    assert "Presse à cidre" in (await lea.open("/@nord@nord.test")).words
    for other in (chloe, Visitor(sud)):
        assert (await other.open(path)).status == 404
        for address in ("/", "/annonces?q=presse", "/@nord@nord.test"):
            assert "Presse à cidre" not in (await other.open(address)).words


async def test_it_stays_as_private_through_its_whole_life(network, friends):
    nord, sud, _, lea, chloe = friends
    offer = await nord.publish("Presse à cidre", visibility="followers")
    await network.settle()
    await nord.update(offer, title="Grande presse")
    await network.settle()
    path = f"/l/{(await here(sud, offer)).key}"

    assert "Grande presse" in (await lea.open(path)).words
    assert (await chloe.open(path)).status == 404
    assert (await Visitor(sud).open(path)).status == 404


async def test_a_coop_that_follows_later_sees_what_comes_then(network, friends):
    nord, sud, ouest, _, chloe = friends
    before = await nord.publish("Presse à cidre", visibility="followers")
    await network.settle()
    them = await names.by_name(sud.node, nord.coop.id)
    async with sud.node.db.write() as tx:
        await follows.follow(tx, replace(sud.operator, coop_id=ouest.id), ouest, them)
    await network.settle()

    after = await nord.publish("Alambic", visibility="followers")
    await network.settle()

    assert (await chloe.open(f"/l/{(await here(sud, after)).key}")).status == 200
    assert (await chloe.open(f"/l/{(await here(sud, before)).key}")).status == 404


async def test_a_coop_that_follows_no_more_sees_it_no_more(network, friends):
    nord, sud, ouest, lea, chloe = friends
    them = await names.by_name(sud.node, nord.coop.id)
    for_ouest = replace(sud.operator, coop_id=ouest.id)
    async with sud.node.db.write() as tx:
        await follows.follow(tx, for_ouest, ouest, them)
    await network.settle()
    offer = await nord.publish("Presse à cidre", visibility="followers")
    await network.settle()
    path = f"/l/{(await here(sud, offer)).key}"
    assert [(await one.open(path)).status for one in (lea, chloe)] == [200, 200]

    async with sud.node.db.write() as tx:
        await follows.unfollow(tx, for_ouest, ouest, them)
    await network.settle()
    assert [(await one.open(path)).status for one in (lea, chloe)] == [200, 404]
    assert "Presse à cidre" not in (await chloe.open("/annonces?q=presse")).words

    async with sud.node.db.write() as tx:
        await follows.unfollow(tx, sud.operator, sud.coop, them)
    await network.settle()
    assert await here(sud, offer) is None


@pytest.mark.parametrize(
    ("to", "seen"),
    [("sud", (200, 404)), ("ouest", (404, 200)), ("somebody", (404, 404)), ("nobody", (404, 404))],
)
async def test_what_is_addressed_to_one_is_for_that_one(network, friends, to, seen):
    """A listing sent to one coop alone, though several here follow its author."""
    nord, sud, ouest, lea, chloe = friends
    them = await names.by_name(sud.node, nord.coop.id)
    async with sud.node.db.write() as tx:
        await follows.follow(tx, replace(sud.operator, coop_id=ouest.id), ouest, them)
    await network.settle()
    draft = await nord.publish("Presse à cidre", visibility="followers")
    addressed = {
        "sud": (Iri(sud.coop.id),),
        "ouest": (Iri(ouest.id),),
        "somebody": (Iri("https://est.test/actors/est"),),
        "nobody": (),
    }[to]
    note = replace(to_note(draft, nord.coop), to=addressed, cc=())
    async with sud.node.db.write() as tx:
        await hearing.keep(tx, note)

    path = f"/l/{(await here(sud, draft)).key}"
    assert ((await lea.open(path)).status, (await chloe.open(path)).status) == seen
    async with sud.node.db.read() as tx:
        assert await listings.count(tx, listings.Filter()) == 0
    assert (await here(sud, draft)).status is Status.PUBLISHED
