"""Documents as peers send them, by name, and builders of the plainest ones."""

from pathlib import Path

import pytest

from fedicoop.errors import Malformed
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read_object

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.json"))
COOP = "https://coop.example/actors/velo"
LISTING = "https://coop.example/listings/1"
MASTO = "https://masto.example/users/bob"


def document(name):
    return (HERE / f"{name}.json").read_bytes()


def received(name, **changes):
    """A document as it is read, with some members changed."""
    return read_object({**parse_untrusted(document(name)), **changes})


def refusal(raw):
    with pytest.raises(Malformed) as refused:
        read_object(raw)
    return refused.value


def a_note(**members):
    plain = {"id": f"{MASTO}/statuses/1", "type": "Note", "attributedTo": MASTO, "content": "<p>Bonjour</p>"}
    return {**plain, "published": "2026-09-01T10:00:00Z", "to": [t.PUBLIC], "cc": [], **members}


def a_listing(**members):
    asked = {"type": "Intent", "action": "transfer", "name": "Vélo"}
    return a_note(**{"purpose": "offer", "publishes": asked, **members})


def an_actor(**members):
    return {"id": MASTO, "type": "Person", "preferredUsername": "bob", "inbox": f"{MASTO}/inbox", **members}


def a_create(object, **members):
    return {"id": f"{MASTO}/1/activity", "type": "Create", "actor": MASTO, "object": object, **members}
