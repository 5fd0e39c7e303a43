"""Who may change what: letters truly signed, by somebody who has no say in the matter.

Our coop hears mallory as well as alice and bob, so that nothing stays outside for the wrong reason.
"""

import pytest

from fedicoop.follows import actions as follow_actions
from fedicoop.follows import store as follows
from fedicoop.listings import actions
from tests import hostile

village, nord, friend, evil = hostile.fixtures()


@pytest.fixture(autouse=True)
async def all_are_heard(nord, friend, evil):
    await friend.is_followed_by(nord, "bob")
    await evil.is_followed_by(nord, "mallory")


async def relation(nord, follower: str, followed: str) -> str | None:
    async with nord.node.db.read() as tx:
        found = await follows.between(tx, follower, followed)
    return found.status if found else None


async def shown(nord) -> list[str]:
    return [listing.title for listing in await nord.shelf()]


@pytest.mark.parametrize(
    "spelling", ["https://friend.test", "https://FRIEND.test", "https://friend.test:443"]
)
async def test_nobody_publishes_under_another_houses_id(nord, friend, evil, spelling):
    """Case 23: and the true owner's listing of that id is not shut out by it."""
    forged = evil.offer(by="mallory", title="Faux") | {"id": f"{spelling}/listings/1"}

    await evil.send(evil.says("Create", forged, by="mallory"), nord, by="mallory")
    await evil.send(evil.says("Update", forged, by="mallory"), nord, by="mallory")

    assert await shown(nord) == []
    assert (await friend.publish(nord)).title == "Remorque"


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_nobody_publishes_in_somebody_elses_name(nord, friend, evil, kind):
    """Case 24: a thing of mallory's house attributed to alice; one of alice's house, by bob, as hers."""
    strange = evil.offer(by="mallory", attributedTo=friend.id("alice"))
    first = evil.offer("2", by="mallory", attributedTo=[friend.id("alice"), evil.id("mallory")])
    near = friend.offer("3", by="alice")

    for thing in (strange, first):
        await evil.send(evil.says(kind, thing, by="mallory"), nord, by="mallory")
    await friend.send(friend.says(kind, near, by="bob"), nord, by="bob")

    assert await shown(nord) == []


async def test_nothing_from_outside_becomes_or_changes_ours(nord, evil, network):
    """Case 25: an id under our own origin, made up or true, in whatever way it is brought."""
    ours = await nord.publish("Vélo cargo")
    for id in (ours.id, f"{nord.origin}/listings/new", "https://NORD.test:443/listings/new"):
        forged = evil.offer(by="mallory", title="Faux", updated="2030-06-01T00:00:00Z") | {"id": id}
        for kind, thing in (("Create", forged), ("Update", forged), ("Delete", id), ("Announce", forged)):
            await evil.send(evil.says(kind, thing, by="mallory"), nord, by="mallory")

    assert (await nord.find(ours.id)).title == "Vélo cargo"
    assert (await nord.get("/listings/new")).status_code == 404
    assert (await nord.get(ours.id)).status_code == 200
    assert "Faux" not in (await nord.get("/", "text/html")).text


@pytest.mark.parametrize("attributed", ["alice", "bob"])
async def test_a_neighbour_does_not_edit_her_listing(nord, friend, attributed):
    """Case 26: bob lives in alice's house; what counts is the owner whom we kept."""
    offer = await friend.publish(nord)

    edit = friend.offer(title="À bob", by=attributed, updated="2030-06-01T00:00:00Z")
    await friend.send(friend.says("Update", edit, by="bob"), nord, by="bob")
    await friend.send(friend.says("Create", edit, by="bob"), nord, by="bob")

    assert await nord.find(offer.id) == offer


async def test_an_edit_gives_a_listing_to_nobody(nord, friend):
    """Case 27: alice herself names bob as the owner, or makes it something else."""
    offer = await friend.publish(nord)
    later = {"updated": "2030-06-01T00:00:00Z"}

    await friend.send(friend.says("Update", friend.offer(by="bob", title="À bob", **later)), nord)
    await friend.send(friend.says("Update", friend.offer(title="Autre", purpose=None, **later)), nord)
    await friend.send(friend.says("Update", friend.offer(type="Person", **later)), nord)

    assert await nord.find(offer.id) == offer


@pytest.mark.parametrize("who", ["mallory", "bob"])
async def test_a_stranger_neither_edits_nor_deletes_nor_undoes(nord, friend, evil, who):
    """Case 28: by id and embedded, from another house and from the same one."""
    offer = await friend.publish(nord)
    house = evil if who == "mallory" else friend
    edit = friend.offer(title="Faux", updated="2030-06-01T00:00:00Z")
    grave = {"type": "Tombstone", "id": offer.id}
    create = friend.says("Create", friend.offer())

    for kind, thing in (
        ("Update", edit),
        ("Update", offer.id),
        ("Delete", offer.id),
        ("Delete", grave),
        ("Delete", friend.id("alice")),
        ("Undo", create),
        ("Undo", create["id"]),
    ):
        await house.send(house.says(kind, thing, by=who), nord, by=who)

    assert await nord.find(offer.id) == offer
    assert await relation(nord, nord.coop.id, friend.id("alice")) == "accepted"


