"""Two laws of the house: no network inside a transaction, and one commit for all that belongs together."""

import inspect
import typing
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fedicoop.db import Tx, inside
from fedicoop.inbox.dispatch import TABLE, Entry
from fedicoop.node import Node
from fedicoop.outward import Outward
from tests import hostile
from tests.databases import refusing
from tests.enquiring import note, write

village, nord, friend, evil = hostile.fixtures()

KEPT = (
    "actors",
    "keys",
    "follows",
    "listings",
    "boosts",
    "tombstones",
    "pictures",
    "sent",
    "reached",
    "received",
    "conversations",
    "messages",
    "blocks",
    "reactions",
)
"""Every table that an effect, an answer or a receipt may touch; promises are in `jobs`."""


@dataclass(frozen=True)
class Name:
    name: str


async def everything(nord) -> dict[str, set[str]]:
    """What is kept, row by row; of the promises only which there are, since a failed try is noted on them."""
    async with nord.node.db.read() as tx:
        return {table: await rows(tx, table) for table in KEPT} | {"jobs": await rows(tx, "jobs", "id")}


async def rows(tx: Tx, table: str, columns: str = "") -> set[str]:
    if not columns:
        names = (await tx._connection.execute(f"SELECT * FROM {table} LIMIT 0", {})).columns
        columns = " || '|' || ".join(f"coalesce(CAST({name} AS TEXT), '-')" for name in names)
    return {row.name for row in await tx.all(Name, f"SELECT {columns} AS name FROM {table}")}


# No network inside a transaction


@pytest.mark.parametrize("write", [False, True])
async def test_asking_anybody_inside_a_transaction_is_a_bug(nord, network, write):
    before = list(network.switchboard.asked)
    async with nord.node.db.write() if write else nord.node.db.read():
        for asking in (
            nord.node.out.get("https://friend.test/", {}),
            nord.node.out.post("https://friend.test/", b"", {}),
        ):
            with pytest.raises(RuntimeError, match="no network inside a transaction"):
                await asking

    assert network.switchboard.asked == before
    assert (await nord.node.out.get("https://friend.test/", {})).status == 404


async def test_a_transaction_inside_another_is_a_bug(nord):
    async with nord.node.db.write():
        with pytest.raises(AssertionError):
            async with nord.node.db.read():
                pass
    assert not inside.get()


@pytest.mark.parametrize("pair", TABLE, ids=lambda pair: " of ".join(kind.__name__ for kind in pair))
def test_a_handler_is_given_nothing_to_ask_with(pair):
    handle = TABLE[pair].handle
    hints = typing.get_type_hints(handle)
    reachable = [value for value in vars(inspect.getmodule(handle)).values() if value in (Node, Outward)]

    assert list(inspect.signature(handle).parameters) == ["tx", "received"]
    assert hints["tx"] is Tx
    assert reachable == []


# One commit

LETTERS = {
    "Follow of Actor": lambda nord, friend: friend.says("Follow", nord.coop.id),
    "Accept of Follow": lambda nord, friend: friend.says("Accept", friend.heard[-1], by="bob"),
    "Reject of Follow": lambda nord, friend: friend.says("Reject", friend.heard[-1], by="bob"),
    "Create of Proposal": lambda nord, friend: friend.says("Create", friend.offer("new", attachment=PHOTO)),
    "Update of Proposal": lambda nord, friend: friend.says(
        "Update", friend.offer(title="Révisée", updated=LATER)
    ),
    "Update of Actor": lambda nord, friend: friend.says("Update", friend.id("alice")),
    "Delete of Tombstone": lambda nord, friend: friend.says("Delete", friend.offer()["id"]),
    "Delete of Actor": lambda nord, friend: friend.says("Delete", friend.id("alice")),
    "Announce of Proposal": lambda nord, friend: friend.says("Announce", f"{friend.origin}/listings/relayed"),
    "Create of Note": lambda nord, friend: friend.says(
        "Create", note(friend, "2", "Et samedi ?", by="alice", to=[nord.coop.id])
    ),
    "Update of Note": lambda nord, friend: friend.says(
        "Update", note(friend, "1", "Dimanche ?", by="alice", to=[nord.coop.id], updated=LATER)
    ),
    "Block of Actor": lambda nord, friend: friend.says("Block", nord.coop.id),
    "Undo of Block": lambda nord, friend: friend.says(
        "Undo", friend.says("Block", nord.coop.id, by="carole"), by="carole"
    ),
    "Flag of Collection": lambda nord, friend: friend.says("Flag", nord.coop.id, content="Publicité"),
    "Move of Actor": lambda nord, friend: friend.says("Move", friend.id("alice"), target=friend.id("alix")),
    "Like of Proposal": lambda nord, friend: friend.says("Like", OURS[0], by="alix"),
    "EmojiReact of Proposal": lambda nord, friend: friend.says("EmojiReact", OURS[0], content="🚲"),
    "QuoteRequest of Proposal": lambda nord, friend: friend.says(
        "QuoteRequest", OURS[0], instrument=f"{friend.origin}/notes/5"
    ),
    "Undo of Like": lambda nord, friend: friend.says("Undo", f"{friend.origin}/like"),
    "Undo of Follow": lambda nord, friend: friend.says("Undo", f"{friend.origin}/follow"),
    "Undo of Announce": lambda nord, friend: friend.says("Undo", f"{friend.origin}/announce"),
}
OURS: list[str] = []
"""The id of a listing of ours, once there is one."""
LOOKED_UP = ("Update of Actor", "Move of Actor")
LATER = "2030-05-03T00:00:00Z"
PHOTO = [{"type": "Image", "url": "https://friend.test/x.png"}]


