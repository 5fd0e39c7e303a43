"""Quotes of our listings (FEP-044f): asked for, permitted by a stamp, taken back."""

import pytest

from fedicoop.follows import blocks
from fedicoop.listings import actions as listings
from fedicoop.reactions import overview, store
from tests import hostile
from tests.browsing import signed_in
from tests.test_reactions_ours import heard, steward

village, nord, friend, evil = hostile.fixtures()


@pytest.fixture
async def offer(nord, village):
    return await nord.publish("Vélo cargo")


def request(who, listing, number=117, *, by="bob", note=None, embedded=True):
    """M app/serializers/activitypub/quote_request_serializer.rb: the quote itself is embedded."""
    id = note or f"{who.id(by)}/statuses/{number}"
    whole = {
        "id": id,
        "type": "Note",
        "attributedTo": who.id(by),
        "content": "<p>Regardez !</p>",
        "quote": listing.id,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    }
    return {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"},
        ],
        "id": f"{who.id(by)}/quote_requests/{number}",
        "type": "QuoteRequest",
        "actor": who.id(by),
        "object": listing.id,
        "instrument": whole if embedded else id,
    }


async def ask(who, instance, said, *, by="bob"):
    """Send a request; the last answer."""
    before = len(who.heard)
    assert (await who.send(said, instance, by=by)).status_code == 202
    return who.heard[-1] if len(who.heard) > before else None


@pytest.mark.parametrize("embedded", [True, False])
async def test_who_asks_to_quote_a_public_listing_gets_a_stamp_of_our_host(nord, friend, offer, embedded):
    said = request(friend, offer, embedded=embedded)

    answer = await ask(friend, nord, said)

    assert (answer["type"], answer["actor"], answer["to"]) == ("Accept", nord.coop.id, [friend.id("bob")])
    assert answer["object"] == {
        "id": said["id"],
        "type": "QuoteRequest",
        "actor": friend.id("bob"),
        "object": offer.id,
        "instrument": f"{friend.id('bob')}/statuses/117",
    }
    assert answer["result"].startswith(f"{nord.origin}/stamps/")
    stamp = (await nord.get(answer["result"])).json()
    assert {name: stamp[name] for name in stamp if name != "@context"} == {
        "id": answer["result"],
        "type": "QuoteAuthorization",
        "attributedTo": nord.coop.id,
        "interactingObject": f"{friend.id('bob')}/statuses/117",
        "interactionTarget": offer.id,
    }
    terms = stamp["@context"][-1]
    assert terms["QuoteAuthorization"] == "https://w3id.org/fep/044f#QuoteAuthorization"
    assert terms["interactingObject"] == {"@id": "gts:interactingObject", "@type": "@id"}


async def test_a_listing_says_that_everybody_may_quote_it_and_what_is_kept_to_some_says_nothing(nord, offer):
    note = (await nord.get(offer.id)).json()

    assert note["interactionPolicy"] == {
        "canQuote": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}
    }


async def test_asked_twice_the_same_stamp_is_given(nord, friend, offer):
    first = await ask(friend, nord, request(friend, offer))
    second = await ask(friend, nord, request(friend, offer) | {"id": f"{friend.origin}/again"})

    assert first["result"] == second["result"]
    async with nord.node.db.read() as tx:
        assert (await store.counts(tx, offer.id)).quotes == 1


async def test_a_note_of_somebody_elses_house_gets_no_permission(nord, friend, evil, offer):
    said = request(evil, offer, by="mallory", note=f"{friend.id('bob')}/statuses/1")

    assert (await ask(evil, nord, said, by="mallory"))["type"] == "Reject"
    nameless = request(evil, offer, 9, by="mallory") | {"instrument": None}
    assert (await ask(evil, nord, nameless, by="mallory"))["type"] == "Reject"


async def test_whom_the_coop_blocked_may_not_quote(nord, friend, offer):
    async with nord.node.db.write() as tx:
        await blocks.put(tx, nord.coop.id, friend.id("bob"))

    answer = await ask(friend, nord, request(friend, offer))

    assert answer is None or answer["type"] == "Reject"


