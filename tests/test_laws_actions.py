"""The law of one commit, for what members do: the change, what is said of it, and the promise to carry it."""

import pytest

from fedicoop.actors import store as actors
from fedicoop.follows import actions as follows
from fedicoop.listings import actions as listings
from tests import hostile
from tests.databases import REFUSED
from tests.test_laws import everything, full_disk

village, nord, friend, evil = hostile.fixtures()


class Desk:
    """Our operator, with a draft, a published listing, a follower who waits, and one who hears us."""

    def __init__(self, nord, drafted, shown, alice, bob, carol) -> None:
        self.nord, self.drafted, self.shown = nord, drafted, shown
        self.alice, self.bob, self.carol = alice, bob, carol

    async def publish(self, tx):
        await listings.publish(tx, self.nord.operator, self.drafted.id)

    async def update(self, tx):
        await listings.update(tx, self.nord.operator, self.shown.id, {"title": "Révisé"}, None)

    async def pause(self, tx):
        await listings.pause(tx, self.nord.operator, self.shown.id)

    async def close(self, tx):
        await listings.close(tx, self.nord.operator, self.shown.id)

    async def renew(self, tx):
        await listings.renew(tx, self.nord.operator, self.shown.id)

    async def delete(self, tx):
        await listings.delete(tx, self.nord.operator, self.shown.id)

    async def expire(self, tx):
        await listings.expire(tx, self.shown)

    async def follow(self, tx):
        await follows.follow(tx, self.nord.operator, self.nord.coop, self.bob)

    async def unfollow(self, tx):
        await follows.unfollow(tx, self.nord.operator, self.nord.coop, self.alice)

    async def accept(self, tx):
        await follows.decide(tx, self.nord.operator, self.nord.coop, self.carol, accept=True)

    async def reject(self, tx):
        await follows.decide(tx, self.nord.operator, self.nord.coop, self.carol, accept=False)


SAID = {
    "publish": ("listings", "Create"),
    "update": ("listings", "Update"),
    "pause": ("listings", "Update"),
    "close": ("listings", "Update"),
    "renew": ("listings", "Update"),
    "expire": ("listings", "Update"),
    "delete": ("tombstones", "Delete"),
    "follow": ("follows", "Follow"),
    "unfollow": ("follows", "Undo"),
    "accept": ("follows", "Accept"),
    "reject": ("follows", "Reject"),
}
"""What each changes, and the activity that tells of it."""


@pytest.fixture
async def desk(nord, friend):
    friend.actor("carol")
    shown = await nord.publish("Vélo")
    raw = {"kind": "offer", "mode": "loan", "title": "Remorque"}
    async with nord.node.db.write() as tx:
        await follows.require_approval(tx, nord.operator, nord.coop, approval=True)
        drafted = await listings.draft(tx, nord.operator, raw, ())
    await friend.send(friend.says("Follow", nord.coop.id, by="carol"), nord, by="carol")
    await friend.send(friend.says("Follow", nord.coop.id, by="bob"), nord, by="bob")
    async with nord.node.db.read() as tx:
        known = [await actors.get(tx, friend.id(name)) for name in ("alice", "bob", "carol")]
    return Desk(nord, drafted, shown, *known)


async def counted(nord, kind: str) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM sent WHERE type = :kind", kind=kind)


@pytest.mark.parametrize("action", SAID)
async def test_an_action_its_activity_and_its_promise_are_one_commit(nord, desk, action):
    """It fails at its end; the activity cannot be written; nor its promise; and then all goes well."""
    act, (table, kind) = getattr(desk, action), SAID[action]
    before, said = await everything(nord), await counted(nord, kind)

    async def acts_and_breaks() -> None:
        async with nord.node.db.write() as tx:
            await act(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await acts_and_breaks()
    assert await everything(nord) == before
    for event in ("INSERT ON sent", "INSERT ON jobs"):
        async with full_disk(nord, event):
            with pytest.raises(REFUSED, match="no room"):
                await acts_and_breaks()
        assert await everything(nord) == before

    commits = nord.node.db.commits
    async with nord.node.db.write() as tx:
        await act(tx)
    after = await everything(nord)
    assert nord.node.db.commits == commits + 1
    assert after[table] != before[table]
    assert await counted(nord, kind) == said + 1
    assert after["jobs"] > before["jobs"]