def test_there_is_a_letter_for_every_line_of_the_table():
    assert set(LETTERS) == {f"{activity.__name__} of {thing.__name__}" for activity, thing in TABLE}


@pytest.fixture
async def acquainted(nord, friend):
    """Friend's house has said and done all that can be answered, edited or taken back."""
    friend.serve("/listings/relayed", friend.offer("relayed", by="bob"))
    friend.serve("/listings/boosted", friend.offer("boosted", by="bob"))
    await friend.publish(nord)
    await friend.send(friend.says("Follow", nord.coop.id) | {"id": f"{friend.origin}/follow"}, nord)
    boost = friend.says("Announce", f"{friend.origin}/listings/boosted") | {"id": f"{friend.origin}/announce"}
    await friend.send(boost, nord)
    OURS[:] = [(await nord.publish("Tandem")).id]
    friend.actor("carole")
    friend.actor("alix", alsoKnownAs=[friend.id("alice")])
    await friend.send(friend.says("Block", nord.coop.id, by="carole"), nord, by="carole")
    await friend.send(friend.says("Like", OURS[0]) | {"id": f"{friend.origin}/like"}, nord)
    await write(friend, nord, "1", "Samedi ?", by="alice", to=[nord.coop.id])
    await friend.is_asked_by(nord, "bob")


@pytest.mark.parametrize("name", LETTERS)
async def test_what_is_heard_has_its_whole_effect_or_none(
    nord, friend, network, monkeypatch, acquainted, name
):
    """Something fails right before the commit: first in the handler, then where the job ends."""
    said = LETTERS[name](nord, friend)
    if name == "Follow of Actor":
        await friend.send(friend.says("Undo", f"{friend.origin}/follow"), nord)
    friend.actor("alice", name="Nouveau nom")
    answer = await friend.letter(said, nord, by=said["actor"].rpartition("/")[2]).to(nord)
    before = await everything(nord)

    for obstacle in (broken_handler(monkeypatch, name), full_disk(nord)):
        async with obstacle:
            await nord.settle()
            stopped = await everything(nord)
        network.clock.advance(hours=1)
        asked_for = {"actors", "keys"} if name in LOOKED_UP else set()  # by its house, before
        assert {table for table in before if stopped[table] != before[table]} <= asked_for
    await nord.settle()

    after = await everything(nord)
    touched = {table for table in before if after[table] != before[table]}
    async with nord.node.db.read() as tx:
        outcome = await tx.one(Name, "SELECT outcome AS name FROM received WHERE id = :id", id=said["id"])
    assert (answer.status_code, outcome.name) == (202, "done")
    assert {"received", "jobs"} < touched or name == "Flag of Collection", "a report is a promise to the desk"


@asynccontextmanager
async def broken_handler(monkeypatch, name: str):
    """The handler has written all that it writes, and then comes upon a mistake of ours."""
    [pair] = [pair for pair in TABLE if name == " of ".join(kind.__name__ for kind in pair)]
    entry = TABLE[pair]

    async def handle_and_break(tx, received):
        await entry.handle(tx, received)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(TABLE, pair, Entry(entry.allowed, handle_and_break))
        yield


@asynccontextmanager
async def full_disk(nord, event: str = "DELETE ON jobs WHEN OLD.kind = 'Process'"):
    """The database refuses the last statement of a transaction."""
    made, ended = refusing(nord.node.db, event)
    async with nord.node.db.write() as tx:
        for statement in made:
            await tx.run(statement)
    yield
    async with nord.node.db.write() as tx:
        for statement in ended:
            await tx.run(statement)
