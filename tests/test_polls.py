"""Polls of others are read as messages with their options in the text; no odd one breaks anything."""

import json

import pytest

from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Note
from tests import hostile
from tests.browsing import Visitor
from tests.hostile import PUBLIC

village, nord, friend, evil = hostile.fixtures()


def poll(who, listing, *, by="bob", **fields):
    """M app/serializers/activitypub/note_serializer.rb, a status with a poll"""
    return {
        "id": f"{who.id(by)}/statuses/7",
        "type": "Question",
        "attributedTo": who.id(by),
        "content": "<p>On le prend quand ?</p>",
        "published": "2030-05-01T09:00:00Z",
        "to": [PUBLIC],
        "cc": [listing.actor_id],
        "inReplyTo": listing.id,
        "tag": [{"type": "Mention", "href": listing.actor_id, "name": "@nord@nord.test"}],
        "oneOf": [option("Samedi", 3), option("Dimanche", 1)],
        "endTime": "2030-05-08T09:00:00Z",
        "votersCount": 4,
    } | fields


def option(name, votes=0):
    return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}


ODD = {
    "no options": {"oneOf": []},
    "no list": {"oneOf": "Samedi"},
    "one alone": {"oneOf": option("Samedi")},
    "numbers": {"oneOf": [1, None, ["x"], {"name": 5}, {"name": {"fr": "Samedi"}}]},
    "both": {"anyOf": [option("Lundi")]},
    "thousands": {"oneOf": [option(f"Jour {number}") for number in range(5000)]},
    "a novel": {"oneOf": [option("Samedi " * 9000)]},
    "script": {"oneOf": [option("<script>alert(1)</script>")]},
    "no end": {"endTime": "demain", "votersCount": "many", "closed": []},
    "no words": {"content": None},
}


async def test_a_poll_under_a_listing_shows_its_options_as_text(nord, friend, village):
    offer = await nord.publish("Vélo cargo")
    await friend.is_followed_by(nord, "bob")

    await friend.send(friend.says("Create", poll(friend, offer), by="bob"), nord, by="bob")

    page = await Visitor(nord).open(f"/l/{offer.key}")
    assert "On le prend quand ?" in page.words
    assert [one.to_text() for one in page.all(".said__text li")] == ["Samedi", "Dimanche"]


@pytest.mark.parametrize("name", ODD)
async def test_no_odd_poll_breaks_a_page(nord, friend, name):
    offer = await nord.publish("Vélo cargo")
    await friend.is_followed_by(nord, "bob")
    said = friend.says("Create", poll(friend, offer, **ODD[name]), by="bob")

    answer = await friend.send(said, nord, by="bob")

    assert answer.status_code in (202, 400)
    page = await Visitor(nord).open(f"/l/{offer.key}")
    assert page.status == 200
    assert "<script>alert" not in page.answer.text
    assert len(page.all(".said__text li")) <= 20


def test_a_vote_has_no_options():
    """A vote has a name and no text: it is no message; only a Question has options."""
    said = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://a.test/1",
        "type": "Note",
        "name": "Samedi",
        "attributedTo": "https://a.test/bob",
        "oneOf": [option("x")],
    }

    note = read(json.dumps(said).encode())

    assert isinstance(note, Note)
    assert (note.name, note.content) == ("Samedi", "")
