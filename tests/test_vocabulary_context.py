"""Every document defines the terms that it uses, and no others."""

import json
from dataclasses import replace

import pytest

from fedicoop.vocabulary.context import ACTIVITYSTREAMS, context_of
from fedicoop.vocabulary.writing import write
from tests.wire.sayings import NOON, WE_SAY, a_proposal, a_saying

ACTIVITYSTREAMS_TERMS = frozenset(
    """id type actor object to cc published updated deleted formerType attributedTo content contentMap
    mediaType url name summary inReplyTo attachment tag href icon location latitude longitude radius units
    width height context replies first last next prev partOf items orderedItems totalItems endTime
    preferredUsername inbox outbox followers following endpoints sharedInbox generator
    Create Update Delete Follow Accept Reject Undo Announce Note Image Place Mention Tombstone Collection
    CollectionPage OrderedCollection OrderedCollectionPage Application Organization Person""".split()
)
SECURITY_TERMS = frozenset({"publicKey", "publicKeyPem", "owner"})


def as_json(thing):
    return json.loads(write(thing))


@pytest.mark.parametrize("name", WE_SAY)
def test_every_term_that_we_write_is_defined_in_the_document(name):
    written = as_json(WE_SAY[name])
    context = written.pop("@context")
    own = context[-1] if isinstance(context, list) else {}
    known = (
        ACTIVITYSTREAMS_TERMS
        | own.keys()
        | (SECURITY_TERMS if "https://w3id.org/security/v1" in context else set())
    )

    def terms(value):
        if isinstance(value, list):
            return set().union(*map(terms, value))
        if not isinstance(value, dict):
            return set()
        inside = {name: inner for name, inner in value.items() if name != "contentMap"}
        return {*value, value.get("type", "id"), *set().union(*map(terms, inside.values()))}

    assert terms(written) - known == set()
    assert ACTIVITYSTREAMS in ([context] if isinstance(context, str) else context)
    ids = [term["@id"] if isinstance(term, dict) else term for term in own.values()]
    assert {id.partition(":")[0] for id in ids} <= own.keys() | {"as", "http", "https"}


def test_only_what_a_document_needs_is_in_its_context():
    timed = replace(a_proposal(), publishes=replace(a_proposal().publishes, begins=NOON))

    assert context_of(WE_SAY["follow"]) == ACTIVITYSTREAMS
    assert "hasBeginning" not in context_of(a_proposal())[-1]
    assert "hasBeginning" in context_of(a_saying(timed))[-1]
    assert as_json(timed)["publishes"]["hasBeginning"] == "2026-09-01T12:00:00Z"


def test_a_page_with_listings_and_actors_has_the_contexts_of_both():
    page = replace(WE_SAY["outbox page"], items=(WE_SAY["offer"], WE_SAY["changed coop"]))
    context = as_json(page)["@context"]

    assert context[0] == ACTIVITYSTREAMS
    assert set(context[1:3]) == {
        "https://w3id.org/security/v1",
        "https://w3id.org/security/data-integrity/v1",
    }
    assert {"purpose", "discoverable", "coop"} <= context[3].keys()
    assert "@context" not in as_json(page)["orderedItems"][0]