@pytest.mark.parametrize("who", ["mallory", "bob"])
async def test_nobody_takes_back_what_another_did(nord, friend, evil, who):
    """Case 29: alice follows us and relays an offer; a stranger undoes both, by id and embedded."""
    house = evil if who == "mallory" else friend
    ours = await nord.publish()
    follow, boost = friend.says("Follow", nord.coop.id), friend.says("Announce", ours.id)
    await friend.send(follow, nord)
    await friend.send(boost, nord)

    for deed in (follow, boost):
        for thing in (deed["id"], deed, deed | {"id": f"{house.origin}/x"}, deed | {"actor": house.id(who)}):
            await house.send(house.says("Undo", thing, by=who), nord, by=who)

    followers = (await nord.get(f"{nord.coop.id}/followers")).json()
    async with nord.node.db.read() as tx:
        boosts = await tx.count("SELECT count(*) FROM boosts")
    assert (followers["totalItems"], boosts) == (1, 1)


@pytest.mark.parametrize("updated", [None, "2030-05-01T09:00:00Z"])
@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_older_words_do_not_replace_newer_ones(nord, friend, network, kind, updated):
    """Case 30: an edit of 2020 after a listing of 2030, edited or not; a newer one is taken."""
    offer = await friend.publish(nord, **({"updated": updated} if updated else {}))

    for old in ("2020-01-01T00:00:00Z", updated):
        edit = friend.offer(title="Ancien", updated=old)
        await friend.send(friend.says(kind, edit), nord)

    assert await nord.find(offer.id) == offer
    network.clock.advance(hours=1)
    edit = friend.offer(title="Révisée", updated="2030-05-01T10:00:00Z")
    await friend.send(friend.says(kind, edit), nord)
    assert await shown(nord) == ["Révisée"]


async def test_an_edit_that_overtakes_its_listing_stands(nord, friend):
    """Case 30: out of order they end alike."""
    await friend.send(
        friend.says("Update", friend.offer(title="Révisée", updated="2030-05-02T00:00:00Z")), nord
    )
    await friend.send(friend.says("Create", friend.offer()), nord)

    assert await shown(nord) == ["Révisée"]


@pytest.mark.parametrize("known", [True, False])
async def test_what_was_deleted_does_not_come_back(nord, friend, evil, known):
    """Case 31: not by a Create, an Update or a relay, whether we had it before or not."""
    offer = friend.offer(updated="2030-06-01T00:00:00Z")
    if known:
        await friend.publish(nord)
    await friend.send(friend.says("Delete", {"type": "Tombstone", "id": offer["id"]}), nord)
    friend.serve(offer["id"], offer)

    await friend.send(friend.says("Create", offer), nord)
    await friend.send(friend.says("Update", offer), nord)
    await friend.send(friend.says("Update", offer["id"]), nord)
    await evil.send(evil.says("Announce", offer["id"], by="mallory"), nord, by="mallory")

    assert await shown(nord) == []


async def test_a_neighbours_word_neither_ends_a_listing_nor_brings_it_back(nord, friend):
    """Case 31: bob deletes alice's offer before we have it; she publishes it, and deletes it."""
    offer = friend.offer()
    await friend.send(friend.says("Delete", offer["id"], by="bob"), nord, by="bob")

    assert await friend.publish(nord)
    await friend.send(friend.says("Delete", offer["id"]), nord)
    assert await friend.publish(nord) is None


async def test_what_we_deleted_stays_gone_for_all(nord, evil):
    """Case 31: ours, and somebody says it again."""
    offer = await nord.publish()
    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, offer.id)

    for kind in ("Create", "Announce"):
        again = evil.offer(by="mallory") | {"id": offer.id}
        await evil.send(evil.says(kind, again, by="mallory"), nord, by="mallory")

    assert (await nord.get(offer.id)).status_code == 410
    assert (await nord.get(f"/l/{offer.key}", "text/html")).status_code == 410


async def test_a_yes_that_nobody_asked_for_changes_nothing(nord, friend, evil):
    """Case 32: mallory answers what carol was asked, and what nobody was asked."""
    friend.actor("carol")
    asked = await friend.is_asked_by(nord, "carol")
    us, carol, mallory = nord.coop.id, friend.id("carol"), evil.id("mallory")
    wishes = [
        asked,
        {"type": "Follow", "id": asked, "actor": us, "object": carol},
        {"type": "Follow", "id": f"{nord.origin}/activities/x", "actor": us, "object": carol},
        {"type": "Follow", "id": f"{evil.origin}/activities/x", "actor": mallory, "object": us},
    ]
    for wish in wishes:
        for kind in ("Accept", "Reject"):
            await evil.send(evil.says(kind, wish, by="mallory"), nord, by="mallory")
            await friend.send(friend.says(kind, wish, by="bob"), nord, by="bob")
    await nord.publish("Pour nos voisins", visibility="followers")
    await nord.settle()

    assert await relation(nord, us, carol) == "pending"
    assert await relation(nord, mallory, us) is None
    assert "Create" not in [said["type"] for said in evil.heard]


async def test_nobody_says_yes_to_themselves(nord, evil):
    """Case 32: where a steward decides, mallory asks to hear us, and answers it herself."""
    async with nord.node.db.write() as tx:
        await follow_actions.require_approval(tx, nord.operator, nord.coop, approval=True)
    follow = evil.says("Follow", nord.coop.id, by="mallory")
    await evil.send(follow, nord, by="mallory")

    for said in (
        evil.says("Accept", follow, by="mallory"),
        evil.says("Accept", follow["id"], by="mallory"),
        evil.says("Accept", follow) | {"actor": nord.coop.id},
    ):
        await evil.send(said, nord, by="mallory")

    assert await relation(nord, evil.id("mallory"), nord.coop.id) == "pending"
