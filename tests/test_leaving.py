"""Who leaves takes everything along: an actor that is gone, and one that we no longer hear."""

from dataclasses import replace

import pytest
from starlette.responses import Response

from fedicoop.access import operator
from fedicoop.actors import actions as actors
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.actors.coops import put as put_coop
from fedicoop.follows import actions as follows
from tests import hostile
from tests.conftest import PAIRS
from tests.hostile import Served
from tests.test_delivery import Doorman

village, nord, friend, evil = hostile.fixtures()
GONE, ABSENT = Served(410, {}, b""), Served(404, {}, b"")


async def rows(nord, table: str, where: str = "1 = 1", **values) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count(f"SELECT count(*) FROM {table} WHERE {where}", **values)


def photos(house, *names) -> list[dict[str, str]]:
    return [{"type": "Image", "url": f"{house.origin}/{name}.jpg"} for name in names]


async def sources(nord) -> set[str]:
    """The photos that have a row here, by the last part of where they came from."""
    found = ("own", "both", "bobs")
    return {name for name in found if await rows(nord, "pictures", "source LIKE :s", s=f"%/{name}.jpg")}


async def at_home(nord, friend) -> None:
    """Alice has two listings with a photo here, hears us, and is heard."""
    await friend.publish(nord, attachment=photos(friend, "own"))
    await friend.publish(nord, "2", attachment=photos(friend, "own"))
    await friend.send(friend.says("Follow", nord.coop.id), nord)
    assert await traces(nord, friend) == (2, 2, 1)


async def traces(nord, friend) -> tuple[int, int, int]:
    """What is here of alice: her listings, her follows in both directions, and all photos."""
    alice = friend.id("alice")
    return (
        await rows(nord, "listings", "actor_id = :id", id=alice),
        await rows(nord, "follows", "follower_id = :id OR followed_id = :id", id=alice),
        await rows(nord, "pictures"),
    )


# Gone


async def unknown_key(nord, friend, network) -> int:
    """A letter under a key that we do not know: her document is asked for, and is gone."""
    said = friend.says("Like", "https://x.test/1")
    return (await friend.send(said, nord, key_id=f"{friend.id('alice')}#new")).status_code


async def daily_refresh(nord, friend, network) -> int:
    network.clock.advance(days=2)
    return (await friend.send(friend.says("Create", friend.offer("3")), nord)).status_code


async def her_delete(nord, friend, network) -> int:
    return (await friend.send(friend.says("Delete", friend.id("alice")), nord)).status_code


@pytest.mark.parametrize(("learnt", "answer"), [(unknown_key, 401), (daily_refresh, 202), (her_delete, 202)])
async def test_of_an_actor_that_is_gone_nothing_stays(nord, friend, network, learnt, answer):
    """However we learn it: listings, follows and photos go; and it does not come back."""
    await at_home(nord, friend)
    friend.served["/actors/alice"] = GONE

    assert await learnt(nord, friend, network) == answer

    assert await traces(nord, friend) == (0, 0, 0)
    assert await rows(nord, "keys", "actor_id = :id", id=friend.id("alice")) == 0
    friend.actor("alice")
    await friend.send(friend.says("Create", friend.offer("4")), nord)
    assert await traces(nord, friend) == (0, 0, 0)


async def test_a_farewell_after_the_door_was_found_closed_is_taken(nord, friend, network):
    """Her 410 came first, and with it her keys went: the Delete that follows cannot be verified."""
    await at_home(nord, friend)
    friend.served["/actors/alice"] = GONE
    letter = friend.letter(friend.says("Like", "https://x.test/1"), nord, key_id=f"{friend.id('alice')}#new")
    await letter.to(nord)

    assert await her_delete(nord, friend, network) == 202

    assert await traces(nord, friend) == (0, 0, 0)


async def test_a_photo_that_somebody_else_shows_stays(nord, friend):
    """Alice is gone with her own photo; the one that bob shows too is still his."""
    await friend.is_followed_by(nord, "bob")
    await friend.publish(nord, attachment=photos(friend, "own", "both"))
    await friend.publish(nord, "2", attachment=photos(friend, "own"))
    theirs = friend.offer("3", by="bob", attachment=photos(friend, "both", "bobs"))
    await friend.send(friend.says("Create", theirs, by="bob"), nord, by="bob")
    assert await sources(nord) == {"own", "both", "bobs"}

    await friend.send(friend.says("Delete", friend.id("alice")), nord)

    assert await sources(nord) == {"both", "bobs"}
    assert [listing.id for listing in await nord.shelf()] == [theirs["id"]]


# Not there


@pytest.mark.parametrize("document", [ABSENT, GONE])
async def test_the_farewell_of_somebody_we_never_met_is_taken_and_forgotten(nord, evil, document):
    """Mastodon sends it to everybody it ever knew, and repeats it until it is taken."""
    evil.served["/actors/nobody"] = document
    before = [await rows(nord, table) for table in ("received", "actors", "tombstones", "jobs")]

    said = evil.says("Delete", evil.id("nobody"), by="nobody")
    answer = await evil.send(said, nord, by="nobody")

    assert answer.status_code == 202
    assert [await rows(nord, table) for table in ("received", "actors", "tombstones", "jobs")] == before


