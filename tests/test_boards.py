"""A category has an actor of its own, which people of Lemmy, NodeBB, Mbin and Mastodon follow."""

import pytest

from fedicoop.access import Role
from fedicoop.actors import boards
from fedicoop.actors.boards import Sort
from fedicoop.boards import actions
from fedicoop.errors import Conflict, Forbidden
from fedicoop.listings import actions as listings
from tests import lemmy
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS
from tests.enquiring import kept, words, write
from tests.hostile import PUBLIC, fixtures

village, nord, friend, evil = fixtures()


async def opened(nord, category="bikes.repair"):
    """A board of that category; its actor's id."""
    async with nord.node.db.write() as tx:
        board = await actions.open_category(tx, nord.operator, category, PAIRS[2])
    await nord.settle()
    return board.actor_id


async def followed(nord, friend, category="bikes.repair"):
    """A board that somebody of a Lemmy follows."""
    board = await opened(nord, category)
    lemmy.reader(friend)
    await friend.send(lemmy.follow(friend, board), nord, by="lemmy_alpha")
    return board


def heard(friend, kind=None, by=None):
    return [one for one in friend.heard if kind in (None, one["type"]) and by in (None, one["actor"])]


async def test_a_board_is_a_group_that_lemmy_takes_and_webfinger_finds(nord):
    board = await opened(nord)

    actor = (await nord.get(board)).json()
    found = await nord.get("/.well-known/webfinger?resource=acct:reparation_de_velo@nord.test")

    assert lemmy.takes_group(actor)
    assert actor["name"] == "Réparation de vélo · Coop Nord"
    assert found.json()["links"][0]["href"] == board
    assert (await nord.get(actor["followers"])).json()["totalItems"] == 0


async def test_lemmy_follows_and_is_accepted_and_stops(nord, friend):
    board = await followed(nord, friend)
    [accept] = heard(friend, "Accept", board)

    assert accept["object"]["id"] == lemmy.follow(friend, board)["id"]
    assert (await nord.get(f"{board}/followers")).json()["totalItems"] == 1

    await friend.send(lemmy.unfollow(friend, board), nord, by="lemmy_alpha")
    await nord.publish(category="bikes.repair")
    await nord.settle()

    assert (await nord.get(f"{board}/followers")).json()["totalItems"] == 0
    assert heard(friend, "Announce") == []


async def test_a_listing_of_the_category_is_announced_by_its_id_and_whole(nord, friend):
    board = await followed(nord, friend)
    listing = await nord.publish("Révision de freins", category="bikes.repair", tags=["frein"])
    await nord.settle()

    first, whole = heard(friend, "Announce", board)

    assert first["object"] == listing.id  # Mastodon boosts it
    assert lemmy.takes_announced(whole)
    assert whole["object"]["object"]["id"] == listing.id
    note = (await nord.get(listing.id)).json()
    assert note["audience"] == board
    assert board in note["cc"]
    assert whole["object"]["object"]["content"] == note["content"]


async def test_what_is_of_another_category_or_not_for_everybody_is_never_passed_on(nord, friend):
    board = await followed(nord, friend)
    await nord.publish("Perceuse", category="tools.power-tools")
    for visibility in ("followers", "coop"):
        hidden = await nord.publish("Entre nous", category="bikes.repair", visibility=visibility)
        await nord.update(hidden, title="Entre nous, encore")
    await nord.settle()

    assert heard(friend, "Announce", board) == []
    outbox = (await nord.get(f"{board}/announced")).json()
    assert (outbox["totalItems"], outbox["orderedItems"]) == (0, [])
    assert "Entre nous" not in (await nord.get(f"/@{board.rpartition('/')[2]}", accept="text/html")).text


