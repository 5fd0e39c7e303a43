"""Carrying what was said: once per inbox, in the form that the other side takes, until it is taken."""

import threading
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop.actors import directory, keyring
from fedicoop.actors.coops import AuthorMode
from fedicoop.follows import actions as follows
from fedicoop.jobs import queue
from fedicoop.outbox import proving
from fedicoop.peers import store as peers
from fedicoop.signatures import keys
from tests.conftest import PAIRS, Instance, Network


class Doorman:
    """Stands before an instance and answers its letters by himself while `answer` says something."""

    def __init__(self, behind: ASGIApp, answer: Callable[[Request], Response | None]) -> None:
        self.behind, self.answer = behind, answer
        self.letters: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if request.method == "POST":
            self.letters.append(request)
            if answer := self.answer(request):
                await answer(scope, receive, send)
                return
        await self.behind(scope, receive, send)


def stand_before(
    network: Network, instance: Instance, answer: Callable[[Request], Response | None]
) -> Doorman:
    doorman = Doorman(instance.app, answer)
    network.switchboard.plug(instance.node.settings.host, doorman)
    return doorman


async def lanes(instance: Instance) -> dict[str, queue.Lane]:
    async with instance.node.db.read() as tx:
        return {lane.lane: lane for lane in await queue.lanes(tx)}


async def test_a_house_with_many_followers_gets_one_letter(network):
    nord = await network.add("nord.test")
    sud = await network.add("sud.test", author_mode=AuthorMode.MEMBER)
    await network.befriend(sud, nord)
    lea = await sud.join()
    theirs = await directory.actor(nord.node, lea.actor_id)
    async with nord.node.db.write() as tx:
        await tx.run(
            """INSERT INTO follows (id, follower_id, followed_id, status, asked_at)
               VALUES (:id, :lea, :nord, 'accepted', :now)""",
            id=f"{sud.origin}/activities/lea",
            lea=theirs.id,
            nord=nord.coop.id,
            now=tx.now,
        )
    doorman = stand_before(network, sud, lambda _: None)

    await nord.publish()
    await network.settle()

    assert [letter.url.path for letter in doorman.letters] == ["/inbox"]


@pytest.mark.parametrize("status", [404, 410, 400, 403, 405, 413, 422])
async def test_a_no_is_a_no(pair, network, status):
    nord, sud = pair
    doorman = stand_before(network, sud, lambda _: Response(status_code=status))

    await nord.publish()
    await network.settle()
    network.clock.advance(days=1)
    await network.settle()

    assert len(doorman.letters) <= 2, "once, or once in each form of signature"
    assert await lanes(nord) == {}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 301, 307, 408])
async def test_a_not_now_is_tried_again(pair, network, status):
    nord, sud = pair
    answers = [Response(status_code=status)]
    stand_before(network, sud, lambda _: answers.pop() if answers else None)

    offer = await nord.publish()
    await network.settle()
    assert await sud.shelf() == []
    network.clock.advance(minutes=1)
    await network.settle()

    assert [seen.id for seen in await sud.shelf()] == [offer.id]


@pytest.mark.parametrize("hour", ["3600", "Wed, 01 May 2030 10:00:00 GMT"])
async def test_a_house_that_names_its_hour_is_left_in_peace_until_then(pair, network, hour):
    nord, sud = pair
    answers = [Response(status_code=429, headers={"retry-after": hour})]
    doorman = stand_before(network, sud, lambda _: answers.pop() if answers else None)
    await nord.publish()
    await network.settle()

    network.clock.advance(minutes=59)
    await network.settle()
    assert len(doorman.letters) == 1

    network.clock.advance(minutes=2)
    await network.settle()
    assert len(doorman.letters) == 2
    assert len(await sud.shelf()) == 1


async def test_a_house_that_reads_only_the_newer_signatures_is_knocked_at_twice_and_remembered(pair, network):
    nord, sud = pair

    def only_rfc9421(request: Request) -> Response | None:
        return None if "signature-input" in request.headers else Response(status_code=401)

    doorman = stand_before(network, sud, only_rfc9421)

    await nord.publish("Un")
    await network.settle()
    await nord.publish("Deux")
    await network.settle()

    assert ["signature-input" in letter.headers for letter in doorman.letters] == [False, True, True]
    assert len(await sud.shelf()) == 2
    async with nord.node.db.read() as tx:
        assert await peers.signature_form(tx, "sud.test") == "rfc9421"


