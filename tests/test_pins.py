"""What a coop shows first, here and on its profile elsewhere; hashtags for people and for programs."""

import pytest

from fedicoop.access import Role
from fedicoop.errors import Conflict, Forbidden
from fedicoop.listings import actions as listings
from fedicoop.listings import pins
from fedicoop.listings.listing import Outcome
from tests.browsing import Visitor, signed_in
from tests.conftest import actor
from tests.hostile import ACTIVITY, fixtures

village, nord, friend, evil = fixtures()


async def pin(nord, listing):
    async with nord.node.db.write() as tx:
        await pins.pin(tx, nord.operator, listing)


async def featured(nord):
    return (await nord.get(f"{nord.coop.id}/featured")).json()["orderedItems"]


async def test_the_newest_stand_on_the_profile_until_something_is_pinned(nord):
    first = await nord.publish("Vélo")
    second = await nord.publish("Remorque")
    assert await featured(nord) == [second.id, first.id]

    await pin(nord, first)

    assert await featured(nord) == [first.id]  # ids alone, as Mastodon takes them


async def test_the_latest_pinned_comes_first_and_what_ended_leaves(nord):
    some = [await nord.publish(f"Vélo {number}") for number in range(3)]
    for listing in some:
        await pin(nord, listing)
        nord.node.db.clock.advance(minutes=1)
    assert await featured(nord) == [one.id for one in reversed(some)]

    async with nord.node.db.write() as tx:
        await listings.close(tx, nord.operator, some[2].id, Outcome.LENT)

    assert await featured(nord) == [some[1].id, some[0].id]


async def test_followers_are_told_so_that_they_read_the_pins_again(nord, friend):
    listing = await nord.publish()
    bob = friend.says("Follow", nord.coop.id, by="bob")
    await friend.send(bob, nord, by="bob")

    await pin(nord, listing)
    await nord.settle()

    update = friend.heard[-1]
    assert (update["type"], update["object"]["featured"]) == ("Update", f"{nord.coop.id}/featured")


@pytest.mark.parametrize("visibility", ["followers", "coop"])
async def test_what_is_not_for_everybody_is_not_pinned(nord, visibility):
    hidden = await nord.publish("Entre nous", visibility=visibility)

    with pytest.raises(Conflict):
        await pin(nord, hidden)


async def test_no_more_are_pinned_than_profiles_show(nord):
    for number in range(pins.MOST):
        await pin(nord, await nord.publish(f"Vélo {number}"))

    with pytest.raises(Conflict):
        await pin(nord, await nord.publish("Un de trop"))


async def test_a_member_does_not_pin_and_a_steward_does_from_the_listing(nord):
    lea = await nord.join("lea")
    own = await nord.publish("Vélo de Léa", by=lea)
    with pytest.raises(Forbidden):
        async with nord.node.db.write() as tx:
            await pins.pin(tx, lea, own)
    page = await (await signed_in(nord, lea)).open(f"/l/{own.key}")
    assert "Mettre en avant" not in page.words

    steward = await karim(nord)
    visitor = await signed_in(nord, steward)
    await visitor.open(f"/l/{own.key}")
    page = await visitor.submit(f"/l/{own.key}/epingler")
    assert "Ne plus mettre en avant" in page.words
    assert "Mises en avant" in (await Visitor(nord).open("/@nord")).words

    await visitor.open(f"/l/{own.key}")
    await visitor.submit(f"/l/{own.key}/epingler")
    assert "Mises en avant" not in (await Visitor(nord).open("/@nord")).words


async def karim(nord):
    return await nord.join("karim", name="K", role=Role.STEWARD)


async def test_a_hashtag_is_a_page_for_people_and_a_collection_for_programs(nord, friend):
    ours = await nord.publish("Vélo", tags=["cargo"])
    await nord.publish("Entre nous", tags=["cargo"], visibility="coop")
    tag = {"type": "Hashtag", "name": "#cargo", "href": "https://friend.test/tags/cargo"}
    theirs = await friend.publish(nord, tag=[tag])

    page = await Visitor(nord).open("/tags/cargo")
    index = (await nord.get("/tags/cargo")).json()
    items = (await nord.get(index["first"])).json()["orderedItems"]

    assert "Vélo" in page.words
    assert "Entre nous" not in page.words
    assert (
        f'<https://nord.test/tags/cargo>; rel="alternate"; type="{ACTIVITY}"' in page.answer.headers["link"]
    )
    assert (index["id"], index["type"], index["totalItems"]) == (
        "https://nord.test/tags/cargo",
        "OrderedCollection",
        2,
    )
    found = {one if isinstance(one, str) else one["id"] for one in items}
    assert found == {ours.id, theirs.id}
    assert theirs.id in items  # of others, the id alone: their own house says what it is


async def test_a_collection_of_a_hashtag_goes_on_from_page_to_page(nord):
    for number in range(25):
        await nord.publish(f"Vélo {number}", tags=["cargo"])

    first = (await nord.get("/tags/cargo?page=1")).json()
    second = (await nord.get(first["next"])).json()

    assert len(first["orderedItems"]) == 20
    assert len(second["orderedItems"]) == 5
    assert "next" not in second


async def test_the_tags_used_most_are_on_the_profile(nord):
    for tags in (["cargo", "velo"], ["cargo"]):
        await nord.publish("Vélo", tags=tags)

    found = (await nord.get(f"{nord.coop.id}/featured-tags")).json()

    assert found["type"] == "Collection"
    assert [one["name"] for one in found["items"]] == ["#cargo", "#velo"]
    assert (await actor(nord, nord.coop.id)).featured_tags == f"{nord.coop.id}/featured-tags"
