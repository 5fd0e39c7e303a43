"""Who lives under one roof: no neighbour speaks, edits or deletes for another, whoever came first."""

import pytest

from tests import hostile

village, nord, friend, evil = hostile.fixtures()
LATER = "2030-06-01T00:00:00Z"


async def rows(nord, table: str) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count(f"SELECT count(*) FROM {table}")


async def outcome(nord, said, by: str) -> str | None:
    async with nord.node.db.read() as tx:
        for one in ("waiting", "done", "ignored", "refused"):
            sql = "SELECT count(*) FROM received WHERE id = :id AND actor_id = :by AND outcome = :one"
            if await tx.count(sql, id=said["id"], by=by, one=one):
                return one
    return None


def shelf_of(house, name: str, *items) -> None:
    """Let `name` be a coop with a collection of offers."""
    url = f"{house.origin}/offers/{name}"
    house.serve(url, {"id": url, "type": "OrderedCollection", "orderedItems": list(items)})
    house.actor(name, offers=url)


# What a collection says


@pytest.mark.parametrize("wrapped", [None, "Create", "Announce"])
async def test_a_neighbours_collection_changes_nothing_of_hers(nord, friend, wrapped):
    """Cases 24 and 26, where we ask: bob's offers embed alice's, newer and in other words."""
    offer = await friend.publish(nord)
    forged = friend.offer(title="À bob", updated=LATER)
    unseen = friend.offer("2", title="Jamais dit", updated=LATER)
    items = [friend.says(wrapped, one, by="bob") if wrapped else one for one in (forged, unseen)]
    shelf_of(friend, "bob", *items)

    await friend.is_followed_by(nord, "bob")

    assert await nord.shelf() == [offer]
    assert {"GET /listings/1", "GET /listings/2"} <= set(friend.asked), "each is asked for at its own id"


async def test_what_stands_at_its_own_id_counts_and_not_the_copy(nord, friend):
    await friend.publish(nord)
    friend.serve("/listings/1", friend.offer(title="Révisée", updated=LATER))
    shelf_of(friend, "bob", friend.offer(title="À bob", updated="2030-07-01T00:00:00Z"))

    await friend.is_followed_by(nord, "bob")

    assert [listing.title for listing in await nord.shelf()] == ["Révisée"]


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_coop_may_list_what_its_member_wrote(nord, friend, embedded):
    note = friend.offer("7", by="carol", title="Perceuse")
    friend.actor("carol")
    friend.serve("/listings/7", note)
    shelf_of(friend, "bob", note if embedded else note["id"])

    await friend.is_followed_by(nord, "bob")

    [seen] = await nord.shelf()
    assert (seen.title, seen.actor_id) == ("Perceuse", friend.id("carol"))
    assert "GET /listings/7" in friend.asked


async def test_a_collection_lists_nothing_of_another_house(nord, friend, evil):
    """Evil's own offer, served at its own id, does not come onto our shelf by bob's word."""
    theirs = evil.offer(by="mallory")
    evil.serve("/listings/1", theirs)
    shelf_of(friend, "bob", theirs, theirs["id"])

    await friend.is_followed_by(nord, "bob")

    assert await nord.shelf() == []
    assert evil.asked == []


# Ids


@pytest.mark.parametrize("kind", ["Like", "Delete", "Create"])
async def test_who_takes_an_activitys_id_first_takes_nothing_from_its_owner(nord, friend, kind):
    """Mastodon's ids of Deletes can be guessed: bob says something under alice's next id."""
    offer = await friend.publish(nord)
    delete = friend.says("Delete", offer.id, id=f"{offer.id}#delete")
    guessed = friend.says(kind, friend.offer("9", by="bob"), by="bob", id=delete["id"])

    await friend.send(guessed, nord, by="bob")
    await friend.send(delete, nord)

    assert await nord.find(offer.id) is None
    assert await outcome(nord, delete, friend.id("alice")) == "done"


async def test_the_same_id_of_the_same_actor_still_counts_once(nord, friend):
    create = friend.says("Create", friend.offer())
    await friend.send(create, nord)

    again = create | {"type": "Delete", "object": create["object"]["id"]}
    assert (await friend.send(again, nord)).status_code == 202

    assert await nord.find(create["object"]["id"])


# Tombstones


async def test_a_neighbours_tombstone_stops_nobody_from_publishing(nord, friend):
    await friend.is_followed_by(nord, "bob")
    await friend.send(friend.says("Delete", friend.offer()["id"], by="bob"), nord, by="bob")

    assert await friend.publish(nord)
    edit = friend.offer(title="Révisée", updated=LATER)
    await friend.send(friend.says("Update", edit), nord)
    assert [listing.title for listing in await nord.shelf()] == ["Révisée"]


@pytest.mark.parametrize("first", ["bob", "alice"])
async def test_a_neighbours_tombstone_lets_nothing_come_back(nord, friend, first):
    """Case 31: her Delete overtook her Create, and bob had put a stone of his own in its place."""
    await friend.is_followed_by(nord, "bob")
    create = friend.says("Create", friend.offer())
    for who in (first, {"bob": "alice", "alice": "bob"}[first]):
        await friend.send(friend.says("Delete", create["object"]["id"], by=who), nord, by=who)

    await friend.send(create, nord)

    assert await nord.shelf() == []


async def test_a_stranger_who_deletes_what_nobody_knows_leaves_no_stone(nord, friend, evil):
    await friend.publish(nord)

    for number in range(5):
        gone = evil.says("Delete", f"{evil.origin}/listings/{number}", by="mallory")
        near = friend.says("Delete", f"{friend.origin}/listings/{number}", by="bob")
        assert (await evil.send(gone, nord, by="mallory")).status_code == 202
        assert (await friend.send(near, nord, by="bob")).status_code == 202

    assert await rows(nord, "tombstones") == 0
    assert len(await nord.shelf()) == 1


# The door itself


async def test_a_word_without_a_name_that_we_do_not_speak_is_heard_politely(nord, friend):
    """An activity without id cannot be kept under a name; some relays send such."""
    before = await rows(nord, "received")
    said = friend.says("Ignore", friend.id("bob"))
    del said["id"]

    assert (await friend.send(said, nord)).status_code == 202

    assert await rows(nord, "received") == before


async def test_an_inbox_that_is_nobodys_is_not_there(nord, friend):
    before = await rows(nord, "received")
    said = friend.says("Create", friend.offer())

    answers = [
        (await friend.letter(said, nord, path=path).to(nord, path=path)).status_code
        for path in ("/actors/nobody/inbox", "/actors/nord/inbox")
    ]

    assert answers == [404, 202]
    assert await rows(nord, "received") == before + 1
