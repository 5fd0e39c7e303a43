"""First contact from a server that nobody here knows, blocking, and what is taken from under a listing."""

from datetime import date

import pytest

from fedicoop.access import Role
from fedicoop.actors.coops import AuthorMode
from fedicoop.enquiries import actions, sorting, strangers
from fedicoop.enquiries.enquiry import State
from fedicoop.enquiries.strangers import Quarantine
from fedicoop.errors import Conflict, Forbidden
from fedicoop.exchanges import asking
from fedicoop.exchanges.exchange import Plan
from fedicoop.members import store as members
from tests.browsing import Visitor, signed_in
from tests.conftest import Instance
from tests.enquiring import kept, message, words, write
from tests.hostile import fixtures

village, nord, friend, evil = fixtures()


async def steward(instance: Instance, handle: str = "zoe"):
    who = await instance.join(handle)
    async with instance.node.db.write() as tx:
        await members.set_role(tx, who.id, Role.STEWARD)
        return await members.get(tx, who.id)


async def mallory_asks(nord, evil, text="achetez mes pilules", key="1", **how):
    listing = await nord.publish()
    return listing, await write(evil, nord, key, text, by="mallory", inReplyTo=listing.id, **how)


async def test_a_first_public_question_from_an_unknown_server_waits_and_is_on_no_page(nord, evil):
    listing, said = await mallory_asks(nord, evil)

    assert (await message(nord, said["id"])).state is State.WAITING
    assert "pilules" not in (await Visitor(nord).open(f"/l/{listing.key}")).words
    replies = (await nord.get(f"/listings/{listing.key}/replies")).json()
    assert replies["totalItems"] == 0


async def test_a_steward_opens_it_with_one_click_and_that_server_is_known_from_then_on(nord, evil):
    lea, zoe = await nord.join("lea"), await steward(nord)
    listing = await nord.publish(by=lea)
    await write(evil, nord, "1", "première", by="mallory", inReplyTo=listing.id)
    visitor = await signed_in(nord, zoe)
    assert "Un serveur inconnu, evil.test, écrit" in (await visitor.open("/alertes")).words

    await visitor.open("/admin/messages")
    page = await visitor.submit("/admin/messages/ouvert")
    await write(evil, nord, "2", "deuxième", by="mallory", inReplyTo=listing.id)

    assert "ce serveur est connu désormais" in page.words
    assert await words(nord) == ["première", "deuxième"]
    assert "première" in (await Visitor(nord).open(f"/l/{listing.key}")).words
    assert "mallory pose une question" in (await (await signed_in(nord, lea)).open("/alertes")).words


async def test_what_is_thrown_away_is_shown_to_nobody_and_can_be_brought_back(nord, evil):
    zoe = await steward(nord)
    listing, _ = await mallory_asks(nord, evil)
    visitor = await signed_in(nord, zoe)

    await visitor.open("/admin/messages")
    await visitor.submit("/admin/messages/jete")
    assert await words(nord) == []
    await visitor.submit("/admin/messages/revenu")

    assert await words(nord) == ["achetez mes pilules"]
    assert "pilules" in (await Visitor(nord).open(f"/l/{listing.key}")).words


async def test_what_was_thrown_away_a_month_ago_loses_its_words(nord, evil, network):
    zoe = await steward(nord)
    _, said = await mallory_asks(nord, evil)
    async with nord.node.db.write() as tx:
        await sorting.throw_away(tx, zoe, "evil.test")
    network.clock.advance(days=31)
    async with nord.node.db.write() as tx:
        await sorting.forget_old(tx)

    assert (await message(nord, said["id"])).html == ""


async def test_a_private_first_message_goes_to_who_is_asked_unless_the_coop_wants_it_to_wait(nord, evil):
    _, one = await mallory_asks(nord, evil, to=[nord.coop.id])
    async with nord.node.db.write() as tx:
        await strangers.choose(tx, nord.coop.id, Quarantine.ALL)
    _, two = await mallory_asks(nord, evil, key="2", to=[nord.coop.id])

    assert (await message(nord, one["id"])).state is State.SHOWN
    assert (await message(nord, two["id"])).state is State.WAITING


async def test_a_coop_may_let_everything_in(nord, evil):
    zoe = await steward(nord)
    visitor = await signed_in(nord, zoe)
    await visitor.open("/admin/messages")
    await visitor.submit("/admin/messages", quarantine="none")

    _, said = await mallory_asks(nord, evil)

    assert (await message(nord, said["id"])).state is State.SHOWN