async def test_a_document_that_is_not_there_ends_nobody_whom_we_know(nord, friend):
    """A 404 is a mishap sooner than a farewell: whoever signs with another's key is told no."""
    await at_home(nord, friend)
    friend.served["/actors/alice"] = ABSENT

    said = friend.says("Delete", friend.id("alice"))
    answer = await friend.send(said, nord, by="bob", key_id=f"{friend.id('alice')}#main-key")

    assert answer.status_code == 401
    assert await traces(nord, friend) == (2, 2, 1)


async def test_a_stranger_who_is_not_there_says_nothing_else(nord, evil):
    for said in (
        evil.says("Delete", f"{evil.origin}/listings/1", by="nobody"),
        evil.says("Create", evil.offer(by="nobody"), by="nobody"),
    ):
        assert (await evil.send(said, nord, by="nobody")).status_code == 401


# An inbox that is gone


async def told_of_something(nord, friend, network) -> list[str]:
    """Alice's inbox answers 410 to whatever we bring; what friend was asked for thereupon."""
    network.switchboard.plug("friend.test", Doorman(friend, lambda _: Response(status_code=410)))
    friend.asked.clear()
    await nord.publish()
    await network.settle()
    return friend.asked


async def test_an_inbox_that_is_gone_ends_a_follow_if_its_actor_is_gone(nord, friend, network):
    await at_home(nord, friend)
    friend.served["/actors/alice"] = GONE

    assert "GET /actors/alice" in await told_of_something(nord, friend, network)

    assert await traces(nord, friend) == (0, 0, 0)


@pytest.mark.parametrize("document", [None, ABSENT, Served(403, {}, b""), Served(200, {}, b"{}")])
async def test_an_inbox_that_is_gone_ends_nothing_while_its_actor_is_there(nord, friend, network, document):
    """A moved inbox, or a mistake on their side: what the actor itself says decides."""
    await at_home(nord, friend)
    if document:
        friend.served["/actors/alice"] = document

    assert "GET /actors/alice" in await told_of_something(nord, friend, network)

    assert await traces(nord, friend) == (2, 2, 1)


# No longer heard


async def second_coop(nord):
    """The same house in the name of another of its coops."""
    async with nord.node.db.write() as tx:
        coop = await actors.create(tx, nord.origin, "Organization", "jardin", "Jardin", PAIRS[3])
        await put_coop(tx, Coop(coop.id, "food", "fr", AuthorMode.COOP))
    return replace(nord, coop=coop, operator=operator(coop.id))


async def unfollows(nord, actor_id: str, network) -> None:
    async with nord.node.db.write() as tx:
        them = await follows.actors.get(tx, actor_id)
        await follows.unfollow(tx, nord.operator, nord.coop, them)
    await network.settle()


async def test_whom_nobody_here_hears_any_more_leaves_our_shelf(nord, friend, network):
    """Its edits and its Delete would not reach us: what we could not keep true is not shown."""
    await friend.publish(nord, attachment=photos(friend, "own"))
    await friend.is_followed_by(nord, "bob")
    theirs = friend.offer("3", by="bob", attachment=photos(friend, "bobs"))
    await friend.send(friend.says("Create", theirs, by="bob"), nord, by="bob")

    await unfollows(nord, friend.id("alice"), network)

    assert [listing.id for listing in await nord.shelf()] == [theirs["id"]]
    assert await sources(nord) == {"bobs"}
    assert await rows(nord, "tombstones") == 0, "it may come back"


async def test_whom_another_coop_of_the_house_hears_stays(nord, friend, network):
    jardin = await second_coop(nord)
    await friend.is_followed_by(jardin)
    offer = await friend.publish(nord, attachment=photos(friend, "own"))

    await unfollows(nord, friend.id("alice"), network)
    assert ([seen.id for seen in await nord.shelf()], await sources(nord)) == ([offer.id], {"own"})

    await unfollows(jardin, friend.id("alice"), network)
    assert (await nord.shelf(), await sources(nord)) == ([], set())


async def test_what_is_heard_again_comes_back(nord, friend, network):
    await friend.publish(nord, attachment=photos(friend, "own"))
    await unfollows(nord, friend.id("alice"), network)

    await friend.is_followed_by(nord)
    await friend.publish(nord, attachment=photos(friend, "own"))

    assert (len(await nord.shelf()), await sources(nord)) == (1, {"own"})


async def test_what_another_coop_relays_keeps_its_photo(nord, friend, evil, network):
    """Mallory, whom we hear still, relays alice's offer: it stays, whole."""
    await evil.is_followed_by(nord, "mallory")
    offer = await friend.publish(nord, attachment=photos(friend, "own"))
    await evil.send(evil.says("Announce", offer.id, by="mallory"), nord, by="mallory")

    await unfollows(nord, friend.id("alice"), network)

    assert ([seen.id for seen in await nord.shelf()], await sources(nord)) == ([offer.id], {"own"})


async def test_what_only_its_relays_brought_leaves_with_it(nord, friend, evil, network):
    """Where members write, a coop is heard through its relays: without it they reach us no more."""
    await evil.is_followed_by(nord, "mallory")
    friend.serve("/listings/5", friend.offer("5", by="bob", attachment=photos(friend, "bobs")))
    relay = evil.says("Announce", f"{friend.origin}/listings/5", by="mallory")
    await evil.send(relay, nord, by="mallory")
    assert len(await nord.shelf()) == 1

    await unfollows(nord, evil.id("mallory"), network)

    assert (await nord.shelf(), await sources(nord)) == ([], set())
