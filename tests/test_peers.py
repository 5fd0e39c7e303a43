from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedicoop.db import Database
from fedicoop.db.migrate import migrate
from fedicoop.errors import Refused
from fedicoop.outward import Outward
from fedicoop.peers import store
from fedicoop.peers.peer import Policy, covering
from tests.databases import house_engine


class House(Database):
    """A database whose clock we set."""

    today = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)

    def later(self, **by):
        House.today += timedelta(**by)


@pytest.fixture
async def house(tmp_path: Path):
    House.today = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
    engine = await house_engine(tmp_path)
    house = House(engine, lambda: House.today, lambda: "01")
    await migrate(house, backup=None)
    yield house
    await engine.close()


@pytest.fixture
async def tx(house):
    async with house.write() as tx:
        yield tx


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8443",
        "a.evil.example",
        "a.b.evil.example",
        "a.evil.example:8443",
        "x." * 100 + "evil.example",
    ],
)
async def test_a_closed_house_does_not_come_back_under_another_name(tx, host):
    await store.set_policy(tx, "evil.example", Policy.CLOSED)

    assert await store.policy(tx, host) is Policy.CLOSED


@pytest.mark.parametrize(
    "host", ["example", "notevil.example", "evil.example.org", "good.example", "[::1]", "1.2.3.4"]
)
async def test_closing_one_house_closes_no_other(tx, host):
    await store.set_policy(tx, "evil.example", Policy.CLOSED)

    assert await store.policy(tx, host) is Policy.OPEN


async def test_the_strictest_policy_wins_and_can_be_taken_back(tx):
    await store.set_policy(tx, "evil.example", Policy.LIMITED)
    await store.set_policy(tx, "a.evil.example", Policy.CLOSED)
    await store.all_heard(tx, ["b.a.evil.example"])

    assert await store.policy(tx, "b.a.evil.example") is Policy.CLOSED
    assert await store.policy(tx, "c.evil.example") is Policy.LIMITED
    assert [peer.host for peer in await store.of_policy(tx, Policy.CLOSED)] == ["a.evil.example"]

    await store.set_policy(tx, "a.evil.example", Policy.OPEN)
    assert await store.policy(tx, "b.a.evil.example") is Policy.LIMITED


async def test_one_closed_port_leaves_the_others_open(tx):
    await store.set_policy(tx, "127.0.0.1:8001", Policy.CLOSED)
    await store.set_policy(tx, "[::1]", Policy.CLOSED)

    closed = ["127.0.0.1:8001", "[::1]", "[::1]:8001"]
    assert {await store.policy(tx, host) for host in closed} == {Policy.CLOSED}
    others = ["127.0.0.1", "127.0.0.1:8002", "[::2]"]
    assert {await store.policy(tx, host) for host in others} == {Policy.OPEN}


def test_an_address_has_no_domain_above_it():
    assert covering("10.0.0.1:8001") == ["10.0.0.1:8001", "10.0.0.1"]
    assert covering("[::1]:8001") == ["[::1]:8001", "[::1]"]
    assert covering("a.b.example:8001") == ["a.b.example:8001", "a.b.example", "b.example", "example"]


async def test_a_policy_covers_what_we_know_beneath_a_host(tx):
    beneath = ["a.e_il.example", "b.e_il.example:81", "e_il.example", "e_il.example:81"]
    for host in [*beneath, "evil.example", "a.evil.example"]:
        await store.all_heard(tx, [host])

    covered = [peer.host for peer in await store.of_host(tx, "e_il.example")]
    assert covered == beneath


async def test_the_form_of_signature_that_a_house_took_is_remembered(tx):
    assert await store.signature_form(tx, "nord.test") is None

    await store.remember_signature(tx, "nord.test", "cavage")
    await store.remember_signature(tx, "nord.test", "rfc9421")
    assert await store.signature_form(tx, "nord.test") == "rfc9421"


