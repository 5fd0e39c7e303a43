"""Who is speaking: letters from a hostile house, brought to the inbox of a whole instance.

What a signature must be is tested by itself in test_signatures_security.py; here nothing that was
refused may have left a trace, and what was honest must still be heard.
"""

from datetime import timedelta
from itertools import product

import pytest

from fedicoop.app import house_keeping
from fedicoop.listings import store as listing_store
from fedicoop.signatures import cavage, rfc9421
from tests import hostile
from tests.conftest import actor
from tests.hostile_letters import Letter, covering, covering_components, key_pair

both_forms = pytest.mark.parametrize("form", ["cavage", "rfc9421"])

village, nord, friend, evil = hostile.fixtures()


async def heard(nord) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM received WHERE type <> 'Accept'")


async def refusal(letter, nord) -> int:
    """What is answered to a letter of which nothing was kept."""
    answer = await letter.to(nord)
    assert await heard(nord) == 0
    return answer.status_code


@both_forms
async def test_what_alice_truly_says_is_heard(nord, friend, form):
    """The other side of every case below: the same letter, untouched."""
    answer = await friend.send(friend.says("Create", friend.offer()), nord, form=form)

    assert answer.status_code == 202
    assert [seen.title for seen in await nord.shelf()] == ["Remorque"]


@pytest.mark.parametrize("neighbour", [False, True])
async def test_nobody_signs_for_somebody_else(nord, friend, evil, neighbour):
    """Case 1: mallory's key, or that of alice's neighbour bob, under what alice is made to say."""
    said = friend.says("Create", friend.offer())

    answer = await (friend.send(said, nord, by="bob") if neighbour else evil.send(said, nord, by="mallory"))

    assert answer.status_code in (401, 403)
    assert (await nord.shelf(), await heard(nord)) == ([], 0)


async def test_a_letter_without_a_signature_is_refused(nord, friend):
    """Case 2."""
    letter = friend.letter(friend.says("Create", friend.offer()), nord)
    letter.headers = [header for header in letter.headers if header[0] != "signature"]

    assert await refusal(letter, nord) == 401


@both_forms
async def test_another_body_under_a_true_signature_is_refused(nord, friend, form):
    """Case 3."""
    letter = friend.letter(b"{}", nord, form=form)
    letter.body = friend.letter(friend.says("Create", friend.offer()), nord).body
    letter.put("content-length", str(len(letter.body)))

    assert await refusal(letter, nord) == 401


async def test_a_draft_signature_over_too_little_is_refused(nord, friend):
    """Cases 4 and 5: without the digest any body fits, without the rest any path, house or day."""
    target, rest = "(request-target)", ("date digest", "date", "host date digest")
    for names in (f"{target} host date", f"{target} date digest", f"{target} host digest", *rest):
        letter = friend.letter(friend.says("Create", friend.offer()), nord)
        covering(letter, "alice", f"{friend.id('alice')}#main-key", names)

        assert await refusal(letter, nord) == 401, names


async def test_an_rfc_signature_over_too_little_is_refused(nord, friend):
    """Case 6 (and 4 in the newer form)."""
    key_id, digest = f"{friend.id('alice')}#main-key", "content-digest"
    for names in ([digest, "date"], ["@method", digest], ["@target-uri", digest], ["@method", "@target-uri"]):
        letter = friend.letter(friend.says("Create", friend.offer()), nord)
        letter.headers = [header for header in letter.headers if header[0] != "signature"]
        covering_components(letter, "alice", key_id, names, nord.origin, nord.node.db.clock())

        assert await refusal(letter, nord) == 401, names


@both_forms
async def test_a_letter_to_another_house_is_refused_here(nord, friend, form):
    """Case 7: whether it still names the other house, or the Host header was changed to ours."""
    body = friend.letter(friend.says("Create", friend.offer()), nord).body
    sign = {"cavage": cavage.sign, "rfc9421": rfc9421.sign}[form]
    key_id, now = f"{friend.id('alice')}#main-key", nord.node.db.clock()
    headers = sign("POST", "https://other.example/inbox", body, key_id, key_pair("alice")[0], now)
    letter = Letter("", list(headers.items()), body)

    assert await refusal(letter, nord) in (401, 421)
    assert await refusal(letter.put("host", "nord.test"), nord) == 401


@both_forms
async def test_a_letter_to_another_box_is_refused(nord, friend, form):
    """Case 8."""
    letter = friend.letter(friend.says("Create", friend.offer()), nord, form=form, path="/actors/nord/inbox")

    assert await refusal(letter, nord) == 401
    assert (await letter.to(nord, path="/actors/nord/inbox")).status_code == 202


@both_forms
async def test_a_letter_of_another_day_is_refused(nord, friend, form):
    """Cases 9 and 10: the past, and the future."""
    for days in (-3, 3):
        then = nord.node.db.clock() + timedelta(days=days)
        letter = friend.letter(friend.says("Create", friend.offer()), nord, form=form, now=then)

        assert await refusal(letter, nord) == 401, days


async def test_the_end_that_the_signer_chose_is_kept(nord, friend):
    """Case 10."""
    ended = int((nord.node.db.clock() - timedelta(minutes=1)).timestamp())
    letter = friend.letter(friend.says("Create", friend.offer()), nord)
    letter.put("signature", f"{dict(letter.headers)['signature']},expires={ended}")

    assert await refusal(letter, nord) == 401


