"""What we say has the shape that every peer takes, and reads back as what was meant."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.context import ACTIVITYSTREAMS
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.writing import to_json, write
from tests.wire.documents import COOP, LISTING, MASTO, document
from tests.wire.peer_shapes import PEERS
from tests.wire.sayings import NOON, WE_SAY, a_proposal, a_saying, an_answer


def as_json(thing):
    return json.loads(write(thing))


@pytest.mark.parametrize(
    "name",
    [
        *("create_offer", "create_need", "update_offer", "delete_offer", "follow_out", "accept_follow"),
        *("actor_coop", "actor_member", "instance_actor", "reject_follow", "announce_by_other_coop"),
        "undo_announce",
    ],
)
def test_an_example_that_was_read_is_written_as_it_was(name):
    example = document(f"fedicoop_{name}")

    assert as_json(read(example)) == json.loads(example)


def test_what_mastodon_undoes_is_written_with_an_audience_that_is_empty():
    example = document("fedicoop_undo_follow")

    assert as_json(read(example)) == json.loads(example) | {"to": [], "cc": []}


def test_a_private_answer_is_the_example_with_its_lists_and_its_media_type():
    example = json.loads(document("fedicoop_answer_private_to_mastodon"))
    written = as_json(read(json.dumps(example).encode()))

    added = {"attachment": [], "mediaType": "text/html"}
    assert written["object"] == example["object"] | added
    assert written["@context"][1].items() >= example["@context"][1].items()


@pytest.mark.parametrize("name", WE_SAY)
def test_what_is_written_reads_back_as_what_was_meant(name):
    assert read(write(WE_SAY[name])) == WE_SAY[name]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.__name__)
@pytest.mark.parametrize(
    "name", [name for name, thing in WE_SAY.items() if isinstance(thing, t.Create | t.Update)]
)
def test_every_peer_takes_what_we_publish(name, peer):
    activity = as_json(WE_SAY[name])
    if activity["object"]["type"] != "Note":
        return

    assert [problem for problem in peer(activity) if not problem.startswith("NOTE")] == []


def test_a_note_never_carries_a_name():
    written = as_json(a_saying(a_proposal(name="Vélo cargo")))["object"]

    assert "name" not in written
    assert written["publishes"]["name"] == "Vélo cargo d’occasion"


def test_lists_are_lists_and_cc_and_unit_based_are_always_there():
    written = as_json(a_proposal(images=(), tags=(), cc=(), unit_based=False))

    assert (written["attachment"], written["tag"], written["cc"], written["unitBased"]) == ([], [], [], False)


def test_only_what_is_public_may_be_quoted():
    assert "interactionPolicy" in as_json(a_proposal())
    assert "interactionPolicy" not in as_json(WE_SAY["followers only"])["object"]
    assert "interactionPolicy" not in as_json(WE_SAY["private answer"])["object"]


def test_an_undone_activity_is_named_and_not_told_again():
    announce = t.Announce(id=f"{COOP}/9", actor=COOP, object=LISTING, to=(t.PUBLIC,), published=NOON)
    nameless = t.Follow(id="", actor=MASTO, object=COOP)

    assert as_json(t.Undo(id=f"{COOP}/10", actor=COOP, object=announce))["object"] == {
        "id": f"{COOP}/9",
        "type": "Announce",
        "actor": COOP,
        "object": LISTING,
    }
    assert "id" not in as_json(t.Accept(id=f"{COOP}/11", actor=COOP, object=nameless))["object"]


def test_followers_that_are_not_shown_are_not_shown_as_none():
    hidden = as_json(t.Collection(id=f"{COOP}/followers", total=12))
    empty = as_json(t.Collection(id=f"{COOP}/featured", total=0))
    last = as_json(t.Collection(id=f"{COOP}/outbox?page=3", part_of=f"{COOP}/outbox"))

    assert hidden == {
        "@context": ACTIVITYSTREAMS,
        "id": f"{COOP}/followers",
        "type": "OrderedCollection",
        "totalItems": 12,
    }
    assert empty["orderedItems"] == []
    assert (last["type"], last["orderedItems"]) == ("OrderedCollectionPage", [])


def test_an_application_says_what_it_implements_and_a_coop_what_its_application_does():
    house, coop = as_json(WE_SAY["house"]), as_json(WE_SAY["coop"])

    assert house["implements"][0] == {
        "href": "https://w3id.org/fep/0837",
        "name": "FEP-0837: Federated Marketplace",
    }
    assert coop["generator"] == {"type": "Application", "implements": house["implements"]}


@pytest.mark.parametrize(
    ("amount", "written"),
    [("850", "850"), ("8.5E+2", "850"), ("1.00", "1"), ("0.50", "0.50"), ("1E-7", "0.0000001")],
)
def test_amounts_travel_in_quotes_and_without_an_exponent(amount, written):
    intent = t.Intent(action="transfer", quantity=t.Measure(unit="one", amount=Decimal(amount)))

    assert (
        to_json(a_proposal(publishes=intent))["publishes"]["resourceQuantity"]["hasNumericalValue"] == written
    )


def test_the_context_comes_first_and_can_be_left_out():
    assert next(iter(as_json(WE_SAY["offer"]))) == "@context"
    assert "@context" not in json.loads(write(WE_SAY["offer"], context=False))
    assert "é".encode() in write(an_answer(content="é"))


@pytest.mark.parametrize(
    "thing",
    [LISTING, t.Other(id=LISTING, type="Video"), t.Unspoken(id="", actor=MASTO, object="", type="Like")],
)
def test_other_peoples_words_are_not_ours_to_write(thing):
    with pytest.raises(TypeError):
        to_json(thing)


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda m: m.replace(microsecond=0, tzinfo=UTC)
)
MEASURE = st.builds(
    t.Measure,
    unit=st.sampled_from(["one", "hour", "kilogram"]),
    amount=st.decimals(0, 10**9, places=2, allow_nan=False),
)
INTENT = st.builds(
    t.Intent,
    id=st.just(f"{LISTING}#x"),
    action=st.sampled_from(["transfer", "transferCustody", "deliverService"]),
    name=TEXT,
    conforms_to=st.none() | st.just("https://www.wikidata.org/wiki/Q11442"),
    classified_as=st.lists(st.just(f"{t.NAMESPACE}tools"), max_size=2).map(tuple),
    quantity=st.none() | MEASURE,
    available=st.none() | MEASURE,
    begins=st.none() | MOMENT,
    ends=st.none() | MOMENT,
    finished=st.booleans(),
)


@given(
    publishes=INTENT,
    reciprocal=st.none() | INTENT,
    content=TEXT,
    published=MOMENT,
    updated=st.none() | MOMENT,
    ends=st.none() | MOMENT,
    unit_based=st.booleans(),
    purpose=st.sampled_from(["offer", "request"]),
)
@settings(max_examples=100, deadline=None)
def test_any_listing_survives_the_way(**members):
    create = a_saying(a_proposal(**members))

    assert read(write(create)) == create
