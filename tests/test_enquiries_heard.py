"""A reply from anywhere becomes an enquiry: public ones stand under the listing, private ones are private."""

import pytest

from fedicoop.peers import policies
from fedicoop.peers.peer import Policy
from tests.browsing import Visitor, signed_in
from tests.enquiring import kept, message, words, write
from tests.hostile import PUBLIC, fixtures

village, nord, friend, evil = fixtures()


async def opened(nord, path, who=None):
    visitor = await signed_in(nord, who) if who else Visitor(nord)
    return await visitor.open(path)


async def test_a_public_reply_stands_under_the_listing_with_who_and_whence(nord, friend):
    listing = await nord.publish("Vélo cargo")
    friend.finger("bob", friend.id("bob"))

    await write(friend, nord, "115", "Encore disponible ?", cc=[nord.coop.id], inReplyTo=listing.id)

    page = await opened(nord, f"/l/{listing.key}")
    assert "Encore disponible ?" in page.words
    assert "@bob@friend.test" in page.words


async def test_a_name_that_its_host_does_not_confirm_is_not_shown_and_not_asked_for_again(nord, friend):
    """Security case 41."""
    listing = await nord.publish()
    friend.finger("bob", friend.id("alice"))
    for key in ("1", "2"):
        await write(friend, nord, key, f"mot {key}", inReplyTo=listing.id)

    page = await opened(nord, f"/l/{listing.key}")

    assert "@bob@friend.test" not in page.words
    assert "bob friend.test" in page.words
    assert len([one for one in friend.asked if "webfinger" in one and "bob" in one]) == 1


async def test_an_unlisted_reply_is_public_too(nord, friend):
    listing = await nord.publish()

    await write(
        friend, nord, "1", "Combien pèse-t-il ?", to=[nord.coop.id], cc=[PUBLIC], inReplyTo=listing.id
    )

    assert "Combien pèse-t-il ?" in (await opened(nord, f"/l/{listing.key}")).words


async def test_a_reply_to_a_reply_stands_in_the_same_thread_and_in_order(nord, friend):
    listing = await nord.publish()
    friend.actor("carole")
    first = await write(friend, nord, "1", "premier mot", inReplyTo=listing.id)
    await write(friend, nord, "2", "deuxième mot", by="carole", inReplyTo=first["id"])
    await write(friend, nord, "3", "troisième mot", inReplyTo=f"{friend.origin}/users/carole/statuses/2")

    said = await kept(nord)
    text = (await opened(nord, f"/l/{listing.key}")).words

    assert len({conversation.id for conversation, _ in said}) == 1
    places = [text.index(f"{word} mot") for word in ("premier", "deuxième", "troisième")]
    assert places == sorted(places)


async def test_a_private_reply_opens_a_conversation_and_is_on_no_page_for_others(nord, friend):
    """The shape of Mastodon, brought to the shared inbox."""
    listing = await nord.publish()
    await write(friend, nord, "116", "je peux passer samedi ?", to=[nord.coop.id], inReplyTo=listing.id)

    [(conversation, said)] = await kept(nord)

    assert (conversation.public, said.public, conversation.listing_id) == (False, False, listing.id)
    assert "samedi" not in (await opened(nord, f"/l/{listing.key}")).words


@pytest.mark.parametrize("addressed", ["the coop, by mention alone", "the followers too"])
async def test_whatever_is_not_for_everybody_is_private(nord, friend, addressed):
    listing = await nord.publish()
    to = [] if addressed.startswith("the coop") else [f"{friend.id('bob')}/followers"]
    await write(friend, nord, "1", "secret", to=to, mentions=[nord.coop.id], inReplyTo=listing.id)

    [(conversation, said)] = await kept(nord)

    assert not conversation.public
    assert not said.public


async def test_a_private_reply_that_names_nobody_of_ours_is_not_ours_to_read(nord, friend):
    """Security case 73: addressed to one actor elsewhere, it is for nobody here."""
    listing = await nord.publish()

    await write(friend, nord, "1", "entre nous", to=[friend.id("alice")], inReplyTo=listing.id)

    assert await kept(nord) == []


async def test_a_private_answer_to_a_public_question_leaves_the_public_thread(nord, friend):
    listing = await nord.publish()
    first = await write(friend, nord, "1", "question ouverte", inReplyTo=listing.id)

    await write(friend, nord, "2", "et mon numéro", to=[nord.coop.id], inReplyTo=first["id"])

    (one, _), (two, _) = await kept(nord)
    assert (one.public, two.public, two.listing_id) == (True, False, listing.id)
    assert "numéro" not in (await opened(nord, f"/l/{listing.key}")).words


