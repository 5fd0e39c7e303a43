"""Many letters at once share their trips to the database, and nobody pays for another's."""

import asyncio

import pytest

from fedicoop.db.together import Together, among
from fedicoop.errors import Malformed
from fedicoop.inbox import store
from fedicoop.inbox.store import Heard
from fedicoop.pace import Pace
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from tests.hostile import Stranger


@pytest.fixture
async def alice(network):
    nord = await network.add("nord.test")
    stranger = Stranger(network, "friend.test")
    stranger.actor("alice")
    return nord, stranger


async def kept(nord) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM received")


async def jobs(nord) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM jobs WHERE kind = 'Process'")


async def test_who_asks_while_others_are_answered_goes_with_the_next_trip():
    trips = list[list[int]]()

    async def double(some):
        trips.append(list(some))
        await asyncio.sleep(0.01)
        return [one * 2 for one in some]

    together = Together(double, most=4)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.001)
    others = await asyncio.gather(*(together.ask(number) for number in range(2, 8)))

    assert (await first, others) == (2, [4, 6, 8, 10, 12, 14])
    assert trips == [[1], [2, 3, 4, 5], [6, 7]]


async def test_one_bad_question_spoils_nobody_elses_reply():
    async def answer(some):
        if 3 in some:
            raise Malformed("federation.not_json", "3")
        return some

    together = Together(answer)
    replies = await asyncio.gather(*(together.ask(number) for number in range(5)), return_exceptions=True)

    assert [one for one in replies if not isinstance(one, Malformed)] == [0, 1, 2, 4]


async def test_who_leaves_takes_nobody_along():
    going = asyncio.Event()

    async def answer(some):
        await going.wait()
        return some

    together = Together(answer)
    first, second, third = [asyncio.create_task(together.ask(number)) for number in range(3)]
    await asyncio.sleep(0)
    second.cancel()
    going.set()

    assert (await first, await third) == (0, 2)
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await together.ask(9) == 9


def test_lists_of_all_lengths_have_few_texts():
    texts = {among([str(number) for number in range(size)])[0] for size in range(1, 65)}

    assert len(texts) == 7
    assert among(["a", "b", "c"])[1] == {"one0": "a", "one1": "b", "one2": "c", "one3": "c"}


async def test_a_flood_of_letters_is_kept_once_each_with_one_promise_each(alice):
    nord, stranger = alice
    letters = [stranger.letter(stranger.says("Create", stranger.offer(str(n))), nord) for n in range(20)]
    answers = await asyncio.gather(*(letter.to(nord) for letter in [*letters, *letters, letters[0]]))

    assert {answer.status_code for answer in answers} == {202}
    assert (await kept(nord), await jobs(nord)) == (20, 20)


async def test_a_house_that_is_closed_is_not_heard_from_that_moment_on(alice, network):
    nord, stranger = alice
    assert (
        await stranger.letter(stranger.says("Create", stranger.offer("1")), nord).to(nord)
    ).status_code == 202
    before = await kept(nord)

    async with nord.node.db.write() as tx:
        await peers.set_policy(tx, "friend.test", Policy.CLOSED)
    await stranger.letter(stranger.says("Create", stranger.offer("2")), nord).to(nord)

    assert await kept(nord) == before == 1


async def test_an_id_that_somebody_else_took_first_is_still_its_owners(alice):
    nord, _ = alice
    one = Heard("https://friend.test/1", "https://friend.test/mallory", "Delete", "", "ignored")
    other = Heard("https://friend.test/1", "https://friend.test/alice", "Delete", "", "ignored")
    async with nord.node.db.write() as tx:
        assert await store.keep_all(tx, [one, other, one]) == [True, True, False]
        assert not await store.keep_fresh(tx, [other])


async def test_a_house_that_speaks_too_fast_is_told_when_to_come_again(alice):
    nord, stranger = alice
    nord.app.state.paces.letters = Pace(a_minute=60, at_once=5)
    letters = [stranger.letter(stranger.says("Create", stranger.offer(str(n))), nord) for n in range(8)]

    answers = [await letter.to(nord) for letter in letters]

    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 3
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert await kept(nord) == 5
