"""Inboxes that move, and inboxes that are not there any more."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.test_delivery import stand_before


async def as_known_from_before(nord, sud) -> str:
    """What nord knows of sud is old: another inbox, which sud has left."""
    old = f"{sud.origin}/old/inbox"
    async with nord.node.db.write() as tx:
        await tx.run(
            "UPDATE actors SET inbox = :old, shared_inbox = NULL WHERE id = :sud", old=old, sud=sud.coop.id
        )
    return old


async def followers(nord) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM follows WHERE followed_id = :id", id=nord.coop.id)


def old_inbox_says(status: int, headers: dict[str, str] | None = None):
    def answer(request: Request) -> Response | None:
        return Response(status_code=status, headers=headers) if request.url.path == "/old/inbox" else None

    return answer


@pytest.mark.parametrize("status", [301, 308, 404, 410])
async def test_letters_follow_an_inbox_that_moved_by_the_word_of_its_actor_alone(pair, network, status):
    nord, sud = pair
    await as_known_from_before(nord, sud)
    evil = {"location": "https://evil.test/inbox"}
    doorman = stand_before(network, sud, old_inbox_says(status, evil))

    offers = [await nord.publish(f"Vélo {number}") for number in range(3)]
    await network.settle()
    network.clock.advance(days=1)
    await network.settle()

    assert {one.id for one in await sud.shelf()} == {one.id for one in offers}
    arrived = [letter for letter in doorman.letters if letter.url.path == "/inbox"]
    assert len(arrived) == 3, "each went once"
    assert not [url for _, url in network.switchboard.asked if "evil.test" in url]


async def test_after_seven_days_without_an_inbox_its_readers_follow_no_longer(pair, network):
    nord, sud = pair
    stand_before(network, sud, lambda request: Response(status_code=404))

    for day in range(7):
        assert await followers(nord) == 1, f"dropped on day {day}"
        await nord.publish(f"Vélo {day}")
        await nord.publish(f"Remorque {day}")
        await network.settle()
        network.clock.advance(days=1)

    assert await followers(nord) == 0


async def test_one_letter_that_is_taken_starts_the_count_anew(pair, network):
    nord, sud = pair
    doorman = stand_before(network, sud, lambda request: Response(status_code=404))
    for day in range(12):
        doorman.answer = (lambda _: None) if day == 5 else (lambda _: Response(status_code=404))
        await nord.publish(f"Vélo {day}")
        await network.settle()
        network.clock.advance(days=1)

    assert await followers(nord) == 1