async def test_an_edit_and_an_end_are_passed_on_whole_and_in_order(nord, friend):
    board = await followed(nord, friend)
    listing = await nord.publish("Révision", category="bikes.repair")
    await nord.settle()
    await nord.update(listing, title="Révision complète")
    await nord.settle()
    async with nord.node.db.write() as tx:
        await listings.delete(tx, nord.operator, listing.id)
    await nord.settle()

    inside = [one["object"] for one in heard(friend, "Announce", board) if isinstance(one["object"], dict)]

    assert [one["type"] for one in inside] == ["Create", "Update", "Delete"]
    assert lemmy.takes_announced(heard(friend, "Announce", board)[2])
    assert "Révision complète" in inside[1]["object"]["content"]
    assert inside[2]["object"]["id"] == listing.id
    assert (await nord.get(f"{board}/announced")).json()["orderedItems"] == []


async def test_mastodon_hears_edits_and_the_end_from_the_coop_itself(nord, friend):
    """It boosts what it is told by id, and takes an Update or a Delete from the author only."""
    board = await followed(nord, friend)
    listing = await nord.publish("Révision", category="bikes.repair")
    await nord.settle()
    await nord.update(listing, title="Révision complète")
    async with nord.node.db.write() as tx:
        await listings.delete(tx, nord.operator, listing.id)
    await nord.settle()

    assert heard(friend, "Delete", nord.coop.id)
    assert board != nord.coop.id


async def test_a_listing_that_changes_category_leaves_the_board(nord, friend):
    board = await followed(nord, friend)
    listing = await nord.publish("Révision", category="bikes.repair")
    await nord.settle()

    await nord.update(listing, category="tools.hand-tools")
    await nord.settle()

    [undo] = heard(friend, "Undo", board)
    assert undo["object"]["object"] == listing.id
    assert "audience" not in (await nord.get(listing.id)).json()
    assert (await nord.get(f"{board}/announced")).json()["orderedItems"] == []


async def test_what_stood_there_before_is_in_the_outbox_as_lemmy_reads_it(nord):
    for number in range(3):
        await nord.publish(f"Révision {number}", category="bikes.repair")
    await nord.publish("Remorque", category="bikes.trailer")
    await nord.settle()

    board = await opened(nord)

    outbox = (await nord.get((await nord.get(board)).json()["outbox"])).json()
    assert outbox["type"] == "OrderedCollection"
    assert all(lemmy.takes_announced(one) for one in outbox["orderedItems"])
    titles = [one["object"]["object"]["publishes"]["name"] for one in outbox["orderedItems"]]
    assert titles == ["Révision 2", "Révision 1", "Révision 0"]
    create = outbox["orderedItems"][0]["object"]["id"]
    assert (await nord.get(create)).json()["object"]["audience"] == board


async def test_the_board_of_a_family_takes_what_has_no_board_of_its_own(nord):
    family, own = await opened(nord, "bikes"), await opened(nord, "bikes.repair")
    trailer = await nord.publish("Remorque", category="bikes.trailer")
    repair = await nord.publish("Révision", category="bikes.repair")

    assert [(await nord.find(one.id)).board for one in (trailer, repair)] == [family, own]


async def test_a_comment_of_lemmy_stands_under_the_listing(nord, friend):
    board = await followed(nord, friend)
    listing = await nord.publish("Révision", category="bikes.repair")
    await nord.settle()

    said = lemmy.comment(friend, board, listing.id, nord.coop.id)
    await friend.send(said, nord, by="lemmy_alpha")

    assert await words(nord) == ["hello from lemmy"]
    page = await Visitor(nord).open(f"/l/{listing.key}")
    assert "hello from lemmy" in page.words


async def test_a_private_mention_of_a_board_goes_to_the_coop_and_to_no_follower(nord, friend):
    """Mastodon addresses it to the group's followers, too (M app/lib/activitypub/tag_manager.rb)."""
    board = await followed(nord, friend)
    before = len(friend.heard)

    await write(friend, nord, "7", "mon numéro est le 06", to=[board, f"{board}/followers"], mentions=[board])

    [(conversation, said)] = await kept(nord)
    assert (conversation.public, said.public) == (False, False)
    assert (conversation.owner_id, conversation.coop_id) == (nord.coop.id, nord.coop.id)
    assert all("06" not in str(one) for one in friend.heard[before:])
    assert "numéro" not in (await nord.get(f"/@{board.rpartition('/')[2]}", accept="text/html")).text


