"""Likes, emoji and shares from anywhere: counted on the listing, once for each, until they are taken back."""

from dataclasses import dataclass

import pytest

from fedicoop.follows import blocks
from fedicoop.listings import actions as listings
from fedicoop.peers import policies as peers
from fedicoop.peers.peer import Policy
from fedicoop.reactions import store
from tests import hostile
from tests.browsing import Visitor

village, nord, friend, evil = hostile.fixtures()
FIRE = "\U0001f525"


@pytest.fixture
async def offer(nord, village):
    return await nord.publish("Vélo cargo")


async def counted(instance, listing) -> tuple[int, int]:
    """What the note says that anybody fetches, and what its collections say: always the same."""
    note = (await instance.get(listing.id)).json()
    said = note["likes"]["totalItems"], note["shares"]["totalItems"]
    found = [(await instance.get(note[name]["id"])).json() for name in ("likes", "shares")]
    assert tuple(one["totalItems"] for one in found) == said
    assert [one["id"] for one in found] == [f"{listing.id}/likes", f"{listing.id}/shares"]
    return said


async def outcome(instance, said) -> str:
    async with instance.node.db.read() as tx:
        [row] = await tx.all(Outcome, "SELECT outcome FROM received WHERE id = :id", id=said["id"])
    return row.outcome


@dataclass
class Outcome:
    outcome: str


def mastodon_like(who, listing, *, by="bob"):
    """M app/serializers/activitypub/like_serializer.rb"""
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{who.id(by)}#likes/9",
        "type": "Like",
        "actor": who.id(by),
        "object": listing.id,
    }


def misskey_like(who, listing, reaction=FIRE, *, number=1, by="bob"):
    """K packages/backend/src/core/activitypub/ApRendererService.ts, renderLike"""
    tag = {
        "type": "Emoji",
        "id": f"{who.origin}/emojis/blobcat",
        "name": ":blobcat:",
        "icon": {"type": "Image", "mediaType": "image/png", "url": f"{who.origin}/files/blobcat.png"},
    }
    return {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            {"_misskey_reaction": "misskey:_misskey_reaction"},
        ],
        "type": "Like",
        "id": f"{who.origin}/likes/a{number}",
        "actor": who.id(by),
        "object": listing.id,
        "content": reaction,
        "_misskey_reaction": reaction,
        **({"tag": [tag]} if reaction.startswith(":") else {}),
    }


def pleroma_react(who, listing, reaction=FIRE, *, number=1, by="bob"):
    """A lib/pleroma/web/activity_pub/builder.ex, emoji_react"""
    return {
        "@context": ["https://www.w3.org/ns/activitystreams", f"{who.origin}/schemas/litepub-0.1.jsonld"],
        "id": f"{who.origin}/activities/react-{number}",
        "type": "EmojiReact",
        "actor": who.id(by),
        "object": listing.id,
        "context": f"{who.origin}/contexts/1",
        "content": reaction,
        "to": [listing.actor_id, f"{who.id(by)}/followers"],
        "cc": ["https://www.w3.org/ns/activitystreams#Public"],
    }


def undo(who, deed, *, by="bob"):
    return who.says("Undo", deed, by=by)


@pytest.mark.parametrize("shape", [mastodon_like, misskey_like, pleroma_react])
async def test_a_like_from_anywhere_counts_once_and_until_it_is_taken_back(nord, friend, offer, shape):
    said = shape(friend, offer)

    await friend.send(said, nord, by="bob")
    await friend.send(said | {"id": f"{friend.origin}/again"}, nord, by="bob")
    assert await counted(nord, offer) == (1, 0)

    await friend.send(undo(friend, said), nord, by="bob")
    assert await counted(nord, offer) == (0, 0)


async def test_a_like_is_taken_back_by_its_id_alone(nord, friend, offer):
    said = mastodon_like(friend, offer)
    await friend.send(said, nord, by="bob")

    await friend.send(undo(friend, said["id"]), nord, by="bob")

    assert await counted(nord, offer) == (0, 0)