async def test_a_steward_does_not_read_what_waits_for_a_member(nord, evil):
    lea, zoe = await nord.join("lea"), await steward(nord)
    async with nord.node.db.write() as tx:
        await strangers.choose(tx, nord.coop.id, Quarantine.ALL)
    await write(evil, nord, "1", "rien que pour Léa", by="mallory", to=[lea.actor_id])

    page = await (await signed_in(nord, zoe)).open("/admin/messages")

    assert "evil.test" in page.words
    assert "rien que pour Léa" not in page.words


@pytest.mark.parametrize("known", ["we follow it", "it follows us"])
async def test_who_follows_or_is_followed_is_no_stranger(nord, evil, known):
    if known == "we follow it":
        await evil.is_followed_by(nord, "mallory")
    else:
        follow = evil.says("Follow", nord.coop.id, by="mallory", to=[nord.coop.id])
        await evil.send(follow, nord, by="mallory")

    _, said = await mallory_asks(nord, evil)

    assert (await message(nord, said["id"])).state is State.SHOWN


async def test_members_decide_nothing_about_strangers(nord, evil):
    lea = await nord.join("lea")
    await mallory_asks(nord, evil)

    with pytest.raises(Forbidden):
        async with nord.node.db.write() as tx:
            await sorting.let_in(tx, lea, "evil.test")
    assert (await (await signed_in(nord, lea)).open("/admin/messages")).status == 403


# --- blocking ---------------------------------------------------------------------------------------