async def test_one_letter_that_breaks_the_other_side_holds_up_no_other(pair, network):
    nord, sud = pair
    first = await nord.publish("Casse tout")
    broken = {"left": 3}

    def breaks(request: Request) -> Response | None:
        broken["left"] -= 1
        return Response(status_code=500) if broken["left"] == 2 else None

    stand_before(network, sud, breaks)
    second = await nord.publish("Passe")
    await network.settle()

    assert [seen.id for seen in await sud.shelf()] == [second.id]
    network.clock.advance(minutes=2)
    await network.settle()
    assert {seen.id for seen in await sud.shelf()} == {first.id, second.id}


async def test_a_sleeping_house_holds_up_nobody_else(network):
    nord, sud, est = [await network.add(f"{name}.test") for name in ("nord", "sud", "est")]
    await network.befriend(sud, nord)
    await network.befriend(est, nord)
    network.unplug(sud)

    offers = [await nord.publish(f"Offre {n}") for n in range(5)]
    await network.settle()

    assert len(await est.shelf()) == len(offers)
    waiting = (await lanes(nord))["to sud.test"]
    assert (waiting.waiting, waiting.dead) == (5, 0)
    assert "silent" in waiting.last_error or "sud.test" in waiting.last_error


async def test_a_house_that_wakes_and_speaks_hears_at_once_what_waited(pair, network):
    nord, sud = pair
    await network.befriend(nord, sud)
    network.unplug(sud)
    offer = await nord.publish()
    for _ in range(12):
        await network.settle()
        network.clock.advance(minutes=30)

    network.plug(sud)
    network.clock.advance(minutes=2)
    await sud.publish("Je suis de retour")
    await network.settle()

    assert [seen.id for seen in await sud.shelf()] == [offer.id]


async def test_after_seven_days_the_operator_is_told_and_can_try_again(pair, network):
    nord, sud = pair
    network.unplug(sud)
    offer = await nord.publish()
    for _ in range(60):
        await network.settle()
        network.clock.advance(hours=4)

    assert (await lanes(nord))["to sud.test"].dead == 1
    network.plug(sud)
    async with nord.node.db.write() as tx:
        await queue.retry_now(tx)
    await network.settle()
    assert [seen.id for seen in await sud.shelf()] == [offer.id]


async def test_letters_are_signed_when_they_are_sent(pair, network):
    """A date of yesterday would be refused; so would a key that has changed since."""
    nord, sud = pair
    network.unplug(sud)
    offer = await nord.publish()
    await network.settle()

    network.clock.advance(days=2)
    async with nord.node.db.write() as tx:
        await keyring.put(tx, nord.coop.id, PAIRS[2])
        await proving.prove_again(tx, nord.coop.id)
    network.plug(sud)
    await network.settle()

    assert [seen.id for seen in await sud.shelf()] == [offer.id]


async def test_no_secret_stands_in_a_promise(pair):
    nord, _ = pair
    await nord.publish()

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE payload LIKE '%PRIVATE%'") == 0
        assert await tx.count("SELECT count(*) FROM sent WHERE body LIKE '%PRIVATE%'") == 0


@pytest.mark.parametrize("sent_away", [True, False])
async def test_what_waits_for_followers_goes_to_followers_alone(pair, network, sent_away):
    """Case 83: the house slept; until it woke, its coop was sent away."""
    nord, sud = pair
    network.unplug(sud)
    hidden = await nord.publish("Pour nos voisins", visibility="followers")
    await network.settle()
    await nord.update(hidden, title="Toujours pour nos voisins")
    await network.settle()

    if sent_away:
        async with nord.node.db.write() as tx:
            await follows.decide(tx, nord.operator, nord.coop, sud.coop, accept=False)
    network.plug(sud)
    network.clock.advance(minutes=5)
    await network.settle()

    assert (await sud.find(hidden.id) is None) == sent_away
    async with sud.node.db.read() as tx:
        sql = "SELECT count(*) FROM received WHERE type IN ('Create', 'Update')"
        assert await tx.count(sql) == (0 if sent_away else 2), "it never left"
    assert await lanes(nord) == {}


async def test_no_signature_of_a_delivery_holds_up_the_pages(pair, network, monkeypatch):
    """Security, T14: on a small machine a signature takes ten milliseconds, and there are thousands."""
    nord, _ = pair
    threads = []
    sign = keys.sign

    def noted(private_pem, base):
        threads.append(threading.current_thread())
        return sign(private_pem, base)

    await nord.publish()
    monkeypatch.setattr(keys, "sign", noted)
    await network.settle()

    assert threads
    assert threading.main_thread() not in threads