async def test_a_like_is_taken_back_by_what_it_was_about_if_its_id_was_forgotten(nord, friend, offer):
    said = mastodon_like(friend, offer)
    await friend.send(said, nord, by="bob")

    await friend.send(undo(friend, said | {"id": f"{friend.origin}/forgotten"}), nord, by="bob")

    assert await counted(nord, offer) == (0, 0)


async def test_several_emoji_of_one_person_are_one_like_as_long_as_one_is_left(nord, friend, offer):
    first, second = pleroma_react(friend, offer, number=1), pleroma_react(friend, offer, "❤️", number=2)
    await friend.send(first, nord, by="bob")
    await friend.send(second, nord, by="bob")
    assert await counted(nord, offer) == (1, 0)

    await friend.send(undo(friend, first), nord, by="bob")
    assert await counted(nord, offer) == (1, 0)
    await friend.send(undo(friend, second), nord, by="bob")
    assert await counted(nord, offer) == (0, 0)


async def test_an_emoji_with_a_picture_is_kept_as_its_name_and_the_picture_not_asked_for(nord, friend, offer):
    friend.asked.clear()

    await friend.send(misskey_like(friend, offer, ":blobcat:"), nord, by="bob")

    async with nord.node.db.read() as tx:
        [kept] = await store.of_actor(tx, friend.id("bob"))
    assert kept.mark == ":blobcat:"
    assert [one for one in friend.asked if "blobcat" in one or "emoji" in one] == []


async def test_an_endless_emoji_is_cut_and_endless_emoji_are_not_all_kept(nord, friend, offer):
    for number in range(20):
        await friend.send(pleroma_react(friend, offer, f"{number}" * 500, number=number), nord, by="bob")

    async with nord.node.db.read() as tx:
        kept = await store.of_actor(tx, friend.id("bob"))
    assert len(kept) == store.MOST_MARKS
    assert max(len(one.mark) for one in kept) == 64
    assert await counted(nord, offer) == (1, 0)


async def test_a_share_by_somebody_whom_nobody_follows_counts_and_nothing_is_asked_for(nord, evil, offer):
    share = evil.says("Announce", offer.id, by="mallory")

    await evil.send(share, nord, by="mallory")
    await evil.send(evil.says("Announce", offer.id, by="mallory"), nord, by="mallory")
    assert await counted(nord, offer) == (0, 1)
    assert [one for one in evil.asked if "POST" not in one] == ["GET /actors/mallory"], "its key, and no more"

    await evil.send(undo(evil, share, by="mallory"), nord, by="mallory")
    assert await counted(nord, offer) == (0, 0)


async def test_a_share_by_a_coop_that_we_follow_counts_too(nord, friend, offer):
    share = friend.says("Announce", offer.id)

    await friend.send(share, nord)
    assert await counted(nord, offer) == (0, 1)

    await friend.send(undo(friend, share, by="alice"), nord)
    assert await counted(nord, offer) == (0, 0)


async def test_what_a_relay_passes_on_is_no_share(nord, evil, offer):
    evil.actor("relay", type="Application")

    await evil.send(evil.says("Announce", offer.id, by="relay"), nord, by="relay")

    assert await counted(nord, offer) == (0, 0)


async def test_nobody_takes_back_what_somebody_else_said(nord, friend, evil, offer):
    said = mastodon_like(friend, offer)
    await friend.send(said, nord, by="bob")

    for deed in (said, said["id"], said | {"actor": friend.id("alice")}):
        await friend.send(undo(friend, deed, by="alice"), nord)
        await evil.send(undo(evil, deed, by="mallory"), nord, by="mallory")

    assert await counted(nord, offer) == (1, 0)


async def test_a_neighbour_who_takes_the_id_of_a_like_first_takes_nothing_from_its_owner(nord, friend, offer):
    stolen = mastodon_like(friend, offer)
    await friend.send(stolen | {"actor": friend.id("alice")}, nord)

    await friend.send(stolen, nord, by="bob")
    assert await counted(nord, offer) == (2, 0)
    await friend.send(undo(friend, stolen["id"], by="bob"), nord, by="bob")
    async with nord.node.db.read() as tx:
        assert await store.of_actor(tx, friend.id("bob")) == []
    assert await counted(nord, offer) == (1, 0)