async def test_what_we_learn_about_a_house_comes_together_in_one_place(house):
    async with house.write() as tx:
        await store.seen(tx, "nord.test")
        await store.runs(tx, "nord.test", "fedicoop 1" + "!" * 500)
    house.later(hours=1)
    async with house.write() as tx:
        await store.all_heard(tx, ["nord.test"])
        await store.seen(tx, "nord.test")
    house.later(hours=1)
    async with house.write() as tx:
        await store.all_reached(tx, ["nord.test"])
        await store.all_reached(tx, ["sud.test"])
        peer = await store.find(tx, "nord.test")
        hosts = [peer.host for peer in await store.latest(tx)]

    assert (peer.last_heard_at - peer.first_seen_at, peer.last_reached_at - peer.first_seen_at) == (
        timedelta(hours=1),
        timedelta(hours=2),
    )
    assert peer.software == "fedicoop 1" + "!" * 90
    assert peer.policy is Policy.OPEN
    assert hosts == ["sud.test", "nord.test"]


async def test_a_silent_house_is_forgotten_and_a_policy_is_not(house):
    async with house.write() as tx:
        await store.all_heard(tx, ["passer-by.test"])
        await store.all_heard(tx, ["friend.test"])
        await store.set_policy(tx, "evil.example", Policy.CLOSED)
    house.later(days=400)
    async with house.write() as tx:
        await store.all_reached(tx, ["friend.test"])
        forgotten = await store.forget_silent(tx, tx.now - timedelta(days=90))
        kept = {peer.host for peer in await store.latest(tx)}

    assert (forgotten, kept) == (1, {"friend.test", "evil.example"})


async def test_what_cools_is_asked_again_when_its_time_has_come(house):
    async with house.write() as tx:
        await store.cool(tx, "key:a", timedelta(minutes=5))
        assert await store.cooling(tx, "key:a")
        assert not await store.cooling(tx, "key:b")
    house.later(minutes=5)
    async with house.read() as tx:
        assert not await store.cooling(tx, "key:a")


async def test_cooling_can_be_prolonged_and_ended(tx):
    await store.cool(tx, "key:a", timedelta(minutes=-1))
    assert not await store.cooling(tx, "key:a")

    await store.cool(tx, "key:a", timedelta(minutes=5))
    assert await store.cooling(tx, "key:a")

    await store.warm(tx, "key:a")
    assert not await store.cooling(tx, "key:a")


async def test_of_many_who_would_ask_one_gets_the_turn(house):
    async with house.write() as tx:
        turns = [await store.take_turn(tx, "key:a", timedelta(minutes=1)) for _ in range(100)]
    house.later(minutes=1)
    async with house.write() as tx:
        turns.append(await store.take_turn(tx, "key:a", timedelta(minutes=1)))

    assert turns == [True] + [False] * 99 + [True]


async def test_what_has_cooled_down_leaves_nothing_behind(house):
    async with house.write() as tx:
        for number in range(50):
            await store.cool(tx, f"key:{number}", timedelta(minutes=1))
    house.later(minutes=1)
    async with house.write() as tx:
        await store.cool(tx, "key:last", timedelta(minutes=1))
        left = await tx.count("SELECT COUNT(*) FROM cooldowns")

    assert left == 1


async def test_no_transaction_reaches_the_network(house):
    out = Outward(allowed_peers=frozenset(), user_agent="fedicoop/test")
    for transaction in (house.read, house.write):
        async with transaction():
            with pytest.raises(RuntimeError, match="inside a transaction"):
                await out.get("https://127.0.0.1/", {})

    with pytest.raises(Refused):
        await out.get("https://127.0.0.1/", {})


async def test_of_some_turns_so_many_are_taken_within_their_time(house):
    """Case 110; what another name is asked for costs this one nothing."""
    wait = timedelta(minutes=1)
    async with house.write() as tx:
        assert [await store.take_one_of(tx, "keys at a", 3, wait) for _ in range(5)] == [True] * 3 + [
            False
        ] * 2
        assert await store.take_one_of(tx, "keys at ab", 3, wait)
    house.later(minutes=2)
    async with house.write() as tx:
        assert await store.take_one_of(tx, "keys at a", 3, wait)
