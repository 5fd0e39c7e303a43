"""Nobody elsewhere has powers here: what other servers say of our people and things is at most a report."""

import pytest

from fedicoop.access import Role
from fedicoop.listings.listing import Status
from fedicoop.members import store as members
from tests import hostile
from tests.browsing import signed_in

village, nord, friend, evil = hostile.fixtures()

POWERS = [
    ("Remove", {"target": "{coop}/featured"}),
    ("Remove", {"target": "{coop}/moderators"}),
    ("Add", {"target": "{coop}/moderators"}),
    ("Delete", {}),
    ("Delete", {"summary": "spam", "removeData": True}),
    ("Block", {"target": "{coop}", "removeData": True, "expires": "2031-01-01T00:00:00Z"}),
    ("Lock", {"target": "{coop}"}),
    ("Update", {"audience": "{coop}"}),
    ("Undo", {}),
    ("Flag", {"content": "spam"}),
]
"""Lemmy's moderators say these (GHSA-xmpx-2j2f-c7g7, GHSA-gwfj-h8r7-792v); others invented more."""


@pytest.mark.parametrize(("kind", "more"), POWERS)
async def test_no_word_from_elsewhere_moderates_here(nord, friend, kind, more):
    """Case 125: about a listing, its member and the coop; even from a coop that we follow."""
    lea = await nord.join("lea")
    listing = await nord.publish(by=lea)
    member_id = f"{nord.origin}/actors/lea"
    more = {name: str(value).format(coop=nord.coop.id) for name, value in more.items()}

    for about in (listing.id, member_id, nord.coop.id, {"type": "Note", "id": listing.id, "content": "x"}):
        said = friend.says(kind, about, **({"audience": nord.coop.id} | more))
        assert (await friend.send(said, nord)).status_code in (202, 403)

    kept = await nord.find(listing.id)
    assert (kept.status, kept.html, kept.actor_id) == (Status.PUBLISHED, listing.html, listing.actor_id)
    async with nord.node.db.read() as tx:
        [still] = [one for one in await members.of_coop(tx, nord.coop.id) if one.handle == "lea"]
        assert await tx.count("SELECT count(*) FROM tombstones") == 0
    assert still.role is Role.MEMBER
    assert (await (await signed_in(nord, lea)).open(f"/l/{listing.key}")).status == 200
    assert (await nord.get(nord.coop.id)).status_code == 200


@pytest.mark.parametrize(
    "vote",
    [
        {"type": "Note", "name": "oui", "content": None},
        {"type": "Vote", "name": "oui"},
    ],
)
async def test_no_vote_from_elsewhere_counts_or_is_shown(nord, friend, vote):
    """Case 123: there is nothing here to vote on, and a ballot from elsewhere becomes nothing."""
    listing = await nord.publish()
    note = {"id": f"{friend.origin}/votes/1", "attributedTo": friend.id("alice"), "inReplyTo": listing.id}
    note |= vote | {"to": [nord.coop.id], "published": "2030-05-01T08:00:00Z"}

    for kind in ("Create", "Vote"):
        answer = await friend.send(friend.says(kind, note, to=[nord.coop.id]), nord)
        assert answer.status_code == 202

    assert "oui" not in (await nord.get(f"/listings/{listing.key}/replies")).text
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM messages WHERE html LIKE '%oui%'") == 0
