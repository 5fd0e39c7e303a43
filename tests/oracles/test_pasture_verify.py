"""fediverse-pasture's `verify_actor`: six actors knock at a coop, and tell what became of it."""

import pytest

from tests.oracles.coop import running

pytestmark = pytest.mark.judge

UNSIGNED = {"get_actor": True, "post_inbox": False}
SIGNED = {"get_actor": True, "post_inbox": True}


async def test_a_coop_is_read_by_anybody_and_written_to_by_whoever_signs(pasture, tmp_path):
    """Claire and Frank show their keys only to who signs; Dean, Emily and Frank have no WebFinger."""
    with running(tmp_path, pasture.origin) as coop:
        told = await pasture.ask("verify", actor=coop.actor, within=90)
        by_name = await pasture.ask("find", name=f"acct:velo@localhost:{coop.port}")

    assert told["result"] == {
        "alice": UNSIGNED,
        "bob": SIGNED,
        "claire": SIGNED,
        "dean": UNSIGNED,
        "emily": SIGNED,
        "frank": SIGNED,
        "webfinger": True,
    }, told["messages"]
    assert by_name == coop.actor
