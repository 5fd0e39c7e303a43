"""A search has an actor that people follow from elsewhere: it passes on what newly answers it."""

import pytest

from fedicoop.access import Role
from fedicoop.actors import boards
from fedicoop.actors.boards import Sort
from fedicoop.boards import actions
from fedicoop.errors import Conflict, Forbidden, Misused
from fedicoop.listings import actions as listings
from fedicoop.listings.question import read
from fedicoop.watches import passing_on
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS
from tests.hostile import fixtures

village, nord, friend, evil = fixtures()


async def opened(nord, who=None, **query):
    """A board for a search; its actor's id."""
    async with nord.node.db.write() as tx:
        question = read(query or {"q": "remorque"})
        board = await passing_on.open_search(tx, who or nord.operator, question, "fr", PAIRS[2])
    return board.actor_id


async def followed(nord, friend, **query):
    board = await opened(nord, **query)
    await friend.send(friend.says("Follow", board, by="bob"), nord, by="bob")
    friend.heard.clear()
    return board


def announced(friend, board):
    return [one["object"] for one in friend.heard if one["type"] == "Announce" and one["actor"] == board]


async def test_it_is_a_service_and_says_what_it_is_about(nord):
    actor = (await nord.get(await opened(nord))).json()

    assert actor["type"] == "Service"
    assert actor["name"] == "Annonces avec « remorque » · Coop Nord" or "remorque" in actor["name"]
    assert "remorque" in actor["summary"]
    assert "@nord" in actor["summary"]


async def test_what_newly_answers_is_announced_once_ours_and_others(nord, friend):
    board = await followed(nord, friend)
    ours = await nord.publish("Grande remorque")
    await nord.publish("Vélo cargo")
    await nord.settle()
    theirs = await friend.publish(nord, title="Petite remorque")
    await nord.update(ours, title="Très grande remorque")
    await nord.settle()

    assert announced(friend, board) == [ours.id, theirs.id]
    assert [one["object"] for one in (await nord.get(f"{board}/announced")).json()["orderedItems"]] == [
        theirs.id,
        ours.id,
    ]


@pytest.mark.parametrize("visibility", ["followers", "coop"])
async def test_what_is_not_for_everybody_is_never_passed_on(nord, friend, visibility):
    board = await followed(nord, friend)

    await nord.publish("Remorque entre nous", visibility=visibility)
    await nord.settle()

    assert announced(friend, board) == []
    page = await Visitor(nord).open("/@" + board.rpartition("/")[2])
    assert "entre nous" not in page.words


async def test_what_was_there_before_is_no_news(nord, friend):
    await nord.publish("Vieille remorque")
    await nord.settle()
    board = await followed(nord, friend)
    nord.node.db.clock.advance(days=8)
    [old] = await nord.shelf(source="local")

    await nord.update(old, title="Vieille remorque repeinte")
    await nord.settle()

    assert announced(friend, board) == []


async def test_an_edit_and_an_end_reach_those_who_follow_the_search(nord, friend):
    await followed(nord, friend)
    listing = await nord.publish("Remorque")
    await nord.settle()
    await nord.update(listing, title="Remorque double")
    await nord.settle()
    async with nord.node.db.write() as tx:
        await listings.delete(tx, nord.operator, listing.id)
    await nord.settle()

    assert [one["type"] for one in friend.heard] == ["Announce", "Update", "Delete"]
    assert {one["actor"] for one in friend.heard[1:]} == {nord.coop.id}


async def test_no_more_are_passed_on_in_an_hour_than_somebody_can_read(nord, friend, monkeypatch):
    monkeypatch.setattr(passing_on, "PACE", 3)
    board = await followed(nord, friend)
    for number in range(5):
        await nord.publish(f"Remorque {number}")
    await nord.settle()
    assert len(announced(friend, board)) == 3

    nord.node.db.clock.advance(hours=2)
    await nord.publish("Remorque tardive")
    await nord.settle()

    assert len(announced(friend, board)) == 4


async def test_it_ends_after_a_year_unless_it_is_kept_on(nord, friend):
    board, other = await followed(nord, friend), await opened(nord, q="vélo")
    nord.node.db.clock.advance(days=364)
    async with nord.node.db.write() as tx:
        await actions.keep_on(tx, nord.operator, await boards.find(tx, other))
    nord.node.db.clock.advance(days=2)
    async with nord.node.db.write() as tx:
        await actions.end_what_is_over(tx)
    await nord.settle()

    assert (await nord.get(board)).status_code == 410
    assert (await nord.get(board)).json()["formerType"] == "Service"
    assert (await nord.get(other)).status_code == 200
    assert [(one["type"], one["object"]) for one in friend.heard] == [("Delete", board)]


async def test_searches_are_bounded_and_those_that_ask_for_nothing_have_none(nord, monkeypatch):
    with pytest.raises(Misused):
        async with nord.node.db.write() as tx:
            await passing_on.open_search(tx, nord.operator, read({}), "fr", PAIRS[2])
    monkeypatch.setitem(actions.MOST, Sort.SEARCH, 1)
    assert await opened(nord) == await opened(nord)
    with pytest.raises(Conflict):
        await opened(nord, q="vélo")


async def test_a_steward_opens_it_from_the_search_and_a_member_cannot(nord):
    lea = await nord.join("lea")
    with pytest.raises(Forbidden):
        await opened(nord, lea)
    assert "Ouvrir un tableau" not in (await (await signed_in(nord, lea)).open("/suivre?q=remorque")).words

    karim = await nord.join("karim", name="K", role=Role.STEWARD)
    visitor = await signed_in(nord, karim)
    await visitor.open("/suivre?q=remorque")
    page = await visitor.submit("/suivre/tableau")

    assert "Un compte public relaie ces annonces" in page.words
    [link] = [one.attrs["href"] for one in page.all("a") if (one.attrs.get("href") or "").startswith("/@")][
        :1
    ]
    page = await Visitor(nord).open(link)
    assert "Tableau d’une recherche" in page.words


async def test_the_page_of_a_search_or_a_category_leads_anybody_to_its_board(nord):
    search = await opened(nord)
    async with nord.node.db.write() as tx:
        category = (await actions.open_category(tx, nord.operator, "bikes.repair", PAIRS[2])).actor_id

    for asked, board in (("q=remorque", search), ("categorie=bikes.repair", category)):
        page = await Visitor(nord).open(f"/suivre?{asked}")
        assert page.all("#board a")[0].attrs["href"] == "/@" + board.rpartition("/")[2]
        assert "Ouvrir un tableau" not in page.words
    assert (await Visitor(nord).open("/suivre?q=autre")).all("#board") == []