async def test_a_dislike_is_not_counted(nord, friend, offer):
    said = friend.says("Dislike", offer.id, by="bob")

    await friend.send(said, nord, by="bob")

    assert await counted(nord, offer) == (0, 0)
    assert await outcome(nord, said) == "ignored"


@pytest.mark.parametrize("kind", ["Like", "EmojiReact", "Announce"])
@pytest.mark.parametrize("visibility", ["coop", "followers"])
async def test_what_is_not_for_them_is_as_if_it_were_not_there(nord, friend, village, kind, visibility):
    hidden = await nord.publish("Caché", visibility=visibility)
    of_hidden = friend.says(kind, hidden.id, by="bob")
    of_nothing = friend.says(kind, f"{nord.origin}/listings/none", by="bob")

    await friend.send(of_hidden, nord, by="bob")
    await friend.send(of_nothing, nord, by="bob")

    async with nord.node.db.read() as tx:
        assert not (await store.counts(tx, hidden.id)).any
    assert await outcome(nord, of_hidden) == await outcome(nord, of_nothing) == "ignored"
    for name in ("likes", "shares"):
        there, nowhere = await nord.get(f"{hidden.id}/{name}"), await nord.get(f"/listings/none/{name}")
        assert there.status_code == nowhere.status_code == 404


async def test_a_follower_likes_what_is_for_followers_and_only_who_reads_it_sees_that(nord, friend, village):
    kept = await nord.publish("Pour les amies", visibility="followers")
    await friend.send(friend.says("Follow", nord.coop.id, by="bob"), nord, by="bob")

    await friend.send(mastodon_like(friend, kept), nord, by="bob")

    async with nord.node.db.read() as tx:
        assert (await store.counts(tx, kept.id)).likes == 1
    assert (await nord.get(f"{kept.id}/likes")).status_code == 404
    assert (await nord.get(f"/l/{kept.key}", accept="text/html")).status_code == 404


async def test_whom_the_coop_blocked_is_not_counted(nord, friend, offer):
    async with nord.node.db.write() as tx:
        await blocks.put(tx, nord.coop.id, friend.id("bob"))

    await friend.send(mastodon_like(friend, offer), nord, by="bob")

    assert await counted(nord, offer) == (0, 0)


async def test_a_closed_house_is_not_counted_and_is_again_when_it_is_opened(nord, friend, offer):
    await friend.send(mastodon_like(friend, offer), nord, by="bob")

    async with nord.node.db.write() as tx:
        await peers.set_policy(tx, "friend.test", Policy.CLOSED)
    assert await counted(nord, offer) == (0, 0)
    async with nord.node.db.write() as tx:
        await peers.set_policy(tx, "friend.test", Policy.OPEN)
    assert await counted(nord, offer) == (1, 0)


async def test_what_a_deleted_actor_liked_is_not_counted_any_more(nord, friend, offer):
    await friend.send(mastodon_like(friend, offer), nord, by="bob")

    await friend.send(friend.says("Delete", friend.id("bob"), by="bob"), nord, by="bob")

    assert await counted(nord, offer) == (0, 0)
    async with nord.node.db.read() as tx:
        assert await store.of_actor(tx, friend.id("bob")) == []


async def test_reactions_go_with_what_they_were_about(nord, friend, offer):
    await friend.send(mastodon_like(friend, offer), nord, by="bob")
    await friend.send(friend.says("Announce", offer.id), nord)

    async with nord.node.db.write() as tx:
        await listings.delete(tx, nord.operator, offer.id)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM reactions") == 0
    assert (await nord.get(f"{offer.id}/likes")).status_code == 404


async def test_the_page_says_it_in_words(nord, friend, offer):
    await friend.send(mastodon_like(friend, offer), nord, by="bob")
    await friend.send(pleroma_react(friend, offer, by="alice"), nord)
    await friend.send(friend.says("Announce", offer.id), nord)

    page = await Visitor(nord).open(f"/l/{offer.key}")

    assert "2 personnes aiment, 1 l’a partagée" in page.words
    assert FIRE not in page.answer.text, "an emoji of somebody else is kept, not shown"
