"""Asking and answering from our own pages, and what leaves for Mastodon and for other coops."""

import pytest

from fedicoop.access import Role
from fedicoop.actors.coops import AuthorMode
from fedicoop.enquiries import actions, reading
from fedicoop.errors import Conflict, Misused, NotFound
from fedicoop.listings.listing import Visibility
from fedicoop.members import store as members
from tests.browsing import Visitor, signed_in
from tests.enquiring import kept, words, write
from tests.hostile import PUBLIC, Stranger, fixtures
from tests.wire.peer_shapes import PEERS

village, nord, friend, evil = fixtures()


async def asked(instance, who, listing, text="Encore là ?", *, public=False, once="once-1234"):
    async with instance.node.db.write() as tx:
        return await actions.ask(tx, who, listing, text, public=public, once=once)


async def answered(instance, who, conversation_id, text="Oui, samedi 10 h.", *, once="once-5678"):
    async with instance.node.db.write() as tx:
        return await actions.answer(tx, who, conversation_id, text, once=once)


async def test_a_private_answer_leaves_for_the_one_who_asked_as_every_server_shows_it(nord, friend, network):
    """protocol/examples/answer_private_to_mastodon.json."""
    listing = await nord.publish(by=await nord.join("lea"))
    question = await write(friend, nord, "116", "samedi ?", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    lea = (await everybody(nord))["lea"]
    friend.heard.clear()

    visitor = await signed_in(nord, lea)
    await visitor.open(f"/moi/messages/{conversation.id}")
    page = await visitor.submit(f"/moi/messages/{conversation.id}", text="Oui, samedi 10 h.")
    await network.settle()

    [letter] = [one for one in friend.heard if one["type"] == "Create"]
    note = letter["object"]
    assert "Votre réponse est partie" in page.words
    assert (letter["actor"], note["attributedTo"]) == (nord.coop.id, nord.coop.id)
    assert (note["to"], note["cc"], letter["to"], letter["cc"]) == (
        [friend.id("bob")],
        [],
        [friend.id("bob")],
        [],
    )
    assert note["inReplyTo"] == question["id"]
    assert note["conversation"] == question["conversation"]
    assert note["tag"] == [{"type": "Mention", "name": "@bob@friend.test", "href": friend.id("bob")}]
    assert note["content"].startswith('<p><span class="h-card"><a href="')
    assert "Oui, samedi 10 h." in note["content"]
    assert "name" not in note


async def everybody(instance):
    async with instance.node.db.read() as tx:
        return {one.handle: one for one in await members.of_coop(tx, instance.coop.id)}


async def test_a_private_answer_goes_to_no_shared_inbox_and_is_served_to_nobody(nord, friend, network):
    """Security cases 74 and 76."""
    friend.actor("bob", endpoints={"sharedInbox": f"{friend.origin}/inbox"})
    listing = await nord.publish()
    await write(friend, nord, "1", "samedi ?", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    friend.asked.clear()

    said = await answered(nord, nord.operator, conversation.id)
    await network.settle()

    assert [one for one in friend.asked if one.startswith("POST")] == ["POST /actors/bob/inbox"]
    for accept in ("application/activity+json", "text/html"):
        mine = await nord.get(f"/notes/{said.key}", accept)
        never = await nord.get("/notes/01zzzzzzzzzzzzzzzzzzzzzzzz", accept)
        assert (mine.status_code, never.status_code) == (404, 404)
    activities = [one["id"] for one in friend.heard if one["type"] == "Create"]
    assert (await nord.get(activities[-1])).status_code == 404


async def test_a_public_answer_is_public_mentions_who_asked_and_is_served_at_its_id(nord, friend, network):
    listing = await nord.publish()
    question = await write(friend, nord, "115", "encore là ?", inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)

    said = await answered(nord, nord.operator, conversation.id)
    await network.settle()

    note = next(one for one in friend.heard if one["type"] == "Create" and one["object"]["id"] == said.id)[
        "object"
    ]
    served = (await nord.get(said.id)).json()
    assert note["to"] == [PUBLIC]
    assert note["cc"] == [f"{nord.coop.id}/followers", friend.id("bob")]
    assert (note["inReplyTo"], note["context"]) == (question["id"], f"{listing.id}/context")
    assert note["url"] == f"{nord.origin}/l/{listing.key}#q-{said.key}"
    assert {name: served[name] for name in note} == note
    page = await Visitor(nord).open(f"/l/{listing.key}")
    assert page.words.index("encore là ?") < page.words.index("Oui, samedi 10 h.")


@pytest.mark.parametrize("to", ["everybody", "the coop"])
async def test_an_answer_of_any_sort_suits_every_peer(nord, friend, network, to):
    listing = await nord.publish()
    how = {} if to == "everybody" else {"to": [nord.coop.id]}
    await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id, **how)
    [(conversation, _)] = await kept(nord)
    friend.heard.clear()

    await answered(
        nord, nord.operator, conversation.id, "Oui.\n\n- à dix heures\n- ou [à midi](https://a.test)"
    )
    await network.settle()

    [letter] = [one for one in friend.heard if one["type"] == "Create"]
    for peer in PEERS:
        problems = [problem for problem in peer(letter) if not problem.startswith("NOTE")]
        assert problems == [], (peer.__name__, problems)


async def test_replies_and_context_hold_the_public_ones_and_nothing_else(nord, friend):
    listing = await nord.publish()
    question = await write(friend, nord, "1", "publique", inReplyTo=listing.id)
    await write(friend, nord, "2", "privée", to=[nord.coop.id], inReplyTo=listing.id)
    (conversation, _), _ = await kept(nord)
    said = await answered(nord, nord.operator, conversation.id)

    replies = (await nord.get(f"/listings/{listing.key}/replies?page=1")).json()
    context = await nord.get(f"/listings/{listing.key}/context?page=1")

    assert (await nord.get(f"/listings/{listing.key}/replies")).json()["totalItems"] == 1
    assert replies["orderedItems"] == [question["id"]]
    assert context.json()["orderedItems"] == [said.id, question["id"], listing.id]
    assert context.json()["totalItems"] == 3
    assert context.headers["cache-control"].startswith("public")


async def test_replies_are_paged(nord, friend, network):
    listing = await nord.publish()
    for number in range(23):
        network.clock.advance(minutes=5)
        await write(friend, nord, str(number), f"mot {number}", inReplyTo=listing.id)

    page = (await nord.get(f"/listings/{listing.key}/replies?page=1")).json()
    rest = (await nord.get(page["next"])).json()

    assert (len(page["orderedItems"]), len(rest["orderedItems"])) == (20, 3)
    assert len({*page["orderedItems"], *rest["orderedItems"]}) == 23
    assert "next" not in rest


async def test_a_listing_that_is_not_public_has_no_collections(nord):
    hidden = await nord.publish(visibility="coop")

    for name in ("replies", "context"):
        assert (await nord.get(f"/listings/{hidden.key}/{name}")).status_code == 404


async def test_a_member_asks_in_private_and_gets_the_answer_from_the_coop_next_door(pair, network):
    nord, sud = pair
    listing = await nord.publish("Remorque")
    await network.settle()
    copy = await sud.find(listing.id)
    lea = await sud.join("lea")

    visitor = await signed_in(sud, lea)
    await visitor.open(f"/l/{copy.key}/question")
    page = await visitor.submit(f"/l/{copy.key}/question", text="Quelle largeur ?")
    await network.settle()
    [(there, question)] = await kept(nord)
    await answered(nord, nord.operator, there.id, "Un mètre vingt.")
    await network.settle()

    assert "Votre question est partie" in page.words
    assert (there.public, there.asker_id, question.public) == (False, lea.actor_id, False)
    assert [text for text in await words(sud) if "largeur" in text or "mètre" in text] == await words(sud)
    assert "Un mètre vingt." in (await visitor.open(visitor.page.path)).words
    notices = (await visitor.open("/alertes")).words
    assert "Coop Nord vous a répondu" in notices
    for instance, key in ((nord, listing.key), (sud, copy.key)):
        assert "largeur" not in (await Visitor(instance).open(f"/l/{key}")).words


async def test_a_public_question_to_a_peer_stands_under_the_listing_in_both_houses(pair, network):
    nord, sud = pair
    listing = await nord.publish("Remorque")
    await network.settle()
    copy, lea = await sud.find(listing.id), await sud.join("lea")
    question = await asked(sud, lea, copy, "Quelle largeur ?", public=True)
    await network.settle()
    [(there, _)] = await kept(nord)

    await answered(nord, nord.operator, there.id, "Un mètre vingt.")
    await network.settle()

    for instance, key in ((nord, listing.key), (sud, copy.key)):
        page = (await Visitor(instance).open(f"/l/{key}")).words
        assert page.index("Quelle largeur ?") < page.index("Un mètre vingt.")
    assert (await sud.get(question.id)).json()["inReplyTo"] == listing.id


async def test_members_of_one_house_talk_without_a_word_leaving_it(nord, network):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    listing = await nord.publish(by=lea)
    await network.settle()
    question = await asked(nord, max_, listing)
    said = await answered(nord, lea, question.conversation_id)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE object_id LIKE '%/notes/%'") == 0
        [entry] = await reading.conversations_of(tx, max_)
    assert entry.last == said
    assert (entry.name, entry.mine) == ("Coop Nord", False)


async def test_where_members_write_the_member_answers_and_stewards_do_not_read(network):
    est, friend = (
        await network.add("est.test", author_mode=AuthorMode.MEMBER),
        Stranger(network, "friend.test"),
    )
    friend.actor("bob")
    lea, zoe = await est.join("lea"), await steward(est)
    listing = await est.publish(by=lea)
    await write(friend, est, "1", "samedi ?", to=[lea.actor_id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(est)

    with pytest.raises(NotFound):
        await answered(est, zoe, conversation.id)
    said = await answered(est, lea, conversation.id)

    assert (await (await signed_in(est, zoe)).open(f"/moi/messages/{conversation.id}")).status == 404
    assert said.actor_id == lea.actor_id


async def steward(instance, handle="zoe"):
    who = await instance.join(handle)
    async with instance.node.db.write() as tx:
        await members.set_role(tx, who.id, Role.STEWARD)
        return await members.get(tx, who.id)


async def test_a_steward_answers_for_the_coop_and_other_members_see_nothing(nord, friend):
    lea, karim, zoe = await nord.join("lea"), await nord.join("karim"), await steward(nord)
    listing = await nord.publish(by=lea)
    await write(friend, nord, "1", "samedi ?", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)

    with pytest.raises(NotFound):
        await answered(nord, karim, conversation.id)
    said = await answered(nord, zoe, conversation.id)

    assert said.actor_id == nord.coop.id
    assert "Zoe Martin" in (await (await signed_in(nord, lea)).open(f"/moi/messages/{conversation.id}")).words


async def test_a_double_click_asks_and_answers_once(nord, friend):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    listing = await nord.publish(by=lea)
    one, two = await asked(nord, max_, listing), await asked(nord, max_, listing)
    three = await answered(nord, lea, one.conversation_id)
    four = await answered(nord, lea, one.conversation_id)

    assert (one, three) == (two, four)
    assert len(await kept(nord)) == 2


async def test_nobody_asks_about_what_they_may_not_see_or_wrote_themselves(nord):
    lea, max_ = await nord.join("lea"), await nord.join("max")
    own, draft = await nord.publish(by=lea), await nord.publish(visibility=Visibility.COOP)
    stranger = type(max_)(
        id="x", coop_id="https://sud.test/actors/sud", handle="x", name="X", role=Role.ADMIN
    )

    with pytest.raises(Conflict):
        await asked(nord, lea, own)
    with pytest.raises(NotFound):
        await asked(nord, stranger, draft)
    with pytest.raises(Misused):
        await asked(nord, max_, own, "  ")


async def test_a_question_on_what_is_kept_to_the_coop_is_never_public(nord):
    listing, lea = await nord.publish(visibility="coop"), await nord.join("lea")

    said = await asked(nord, lea, listing, public=True)

    assert not said.public


async def test_deleting_ones_own_answer_reaches_whoever_got_it(nord, friend, network):
    listing = await nord.publish()
    await write(friend, nord, "1", "samedi ?", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    said = await answered(nord, nord.operator, conversation.id, "mot à reprendre")
    await network.settle()

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, said.key)
    await network.settle()

    assert friend.heard[-1]["type"] == "Delete"
    assert friend.heard[-1]["object"]["id"] == said.id
    assert friend.heard[-1]["to"] == [friend.id("bob")]
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent WHERE body LIKE '%reprendre%'") == 0
        assert await tx.count("SELECT count(*) FROM messages WHERE html LIKE '%reprendre%'") == 0


async def test_a_public_answer_that_was_deleted_is_gone_at_its_id(nord, friend, network):
    listing = await nord.publish()
    await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    said = await answered(nord, nord.operator, conversation.id)

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, said.key)

    gone = await nord.get(said.id)
    assert (gone.status_code, gone.json()["type"]) == (410, "Tombstone")


async def test_nobody_deletes_what_another_said(nord, friend):
    listing, lea, max_ = await nord.publish(), await nord.join("lea"), await nord.join("max")
    theirs = await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id)
    mine = await asked(nord, lea, listing)
    keys = {message.id: message.key for _, message in await kept(nord)}

    for who, key in ((max_, mine.key), (nord.operator, keys[theirs["id"]])):
        with pytest.raises(NotFound):
            async with nord.node.db.write() as tx:
                await actions.delete(tx, who, key)


async def test_what_was_typed_stays_when_it_cannot_be_sent(nord):
    lea = await nord.join("lea")
    listing = await nord.publish()
    visitor = await signed_in(nord, lea)
    await visitor.open(f"/l/{listing.key}/question")

    page = await visitor.submit(f"/l/{listing.key}/question", text="m" * 5000)

    assert page.status == 422
    assert "trop long" in page.words
    assert "m" * 5000 in page.all("textarea")[0].to_text()


async def test_a_visitor_is_led_to_sign_in_and_back_to_the_question(nord):
    listing = await nord.publish()

    page = await Visitor(nord).open(f"/l/{listing.key}/question")

    assert page.path.startswith(f"/entrer?next=%2Fl%2F{listing.key}%2Fquestion")


async def test_what_waits_is_counted_until_it_is_answered(nord, friend):
    lea = await nord.join("lea")
    listing = await nord.publish(by=lea)
    await write(friend, nord, "1", "samedi ?", to=[nord.coop.id], inReplyTo=listing.id)
    [(conversation, _)] = await kept(nord)
    visitor = await signed_in(nord, lea)
    before = (await visitor.open("/moi")).words

    await answered(nord, lea, conversation.id)

    assert "Une question attend votre réponse" in before or "1 question attend votre réponse" in before
    assert "attend votre réponse" not in (await visitor.open("/moi")).words
