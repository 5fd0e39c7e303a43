"""Nobody's trouble is somebody else's wait, and nobody gets more work out of us than is fair."""

import asyncio

import httpx
import pytest
from starlette.responses import Response

from fedicoop.actors import fetching
from fedicoop.actors.directory import MOST_ASKED
from fedicoop.errors import NotFound, Refused, Unreachable
from fedicoop.inbox import door
from fedicoop.listings.tasks import MOST
from fedicoop.pace import Pace
from tests import hostile
from tests.photos import encoded, scene
from tests.test_delivery import Doorman

village, nord, friend, evil = hostile.fixtures()


# One follower's inbox


@pytest.mark.parametrize("status", [401, 500])
async def test_one_closed_inbox_keeps_no_answer_from_a_neighbour(nord, friend, network, status):
    """Bob asked first, and our yes does not get through to him; alice hears hers at once."""

    def bobs(request):
        return Response(status_code=status) if "/bob/" in request.url.path and trouble else None

    trouble = True
    network.switchboard.plug("friend.test", Doorman(friend, bobs))
    friend.heard.clear()
    for name in ("bob", "alice"):
        await friend.send(friend.says("Follow", nord.coop.id, by=name), nord, by=name)

    assert [(said["type"], said["to"]) for said in friend.heard] == [("Accept", [friend.id("alice")])]
    trouble = False
    network.clock.advance(minutes=5)
    await network.settle()
    assert [said["to"] for said in friend.heard] == [[friend.id("alice")], [friend.id("bob")]]


# Key look-ups


def forged(friend, nord, number: int, form: str = "#k{}", of: str = "alice"):
    said = friend.says("Like", "https://x.test/1", by=of)
    return friend.letter(said, nord, by="mallory", key_id=friend.id(of) + form.format(number))


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("form", ["#k{}", "/keys/{}", "?k={}#main-key"])
@pytest.mark.parametrize("of", ["alice", "carol"])
async def test_fifty_forged_letters_are_one_question(nord, friend, at_once, form, of):
    """Cases 19 and 20: each under a key id of its own, at once or one by one; known owner or new."""
    friend.actor(of)
    friend.asked.clear()

    letters = [forged(friend, nord, number, form, of) for number in range(50)]
    if at_once:
        answers = await asyncio.gather(*(letter.to(nord) for letter in letters))
    else:
        answers = [await letter.to(nord) for letter in letters]

    assert {answer.status_code for answer in answers} == {401}
    assert friend.asked.count(f"GET /actors/{of}") <= 2
    assert len(friend.asked) <= 4, "a key that has a document of its own is asked for too, as seldom"


async def test_a_true_new_key_is_found_when_the_forgers_are_done(nord, friend, network):
    for number in range(5):
        await forged(friend, nord, number).to(nord)
    friend.actor("alice", key="dora")
    network.clock.advance(minutes=6)

    said = friend.says("Create", friend.offer())
    answer = await friend.send(said, nord, by="dora", key_id=f"{friend.id('alice')}#main-key")

    assert answer.status_code == 202
    assert len(await nord.shelf()) == 1


async def test_a_host_with_endless_actors_is_not_asked_endlessly(nord, friend, evil, network):
    """Case 110: sixty a minute; the others are told to try again, and other houses do not wait."""

    async def knocks(number: int) -> int:
        said = evil.says("Like", "https://x.test/1", by=f"n{number}")
        return (
            await evil.letter(said, nord, by="mallory", key_id=evil.id(f"n{number}")).to(nord)
        ).status_code

    answers = [await knocks(number) for number in range(MOST_ASKED + 10)]

    assert answers == [401] * MOST_ASKED + [503] * 10
    assert len(evil.asked) == MOST_ASKED == 60
    like = friend.says("Like", "https://x.test/1", by="bob")
    assert (await friend.send(like, nord, by="bob")).status_code == 202
    network.clock.advance(seconds=61)
    nord.node.out.for_strangers = Pace(a_minute=60, at_once=60)  # what the machine's own minute brings
    assert await knocks(MOST_ASKED + 1) == 401


