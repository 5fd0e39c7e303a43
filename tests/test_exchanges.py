"""Two people agree about a listing: what is kept, what is taken, who is told, and who learns nothing."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from fedicoop.access import Role
from fedicoop.errors import Conflict, Forbidden, Misused, NotFound, Problem
from fedicoop.exchanges import actions, asking, keeping, mediating, store
from fedicoop.exchanges.exchange import Plan, Trouble
from fedicoop.exchanges.steps import Status, Step
from fedicoop.listings import actions as listings
from fedicoop.listings import taken
from fedicoop.members import store as members
from tests.exchanging import WEEKEND, Village, a_village, day, days


@pytest.fixture
async def village(network) -> Village:
    return await a_village(network)


async def refused(coroutine) -> str:
    """The key of the refusal that this brings."""
    with pytest.raises(Problem) as caught:
        await coroutine
    return caught.value.key


async def test_a_loan_from_the_first_word_to_thanks(village):
    cargo = await village.publish()

    asked = await village.ask(cargo, message="Pour un déménagement", contact="06 12 34 56 78")
    countered = await village.step(asked, Step.COUNTER, plan=days(4, 6), text="Plutôt dimanche ?")
    await village.step(countered, Step.ACCEPT, village.zoe)
    await village.step(asked, Step.HAND_OVER)
    await village.step(asked, Step.ASK_LONGER, village.zoe, plan=days(4, 8))
    await village.step(asked, Step.GRANT)
    await village.step(asked, Step.GIVE_BACK, village.zoe)
    done = await village.step(asked, Step.TAKE_BACK)
    async with village.nord.node.db.write() as tx:
        await actions.thank(tx, village.zoe, asked.id, "Merci Léa !")

    assert (done.status, done.plan.ends_on, done.responder.contact) == (Status.DONE, day(8), "06 12 34 56 78")
    assert await village.told(village.lea) == ["asked_offer", "accept", "ask_longer", "give_back", "thanks"]
    assert await village.told(village.zoe) == ["counter", "hand_over", "grant", "take_back"]
    assert await village.told(village.sacha) == []
    assert [step for _, step, _ in await village.thread(asked)] == [
        *("ask", "counter", "accept", "hand_over", "ask_longer", "grant", "give_back", "take_back", ""),
    ]
    assert (await village.nord.find(cargo.id)).status == "published"


async def test_a_gift_rests_while_it_is_promised_and_is_concluded_when_it_is_given(village):
    child_bike = await village.publish("Vélo d’enfant", mode="gift")
    other = await village.ask(child_bike, Plan(), by=village.sacha)

    asked = await village.ask(child_bike, Plan())
    await village.step(asked, Step.ACCEPT)
    assert (await village.nord.find(child_bike.id)).status == "paused"
    await village.step(asked, Step.FINISH, village.zoe)

    assert (await village.nord.find(child_bike.id)).status == "closed"
    assert (await village.now(other)).status is Status.LAPSED
    assert await village.told(village.sacha) == ["gone"]


async def test_a_promise_that_falls_through_shows_the_gift_again(village):
    for end in (Step.CANCEL, None):
        gift = await village.publish("Pompe", mode="gift")
        agreed = await village.agreed(gift, Plan(), once=gift.id)

        if end:
            await village.step(agreed, end, village.zoe)
        else:
            await village.pass_time(days=31)

        assert (await village.nord.find(gift.id)).status == "published"
        async with village.nord.node.db.read() as tx:
            assert await taken.of_listing(tx, gift.id) == []


async def test_a_gift_that_its_owner_had_paused_stays_so(village):
    gift = await village.publish(mode="gift")
    asked = await village.ask(gift, Plan())
    async with village.nord.node.db.write() as tx:
        await listings.pause(tx, village.lea, gift.id)

    await village.step(asked, Step.ACCEPT)
    await village.step(asked, Step.CANCEL)

    assert (await village.nord.find(gift.id)).status == "paused"


async def test_several_pieces_are_given_one_by_one(village):
    jars = await village.publish("Bocaux", mode="gift", quantity=5)
    first = await village.agreed(jars, Plan(quantity=Decimal(3)))

    assert await refused(village.ask(jars, Plan(quantity=Decimal(3)), by=village.sacha)) == "exchange.taken"
    second = await village.ask(jars, Plan(quantity=Decimal(2)), by=village.sacha)
    assert (await village.nord.find(jars.id)).status == "published"
    await village.step(second, Step.ACCEPT)
    assert (await village.nord.find(jars.id)).status == "paused"
    await village.step(first, Step.FINISH)
    assert (await village.nord.find(jars.id)).status == "paused"
    await village.step(second, Step.FINISH)
    assert (await village.nord.find(jars.id)).status == "closed"


async def test_a_need_is_answered_as_an_offer_is_and_its_lender_is_who_answered(village):
    need = await village.publish("Je cherche une remorque", kind="need")

    asked = await village.ask(need, WEEKEND)
    await village.step(asked, Step.ACCEPT)
    await village.step(asked, Step.HAND_OVER, village.zoe)
    assert (await village.nord.find(need.id)).status == "closed"
    with pytest.raises(Forbidden):
        await village.step(asked, Step.TAKE_BACK, village.lea)
    done = await village.step(asked, Step.TAKE_BACK, village.zoe)

    assert done.status is Status.DONE
    assert await village.told(village.lea) == ["asked_need", "hand_over", "take_back"]


async def test_the_same_days_are_lent_once(village):
    cargo = await village.publish()
    await village.agreed(cargo, days(3, 5))

    assert await refused(village.ask(cargo, days(5, 7), by=village.sacha)) == "exchange.taken"
    assert await refused(village.ask(cargo, days(1, 9), by=village.sacha)) == "exchange.taken"
    await village.agreed(cargo, days(6, 7), by=village.sacha)

    async with village.nord.node.db.read() as tx:
        found = await taken.of_listing(tx, cargo.id, since=day(6))
    assert [(one.starts_on, one.ends_on) for one in found] == [(day(6).isoformat(), day(7).isoformat())]


async def test_days_are_free_again_once_it_is_back(village):
    cargo = await village.publish()
    lent = await village.agreed(cargo, days(0, 9))
    await village.step(lent, Step.HAND_OVER)

    await village.step(lent, Step.TAKE_BACK)

    assert (await village.agreed(cargo, days(1, 2), by=village.sacha)).status is Status.AGREED


async def test_longer_is_granted_only_if_nobody_has_it_next(village):
    cargo = await village.publish()
    lent = await village.agreed(cargo, days(1, 2))
    await village.agreed(cargo, days(4, 5), by=village.sacha)
    await village.step(lent, Step.HAND_OVER)
    await village.step(lent, Step.ASK_LONGER, village.zoe, plan=days(1, 4))

    assert await refused(village.step(lent, Step.GRANT)) == "exchange.taken"
    assert (await village.now(lent)).status is Status.EXTENDING
    await village.step(lent, Step.REFUSE)
    await village.step(lent, Step.ASK_LONGER, village.zoe, plan=days(1, 3))
    assert (await village.step(lent, Step.GRANT)).plan.ends_on == day(3)


async def test_an_hour_of_a_service_is_promised_once(village):
    repair = await village.publish("Révision", mode="service")
    at_ten = Plan(starts_on=day(2), at="10:00")
    await village.agreed(repair, at_ten)

    assert await refused(village.ask(repair, at_ten, by=village.sacha)) == "exchange.taken"
    assert (
        await village.agreed(repair, Plan(starts_on=day(2), at="11:30"), by=village.sacha)
    ).plan.at == "11:30"


async def test_of_twenty_that_accept_at_once_one_wins(village):
    """Security case 137: twenty people want the same days, and their owner says yes to all."""
    cargo = await village.publish()
    people = [await village.nord.join(f"m{number}") for number in range(20)]
    asked = [await village.ask(cargo, by=one, once=one.id) for one in people]

    outcomes = await asyncio.gather(
        *(village.step(one, Step.ACCEPT) for one in asked), return_exceptions=True
    )

    won = [one for one in outcomes if not isinstance(one, BaseException)]
    assert len(won) == 1
    assert all(one.key == "exchange.taken" for one in outcomes if isinstance(one, Conflict))
    assert sum(isinstance(one, Conflict) for one in outcomes) == 19
    async with village.nord.node.db.read() as tx:
        assert [one.id for one in await taken.of_listing(tx, cargo.id)] == [won[0].id]
        assert await tx.count("SELECT count(*) FROM exchanges WHERE status = 'agreed'") == 1


async def test_a_button_pressed_twenty_times_at_once_takes_its_step_once(village):
    asked = await village.ask(await village.publish())

    outcomes = await asyncio.gather(*(village.step(asked, Step.ACCEPT, seen=0) for _ in range(20)))

    assert {one.version for one in outcomes} == {1}
    assert [step for _, step, _ in await village.thread(asked)] == ["ask", "accept"]
    assert await village.told(village.zoe) == ["accept"]


async def test_a_form_sent_twice_asks_once(village):
    """Security case 136."""
    cargo = await village.publish()

    first, second = await asyncio.gather(village.ask(cargo, once="x"), village.ask(cargo, once="x"))

    assert first.id == second.id
    assert await village.told(village.lea) == ["asked_offer"]
    assert await refused(village.ask(cargo, days(8, 9), once="y")) == "exchange.asked_before"
    await village.step(first, Step.WITHDRAW, village.zoe)
    assert (await village.ask(cargo, once="z")).id != first.id


async def test_consent_is_given_to_what_was_seen_and_to_nothing_newer(village):
    asked = await village.ask(await village.publish())
    await village.step(asked, Step.COUNTER, village.zoe, plan=days(6, 7))

    assert await refused(village.step(asked, Step.ACCEPT, seen=asked.version)) == "exchange.moved_on"
    assert (await village.now(asked)).status is Status.COUNTERED


async def test_nobody_agrees_on_a_listing_that_is_gone(village):
    gift = await village.publish(mode="gift")
    asked = await village.ask(gift, Plan())
    async with village.nord.node.db.write() as tx:
        await listings.close(tx, village.lea, gift.id)

    assert await refused(village.step(asked, Step.ACCEPT)) == "exchange.listing_gone"
    async with village.nord.node.db.write() as tx:
        await keeping.let_go_of_closed(tx)
    assert (await village.now(asked)).status is Status.LAPSED
    assert await village.told(village.zoe) == ["gone"]


# Who may ask, and for what


async def test_what_one_may_not_see_one_cannot_ask_for_and_learns_nothing(village):
    """Security case 77: the same refusal as for a listing that never was."""
    hidden = await village.publish(visibility="coop")
    stranger = replace(village.zoe, id="stranger", coop_id="https://nord.test/actors/other")

    for key in (hidden.key, "01hzzzzzzzzzzzzzzzzzzzzzzz"):
        async with village.nord.node.db.read() as tx:
            with pytest.raises(NotFound) as caught:
                await asking.find_open(tx, stranger, key)
        assert caught.value.key == "page.no_listing"
    async with village.nord.node.db.read() as tx:
        assert (await asking.find_open(tx, village.zoe, hidden.key)).id == hidden.id


async def test_one_does_not_ask_oneself(village):
    cargo = await village.publish()

    assert await refused(village.ask(cargo, by=village.lea)) == "exchange.own"


async def test_what_a_coop_offers_is_answered_by_its_stewards_and_not_by_who_asks(village):
    of_the_coop = await village.nord.publish("Remorque")
    assert await refused(village.ask(of_the_coop, by=village.sacha)) == "exchange.own"

    asked = await village.ask(of_the_coop)

    assert await village.told(village.sacha) == ["asked_offer"]
    with pytest.raises(NotFound):
        await village.step(asked, Step.ACCEPT, village.lea)
    assert (await village.step(asked, Step.ACCEPT, village.sacha)).status is Status.AGREED


async def test_a_steward_who_asks_their_own_coop_is_answered_by_another(village):
    async with village.nord.node.db.write() as tx:
        await members.put(tx, steward := replace(village.lea, role=Role.STEWARD))
    asked = await village.ask(await village.nord.publish("Remorque"), by=village.sacha)

    assert await village.told(village.sacha) == []
    assert await village.told(steward) == ["asked_offer"]
    with pytest.raises(Forbidden):
        await village.step(asked, Step.ACCEPT, village.sacha)
    assert (await village.step(asked, Step.ACCEPT, steward)).status is Status.AGREED


async def test_only_what_is_open_and_ours_is_asked_for(village, network):
    cargo = await village.publish()
    async with village.nord.node.db.write() as tx:
        await listings.pause(tx, village.lea, cargo.id)
    sud = await network.add("sud.test")
    await network.befriend(village.nord, sud)
    await sud.publish("Tandem")
    await network.settle()
    [theirs] = await village.nord.shelf()

    assert await refused(village.ask(cargo)) == "exchange.not_open"
    assert await refused(village.ask(theirs)) == "exchange.elsewhere"


@pytest.mark.parametrize(
    ("plan", "key", "field"),
    [
        (Plan(), "form.missing", "starts_on"),
        (Plan(starts_on=day(2)), "form.missing", "ends_on"),
        (days(5, 3), "exchange.reversed", "ends_on"),
        (days(-1, 3), "exchange.past", "starts_on"),
        (days(400, 401), "exchange.far", "starts_on"),
        (days(1, 400), "exchange.far", "ends_on"),
        (days(1, 40), "exchange.not_available", "ends_on"),
        (days(3, 4, at="25:00"), "exchange.hour", "at"),
        (days(3, 4, place="x" * 201), "exchange.long", "place"),
    ],
)
async def test_a_plan_that_does_not_fit_is_refused_beside_its_field(village, plan, key, field):
    cargo = await village.publish(available={"from": day(0).isoformat(), "to": day(30).isoformat()})

    with pytest.raises(Misused) as caught:
        await village.ask(cargo, plan)

    assert (caught.value.key, caught.value.values["field"]) == (key, field)


@pytest.mark.parametrize("much", ["0", "-1", "6", "NaN"])
async def test_a_quantity_lies_between_nothing_and_what_there_is(village, much):
    jars = await village.publish("Bocaux", mode="gift", quantity=5)

    with pytest.raises(Misused):
        await village.ask(jars, Plan(quantity=Decimal(much)))


# Who sees it


async def test_an_exchange_is_seen_by_the_two_and_by_stewards_once_they_are_called(village):
    asked = await village.agreed(await village.publish())
    stranger = await village.nord.join("tom")

    async def sees(who) -> bool:
        async with village.nord.node.db.read() as tx:
            try:
                return (await actions.get_seen(tx, who, asked.id)).id == asked.id
            except NotFound:
                return False

    people = (village.lea, village.zoe, village.sacha, stranger, None)
    assert [await sees(who) for who in people] == [True, True, False, False, False]
    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.zoe, asked.id, Trouble.OTHER, "Pas de réponse", once="1")
    assert [await sees(who) for who in people] == [True, True, True, False, False]


async def test_a_stranger_changes_nothing_and_learns_nothing(village):
    asked = await village.ask(await village.publish())
    stranger = await village.nord.join("tom")

    for step in Step:
        with pytest.raises(NotFound):
            await village.step(asked, step, stranger)
    for attempt in (
        lambda tx: actions.say(tx, stranger, asked.id, "Bonjour", once="1"),
        lambda tx: actions.thank(tx, stranger, asked.id, "Merci"),
        lambda tx: mediating.report(tx, stranger, asked.id, Trouble.LATE, "", once="1"),
        lambda tx: mediating.solve(tx, stranger, asked.id),
    ):
        async with village.nord.node.db.write() as tx:
            with pytest.raises(NotFound):
                await attempt(tx)
    assert await village.now(asked) == asked


# When something goes wrong


async def test_a_problem_calls_the_stewards_who_write_and_close(village):
    lent = await village.agreed(await village.publish())
    await village.step(lent, Step.HAND_OVER)

    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.lea, lent.id, Trouble.LATE, "Plus de nouvelles", once="1")
    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.lea, lent.id, Trouble.LATE, "Plus de nouvelles", once="1")
    async with village.nord.node.db.write() as tx:
        await actions.say(tx, village.sacha, lent.id, "Je vous appelle tous les deux.", once="1")
        assert [one.id for one in await store.in_trouble(tx, village.nord.coop.id)] == [lent.id]
    closed = await village.step(lent, Step.SETTLE, village.sacha)

    assert await village.told(village.sacha) == ["trouble_steward"]
    assert await village.told(village.zoe) == ["accept", "hand_over", "trouble", "message", "settle"]
    assert closed.status is Status.CLOSED
    assert not closed.in_trouble
    async with village.nord.node.db.write() as tx:
        assert await mediating.solve(tx, village.lea, lent.id) == closed


async def test_a_problem_is_settled_by_who_told_it_or_a_steward_not_by_the_other(village):
    lent = await village.agreed(await village.publish())
    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.lea, lent.id, Trouble.OTHER, "", once="1")

    async with village.nord.node.db.write() as tx:
        with pytest.raises(Conflict):
            await mediating.solve(tx, village.zoe, lent.id)
    async with village.nord.node.db.write() as tx:
        assert not (await mediating.solve(tx, village.sacha, lent.id)).in_trouble


async def test_what_is_broken_rests_and_who_has_it_next_is_warned(village):
    cargo = await village.publish()
    next_one = await village.agreed(cargo, days(7, 8), by=village.sacha)
    lent = await village.agreed(cargo, days(0, 2))
    await village.step(lent, Step.HAND_OVER)

    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.zoe, lent.id, Trouble.BROKEN, "Le garde-boue", once="1")

    assert (await village.nord.find(cargo.id)).status == "paused"
    assert "item_broken" in await village.told(village.sacha)
    assert (await village.now(next_one)).status is Status.AGREED


async def test_who_does_not_come_frees_what_was_reserved(village):
    gift = await village.publish(mode="gift")
    agreed = await village.agreed(gift, Plan(starts_on=day(2)))
    async with village.nord.node.db.write() as tx:
        with pytest.raises(Conflict):
            await mediating.report(tx, village.lea, agreed.id, Trouble.NO_SHOW, "", once="1")
    village.network.clock.advance(days=2)

    async with village.nord.node.db.write() as tx:
        missed = await mediating.report(tx, village.lea, agreed.id, Trouble.NO_SHOW, "", once="1")

    assert missed.status is Status.MISSED
    assert (await village.nord.find(gift.id)).status == "published"
    assert await village.told(village.zoe) == ["accept", "miss"]
    assert await village.told(village.sacha) == ["trouble_steward"]


async def test_thanks_come_at_the_end_and_once(village):
    agreed = await village.agreed(await village.publish())
    async with village.nord.node.db.write() as tx:
        with pytest.raises(Conflict):
            await actions.thank(tx, village.zoe, agreed.id, "Merci !")
    await village.step(agreed, Step.HAND_OVER)
    await village.step(agreed, Step.TAKE_BACK)

    for _ in range(2):
        async with village.nord.node.db.write() as tx:
            await actions.thank(tx, village.zoe, agreed.id, "Merci !")

    assert (await village.told(village.lea)).count("thanks") == 1
    assert [text for side, _, text in await village.thread(agreed) if text] == ["Merci !"]


async def test_a_message_sent_twice_is_said_once(village):
    asked = await village.ask(await village.publish())

    for once in ("1", "1", "2"):
        async with village.nord.node.db.write() as tx:
            await actions.say(tx, village.zoe, asked.id, "Bonjour", once=once)

    assert [text for _, _, text in await village.thread(asked) if text] == ["Bonjour", "Bonjour"]
    assert await village.told(village.lea) == ["asked_offer", "message", "message"]