async def blocked(nord, friend, who):
    """Bob asks about a listing of `who`, who blocks him; the listing, and what he said."""
    listing = await nord.publish(by=who)
    said = await write(friend, nord, "1", "premier mot", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    visitor = await signed_in(nord, who)
    await visitor.open(f"/moi/messages/{conversation.id}")
    page = await visitor.submit(f"/moi/messages/{conversation.id}/bloque")
    assert "ne peut plus vous écrire" in page.words
    return listing, said


async def test_who_is_blocked_writes_edits_and_deletes_in_vain(nord, friend):
    """Security cases 128 and 129."""
    listing, said = await blocked(nord, friend, await nord.join("lea"))

    await write(friend, nord, "2", "encore moi", to=[nord.coop.id], inReplyTo=listing.id)
    await write(friend, nord, "3", "devant tous", inReplyTo=listing.id)
    edit = said | {"content": "<p>insulte</p>", "updated": "2030-05-01T12:00:00Z"}
    await friend.send(friend.says("Update", edit, by="bob"), nord, by="bob")
    await friend.send(friend.says("Delete", said["id"], by="bob"), nord, by="bob")

    assert await words(nord) == ["premier mot"]


async def test_who_is_unblocked_is_heard_again(nord, friend):
    lea = await nord.join("lea")
    listing, _ = await blocked(nord, friend, lea)
    visitor = await signed_in(nord, lea)
    await visitor.open("/moi/bloques")
    await visitor.submit("/moi/bloques")

    await write(friend, nord, "2", "pardon", to=[nord.coop.id], inReplyTo=listing.id)

    assert await words(nord) == ["premier mot", "pardon"]


async def test_who_is_blocked_by_the_coop_follows_it_no_more(nord, friend):
    zoe = await steward(nord)
    follow = friend.says("Follow", nord.coop.id, by="bob", to=[nord.coop.id])
    await friend.send(follow, nord, by="bob")
    await write(friend, nord, "1", "mot", to=[nord.coop.id])
    [(conversation, _)] = await kept(nord)
    async with nord.node.db.write() as tx:
        await sorting.block(tx, zoe, conversation.id, friend.id("bob"))
    await friend.network.settle()
    rejected = friend.heard[-1]["type"]
    await friend.send(friend.says("Follow", nord.coop.id, by="bob", to=[nord.coop.id]), nord, by="bob")

    assert (rejected, friend.heard[-1]["type"]) == ("Reject", "Reject")
    followers = (await nord.get(f"{nord.coop.id}/followers")).json()
    assert followers["totalItems"] == 0


async def test_who_blocked_somebody_does_not_meet_them_under_listings(nord, friend):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    await blocked(nord, friend, lea)
    other = await nord.publish(by=max_)
    await write(friend, nord, "9", "zibeline", inReplyTo=other.id)

    assert "zibeline" in (await (await signed_in(nord, max_)).open(f"/l/{other.key}")).words
    assert "zibeline" not in (await (await signed_in(nord, lea)).open(f"/l/{other.key}")).words


async def test_a_member_who_is_blocked_by_another_neither_writes_to_them_nor_asks_for_their_things(nord):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    listing = await nord.publish(by=lea)
    async with nord.node.db.write() as tx:
        said = await actions.ask(tx, max_, listing, "mot", public=False, once="once-1")
        await sorting.block(tx, lea, said.conversation_id, max_.actor_id)

    plan = Plan(starts_on=date(2030, 5, 3), ends_on=date(2030, 5, 4))
    for tried in (
        lambda tx: actions.ask(tx, max_, listing, "encore", public=True, once="once-2"),
        lambda tx: actions.answer(tx, max_, said.conversation_id, "encore", once="once-3"),
        lambda tx: asking.ask(tx, max_, listing.key, plan, once="once-4"),
    ):
        with pytest.raises(Conflict, match=r"enquiry\.blocked"):
            async with nord.node.db.write() as tx:
                await tried(tx)


async def test_nobody_blocks_in_a_conversation_that_is_not_theirs(nord, friend):
    lea = await nord.join("lea")
    await write(friend, nord, "1", "mot", to=[nord.coop.id])
    [(conversation, _)] = await kept(nord)
    visitor = await signed_in(nord, lea)

    assert (await visitor.open(f"/moi/messages/{conversation.id}")).status == 404


# --- under one's listing ----------------------------------------------------------------------------


async def test_whoever_looks_after_a_listing_takes_a_question_from_under_it(nord, friend):
    lea = await nord.join("lea")
    listing = await nord.publish(by=lea)
    await write(friend, nord, "1", "grossier", inReplyTo=listing.id)
    visitor = await signed_in(nord, lea)
    page = await visitor.open(f"/l/{listing.key}")
    [form] = [one for one in page.all("form") if "/masque" in one.attrs["action"]]

    await visitor.submit(form.attrs["action"])

    assert "grossier" not in (await Visitor(nord).open(f"/l/{listing.key}")).words
    assert (await nord.get(f"/listings/{listing.key}/context")).json()["totalItems"] == 1


async def test_others_take_nothing_from_under_it(nord, friend):
    max_ = await nord.join("max")
    listing = await nord.publish()
    said = await write(friend, nord, "1", "poli", inReplyTo=listing.id)
    key = (await message(nord, said["id"])).key
    visitor = await signed_in(nord, max_)
    page = await visitor.open("/moi/bloques")
    own = await nord.publish(by=max_)
    await visitor.open(f"/l/{own.key}")

    assert page.status == 200
    assert "/masque" not in (await visitor.open(f"/l/{listing.key}")).answer.text
    await visitor.open("/moi")
    refused = await visitor.submit("/sortir", aim=f"/notes/{key}/masque")
    assert refused.status == 404
    assert await words(nord) == ["poli"]


async def test_stewards_read_what_is_reported_to_them_until_they_say_that_it_is_settled(network):
    """Where members write, nobody but the two reads along."""
    est = await network.add("est.test", author_mode=AuthorMode.MEMBER)
    lea, max_, zoe = await est.join("lea"), await est.join("max"), await steward(est)
    listing = await est.publish(by=lea)
    async with est.node.db.write() as tx:
        said = await actions.ask(tx, max_, listing, "mot fâcheux", public=False, once="once-1")
    path = f"/moi/messages/{said.conversation_id}"
    carer, owner = await signed_in(est, zoe), await signed_in(est, lea)
    before = (await carer.open(path)).status

    await owner.open(path)
    await owner.submit(f"{path}/signale")
    told = (await carer.open("/moi")).words
    during = await carer.open(path)
    await carer.submit(f"{path}/regle")

    assert before == 404
    assert "conversation signalée" in told
    assert "mot fâcheux" in during.words
    assert during.all("textarea") == []
    assert (await carer.open(path)).status == 404


async def test_who_asked_still_reads_what_was_taken_from_under_the_listing(nord):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    listing = await nord.publish(by=lea)
    async with nord.node.db.write() as tx:
        said = await actions.ask(tx, max_, listing, "hors sujet", public=True, once="once-1")
        await sorting.hide(tx, lea, said.key)

    path = f"/moi/messages/{said.conversation_id}"
    assert "hors sujet" not in (await Visitor(nord).open(f"/l/{listing.key}")).words
    assert "hors sujet" in (await (await signed_in(nord, max_)).open(path)).words
    assert "hors sujet" not in (await (await signed_in(nord, lea)).open(path)).words


async def test_a_conversation_is_forgotten_a_year_after_its_last_word(nord, friend, network):
    listing = await nord.publish()
    await write(friend, nord, "1", "sous l'annonce", inReplyTo=listing.id)
    await write(friend, nord, "2", "entre nous", to=[nord.coop.id])
    network.clock.advance(days=364)
    async with nord.node.db.write() as tx:
        await sorting.forget_old(tx)
    before = await words(nord)
    network.clock.advance(days=2)
    async with nord.node.db.write() as tx:
        await sorting.forget_old(tx)

    assert len(before) == 2
    assert await words(nord) == ["sous l'annonce"], "it goes with its listing"