async def test_a_host_that_wants_each_question_twice_is_not_asked_more(nord, evil):
    """Case 110: it answers 401 to the first form of a signature, and to the second."""
    for number in range(100):
        evil.serve(f"/actors/n{number}", b"", status=401)
        said = evil.says("Like", "https://x.test/1", by=f"n{number}")
        await evil.letter(said, nord, by="mallory", key_id=evil.id(f"n{number}")).to(nord)

    assert MOST_ASKED <= len(evil.asked) <= MOST_ASKED + 5


def liked(stranger, number: int):
    return stranger.says("Like", f"https://x.test/{number}")


async def test_a_letter_that_comes_too_slowly_is_refused(nord, friend, monkeypatch):
    """Case 112."""
    monkeypatch.setattr(door, "WITHIN", 0.05)
    letter = friend.letter(liked(friend, 1), nord)

    async def dripping():
        for at in range(len(letter.body)):
            await asyncio.sleep(0.02)
            yield letter.body[at : at + 1]

    answer = await nord.http.post(f"{nord.origin}/inbox", content=dripping(), headers=letter.headers)

    assert answer.status_code == 400


async def test_one_letter_makes_us_ask_so_much_and_no_more(nord, friend):
    """Case 105, invariant 12."""
    with fetching.for_a_letter(nord.node.out.for_letters):
        for number in range(fetching.MOST_FOR_A_LETTER):
            with pytest.raises(NotFound):
                await fetching.get_signed(nord.node, f"{friend.origin}/{number}")
        with pytest.raises(Refused) as refused:
            await fetching.get_signed(nord.node, f"{friend.origin}/one-more")

    assert refused.value.key == "fetch.too_many"
    assert "GET /one-more" not in friend.asked


async def test_all_letters_together_make_us_ask_a_house_so_often_and_no_more(nord, friend):
    """Case 105: what is over waits, it is not lost."""
    pace = Pace(a_minute=5, at_once=5)
    for number in range(5):
        with fetching.for_a_letter(pace), pytest.raises(NotFound):
            await fetching.get_signed(nord.node, f"{friend.origin}/{number}")
    with fetching.for_a_letter(pace), pytest.raises(Unreachable) as later:
        await fetching.get_signed(nord.node, f"{friend.origin}/6")

    assert (later.value.key, later.value.retry_after > 1) == ("fetch.too_often", True)


# Work for strangers


@pytest.mark.parametrize("kind", ["Announce", "Create", "Update"])
async def test_a_stranger_makes_us_ask_nobody(nord, friend, evil, network, kind):
    """Mallory, whom nobody here follows, sends ids for us to look up: kept, and left alone."""
    evil.serve("/listings/1", evil.offer(by="mallory"))
    friend.serve("/listings/1", friend.offer())
    await evil.send(evil.says("Like", "https://x.test/1", by="mallory"), nord, by="mallory")
    network.switchboard.asked.clear()

    house = friend if kind == "Announce" else evil
    said = evil.says(kind, f"{house.origin}/listings/1", by="mallory")
    answer = await evil.send(said, nord, by="mallory")

    assert answer.status_code == 202
    assert network.switchboard.asked == []
    assert await nord.shelf() == []
    async with nord.node.db.read() as tx:
        sql = "SELECT count(*) FROM received WHERE id = :id AND outcome = 'ignored'"
        assert await tx.count(sql, id=said["id"]) == 1


@pytest.mark.parametrize("kind", ["Announce", "Create", "Update"])
async def test_for_somebody_whom_we_hear_we_ask(nord, evil, kind):
    """The other side."""
    await evil.is_followed_by(nord, "mallory")
    evil.serve("/listings/1", evil.offer(by="mallory"))

    await evil.send(evil.says(kind, f"{evil.origin}/listings/1", by="mallory"), nord, by="mallory")

    assert "GET /listings/1" in evil.asked
    assert len(await nord.shelf()) == 1


# Photos


def image(house, name: str) -> list[dict[str, str]]:
    return [{"type": "Image", "url": f"{house.origin}/{name}"}]


