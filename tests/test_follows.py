"""Who hears whom: asked, answered, taken back, in both directions."""

from dataclasses import replace

import pytest

from fedicoop.access import operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops, keyring, names
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.desk import actions as desk
from fedicoop.errors import Conflict, NotFound
from fedicoop.follows import actions, store
from fedicoop.follows.follow import Status
from fedicoop.outbox import profile
from tests.conftest import PAIRS, actor
from tests.hostile import Stranger


async def status(instance, follower, followed):
    async with instance.node.db.read() as tx:
        found = await store.between(tx, follower.id, followed.id)
    return found.status if found else None


async def test_a_follow_is_answered_at_once(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")

    await network.befriend(sud, nord)

    assert await status(sud, sud.coop, nord.coop) is Status.ACCEPTED
    assert await status(nord, sud.coop, nord.coop) is Status.ACCEPTED
    followers = (await nord.get(f"{nord.coop.id}/followers")).json()
    assert followers["totalItems"] == 1
    assert "first" not in followers


async def test_a_coop_that_chooses_its_followers_answers_when_its_steward_does(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    async with nord.node.db.write() as tx:
        await actions.require_approval(tx, nord.operator, nord.coop, approval=True)
    await network.befriend(sud, nord)
    assert await status(sud, sud.coop, nord.coop) is Status.PENDING

    async with nord.node.db.write() as tx:
        await actions.decide(tx, nord.operator, nord.coop, sud.coop, accept=True)
    await network.settle()

    assert await status(sud, sud.coop, nord.coop) is Status.ACCEPTED
    assert (await nord.get(nord.coop.id)).json()["manuallyApprovesFollowers"] is True


async def test_a_steward_may_say_no(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    async with nord.node.db.write() as tx:
        await actions.require_approval(tx, nord.operator, nord.coop, approval=True)
    await network.befriend(sud, nord)

    async with nord.node.db.write() as tx:
        await actions.decide(tx, nord.operator, nord.coop, sud.coop, accept=False)
    await network.settle()
    await nord.publish()
    await network.settle()

    assert await status(sud, sud.coop, nord.coop) is Status.REJECTED
    assert await sud.shelf() == []


async def test_a_follower_sent_away_hears_nothing_more(pair, network):
    nord, sud = pair

    async with nord.node.db.write() as tx:
        await actions.decide(tx, nord.operator, nord.coop, sud.coop, accept=False)
    await nord.publish()
    await network.settle()

    assert await status(sud, sud.coop, nord.coop) is Status.REJECTED
    assert await sud.shelf() == []


async def test_unfollowing_is_told_and_ends_the_news(pair, network):
    nord, sud = pair

    async with sud.node.db.write() as tx:
        await actions.unfollow(tx, sud.operator, sud.coop, nord.coop)
    await network.settle()
    await nord.publish()
    await network.settle()

    assert await status(nord, sud.coop, nord.coop) is None
    assert await sud.shelf() == []


async def test_following_twice_is_said_to_be_done_already(pair):
    nord, sud = pair

    with pytest.raises(Conflict):
        await sud.follow(nord)


async def test_unfollowing_a_stranger_is_said_to_be_impossible(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")

    with pytest.raises(NotFound):
        async with sud.node.db.write() as tx:
            await actions.unfollow(tx, sud.operator, sud.coop, nord.coop)


async def test_a_follow_asked_again_is_answered_again(pair, network):
    """Mastodon asks again under a new id when it lost our answer."""
    nord, sud = pair
    async with sud.node.db.write() as tx:
        await tx.run("UPDATE follows SET status = 'pending'")

    await sud.follow(nord)
    await network.settle()

    assert await status(sud, sud.coop, nord.coop) is Status.ACCEPTED
    async with nord.node.db.read() as tx:
        assert await store.followers_count(tx, nord.coop.id) == 1


@pytest.mark.parametrize(
    "name",
    ["nord.test", "@nord@nord.test", "nord@nord.test", "https://nord.test/", "https://nord.test/@nord"],
)
async def test_a_coop_is_found_by_whatever_a_steward_types(network, name):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")

    found = await names.by_name(sud.node, name)

    assert found.id == nord.coop.id


async def test_the_server_itself_cannot_be_followed(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    server = await names.by_name(sud.node, f"{nord.origin}/actor")

    async with sud.node.db.write() as tx:
        await actions.follow(tx, sud.operator, sud.coop, server)
    await network.settle()

    async with nord.node.db.read() as tx:
        assert await store.followers_count(tx, server.id) == 0


async def test_a_coop_that_changes_its_name_is_called_so_by_its_followers(pair, network):
    nord, sud = pair

    async with nord.node.db.write() as tx:
        wanted = replace(await coops.get(tx, nord.coop.id), sentence="On **répare**.", hours="Samedi 10 h")
        await desk.change(tx, nord.operator, nord.origin, nord.coop, wanted, name="Vélo du Nord")
    await network.settle()

    seen = await actor(sud, nord.coop.id)
    assert (seen.name, seen.summary) == ("Vélo du Nord", "<p>On <strong>répare</strong>.</p>")
    assert [(field.name, field.value) for field in seen.fields] == [("Horaires", "Samedi 10 h")]


async def test_new_keys_are_told_and_believed(pair, network):
    nord, sud = pair
    before = await actor(sud, nord.coop.id)

    async with nord.node.db.write() as tx:
        await keyring.put(tx, nord.coop.id, PAIRS[2])
        await profile.tell(tx, nord.coop.id)
    await network.settle()
    offer = await nord.publish()
    await network.settle()

    after = await actor(sud, nord.coop.id)
    assert {key.public for key in after.keys}.isdisjoint(key.public for key in before.keys)
    assert [seen.id for seen in await sud.shelf()] == [offer.id]


@pytest.fixture
async def under_one_roof(network):
    """Nord's house, and a second coop in it with its operator."""
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        jardin = await actors.create(tx, nord.origin, "Organization", "jardin", "Jardin", PAIRS[3])
        await coops.put(tx, Coop(jardin.id, "food", "fr", AuthorMode.COOP))
    return nord, replace(nord, coop=jardin, operator=operator(jardin.id))


async def said(instance) -> int:
    async with instance.node.db.read() as tx:
        return await tx.count(
            "SELECT count(*) FROM sent WHERE type IN ('Follow', 'Accept', 'Reject', 'Undo')"
        )


async def test_coops_of_one_house_need_no_letters_to_hear_each_other(under_one_roof, network):
    nord, jardin = under_one_roof

    for follower, followed in ((nord, jardin), (jardin, nord)):
        await follower.follow(followed)
        assert await status(nord, follower.coop, followed.coop) is Status.ACCEPTED
    await jardin.publish()
    await network.settle()

    assert (await nord.get(f"{nord.coop.id}/followers")).json()["totalItems"] == 1
    assert (await said(nord), network.switchboard.asked) == (0, [])


@pytest.mark.parametrize("accept", [True, False])
async def test_a_coop_of_the_same_house_waits_for_its_yes_as_any_other(under_one_roof, network, accept):
    nord, jardin = under_one_roof
    async with nord.node.db.write() as tx:
        await actions.require_approval(tx, jardin.operator, jardin.coop, approval=True)
    await nord.follow(jardin)
    assert await status(nord, nord.coop, jardin.coop) is Status.PENDING

    async with nord.node.db.write() as tx:
        await actions.decide(tx, jardin.operator, jardin.coop, nord.coop, accept=accept)
    await network.settle()

    assert await status(nord, nord.coop, jardin.coop) is (Status.ACCEPTED if accept else None)
    assert (await said(nord), network.switchboard.asked) == (0, [])


async def test_coops_of_one_house_part_without_a_letter(under_one_roof, network):
    nord, jardin = under_one_roof
    offer = await jardin.publish()
    await nord.follow(jardin)

    async with nord.node.db.write() as tx:
        await actions.unfollow(tx, nord.operator, nord.coop, jardin.coop)
    await network.settle()

    assert await status(nord, nord.coop, jardin.coop) is None
    assert await nord.find(offer.id) == offer
    assert (await said(nord), network.switchboard.asked) == (0, [])


@pytest.fixture
async def heard_house(network):
    """Nord, and a scripted house where alice is a coop with a name of her own."""
    nord, friend = await network.add("nord.test"), Stranger(network, "friend.test")
    friend.actor("alice")
    friend.finger("alice", friend.id("alice"))
    return nord, friend


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_late_yes_after_a_no_revives_nothing(heard_house, network, by_id):
    nord, friend = heard_house
    await friend.is_asked_by(nord)
    asked = friend.heard[-1]
    await friend.send(friend.says("Reject", asked), nord)

    await friend.send(friend.says("Accept", asked["id"] if by_id else asked), nord)

    assert await status(nord, nord.coop, await actor(nord, friend.id("alice"))) is Status.REJECTED
    assert await friend.publish(nord) is None
    assert "GET /actors/alice/outbox" not in friend.asked


async def test_who_said_no_may_be_asked_again_and_say_yes(heard_house):
    """The other side: a new Follow has an answer of its own."""
    nord, friend = heard_house
    await friend.is_asked_by(nord)
    await friend.send(friend.says("Reject", friend.heard[-1]), nord)

    await friend.is_followed_by(nord)

    assert await friend.publish(nord)


@pytest.mark.parametrize(("handle", "kept"), [("alice", "alice@friend.test"), ("alicia", None)])
async def test_a_confirmed_name_lasts_as_long_as_the_handle(heard_house, handle, kept):
    """Case 41: an edit of her profile says nothing new about her name, unless it names another."""
    nord, friend = heard_house
    await names.by_handle(nord.node, "alice@friend.test")
    assert (await actor(nord, friend.id("alice"))).webfinger == "alice@friend.test"

    friend.actor("alice", preferredUsername=handle, name="Alice et amis")
    await friend.send(friend.says("Update", friend.id("alice")), nord)

    seen = await actor(nord, friend.id("alice"))
    assert (seen.name, seen.handle, seen.webfinger) == ("Alice et amis", handle, kept)
