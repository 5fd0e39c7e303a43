"""The clock reminds, lets lapse, closes and forgets; it never says that something came back which did not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fedicoop import app as house
from fedicoop.exchanges import actions, due, mediating, words
from fedicoop.exchanges.exchange import Plan, Trouble
from fedicoop.exchanges.steps import Side, Status, Step
from fedicoop.media import store as pictures
from tests.exchanging import NOW, TODAY, WEEKEND, Village, a_village, an_exchange, day, days
from tests.photos import encoded, scene

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def village(network) -> Village:
    return await a_village(network)


async def test_a_request_without_an_answer_lapses_after_three_days(village):
    asked = await village.ask(await village.publish(), days(20, 22))

    await village.pass_time(hours=71)
    assert (await village.now(asked)).status is Status.ASKED
    assert (await village.told(village.lea))[-1] == "answer_soon"
    await village.pass_time(hours=1)

    assert (await village.now(asked)).status is Status.LAPSED
    assert (await village.told(village.lea))[-1] == "lapse"
    assert await village.told(village.zoe) == ["lapse"]
    assert (await village.thread(asked))[-1][:2] == (Side.CLOCK, "lapse")


async def test_each_proposal_starts_the_three_days_anew(village):
    asked = await village.ask(await village.publish(), days(20, 22))
    await village.pass_time(hours=70)

    await village.step(asked, Step.COUNTER, plan=days(25, 26))
    await village.pass_time(hours=70)

    assert (await village.now(asked)).status is Status.COUNTERED
    assert (await village.told(village.zoe))[-1] == "answer_soon"


async def test_a_request_for_today_does_not_wait_until_tomorrow(village):
    asked = await village.ask(await village.publish(), days(0, 4))

    await village.pass_time(hours=15)

    assert (await village.now(asked)).status is Status.LAPSED


async def test_a_loan_is_reminded_of_before_on_and_after_its_last_day_and_never_ended_by_the_clock(village):
    lent = await village.agreed(await village.publish(), days(0, 5))
    await village.step(lent, Step.HAND_OVER)

    for _ in range(40 * 4):
        await village.pass_time(hours=6)

    assert (await village.now(lent)).status is Status.HANDED_OVER
    assert await village.told(village.zoe) == [
        *("accept", "hand_over", "due_tomorrow", "due_today", "overdue", "long_overdue")
    ]
    assert await village.told(village.lea) == ["asked_offer", "overdue", "long_overdue"]


async def test_reminders_come_in_the_morning_of_their_day():
    lent = an_exchange(Status.HANDED_OVER, plan=days(0, 5))

    told = {event.value: at for at, event in due.events(lent, PARIS)}

    assert told == {
        "due_tomorrow": datetime(2030, 5, 5, 6, tzinfo=UTC),
        "due_today": datetime(2030, 5, 6, 6, tzinfo=UTC),
        "overdue": datetime(2030, 5, 7, 6, tzinfo=UTC),
        "long_overdue": datetime(2030, 5, 13, 6, tzinfo=UTC),
    }
    assert {at.astimezone(PARIS).hour for at in told.values()} == {8}


async def test_after_a_long_sleep_only_the_latest_reminder_is_sent(village):
    lent = await village.agreed(await village.publish(), days(0, 5))
    await village.step(lent, Step.HAND_OVER)

    await village.pass_time(days=30)

    assert (await village.told(village.zoe))[2:] == ["long_overdue"]


async def test_an_appointment_is_announced_the_day_before_and_asked_after_when_nobody_says(village):
    agreed = await village.agreed(await village.publish(), days(3, 5))

    for _ in range(40):
        await village.pass_time(days=1)

    assert await village.told(village.zoe) == [
        *("accept", "tomorrow", "did_it_happen", "did_it_happen", "abandoned")
    ]
    assert (await village.now(agreed)).status is Status.LAPSED


async def test_another_day_that_is_not_answered_leaves_what_was_agreed(village):
    agreed = await village.agreed(await village.publish(), days(20, 22))
    await village.step(agreed, Step.REARRANGE, plan=days(25, 26))

    await village.pass_time(hours=73)

    now = await village.now(agreed)
    assert (now.status, now.plan, now.wish) == (Status.AGREED, days(20, 22), None)
    assert (await village.told(village.lea))[-1] == "wish_lapsed"


async def test_a_return_that_nobody_confirms_or_denies_is_taken_as_true_after_a_week(village):
    lent = await village.agreed(await village.publish(), days(0, 5))
    await village.step(lent, Step.HAND_OVER)
    await village.step(lent, Step.GIVE_BACK, village.zoe)

    await village.pass_time(days=4)
    assert (await village.told(village.lea))[-1] == "confirm_return"
    await village.pass_time(days=3)

    assert (await village.now(lent)).status is Status.DONE
    assert (await village.told(village.zoe))[-1] == "close"


async def test_who_has_it_next_hears_that_it_may_be_late(village):
    cargo = await village.publish()
    lent = await village.agreed(cargo, days(0, 5))
    await village.step(lent, Step.HAND_OVER)
    await village.agreed(cargo, days(7, 8), by=village.sacha)

    for _ in range(6):
        await village.pass_time(days=1)

    assert "may_be_late" in await village.told(village.sacha)


async def test_the_house_keeping_keeps_the_time_and_twice_does_no_more(village):
    await village.ask(await village.publish(), days(20, 22))
    village.network.clock.advance(hours=73)

    for _ in range(2):
        await house.house_keeping(village.nord.node)

    assert await village.told(village.zoe) == ["lapse"]


async def test_a_year_after_the_end_words_photos_places_and_contacts_are_forgotten(village):
    lent = await village.agreed(
        await village.publish(), days(0, 5, place="12 rue du Long-Pot"), contact="06 12 34 56 78"
    )
    await village.step(lent, Step.HAND_OVER)
    picture = await pictures.keep(village.nord.node, encoded(scene()))
    async with village.nord.node.db.write() as tx:
        await actions.keep_photo(tx, village.zoe, lent.id, picture)
    done = await village.step(lent, Step.TAKE_BACK, text="Merci pour le vélo")

    await village.pass_time(days=364)
    assert (await village.now(lent)).plan.place == "12 rue du Long-Pot"
    await village.pass_time(days=2)

    bare = await village.now(lent)
    assert (bare.status, bare.plan.place, bare.responder.contact) == (Status.DONE, "", "")
    assert (bare.returned_at, bare.plan.ends_on) == (done.returned_at, day(5))
    async with village.nord.node.db.read() as tx:
        assert await words.of_exchange(tx, lent.id) == []
        assert await pictures.find(tx, picture.name) is None
    assert bare.due_at is None


async def test_nothing_is_forgotten_while_a_problem_is_open(village):
    agreed = await village.agreed(await village.publish(), days(0, 5))
    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.lea, agreed.id, Trouble.OTHER, "Où est-il ?", once="1")

    await village.pass_time(days=40)
    assert (await village.now(agreed)).status is Status.LAPSED
    await village.pass_time(days=800)

    assert await village.thread(agreed)
    async with village.nord.node.db.write() as tx:
        await mediating.solve(tx, village.sacha, agreed.id)
    await village.pass_time(days=1)
    assert await village.thread(agreed) == []


def test_nothing_is_due_of_what_needs_no_clock():
    assert due.due(an_exchange(Status.DONE), UTC) is None
    assert due.due(an_exchange(Status.HANDED_OVER, plan=Plan(starts_on=TODAY)), UTC) is None
    assert due.due(an_exchange(Status.AGREED, plan=Plan()), UTC)[0] == NOW + timedelta(days=7)
    assert WEEKEND.starts_on > TODAY