async def test_a_closed_board_says_so_answers_410_and_its_name_is_never_given_again(nord, friend):
    board = await followed(nord, friend)
    listing = await nord.publish("Révision", category="bikes.repair")
    await nord.settle()
    async with nord.node.db.write() as tx:
        await actions.close(tx, nord.operator, await boards.find(tx, board))
    await nord.settle()

    [gone] = heard(friend, "Delete", board)
    assert gone["object"] == board
    answer = await nord.get(board)
    assert (answer.status_code, answer.json()["formerType"]) == (410, "Group")
    assert "audience" not in (await nord.get(listing.id)).json()
    assert await opened(nord) != board


async def test_it_is_opened_once_however_often_one_clicks_and_not_without_end(nord, monkeypatch):
    assert await opened(nord) == await opened(nord)
    monkeypatch.setitem(actions.MOST, Sort.CATEGORY, 1)

    with pytest.raises(Conflict):
        await opened(nord, "bikes.trailer")


async def test_a_steward_opens_and_closes_a_board_and_a_member_does_not(nord):
    lea = await nord.join("lea")
    with pytest.raises(Forbidden):
        async with nord.node.db.write() as tx:
            await actions.open_category(tx, lea, "bikes.repair", PAIRS[2])

    assert (await (await signed_in(nord, lea)).open("/admin/tableaux")).status == 403


async def test_the_page_opens_a_board_with_one_click_and_shows_how_one_follows_it(nord, steward):
    await nord.publish("Révision", category="bikes.repair")
    visitor = await signed_in(nord, steward)
    await visitor.open("/admin/tableaux")
    page = await visitor.submit("/admin/tableaux", category="bikes.repair")
    await nord.settle()

    assert "Le tableau est ouvert" in page.words
    page = await visitor.open("/@reparation_de_velo")
    assert "Révision" in page.words
    assert "!reparation_de_velo@nord.test" in page.words
    away = await visitor.open(page.all("a.button[href*=depuis-mastodon]")[0].attrs["href"])
    assert "Réparation de vélo · Coop Nord" in away.words
    page = await visitor.open("/@nord")
    assert "Réparation de vélo · Coop Nord" in page.words

    await visitor.open("/admin/tableaux")
    page = await visitor.submit("/admin/tableaux/changer", do="close")
    assert "Le tableau est fermé" in page.words
    assert (await visitor.open("/@reparation_de_velo")).status == 404


@pytest.fixture
async def steward(nord):
    return await nord.join("karim", name="Karim", role=Role.STEWARD)


async def test_public_is_who_it_is_for(nord, friend):
    board = await followed(nord, friend)
    await nord.publish(category="bikes.repair")
    await nord.settle()

    for announce in heard(friend, "Announce", board):
        assert announce["to"] == [PUBLIC]
        assert announce["cc"] == [f"{board}/followers"]


async def test_what_lemmy_fetches_before_it_follows_is_there_as_it_reads_it(nord, friend):
    """WebFinger by `!name@host`, the group, its outbox; the author of what stands on it, and the listing."""
    listing = await nord.publish("Révision", category="bikes.repair")
    board = await opened(nord)
    asks = "application/activity+json"

    found = await nord.get(
        f"/.well-known/webfinger?resource=acct:{board.rpartition('/')[2]}@nord.test", "*/*"
    )
    [link] = [one for one in found.json()["links"] if one["rel"] == "self"]
    group = await nord.get(link["href"], asks)
    outbox = await nord.get(group.json()["outbox"], asks)
    [announce] = outbox.json()["orderedItems"]
    author = await nord.get(announce["object"]["actor"], asks)
    page = await nord.get(announce["object"]["object"]["id"], asks)

    for answer in (group, outbox, author, page):
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == asks
        assert answer.json()["id"] == str(answer.url)  # the id is the final address, without a redirect
    assert author.json()["type"] in ("Person", "Service", "Organization")  # L protocol/person.rs
    assert page.json()["id"] == listing.id
    for name in ("audience", "content", "attributedTo", "to", "cc", "published"):
        assert page.json()[name] == announce["object"]["object"][name]