async def test_nobody_writes_into_a_conversation_of_others(nord, friend):
    """Security case 77: its id is known to carole, and opens nothing."""
    listing = await nord.publish()
    friend.actor("carole")
    secret = await write(friend, nord, "1", "entre nous", to=[nord.coop.id], inReplyTo=listing.id)

    await write(friend, nord, "2", "coucou", by="carole", to=[nord.coop.id], inReplyTo=secret["id"])
    await write(friend, nord, "3", "devant tous", by="carole", inReplyTo=secret["id"])

    (one, _), (two, _) = await kept(nord)
    assert (one.asker_id, two.asker_id, two.listing_id) == (friend.id("bob"), friend.id("carole"), "")


async def test_a_note_that_mentions_the_coop_is_for_its_stewards(nord, friend):
    await write(friend, nord, "1", "prêtez-vous des remorques ?", to=[nord.coop.id])

    [(conversation, _)] = await kept(nord)
    assert (conversation.owner_id, conversation.listing_id) == (nord.coop.id, "")


async def test_a_note_to_a_member_is_for_that_member_alone(nord, friend):
    lea = await nord.join("lea")

    await write(friend, nord, "1", "bonjour Léa", to=[lea.actor_id])

    [(conversation, _)] = await kept(nord)
    assert conversation.owner_member_id == lea.id
    assert [side.member_id for side in conversation.sides] == [lea.id]


async def test_a_note_that_has_nothing_to_do_with_us_is_not_kept(nord, friend):
    await write(friend, nord, "1", "il fait beau")
    await write(friend, nord, "2", "réponse", inReplyTo="https://ailleurs.test/notes/1")

    assert await kept(nord) == []


async def test_a_vote_in_a_poll_is_no_question(nord, friend):
    listing = await nord.publish()

    await write(friend, nord, "1", "", inReplyTo=listing.id, name="Oui", content=None)

    assert await kept(nord) == []


async def test_a_public_reply_to_what_is_kept_to_followers_stays_between_the_two(nord, friend):
    """Its page says nothing of it to others, and a stranger's does not even reach it (case 77)."""
    listing = await nord.publish(visibility="followers")
    await write(friend, nord, "1", "qui suis-je", inReplyTo=listing.id)

    assert await kept(nord) == []


async def test_the_same_reply_brought_twice_is_one_question(nord, friend):
    listing = await nord.publish()
    said = await write(friend, nord, "1", "une fois", inReplyTo=listing.id)

    await friend.send(friend.says("Create", said, by="bob"), nord, by="bob")

    assert await words(nord) == ["une fois"]


async def test_an_edit_is_followed_and_an_older_one_is_not(nord, friend, network):
    listing = await nord.publish()
    said = await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id)
    newer = said | {"content": "<p>dimanche ?</p>", "updated": "2030-05-01T10:00:00Z"}
    older = said | {"content": "<p>vendredi ?</p>", "updated": "2030-05-01T09:30:00Z"}
    undated = said | {"content": "<p>jamais ?</p>"}

    for edit in (newer, older, undated):
        await friend.send(friend.says("Update", edit, by="bob"), nord, by="bob")

    assert await words(nord) == ["dimanche ?"]


async def test_nobody_edits_or_deletes_what_another_said(village):
    nord, friend, evil = village
    listing = await nord.publish()
    said = await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id)
    forged = said | {"content": "<p>faux</p>", "updated": "2030-05-01T10:00:00Z"}

    await evil.send(evil.says("Update", forged, by="mallory"), nord, by="mallory")
    await friend.send(friend.says("Update", forged, by="alice"), nord)
    await friend.send(friend.says("Delete", said["id"], by="alice"), nord)
    await evil.send(evil.says("Delete", said["id"], by="mallory"), nord, by="mallory")

    assert await words(nord) == ["samedi ?"]


async def test_what_its_author_deletes_is_gone_and_comes_back_by_nothing(nord, friend):
    listing = await nord.publish()
    said = await write(friend, nord, "1", "samedi ?", inReplyTo=listing.id)

    await friend.send(
        friend.says("Delete", {"id": said["id"], "type": "Tombstone"}, by="bob"), nord, by="bob"
    )
    newer = said | {"updated": "2030-05-01T10:00:00Z"}
    for kind in ("Create", "Update"):
        await friend.send(friend.says(kind, newer, by="bob"), nord, by="bob")

    assert await words(nord) == []
    assert (await message(nord, said["id"])).html == ""
    assert "samedi" not in (await opened(nord, f"/l/{listing.key}")).words


async def test_a_deletion_that_overtakes_its_message_holds(nord, friend):
    listing = await nord.publish()
    id = f"{friend.origin}/users/bob/statuses/1"
    await friend.send(friend.says("Delete", {"id": id, "type": "Tombstone"}, by="bob"), nord, by="bob")

    await write(friend, nord, "1", "trop tard", inReplyTo=listing.id)

    assert await kept(nord) == []


