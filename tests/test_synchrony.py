"""Two houses agree on who follows whom, and mend it where they do not (FEP-8fcf)."""

from hashlib import sha256

import httpx
import pytest

from fedicoop.actors import fetching
from fedicoop.actors import store as actors
from fedicoop.follows import store, synchrony
from fedicoop.follows.follow import Status
from fedicoop.vocabulary.types import Actor
from tests.conftest import Instance
from tests.hostile import Stranger


class Listening(httpx.AsyncBaseTransport):
    """What one house is brought, and what stood beside it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner, self.headers = inner, list[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.headers.append(request.headers.get(synchrony.HEADER, ""))
        return await self.inner.handle_async_request(request)


async def status(instance: Instance, follower: str, followed: str) -> str | None:
    async with instance.node.db.read() as tx:
        found = await store.between(tx, follower, followed)
    return found.status if found else None


def test_the_digest_is_the_exclusive_or_of_the_ids_hashes():
    a, b = (sha256(one.encode()).digest() for one in ("https://a.test/1", "https://a.test/2"))
    both = bytes(x ^ y for x, y in zip(a, b, strict=True)).hex()
    assert synchrony.digest(["https://a.test/1", "https://a.test/2", "https://a.test/1"]) == both
    assert synchrony.digest(["https://a.test/1"]) == a.hex()
    assert synchrony.digest([]) == "0" * 64


async def test_what_is_for_followers_says_who_of_that_house_follows_and_nothing_else_does(network, pair):
    nord, sud = pair
    line = Listening(network.switchboard.plugged["sud.test"])
    network.switchboard.plugged["sud.test"] = line
    await nord.publish("Pour tout le monde")
    await network.settle()
    assert line.headers == [""]

    await nord.publish("Entre nous", visibility="followers")
    await network.settle()
    us = nord.coop.id
    assert line.headers[1:] == [
        f'collectionId="{us}/followers", url="{us}/followers_synchronization", '
        f'digest="{synchrony.digest([sud.coop.id])}"'
    ]
    async with sud.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE kind = 'Synchronise'") == 0, "they agree"


async def test_the_list_is_for_the_house_whose_people_stand_in_it(network, pair):
    nord, sud = pair
    est = await network.add("est.test")
    await network.befriend(est, nord)
    url = synchrony.address(nord.coop.id)

    for one in (sud, est):
        listed = await fetching.fetch(one.node, url)
        assert listed.items == (one.coop.id,)
        assert listed.total == 1
    assert (await nord.get(url)).status_code == 401
    answer = await fetching.get_signed(sud.node, url)
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_follow_that_they_forgot_ends_and_one_whose_answer_was_lost_begins(network, pair):
    nord, sud = pair
    await nord.publish("Tandem")
    await network.settle()
    async with nord.node.db.write() as tx:  # a backup from before was restored
        await store.end(tx, await store.between(tx, sud.coop.id, nord.coop.id))
    lea = await sud.join("lea")
    person = await from_elsewhere(sud, lea.actor_id)
    async with nord.node.db.write() as tx:
        await actors.put(tx, person)
        await store.ask(tx, "https://sud.test/f/9", person.id, nord.coop.id, Status.ACCEPTED)
    await nord.publish("Entre nous", visibility="followers")
    await network.settle()

    assert await status(sud, sud.coop.id, nord.coop.id) == "rejected"
    assert await sud.shelf() == [], "what is no longer kept true leaves the shelf"
    assert await status(nord, lea.actor_id, nord.coop.id) is None, "lea never asked: sud said so"


async def from_elsewhere(instance: Instance, id: str) -> Actor:
    async with instance.node.db.read() as tx:
        return await actors.get(tx, id)


async def test_a_lost_yes_is_found(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    await nord.publish("Tandem")
    await network.settle()
    async with sud.node.db.write() as tx:
        following = await store.between(tx, sud.coop.id, nord.coop.id)
        await store.decide(tx, following, Status.PENDING)
    await nord.publish("Entre nous", visibility="followers")
    await network.settle()

    assert await status(sud, sud.coop.id, nord.coop.id) == "accepted"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "junk",
        'collectionId="https://friend.test/actors/alice/followers"',
        'collectionId="https://friend.test/actors/alice/followers", url="https://evil.test/x", digest="{0}"',
        'collectionId="https://friend.test/actors/bob/followers", url="https://friend.test/x", digest="{0}"',
        'collectionId="https://friend.test/actors/alice/followers", url="https://friend.test/x", digest="no"',
        "x" * 5000,
    ],
)
async def test_a_header_that_says_nothing_of_the_sender_moves_nothing(network, header):
    nord, friend = await network.add("nord.test"), Stranger(network, "friend.test")
    friend.actor("alice")
    friend.actor("bob")
    await friend.is_followed_by(nord)
    letter = friend.letter(friend.says("Create", friend.offer("1")), nord)
    letter.headers.append((synchrony.HEADER, header.replace("{0}", "0" * 64)))
    friend.asked.clear()

    assert (await letter.to(nord)).status_code == 202
    await network.settle()
    assert [one for one in friend.asked if one.startswith("GET /x")] == []
    assert await status(nord, nord.coop.id, friend.id("alice")) == "accepted"


async def test_a_list_that_is_not_whole_or_not_there_ends_nothing(network):
    nord, friend = await network.add("nord.test"), Stranger(network, "friend.test")
    friend.actor("alice")
    await friend.is_followed_by(nord)
    url, followers = f"{friend.origin}/x", f"{friend.id('alice')}/followers"
    lists = (
        {"id": url, "type": "OrderedCollection", "totalItems": 3, "orderedItems": []},
        {"id": url, "type": "OrderedCollection", "first": f"{url}?page=1"},
        {"id": url, "type": "Note"},
        None,
    )
    for number, listed in enumerate(lists):
        friend.served.pop("/x", None)
        if listed:
            friend.serve("/x", listed)
        letter = friend.letter(friend.says("Create", friend.offer(str(number))), nord)
        line = f'collectionId="{followers}", url="{url}", digest="{"0" * 64}"'
        letter.headers.append((synchrony.HEADER, line))
        assert (await letter.to(nord)).status_code == 202
        await network.settle()
        assert await status(nord, nord.coop.id, friend.id("alice")) == "accepted"
        network.clock.advance(minutes=20)
    assert len([one for one in friend.asked if one == "GET /x"]) == len(lists)
    friend.serve("/x", {"id": url, "type": "OrderedCollection", "totalItems": 0, "orderedItems": []})
    letter = friend.letter(friend.says("Create", friend.offer("9")), nord)
    letter.headers.append((synchrony.HEADER, f'collectionId="{followers}", url="{url}", digest="{"0" * 64}"'))
    await letter.to(nord)
    await network.settle()
    assert await status(nord, nord.coop.id, friend.id("alice")) == "rejected", "this one is whole"
