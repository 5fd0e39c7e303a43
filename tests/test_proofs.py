"""Proofs inside activities (FEP-8b32): the FEP's own vector, what we say, what we believe, what we refuse."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import base58
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fedicoop.actors import keyring, public_keys
from fedicoop.errors import Unauthenticated
from fedicoop.outbox import proving
from fedicoop.signatures import cavage, keys, proofs
from tests.conftest import PAIRS

SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
KEY = "https://server.example/users/alice#ed25519-key"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
VECTOR = {
    "@context": CONTEXT,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
VALUE = "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
"""https://codeberg.org/fediverse/fep, fep/8b32/fep-8b32.feature"""


def secret_pem() -> str:
    raw = base58.b58decode(SECRET[1:])[2:]
    return (
        Ed25519PrivateKey.from_private_bytes(raw)
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


def vector(**changes) -> bytes:
    proof = {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": KEY,
        "proofPurpose": "assertionMethod",
        "proofValue": VALUE,
        "created": "2023-02-24T23:36:38Z",
    }
    return json.dumps({**VECTOR, "proof": proof | changes}).encode()


def test_we_make_the_proof_of_the_vector():
    proof = proofs.prove(VECTOR, KEY, secret_pem(), datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC))

    assert proof["proofValue"] == VALUE
    assert proof["@context"] == CONTEXT


def test_we_believe_the_proof_of_the_vector_however_the_json_is_written():
    other_spelling = json.dumps(json.loads(vector()), indent=3, sort_keys=True).encode()

    for body in (vector(), other_spelling):
        found = proofs.claimed(body)
        assert (found.key_id, found.holds(PUBLIC)) == (KEY, True)
        assert not found.holds(PAIRS[0].ed25519[1])


def test_a_proof_without_a_context_of_its_own_has_the_documents():
    """So Fedify writes it."""
    document = json.loads(vector())
    del document["proof"]["@context"]

    assert proofs.claimed(json.dumps(document).encode()).holds(PUBLIC)


def test_an_ld_signature_that_was_added_later_does_not_break_the_proof():
    """So Fedify does it; what it says is not read anyway."""
    document = {**json.loads(vector()), "signature": {"type": "RsaSignature2017", "signatureValue": "…"}}

    assert proofs.claimed(json.dumps(document).encode()).holds(PUBLIC)


@pytest.mark.parametrize("place", range(0, len(vector()) - 1, 7))
def test_a_changed_byte_breaks_the_proof(place):
    body = bytearray(vector())
    body[place] ^= 1
    try:
        if json.loads(body) == json.loads(vector()):
            return  # whitespace for whitespace says the same
    except ValueError:
        return  # what is no JSON is refused before

    try:
        found = proofs.claimed(bytes(body))
    except Unauthenticated:
        return
    assert found is None or not found.holds(PUBLIC) or found.key_id != KEY


@pytest.mark.parametrize(
    "changes",
    [
        {"proofPurpose": "authentication"},
        {"type": "Ed25519Signature2020"},
        {"proofValue": "z" + "1" * 200},
        {"proofValue": "mAAAA"},
        {"proofValue": 7},
        {"proofValue": "z0OIl"},
        {"created": "yesterday"},
        {"created": "2023-02-24T23:36:38"},
        {"verificationMethod": {"id": KEY}},
        {"@context": [*CONTEXT, "https://evil.example/context"]},
        {"verificationMethod": None},
        {"nonce": 2**60},
    ],
)
def test_a_proof_that_says_odd_things_is_refused(changes):
    with pytest.raises(Unauthenticated) as caught:
        proofs.claimed(vector(**changes))

    assert caught.value.key == "signature.proof_malformed"


def test_another_sort_of_proof_and_none_at_all_are_passed_by():
    assert proofs.claimed(vector(cryptosuite="bbs-2023")) is None
    assert proofs.claimed(json.dumps(VECTOR).encode()) is None
    with pytest.raises(Unauthenticated):
        proofs.claimed(json.dumps({**VECTOR, "proof": [{}] * 5}).encode())


# --- what we say ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    id: str
    type: str
    body: str


async def said(house) -> list[dict]:
    async with house.node.db.read() as tx:
        rows = await tx.all(Body, "SELECT id, type, body FROM sent WHERE body <> '' ORDER BY id")
    return [json.loads(row.body) for row in rows]


async def multibase_of(house) -> str:
    async with house.node.db.read() as tx:
        found = await public_keys.of(tx, house.coop.id)
    return next(key.public for key in found if key.algorithm == "ed25519")


async def test_whatever_a_coop_says_is_proved_by_a_key_that_its_page_lists(pair, network):
    nord, sud = pair
    offer = await nord.publish(place={"name": "Lille", "latitude": 50.0, "longitude": 3.06}, quantity=3)
    network.clock.advance(minutes=1)
    await nord.update(offer, title="Autre titre")

    page = (await nord.get(nord.coop.id)).json()
    for activity in [*await said(nord), *await said(sud)]:
        assert "https://w3id.org/security/data-integrity/v1" in activity["@context"]
        found = proofs.claimed(json.dumps(activity).encode())
        house = nord if activity["actor"] == nord.coop.id else sud
        assert found.key_id == f"{activity['actor']}#ed25519-key"
        assert found.holds(await multibase_of(house))
    assert [key["id"] for key in page["assertionMethod"]] == [f"{nord.coop.id}#ed25519-key"]
    assert {one["type"] for one in await said(nord)} >= {"Accept", "Create", "Update"}
    assert [one["type"] for one in await said(sud)] == ["Follow"]


