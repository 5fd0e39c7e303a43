"""Who leaves takes along what is theirs; the other side keeps the thread, without a name."""

import json

import pytest

from fedicoop.exchanges import actions, leaving
from fedicoop.exchanges.exchange import Plan
from fedicoop.exchanges.steps import Status, Step
from fedicoop.media import store as pictures
from tests.browsing import signed_in
from tests.exchanging import Village, a_village, days
from tests.photos import encoded, scene


@pytest.fixture
async def village(network) -> Village:
    return await a_village(network)


async def test_an_archive_holds_what_the_member_said_and_nothing_of_the_other(village):
    agreed = await village.agreed(
        await village.publish(),
        days(3, 5, place="12 rue du Long-Pot"),
        message="Bonjour Léa",
        contact="06 12",
    )
    async with village.nord.node.db.write() as tx:
        await actions.say(tx, village.lea, agreed.id, "Voici mon code de porte : 1234", once="1")
        await actions.say(tx, village.zoe, agreed.id, "C’est noté", once="2")
    picture = await pictures.keep(village.nord.node, encoded(scene()))
    async with village.nord.node.db.write() as tx:
        await actions.keep_photo(tx, village.zoe, agreed.id, picture)

    async with village.nord.node.db.read() as tx:
        archive = json.dumps(await leaving.take_along(tx, village.zoe), ensure_ascii=False)

    for own in ("Bonjour Léa", "C’est noté", "06 12", "12 rue du Long-Pot", picture.name, "Vélo cargo"):
        assert own in archive
    assert "1234" not in archive
    async with village.nord.node.db.read() as tx:
        assert (await leaving.take_along(tx, village.sacha)) == {
            "exchanges": [],
            "exchange_words": [],
            "exchange_photos": [],
        }


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], Status.WITHDRAWN),
        ([Step.ACCEPT], Status.CANCELLED),
        ([Step.ACCEPT, Step.HAND_OVER], Status.HANDED_OVER),
    ],
)
async def test_who_leaves_ends_what_can_be_ended_and_calls_a_mediator_for_what_is_out(village, steps, status):
    asked = await village.ask(await village.publish(), message="Bonjour", contact="06 12 34 56 78")
    for step in steps:
        await village.step(asked, step)

    async with village.nord.node.db.write() as tx:
        await leaving.leave(tx, village.zoe)

    now = await village.now(asked)
    assert now.status is status
    assert (now.responder.actor_id, now.responder.member_id, now.responder.contact) == ("", None, "")
    assert now.in_trouble is (status is Status.HANDED_OVER)
    assert ("trouble_steward" in await village.told(village.sacha)) is now.in_trouble
    assert len(await village.told(village.lea)) == 2
    lea = await signed_in(village.nord, village.lea)
    page = await lea.open(f"/echanges/{asked.id}")
    assert page.status == 200
    assert "Ancien membre" in page.words
    assert "Zoe" not in page.words
    assert "Bonjour" in page.words
    assert (await (await signed_in(village.nord, village.zoe)).open(f"/echanges/{asked.id}")).status == 404


async def test_whose_listing_it_was_may_leave_too(village):
    gift = await village.publish(mode="gift")
    agreed = await village.agreed(gift, Plan())
    await village.step(agreed, Step.FINISH)
    waiting = await village.ask(await village.publish("Tandem"), once="b")

    async with village.nord.node.db.write() as tx:
        await leaving.leave(tx, village.lea)

    assert (await village.now(waiting)).status is Status.DECLINED
    zoe = await signed_in(village.nord, village.zoe)
    assert "Ancien membre" in (await zoe.open(f"/echanges/{agreed.id}")).words
    assert "Ancien membre" in (await zoe.open("/echanges")).words


async def test_nothing_of_the_person_is_left_in_the_tables(village):
    agreed = await village.agreed(
        await village.publish(), days(3, 5, place="12 rue du Long-Pot"), contact="06 12 34 56 78"
    )

    async with village.nord.node.db.write() as tx:
        await leaving.leave(tx, village.zoe)
        for table, columns in (
            ("exchanges", "plan, wish, responder_id, responder_contact, responder_member_id"),
            ("exchange_words", "plan, actor_id"),
            ("exchange_photos", "actor_id"),
        ):
            for value in (village.zoe.actor_id, village.zoe.id, "06 12 34 56 78", "Long-Pot"):
                for column in columns.split(", "):
                    found = f"SELECT count(*) FROM {table} WHERE coalesce({column}, '') LIKE :value"
                    assert await tx.count(found, value=f"%{value}%") == 0, (table, column, value)
    assert agreed.id
