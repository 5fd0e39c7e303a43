"""What members and coops like and share: told to the owner once, and taken back."""

import pytest

from fedicoop.app.keeps import KEEPS
from fedicoop.errors import Conflict, Forbidden, NotFound, TooMany
from fedicoop.listings import actions as listings
from fedicoop.reactions import actions, leaving, store
from fedicoop.web import limits
from tests import hostile
from tests.browsing import Visitor, signed_in
from tests.hostile import PUBLIC
from tests.test_listing_page import steward

village, nord, friend, evil = hostile.fixtures()
BOTH = [(actions.like, actions.unlike), (actions.boost, actions.unboost)]


async def counts(instance, listing):
    async with instance.node.db.read() as tx:
        found = await store.counts(tx, listing.id)
    return found.likes, found.shares


def heard(stranger, kind):
    return [one for one in stranger.heard if one["type"] == kind]


async def test_a_member_likes_a_listing_of_a_peer_and_its_owner_is_told_once(nord, friend):
    offer, lea = await friend.publish(nord), await nord.join("lea")

    await actions.like(nord.node, lea, offer.id)
    await actions.like(nord.node, lea, offer.id)
    await friend.network.settle()

    [said] = heard(friend, "Like")
    assert (said["actor"], said["object"], said["to"], said["cc"]) == (
        lea.actor_id,
        offer.id,
        [friend.id("alice")],
        [],
    )
    assert await counts(nord, offer) == (1, 0)
    assert (await nord.get(said["id"])).status_code == 404, "a like is between the two"


async def test_a_like_is_taken_back_once_with_what_it_was_embedded(nord, friend):
    offer, lea = await friend.publish(nord), await nord.join("lea")
    await actions.like(nord.node, lea, offer.id)
    await friend.network.settle()

    await actions.unlike(nord.node, lea, offer.id)
    await actions.unlike(nord.node, lea, offer.id)
    await friend.network.settle()

    [like], [undo] = heard(friend, "Like"), heard(friend, "Undo")
    assert {name: undo["object"][name] for name in ("id", "type", "actor", "object")} == {
        name: like[name] for name in ("id", "type", "actor", "object")
    }
    assert await counts(nord, offer) == (0, 0)


async def test_a_share_goes_to_the_owner_and_to_those_who_follow_who_shares(nord, friend, evil, network):
    offer, lea = await friend.publish(nord), await nord.join("lea")
    await evil.send(evil.says("Follow", lea.actor_id, by="mallory"), nord, by="mallory")

    await actions.boost(nord.node, lea, offer.id)
    await actions.boost(nord.node, lea, offer.id)
    await network.settle()

    [told], [followed] = heard(friend, "Announce"), heard(evil, "Announce")
    assert told == followed
    assert told["object"] == offer.id
    assert (told["to"], told["cc"]) == ([PUBLIC], [f"{lea.actor_id}/followers", friend.id("alice")])
    assert (await nord.get(told["id"])).status_code == 200
    assert (await nord.get(f"{lea.actor_id}/outbox")).json()["totalItems"] == 1

    await actions.unboost(nord.node, lea, offer.id)
    await network.settle()
    assert len(heard(evil, "Undo")) == len(heard(friend, "Undo")) == 1
    assert (await nord.get(told["id"])).status_code == 410
    assert (await nord.get(f"{lea.actor_id}/outbox")).json()["totalItems"] == 0


async def test_another_house_counts_what_we_say_and_forgets_what_we_take_back(pair, network):
    nord, sud = pair
    offer = await nord.publish("Vélo cargo")
    await network.settle()
    lea = await sud.join("lea")

    await actions.like(sud.node, lea, offer.id)
    await actions.boost(sud.node, lea, offer.id)
    await network.settle()
    assert await counts(nord, offer) == (1, 1)

    await actions.unlike(sud.node, lea, offer.id)
    await actions.unboost(sud.node, lea, offer.id)
    await network.settle()
    assert await counts(nord, offer) == (0, 0)


async def test_what_a_coop_shares_reaches_the_coops_that_follow_it(network):
    nord, sud, ouest = [await network.add(f"{name}.test") for name in ("nord", "sud", "ouest")]
    await network.befriend(sud, nord)
    await network.befriend(ouest, sud)
    offer = await nord.publish("Vélo cargo")
    await network.settle()
    zoe = await steward(sud)

    await actions.boost(sud.node, zoe, offer.id, for_coop=True)
    await network.settle()
    assert [one.id for one in await ouest.shelf()] == [offer.id]
    assert await counts(nord, offer) == (0, 1)

    await actions.unboost(sud.node, zoe, offer.id, for_coop=True)
    await network.settle()
    assert await ouest.shelf() == []
    assert await counts(nord, offer) == (0, 0)


async def test_a_listing_of_the_house_is_liked_without_a_letter(nord, network):
    offer, lea = await nord.publish("Vélo cargo"), await nord.join("lea")
    await network.settle()

    await actions.like(nord.node, lea, offer.id)
    await actions.unlike(nord.node, lea, offer.id)
    await actions.like(nord.node, lea, offer.id)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE type IN ('Like', 'Undo')") == 0
    assert await counts(nord, offer) == (1, 0)


