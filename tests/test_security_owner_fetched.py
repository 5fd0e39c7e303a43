"""Who may change what, where we ask for it: only a house itself says what stands at its addresses."""

import json

import pytest

from fedicoop.errors import Malformed
from fedicoop.media import store as media
from tests import hostile
from tests.hostile import ACTIVITY
from tests.photos import encoded, scene

village, nord, friend, evil = hostile.fixtures()
PROFILE = "https://www.w3.org/ns/activitystreams"


@pytest.fixture(autouse=True)
async def mallory_is_heard(nord, evil):
    await evil.is_followed_by(nord, "mallory")


async def relayed(nord, evil, thing) -> list[str]:
    """What is on our shelf after mallory, whom we hear, relayed a thing."""
    answer = await evil.send(evil.says("Announce", thing, by="mallory"), nord, by="mallory")
    assert answer.status_code == 202
    return [listing.title for listing in await nord.shelf()]


async def test_the_copy_in_a_relay_is_not_believed(nord, friend, evil):
    """Case 33: mallory embeds an offer "by alice"; friend is asked, and has none."""
    assert await relayed(nord, evil, friend.offer()) == []
    assert "GET /listings/1" in friend.asked


async def test_what_friend_itself_says_is_believed(nord, friend, evil):
    """Case 33, the other side: friend's own words, not mallory's copy of them."""
    friend.serve("/listings/1", friend.offer())

    assert await relayed(nord, evil, friend.offer(title="Faux")) == ["Remorque"]


async def test_what_is_created_or_updated_by_its_id_alone_is_asked_for(nord, friend):
    """Case 33: alice may send an id; the document must still be hers."""
    await friend.is_followed_by(nord, "bob")
    friend.serve("/listings/1", friend.offer())
    friend.serve("/listings/2", friend.offer("2", by="bob", title="De bob"))
    for key in "12":
        await friend.send(friend.says("Create", f"{friend.origin}/listings/{key}"), nord)

    assert [listing.title for listing in await nord.shelf()] == ["Remorque"]


NOT_ACTIVITIES = [
    *(None, "", "text/plain", "application/json", "image/png", "application/ld+json"),
    'application/ld+json; profile="https://example.org/"',
    f'application/ld+json; charset="{PROFILE}"',
    f'text/html; profile="{PROFILE}"',
    *("text/plain; application/activity+json", "image/png, application/activity+json"),
    "application/activity+json-x",
]
ACTIVITIES = [
    *(ACTIVITY, "Application/Activity+JSON; charset=utf-8", f'application/ld+json; profile="{PROFILE}"'),
    f'application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/json-ld#compacted {PROFILE}"',
]


async def test_a_file_that_looks_like_an_activity_is_none(nord, friend, evil):
    """Case 34: somebody put alice's offer, and a person, into uploads on friend's house."""
    for number, media_type in enumerate(NOT_ACTIVITIES):
        file, carol = f"/media/{number}.png", f"carol{number}"
        friend.serve(file, friend.offer() | {"id": f"{friend.origin}{file}"}, media_type=media_type)
        friend.actor(carol, key="carol")
        friend.serve(f"/actors/{carol}", friend.served[f"/actors/{carol}"].body, media_type=media_type)
        like = friend.says("Like", "https://x.test/1", by=carol)
        key_id = f"{friend.id(carol)}#main-key"

        assert await relayed(nord, evil, f"{friend.origin}{file}") == [], media_type
        assert f"GET {file}" in friend.asked
        assert (await friend.send(like, nord, by="carol", key_id=key_id)).status_code == 401, media_type


async def test_an_activity_in_its_own_type_is_read(nord, friend, evil):
    """Case 34, the other side."""
    for number, media_type in enumerate(ACTIVITIES):
        page = friend.serve(f"/listings/{number}", friend.offer(str(number)), media_type=media_type)

        assert len(await relayed(nord, evil, page)) == number + 1, media_type


async def test_a_detour_lends_no_origin(nord, friend, evil):
    """Case 35: friend forwards to mallory's house, where a document claims the address it was asked by."""
    for status in (301, 302, 303, 307, 308):
        start = f"{friend.origin}/proxy/{status}"
        friend.redirect(f"/proxy/{status}", evil.serve("/obj", friend.offer() | {"id": start}), status)

        assert await relayed(nord, evil, start) == [], status
        assert f"GET /proxy/{status}" in friend.asked
    assert "GET /obj" not in evil.asked


async def test_a_document_elsewhere_proves_nothing(nord, friend, evil):
    """Case 35: mallory's house serves what claims to be friend's, plainly."""
    address = evil.serve("/obj", friend.offer())

    assert await relayed(nord, evil, address) == []
    assert "GET /listings/1" not in friend.asked


async def test_another_id_of_the_same_house_is_asked_for_itself(nord, friend, evil):
    """Case 35: an upload of bob's names alice's listing; only what stands at that id counts, once."""
    page = friend.serve("/uploads/bob", friend.offer(title="Faux"))
    chain = friend.serve("/a", friend.offer() | {"id": f"{friend.origin}/b"})
    friend.serve("/b", friend.offer() | {"id": f"{friend.origin}/c"})
    friend.serve("/c", friend.offer() | {"id": f"{friend.origin}/c"})

    assert await relayed(nord, evil, page) == []
    assert await relayed(nord, evil, chain) == []
    friend.serve("/listings/1", friend.offer())
    assert await relayed(nord, evil, page) == ["Remorque"]


async def test_nothing_that_is_no_picture_is_kept_as_one(nord, friend, network):
    """Case 36: an activity named .png, given to us or lying where a listing's photo should be."""
    activity = json.dumps(friend.offer()).encode()
    with pytest.raises(Malformed):
        await media.keep(nord.node, activity)
    image = friend.serve("/x.png", activity)

    offer = await friend.publish(nord, attachment=[{"type": "Image", "url": image, "mediaType": "image/png"}])
    answer = await nord.get(f"/media/{offer.photos[0].name}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "image/webp")
    assert b"Remorque" not in answer.content


async def test_a_picture_is_served_as_one_whoever_asks(nord):
    """Case 36: this house is nobody's tool to speak with a picture in an activity's name."""
    kept = await media.keep(nord.node, encoded(scene()))

    for accept in (ACTIVITY, f'application/ld+json; profile="{PROFILE}"', "text/html"):
        answer = await nord.get(f"/media/{kept.name}", accept)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert {"sandbox", "default-src 'none'"} <= set(answer.headers["content-security-policy"].split("; "))