async def test_after_new_keys_what_was_kept_is_proved_anew(pair):
    nord, _ = pair
    await nord.publish()
    before = await multibase_of(nord)
    fresh = replace(PAIRS[0], ed25519=keys.generate_ed25519())

    async with nord.node.db.write() as tx:
        await keyring.put(tx, nord.coop.id, fresh)
        await proving.prove_again(tx, nord.coop.id)

    for activity in await said(nord):
        found = proofs.claimed(json.dumps(activity).encode())
        assert found.holds(fresh.ed25519[1])
        assert not found.holds(before)


# --- what we believe ------------------------------------------------------------------------------


async def posted(relay, house, body: bytes):
    """`relay` brings `house` what somebody else said, signed by itself as any letter."""
    async with relay.node.db.read() as tx:
        signer = await keyring.signer(tx, relay.coop.id)
    inbox = f"{house.origin}/inbox"
    headers = cavage.sign(
        "POST",
        inbox,
        body,
        signer.key_id,
        signer.private_key,
        relay.node.db.clock(),
        content_type="application/activity+json",
    )
    return await house.http.post(inbox, content=body, headers=headers)


async def a_create_that_never_arrived(nord, sud, network, **fields) -> tuple[str, dict]:
    network.unplug(sud)
    offer = await nord.publish(**fields)
    await network.settle()
    network.plug(sud)
    [create] = [one for one in await said(nord) if one["type"] == "Create"]
    return offer.id, create


async def received(house) -> dict[str, tuple[str, str]]:
    @dataclass(frozen=True)
    class Row:
        id: str
        outcome: str
        reason: str | None

    async with house.node.db.read() as tx:
        rows = await tx.all(Row, "SELECT id, outcome, reason FROM received")
    return {row.id: (row.outcome, row.reason or "") for row in rows}


async def test_what_a_third_house_forwards_counts_if_it_is_proved(pair, network):
    nord, sud = pair
    est = await network.add("est.test")
    id, create = await a_create_that_never_arrived(nord, sud, network)

    answer = await posted(est, sud, json.dumps(create, indent=1).encode())
    await sud.settle()

    assert answer.status_code == 202
    assert (await sud.find(id)).title == "Vélo cargo"


async def test_forwarded_words_that_were_changed_are_refused(pair, network):
    nord, sud = pair
    est = await network.add("est.test")
    id, create = await a_create_that_never_arrived(nord, sud, network)
    changed = json.loads(json.dumps(create))
    changed["object"]["content"] += "!"
    unproved = {name: value for name, value in create.items() if name != "proof"}
    ld_signed = unproved | {"signature": {"type": "RsaSignature2017", "creator": f"{nord.coop.id}#main-key"}}

    answers = [await posted(est, sud, json.dumps(one).encode()) for one in (changed, unproved, ld_signed)]
    await sud.settle()

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert [answer.json()["code"] for answer in answers] == ["FC-6957", "FC-3172", "FC-3172"]
    assert await sud.find(id) is None


async def test_a_house_cannot_prove_what_another_says(pair, network):
    nord, sud = pair
    est = await network.add("est.test")
    id, create = await a_create_that_never_arrived(nord, sud, network)
    own, _ = keys.generate_ed25519()
    del create["proof"]

    for method in (f"{est.coop.id}#ed25519-key", f"{nord.coop.id}#ed25519-key", f"{nord.coop.id}#main-key"):
        proof = proofs.prove(create, method, own, network.clock.now)
        answer = await posted(est, sud, json.dumps({**create, "proof": proof}).encode())
        assert answer.status_code == 401, (method, answer.text)
        assert answer.json()["code"] == "FC-6957"
    assert await sud.find(id) is None


async def test_old_words_are_not_played_again(pair, network):
    nord, sud = pair
    est = await network.add("est.test")
    _, create = await a_create_that_never_arrived(nord, sud, network)
    network.clock.advance(days=31)

    answer = await posted(est, sud, json.dumps(create).encode())

    assert (answer.status_code, answer.json()["code"]) == (401, "FC-6958")


async def test_who_follows_does_so_in_person(pair, network):
    nord, sud = pair
    est = await network.add("est.test")
    [follow] = await said(sud)
    follow["id"] += "0"
    async with sud.node.db.read() as tx:
        prover = await keyring.prover(tx, sud.coop.id)
    del follow["proof"]
    follow["proof"] = proofs.prove(follow, prover.key_id, prover.private_key, network.clock.now)

    answer = await posted(est, nord, json.dumps(follow).encode())

    assert (answer.status_code, answer.json()["code"]) == (401, "FC-3172")


async def test_a_wrong_proof_goes_before_a_good_signature(pair, network):
    nord, sud = pair
    id, create = await a_create_that_never_arrived(nord, sud, network)
    create["object"]["content"] += "!"

    answer = await posted(nord, sud, json.dumps(create).encode())
    await sud.settle()

    assert answer.status_code == 202
    outcome, reason = (await received(sud))[create["id"]]
    assert (outcome, "signature.proof_wrong" in reason) == ("refused", True)
    assert await sud.find(id) is None


async def test_a_proof_by_a_fresh_key_is_believed_after_asking_once_more(pair, network):
    nord, sud = pair
    await nord.publish("Perceuse")
    await network.settle()
    network.clock.advance(minutes=10)
    fresh = replace(PAIRS[0], ed25519=keys.generate_ed25519())
    async with nord.node.db.write() as tx:
        await keyring.put(tx, nord.coop.id, fresh)
        await proving.prove_again(tx, nord.coop.id)

    offer = await nord.publish("Scie")
    await network.settle()

    assert (await sud.find(offer.id)).title == "Scie"