@pytest.mark.parametrize("act", [one for pair in BOTH for one in pair])
async def test_what_a_member_may_not_see_is_as_if_it_were_not_there(nord, village, act):
    """Security case 77."""
    lea = await nord.join("lea")
    async with nord.node.db.write() as tx:
        draft = await listings.draft(
            tx, nord.operator, {"kind": "offer", "mode": "gift", "title": "Caché"}, ()
        )

    for id in (draft.id, f"{nord.origin}/listings/none"):
        with pytest.raises(NotFound) as seen:
            await act(nord.node, lea, id)
        assert seen.value.key == "page.no_listing"


async def test_what_is_for_the_coop_is_liked_inside_and_not_shared(nord, village):
    kept, lea = await nord.publish("Pour nous", visibility="coop"), await nord.join("lea")

    await actions.like(nord.node, lea, kept.id)
    with pytest.raises(Conflict):
        await actions.boost(nord.node, lea, kept.id)

    assert await counts(nord, kept) == (1, 0)


async def test_only_stewards_share_in_the_coops_name(nord, friend):
    offer, lea = await friend.publish(nord), await nord.join("lea")

    for act in (actions.boost, actions.unboost):
        with pytest.raises(Forbidden):
            await act(nord.node, lea, offer.id, for_coop=True)

    assert await counts(nord, offer) == (0, 0)


async def test_nobody_likes_and_takes_back_without_end(nord, friend, monkeypatch):
    offer, lea = await friend.publish(nord), await nord.join("lea")
    monkeypatch.setattr(actions, "OFTEN", limits.Limit("react", 3, actions.OFTEN.within))
    for act in (actions.like, actions.unlike, actions.like):
        await act(nord.node, lea, offer.id)

    with pytest.raises(TooMany):
        await actions.unlike(nord.node, lea, offer.id)


# On the page, without script


async def test_a_member_likes_and_shares_by_two_buttons_and_takes_it_back(nord, friend):
    offer, lea = await friend.publish(nord), await nord.join("lea")
    visitor = await signed_in(nord, lea)
    way = f"/l/{offer.key}/reaction"
    page = await visitor.open(f"/l/{offer.key}")
    assert "J’aime" in page.words
    assert "Partager à qui me suit" in page.words

    page = await visitor.submit(way, do="like")
    page = await visitor.submit(way, do="share")
    assert "1 personne aime, 1 l’a partagée" in page.words
    assert "Vous aimez" in page.words
    page = await visitor.submit(way, do="like")  # a second click on an old page
    assert "1 personne aime," in page.words
    await friend.network.settle()
    assert len(heard(friend, "Like")) == len(heard(friend, "Announce")) == 1

    await visitor.submit(way, do="unlike")
    page = await visitor.submit(way, do="unshare")
    assert "aime," not in page.words
    assert await counts(nord, offer) == (0, 0)


async def test_a_steward_shares_for_the_coop_by_a_button_of_its_own(nord, friend):
    offer, zoe, lea = await friend.publish(nord), await steward(nord), await nord.join("lea")
    assert (
        "Partager pour la coopérative"
        not in (await (await signed_in(nord, lea)).open(f"/l/{offer.key}")).words
    )
    visitor = await signed_in(nord, zoe)
    await visitor.open(f"/l/{offer.key}")

    page = await visitor.submit(f"/l/{offer.key}/reaction", do="share-coop")

    assert "Partagée par la coopérative" in page.words
    async with nord.node.db.read() as tx:
        [kept] = await store.of_actor(tx, nord.coop.id)
    assert kept.listing_id == offer.id


async def test_a_visitor_reads_the_counts_and_finds_no_button(nord, friend):
    offer, lea = await nord.publish("Vélo cargo"), await nord.join("lea")
    visitor = Visitor(nord)
    assert not (await visitor.open(f"/l/{offer.key}")).all("#reactions")

    await actions.like(nord.node, lea, offer.id)

    page = await visitor.open(f"/l/{offer.key}")
    assert "1 personne aime" in page.words
    assert not page.all(f"form[action='/l/{offer.key}/reaction']")


async def test_a_button_pressed_elsewhere_does_nothing(nord, friend):
    """A form of another site, and a deed that there is not."""
    offer, lea = await friend.publish(nord), await nord.join("lea")
    visitor = await signed_in(nord, lea)
    await visitor.open(f"/l/{offer.key}")
    way = f"/l/{offer.key}/reaction"

    page = await visitor.submit(
        way, do="like", headers={"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    )
    assert page.status == 403
    await visitor.open(f"/l/{offer.key}")
    assert (await visitor.submit(way, do="explode")).status in (400, 422)

    assert await counts(nord, offer) == (0, 0)


# Leaving


async def test_who_leaves_takes_along_what_they_liked_and_shared_and_it_is_taken_back(nord, friend):
    offer, lea = await friend.publish(nord), await nord.join("lea")
    await actions.like(nord.node, lea, offer.id)
    await actions.boost(nord.node, lea, offer.id)
    async with nord.node.db.read() as tx:
        taken = await leaving.take_along(tx, lea)
    assert [(row["kind"], row["listing_id"]) for row in taken["reactions"]] == [
        ("like", offer.id),
        ("share", offer.id),
    ]
    assert leaving.take_along in [keep.take_along for keep in KEEPS]

    async with nord.node.db.write() as tx:
        await leaving.forget(tx, lea)
    await friend.network.settle()

    assert await counts(nord, offer) == (0, 0)
    assert [one["object"]["type"] for one in heard(friend, "Undo")] == ["Like", "Announce"]