async def test_what_is_for_followers_is_not_quoted_and_strangers_do_not_learn_of_it(nord, friend, evil):
    kept = await nord.publish("Pour les amies", visibility="followers")
    await friend.send(friend.says("Follow", nord.coop.id, by="bob"), nord, by="bob")

    assert (await ask(friend, nord, request(friend, kept)))["type"] == "Reject"
    assert await ask(evil, nord, request(evil, kept, by="mallory"), by="mallory") is None
    nothing = request(evil, kept, 2, by="mallory") | {"object": f"{nord.origin}/listings/none"}
    assert await ask(evil, nord, nothing, by="mallory") is None


async def test_nobody_quotes_one_listing_without_end(nord, friend, offer):
    most = store.MOST_MARKS
    answers = [await ask(friend, nord, request(friend, offer, number)) for number in range(most + 2)]

    assert [one["type"] for one in answers] == ["Accept"] * most + ["Reject"] * 2


async def test_a_quote_that_its_author_deletes_is_not_counted_any_more(nord, friend, evil, offer):
    await ask(friend, nord, request(friend, offer))
    note = f"{friend.id('bob')}/statuses/117"

    await friend.send(friend.says("Delete", note), nord)  # alice is of the same house, and did not write it
    async with nord.node.db.read() as tx:
        assert (await store.counts(tx, offer.id)).quotes == 1
    await friend.send(friend.says("Delete", {"type": "Tombstone", "id": note}, by="bob"), nord, by="bob")
    async with nord.node.db.read() as tx:
        assert (await store.counts(tx, offer.id)).quotes == 0


async def test_who_cares_for_the_listing_sees_who_quotes_it_and_ends_that_for_good(nord, friend, offer):
    stamp = (await ask(friend, nord, request(friend, offer)))["result"]
    zoe, lea = await steward(nord), await nord.join("lea")
    assert "Citée" not in (await (await signed_in(nord, lea)).open(f"/l/{offer.key}")).words
    visitor = await signed_in(nord, zoe)
    page = await visitor.open(f"/l/{offer.key}")
    assert "Citée 1 fois" in page.words

    page = await visitor.submit(f"/l/{offer.key}/citation")
    await friend.network.settle()

    assert "Citée" not in page.words
    said = friend.heard[-1]
    assert (said["type"], said["actor"], said["object"]["id"]) == ("Delete", nord.coop.id, stamp)
    assert said["object"]["formerType"] == "QuoteAuthorization"
    assert (await nord.get(stamp)).status_code == 404
    again = await ask(friend, nord, request(friend, offer) | {"id": f"{friend.origin}/again"})
    assert again["type"] == "Reject"
    async with nord.node.db.read() as tx:
        assert (await store.counts(tx, offer.id)).quotes == 0
        assert await overview.counts_of(tx, [offer.id]) == {}


async def test_who_does_not_care_for_the_listing_ends_no_quote(nord, friend, offer):
    stamp = (await ask(friend, nord, request(friend, offer)))["result"]
    zoe, lea = await steward(nord), await nord.join("lea")
    page_of_zoe, visitor = await signed_in(nord, zoe), await signed_in(nord, lea)
    await page_of_zoe.open(f"/l/{offer.key}")
    await visitor.open(f"/l/{offer.key}")

    way = f"/l/{offer.key}/citation"
    page = await visitor.submit(f"/l/{offer.key}/reaction", aim=way, stamp=stamp.rpartition("/")[2])

    assert page.status == 403
    assert (await nord.get(stamp)).status_code == 200


async def test_a_listing_that_was_taken_down_is_quoted_nowhere(nord, friend, offer):
    stamp = (await ask(friend, nord, request(friend, offer)))["result"]

    async with nord.node.db.write() as tx:
        await listings.take_down(tx, nord.operator, offer.id)
    assert (await nord.get(stamp)).status_code == 404
    await friend.network.settle()

    assert stamp in [one["object"]["id"] for one in heard(friend, "Delete")]
    async with nord.node.db.read() as tx:
        assert await store.of_actor(tx, friend.id("bob")) == []


@pytest.mark.parametrize("act", [listings.delete, listings.take_down])
async def test_who_quotes_a_listing_is_told_of_its_end(nord, friend, offer, act):
    stamp = (await ask(friend, nord, request(friend, offer)))["result"]

    async with nord.node.db.write() as tx:
        await act(tx, nord.operator, offer.id)
    await friend.network.settle()

    assert offer.id in [one["object"]["id"] for one in heard(friend, "Delete")]
    assert (await nord.get(stamp)).status_code == 404
