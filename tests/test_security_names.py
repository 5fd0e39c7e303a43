"""Who may be called what: a name is shown only where the house that it names gives it."""

import pytest

from fedicoop.actors import names
from tests import hostile
from tests.conftest import actor

village, nord, friend, evil = hostile.fixtures()


async def test_a_name_is_shown_only_if_its_house_gives_it(nord, friend, evil):
    """Case 41: mallory's coop calls itself alice@friend.test, and her house agrees; friend does not."""
    evil.actor("alice", key="mallory", type="Organization", webfinger="alice@friend.test")
    evil.finger("alice", evil.id("alice"), subject="acct:alice@friend.test")
    friend.finger("alice", friend.id("alice"))

    for name in (evil.id("alice"), "alice@evil.test"):
        found = await names.by_name(nord.node, name)
        kept = await actor(nord, found.id)
        assert kept.webfinger in (None, "alice@evil.test")
        page = (await nord.get("/@alice@evil.test", "text/html")).text
        assert "@alice@evil.test" in page
        assert "alice@friend.test" not in page


async def test_no_house_renames_anothers_actor(nord, friend, evil):
    """Case 41: evil's WebFinger says that alice@evil.test is friend's alice."""
    evil.finger("alice", friend.id("alice"))

    await names.by_name(nord.node, "alice@evil.test")
    assert (await actor(nord, friend.id("alice"))).webfinger is None
    friend.finger("alice", friend.id("alice"))
    await names.by_name(nord.node, "alice@evil.test")
    assert (await actor(nord, friend.id("alice"))).webfinger == "alice@friend.test"


async def test_a_house_may_speak_under_another_name_if_both_agree(nord, friend, evil):
    """Case 41, the other side: actors on friend.test, names on evil.test, and both say so."""
    evil.finger("alice", friend.id("alice"))
    friend.finger("alice", friend.id("alice"), subject="acct:alice@evil.test")

    found = await names.by_name(nord.node, "alice@evil.test")

    assert (await actor(nord, found.id)).webfinger == "alice@evil.test"


@pytest.mark.parametrize(
    "resource",
    ["acct:nord@evil.test", "acct:nord@nord.test.evil.test", "acct:nord@nord.test@evil.test", "acct:nord@"],
)
async def test_we_answer_for_no_names_but_ours(nord, resource):
    """Case 42."""
    answer = await nord.get(f"/.well-known/webfinger?resource={resource}")

    assert answer.status_code == 404