async def is_kept(nord, source: str) -> bool:
    async with nord.node.db.read() as tx:
        sql = "SELECT count(*) FROM pictures WHERE source = :source AND status = 'kept'"
        return bool(await tx.count(sql, source=source))


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_photo_in_trouble_holds_up_neither_photos_nor_listings(nord, friend, status):
    friend.serve("/broken.jpg", b"", status=status)
    friend.serve("/good.jpg", encoded(scene()), media_type="image/jpeg")
    friend.actor("bob", offers=in_pages(friend, "offers", 1))

    await friend.publish(nord, "a", attachment=image(friend, "broken.jpg"))
    await friend.publish(nord, "b", attachment=image(friend, "good.jpg"))
    await friend.is_followed_by(nord, "bob")

    assert await is_kept(nord, f"{friend.origin}/good.jpg")
    assert not await is_kept(nord, f"{friend.origin}/broken.jpg")
    assert len(await nord.shelf()) == 3


async def test_a_photo_that_never_comes_holds_up_no_reading(nord, friend, network):
    """Silence closes the lane of a host's photos, and that lane alone."""
    friend.actor("bob", offers=in_pages(friend, "offers", 1))

    class Silent(httpx.ASGITransport):
        async def handle_async_request(self, request):
            if request.url.path.endswith(".jpg"):
                raise httpx.ReadTimeout("nothing comes", request=request)
            return await super().handle_async_request(request)

    network.switchboard.plugged["friend.test"] = Silent(friend, raise_app_exceptions=False)
    await friend.publish(nord, "a", attachment=image(friend, "slow.jpg"))

    await friend.is_followed_by(nord, "bob")

    assert len(await nord.shelf()) == 2


# Reading a coop anew


def in_pages(house, name: str, count: int, **broken) -> str:
    """A collection of bob's listings, twenty to a page; the page after the last one is `broken`."""
    url = f"{house.origin}/{name}"
    house.serve(url, {"id": url, "type": "OrderedCollection", "first": f"{url}?page=0"})
    for page, first in enumerate(range(0, count, 20)):
        items = [house.offer(f"{name}{n}", by="bob") for n in range(first, min(first + 20, count))]
        document = {"id": f"{url}?page={page}", "type": "OrderedCollectionPage", "orderedItems": items}
        following = {"next": f"{url}?page={page + 1}"} if first + 20 < count or broken else {}
        house.serve(f"{url}?page={page}", document | following)
    if broken:
        house.serve(f"{url}?page={page + 1}", b"{", **broken)
    return url


async def read_anew(nord, friend, **collections: str) -> int:
    """How many listings we have of bob once we follow him."""
    friend.actor("bob", **collections)
    await friend.is_followed_by(nord, "bob")
    return len(await nord.shelf(limit=500))


async def test_two_hundred_listings_of_a_coop_are_read(nord, friend):
    """Case 106: from pages of twenty as Mastodon's, and no more than that."""
    assert await read_anew(nord, friend, offers=in_pages(friend, "offers", 230)) == MOST == 200


async def test_an_outbox_is_read_as_far(nord, friend):
    assert await read_anew(nord, friend, outbox=in_pages(friend, "outbox", 130)) == 130


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 404},
        {"status": 410},
        {"status": 403},
        {"status": 302},
        {"media_type": "text/html"},
        {"status": 200},
    ],
)
async def test_a_page_that_cannot_be_read_loses_nothing_before_it_or_beside_it(nord, friend, broken):
    offers, needs = in_pages(friend, "offers", 40, **broken), in_pages(friend, "needs", 5)

    assert await read_anew(nord, friend, offers=offers, needs=needs) == 45
    assert "GET /offers?page=2" in friend.asked


async def test_a_collection_that_cannot_be_read_at_all_loses_nothing_beside_it(nord, friend):
    needs = in_pages(friend, "needs", 5)

    assert await read_anew(nord, friend, offers=f"{friend.origin}/nothing", needs=needs) == 5


async def test_a_page_that_sleeps_is_read_when_it_wakes(nord, friend, network):
    """The first twenty are there at once, the others come later; none comes twice."""
    offers = in_pages(friend, "offers", 20, status=503)
    assert await read_anew(nord, friend, offers=offers) == 20

    in_pages(friend, "offers", 25)
    network.clock.advance(minutes=10)
    await network.settle()

    assert len(await nord.shelf(limit=100)) == 25
