"""Everything that we say passes what each peer's own code asks of it."""

import json
from dataclasses import dataclass

import pytest

from fedicoop.actors.coops import AuthorMode
from fedicoop.listings import actions
from fedicoop.listings.listing import Kind, Mode
from tests.wire.peer_shapes import PEERS

FULL = {
    "text": "Un texte.\n\n- avec une liste\n- et un [lien](https://example.org)",
    "category": "bikes.cargo-bike",
    "tags": ["velo", "lille"],
    "quantity": 3,
    "price": {"amount": "20.50", "currency": "EUR"},
    "deposit": {"amount": "50"},
    "condition": "Bon état",
    "available": {"from": "2030-06-01", "to": "2030-06-30"},
    "place": {"name": "Lille", "latitude": 50.63, "longitude": 3.06},
}


@dataclass(frozen=True)
class Body:
    body: str


async def said(instance):
    async with instance.node.db.read() as tx:
        rows = await tx.all(
            Body, "SELECT body FROM sent WHERE type IN ('Create', 'Update') AND body <> '' ORDER BY id"
        )
    return [json.loads(row.body) for row in rows]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "fields", [{}, FULL, {"counterpart": "du miel"}], ids=["bare", "full", "counterpart"]
)
async def test_a_listing_of_any_sort_suits_every_peer(network, kind, mode, fields):
    nord = await network.add("nord.test")

    offer = await nord.publish(kind=kind, mode=mode, **fields)
    network.clock.advance(minutes=1)
    await nord.update(offer, title="Autre titre")
    async with nord.node.db.write() as tx:
        await actions.close(tx, nord.operator, offer.id)

    for activity in await said(nord):
        for peer in PEERS:
            problems = [problem for problem in peer(activity) if not problem.startswith("NOTE")]
            assert problems == [], (peer.__name__, problems)
        assert "name" not in activity["object"], "a Note with a name is hidden or folded by three peers"
        assert activity["object"]["type"] == "Note"
        assert activity["object"]["published"] <= activity["object"].get("updated", "9")


async def test_a_members_listing_suits_every_peer(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    lea = await nord.join()

    await nord.publish(by=lea)

    [create] = await said(nord)
    assert create["actor"] == create["object"]["attributedTo"] == f"{nord.origin}/actors/lea"
    assert all(not [p for p in peer(create) if not p.startswith("NOTE")] for peer in PEERS)


async def test_each_edit_is_newer_to_the_second_than_the_last(network):
    """Mastodon takes an edit only if its `updated` is newer; two clicks in one second are two edits."""
    nord = await network.add("nord.test")
    offer = await nord.publish()
    stamps = [(await said(nord))[-1]["object"]["published"]]

    for title in ("Un", "Deux", "Trois"):
        await nord.update(offer, title=title)
        stamps.append((await said(nord))[-1]["object"]["updated"])

    assert stamps == sorted(set(stamps))