async def test_the_same_letter_five_times_has_one_effect(nord, friend, network):
    """Case 11: each is taken and the first one counts; so it is weeks later, signed anew."""
    said = friend.says("Create", friend.offer())
    letter = friend.letter(said, nord)

    answers = [(await letter.to(nord)).status_code for _ in range(5)]
    await network.settle()
    [seen] = await nord.shelf()
    async with nord.node.db.write() as tx:
        await listing_store.remove(tx, seen.id)
    network.clock.advance(days=31)
    await house_keeping(nord.node)
    again = await friend.send(said, nord)

    assert answers == [202] * 5
    assert (again.status_code, seen.title, await heard(nord)) == (202, "Remorque", 1)
    assert await nord.shelf() == []


async def test_a_key_cannot_be_given_to_somebody_else(nord, friend, evil):
    """Case 12: mallory's key document names alice as its owner; bob's, on alice's own host, does too."""
    alice, said = friend.id("alice"), friend.says("Create", friend.offer())
    for house, by in ((evil, "mallory"), (friend, "bob")):
        key = {"id": f"{house.origin}/keys/1", "type": "Key", "owner": alice, "publicKeyPem": key_pair(by)[1]}
        house.serve("/keys/1", key)

        answer = await house.send(said, nord, by=by, key_id=key["id"])

        assert answer.status_code == 401, by
    assert "GET /keys/1" in friend.asked
    assert "GET /keys/1" not in evil.asked
    assert (await nord.shelf(), await heard(nord)) == ([], 0)


async def test_a_key_that_its_owner_lists_may_stand_at_its_own_address(nord, friend):
    """Case 12, the honest side: GoToSocial's keys live apart from the actor who lists them."""
    key_id = f"{friend.id('alice')}/main-key"
    key = {"id": key_id, "owner": friend.id("alice"), "publicKeyPem": key_pair("alice")[1]}
    friend.actor("alice", publicKey=key)

    answer = await friend.send(friend.says("Create", friend.offer()), nord, key_id=key_id)

    assert answer.status_code == 202


async def test_an_actor_that_says_it_is_another_changes_nothing(nord, friend, evil):
    """Case 13: mallory's document says that it is alice, with mallory's key in the place of hers."""
    alice = friend.id("alice")
    before = await actor(nord, alice)
    document = {"id": alice, "type": "Person", "preferredUsername": "alice", "inbox": f"{alice}/inbox"}
    key = {"id": f"{alice}#main-key", "owner": alice, "publicKeyPem": key_pair("mallory")[1]}
    evil.serve("/actors/m", document | {"publicKey": key})

    said, key_id = evil.says("Create", evil.offer(by="m"), by="m"), f"{evil.id('m')}#main-key"
    forged = await evil.send(said, nord, by="mallory", key_id=key_id)
    after = await actor(nord, alice)
    as_alice = await evil.send(friend.says("Create", friend.offer()), nord, by="mallory", key_id=key["id"])
    real = await friend.send(friend.says("Create", friend.offer("2")), nord)

    assert (forged.status_code, as_alice.status_code, real.status_code) == (401, 401, 202)
    assert (after, await actor(nord, evil.id("m"))) == (before, None)
    assert [seen.id for seen in await nord.shelf()] == [f"{friend.origin}/listings/2"]


async def test_an_open_redirect_lends_nobody_its_name(nord, friend, evil):
    """Case 14: an address of friend's leads to mallory's document, which claims that address."""
    goes = f"{friend.origin}/go?to=evil"
    key = {"id": f"{goes}#key", "owner": goes, "publicKeyPem": key_pair("mallory")[1]}
    document = {"id": goes, "type": "Person", "preferredUsername": "x", "inbox": f"{friend.origin}/inbox"}
    friend.redirect("/go?to=evil", evil.serve("/payload", document | {"publicKey": key}))
    said = friend.says("Create", friend.offer()) | {"actor": goes}

    answer = await evil.send(said, nord, by="mallory", key_id=key["id"])

    assert answer.status_code == 401
    assert "GET /payload" not in evil.asked
    assert (await actor(nord, goes), await heard(nord)) == (None, 0)


@pytest.mark.parametrize("alice_first", [True, False])
async def test_a_parameter_that_comes_twice_is_refused(nord, friend, evil, alice_first):
    """Case 15: one reader would take alice's key id, another one mallory's; alice did sign."""
    letter = friend.letter(friend.says("Create", friend.offer()), nord)
    other, signature = f'keyId="{evil.id("mallory")}#main-key"', dict(letter.headers)["signature"]
    letter.put("signature", f"{signature},{other}" if alice_first else f"{other},{signature}")

    assert await refusal(letter, nord) in (400, 401)


async def test_two_signatures_are_one_too_many(nord, friend, evil):
    """Case 16: alice's own over her letter, and beside it mallory's, in the same form or the other."""
    said, forms = friend.says("Create", friend.offer()), ("cavage", "rfc9421")
    for form, second, alice_first in product(forms, forms, (True, False)):
        letter = friend.letter(said, nord, form=form)
        other = evil.letter(said, nord, by="mallory", form=second).headers
        shared = {"date", "digest", "content-digest", "content-type"} - dict(letter.headers).keys()
        letter.headers += [header for header in other if header[0] in shared]
        signatures = [header for header in other if header[0].startswith("signature")]
        letter.headers = letter.headers + signatures if alice_first else signatures + letter.headers

        assert await refusal(letter, nord) in (400, 401), (form, second, alice_first)
