"""Somebody brings what another house said: with that one's proof, or else only what that one says itself."""

import pytest

from tests.hostile import fixtures

village, nord, friend, evil = fixtures()


@pytest.fixture(autouse=True)
async def known(nord, evil):
    """Mallory's server has spoken to us before: her key is known, though nobody follows her."""
    assert (
        await evil.send(evil.says("Like", f"{nord.origin}/l/1", by="mallory"), nord, by="mallory")
    ).status_code == 202


async def brought(nord, friend, evil, said, *, by: str = "mallory"):
    """Mallory's server brings a letter by alice, in its own name and without a proof."""
    return await evil.send(said, nord, by=by)


async def test_what_its_own_house_says_too_is_heard_and_what_came_along_is_not(nord, friend, evil):
    """Row 26: actor and signer differ; the words are those of the origin."""
    true, false = friend.offer("1", title="Remorque"), friend.offer("1", title="Escroquerie")
    friend.serve("/listings/1", true)
    answer = await brought(nord, friend, evil, friend.says("Create", false))
    assert answer.status_code == 202

    kept = await nord.find(true["id"])
    assert kept.title == "Remorque"


async def test_what_its_house_does_not_have_is_refused(nord, friend, evil):
    made_up = friend.offer("2", title="Inventé")
    assert (await brought(nord, friend, evil, friend.says("Create", made_up))).status_code == 401
    assert await nord.find(made_up["id"]) is None
    other = friend.offer("3", by="bob")
    friend.serve("/listings/3", other)
    claimed = friend.offer("3", by="alice")
    answer = await brought(nord, friend, evil, friend.says("Create", claimed))
    assert answer.status_code == 401, "it is not by whom the letter says"


async def test_an_end_is_believed_when_the_thing_is_gone_and_not_before(nord, friend, evil):
    kept = await friend.publish(nord, "4")
    friend.serve("/listings/4", friend.offer("4"))
    end = friend.says("Delete", {"id": kept.id, "type": "Tombstone"})
    assert (await brought(nord, friend, evil, end)).status_code == 401
    assert await nord.find(kept.id)

    friend.network.clock.advance(minutes=2)
    friend.served.pop("/listings/4")
    assert (await brought(nord, friend, evil, end)).status_code == 401, "404 is no word about it"
    friend.network.clock.advance(minutes=2)
    friend.serve("/listings/4", b"", status=410)
    assert (await brought(nord, friend, evil, end)).status_code == 202
    assert await nord.find(kept.id) is None


async def test_nobody_makes_us_ask_who_did_not_sign_or_about_whom_we_do_not_hear(nord, friend, evil):
    offer = friend.offer("5")
    friend.serve("/listings/5", offer)
    friend.asked.clear()
    letter = evil.letter(friend.says("Create", offer), nord, by="mallory")
    unsigned = letter.__class__(
        letter.url, [(n, v.replace('signature="', 'signature="AAAA')) for n, v in letter.headers], letter.body
    )
    assert (await unsigned.to(nord)).status_code == 401
    stranger = friend.offer("6", by="bob")
    friend.serve("/listings/6", stranger)
    assert (await brought(nord, friend, evil, friend.says("Create", stranger, by="bob"))).status_code == 401
    assert [one for one in friend.asked if "/listings/" in one] == []

    for _ in range(5):
        await brought(nord, friend, evil, friend.says("Create", offer))
    asked = [one for one in friend.asked if one == "GET /listings/5"]
    assert len(asked) <= 2, "once at the door, once when it is processed"


async def test_who_brings_takes_no_name_away_from_whom_they_bring(nord, friend, evil):
    """The id of the letter that was brought stays free for its actor's own."""
    offer = friend.offer("7", title="Avant")
    friend.serve("/listings/7", offer)
    said = friend.says("Create", offer)
    assert (await brought(nord, friend, evil, said)).status_code == 202
    edit = friend.says(
        "Update", friend.offer("7", title="Après", updated="2031-01-01T00:00:00Z"), id=said["id"]
    )
    assert (await friend.send(edit, nord)).status_code == 202
    assert (await nord.find(offer["id"])).title == "Après"