async def test_an_actor_that_is_gone_leaves_no_word(nord, friend):
    listing = await nord.publish()
    await write(friend, nord, "1", "adieu", inReplyTo=listing.id)

    await friend.send(friend.says("Delete", friend.id("bob"), by="bob"), nord, by="bob")

    assert await words(nord) == []


async def test_what_somebody_elsewhere_writes_is_never_active_on_our_pages(nord, friend):
    listing = await nord.publish()
    odd = '<p>Ah <script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a></p>'

    await write(friend, nord, "1", "", inReplyTo=listing.id, content=odd, summary="<b>fort</b>")

    text = (await opened(nord, f"/l/{listing.key}")).answer.text
    assert "alert(1)" not in text
    assert "&lt;b&gt;fort&lt;/b&gt;" in text


async def test_one_source_is_heard_so_often_and_no_more(nord, friend):
    listing = await nord.publish()
    for number in range(32):
        await write(friend, nord, str(number), f"mot {number}", inReplyTo=listing.id)

    assert len(await kept(nord)) == 30


async def test_members_who_look_after_the_listing_are_told_without_the_words(nord, friend):
    lea = await nord.join("lea")
    listing = await nord.publish("Remorque", by=lea)
    await write(friend, nord, "1", "mot de passe secret", to=[nord.coop.id], inReplyTo=listing.id)

    page = await opened(nord, "/alertes", lea)

    assert "bob vous écrit au sujet de « Remorque »" in page.words.replace("\xa0", " ").replace("\u202f", " ")
    assert "secret" not in page.words


async def test_the_names_of_ours_in_front_of_the_words_are_left_out(nord, friend):
    """protocol/examples/reply_public_from_mastodon.json."""
    listing = await nord.publish()
    us = (
        '<span class="h-card"><a href="https://nord.test/@nord" class="mention">@<span>nord</span></a></span>'
    )
    them = '<a href="https://friend.test/@alice" class="u-url mention">@<span>alice</span></a>'
    await write(friend, nord, "1", f"{us} Encore disponible ?", cc=[nord.coop.id], inReplyTo=listing.id)
    await write(friend, nord, "2", f"{them} a raison", inReplyTo=listing.id)
    await write(friend, nord, "3", us, cc=[nord.coop.id], inReplyTo=listing.id)

    one, two, three = await words(nord)

    assert one == "Encore disponible ?"
    assert two.endswith("a raison")
    assert "@<span>alice</span>" in two
    assert "@<span>nord</span>" in three


async def test_what_a_closed_house_said_is_hidden_everywhere_and_shown_again_once_it_is_opened(nord, friend):
    """Security case 101."""
    lea = await nord.join("lea")
    listing = await nord.publish(by=lea)
    await write(friend, nord, "1", "devant tous", inReplyTo=listing.id)
    await write(friend, nord, "2", "entre nous", to=[nord.coop.id], inReplyTo=listing.id)
    visitor = await signed_in(nord, lea)

    async def meets() -> list[bool]:
        found = [(await visitor.open(path)).words for path in (f"/l/{listing.key}", "/moi/messages")]
        total = (await nord.get(f"/listings/{listing.key}/replies")).json()["totalItems"]
        return ["devant tous" in found[0], "entre nous" in found[1], total == 1]

    seen = []
    for policy in (Policy.OPEN, Policy.CLOSED, Policy.OPEN):
        async with nord.node.db.write() as tx:
            await policies.set_policy(tx, "friend.test", policy)
        seen.append(await meets())

    assert seen == [[True] * 3, [False] * 3, [True] * 3]


@pytest.mark.parametrize(
    "odd",
    [
        {"content": "<p>" * 5000 + "x"},
        {"content": "<a<a<a" * 3000},
        {"tag": [{"type": "Mention"}, {"type": "Mention", "href": 5}, "x", None]},
        {"tag": {"type": "Mention", "href": "https://nord.test/actors/nord"}},
        {"published": "2099-01-01T00:00:00Z", "updated": "2001-01-01T00:00:00Z"},
        {"attachment": [{"type": "Document", "url": "javascript:alert(1)"}, 7]},
        {"url": "javascript:alert(1)", "summary": "x" * 30000},
        {"conversation": "javascript:alert(1)", "context": 5},
        {"inReplyTo": ["https://nord.test/nothing", {"id": 4}]},
        {"type": "Article", "name": "Titre <b>gras</b>"},
        {"type": "Page", "content": None, "name": None},
    ],
    ids=str,
)
async def test_no_odd_reply_is_an_error_now_or_on_any_page_later(nord, friend, odd):
    listing = await nord.publish()

    await write(friend, nord, "1", "mot", **{"inReplyTo": listing.id, "cc": [nord.coop.id]} | odd)

    for path in (f"/l/{listing.key}", f"/listings/{listing.key}/context?page=1"):
        page = await opened(nord, path)
        assert page.status == 200
        assert "javascript:" not in page.answer.text
