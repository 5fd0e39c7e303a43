"""Actors and keys of every house are read, and none of them speaks for another house."""

import json

import pytest

from fedicoop.errors import Malformed
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read_key, read_object
from tests.wire.documents import MASTO, an_actor, document, received, refusal


@pytest.mark.parametrize(
    ("name", "handle", "shared_inbox"),
    [
        ("mastodon_actor", "bob", "https://masto.example/inbox"),
        ("gotosocial_actor", "ana", None),
        ("misskey_actor", "ai", "https://key.example/inbox"),
        ("wordpress_actor", "recyclerie", "https://wp.example/wp-json/activitypub/1.0/inbox"),
        ("fedify_actor", "chloe", "https://fedify.example/inbox"),
        ("lemmy_site", "lemmy.example", None),
        ("fedicoop_actor_coop", "velo", "https://coop.example/inbox"),
        ("fedicoop_instance_actor", "coop.example", "https://coop.example/inbox"),
    ],
)
def test_actors_of_every_house_are_read_with_their_key(name, handle, shared_inbox):
    actor = received(name)

    assert (actor.handle, actor.shared_inbox) == (handle, shared_inbox)
    assert actor.keys[0].algorithm == "rsa"
    assert actor.keys[0].owner == actor.id


def test_a_fedify_actor_has_two_keys_and_says_what_its_software_does():
    actor = received("fedify_actor")

    assert [(key.algorithm, key.id.rpartition("#")[2]) for key in actor.keys] == [
        ("rsa", "main-key"),
        ("ed25519", "multikey-2"),
    ]
    assert actor.implements == ("https://datatracker.ietf.org/doc/html/rfc9421",)


def test_a_wordpress_actor_keeps_the_first_of_its_pages_and_loses_its_impossible_birthday():
    actor = received("wordpress_actor")

    assert actor.url == "https://wp.example/author/recyclerie/"
    assert actor.icon.url == "https://wp.example/icon.jpg"
    assert actor.fields == (t.Field(name="Blog", value="https://wp.example"),)
    assert actor.published is None


def test_an_inbox_in_another_house_is_refused():
    assert refusal(an_actor(inbox="https://evil.example/inbox")).key == "federation.foreign_inbox"
    assert refusal(an_actor(inbox="https://masto.example:8443/inbox")).key == "federation.foreign_inbox"


def test_other_addresses_in_another_house_are_dropped():
    away = "https://evil.example/x"
    names = ("outbox", "followers", "following", "featured", "featuredTags", "offers", "needs", "url")
    actor = read_object(an_actor(**dict.fromkeys(names, away), endpoints={"sharedInbox": away}))

    assert {actor.outbox, actor.shared_inbox, actor.followers, actor.featured, actor.offers, actor.url} == {
        None
    }


def test_a_key_that_somebody_else_owns_or_houses_is_not_an_actors_key():
    ours = {"id": f"{MASTO}#main-key", "owner": MASTO, "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nx"}
    foreign = {**ours, "id": f"{MASTO}#2", "owner": "https://friend.example/users/alice"}
    misplaced = {**ours, "id": "https://friend.example/users/alice#main-key"}
    private = {**ours, "id": f"{MASTO}#3", "publicKeyPem": "-----BEGIN RSA PRIVATE KEY-----\nx"}
    actor = read_object(an_actor(publicKey=[foreign, misplaced, private, ours, ours, 5, "x"]))

    assert [key.id for key in actor.keys] == [f"{MASTO}#main-key"]


@pytest.mark.parametrize("handle", ["alice@friend.example", "a/b", "a b", "<b>", "", "x" * 300])
def test_a_handle_that_could_be_taken_for_something_else_is_refused(handle):
    raw = an_actor(preferredUsername=handle)

    if handle:
        assert refusal(raw).values["place"] == "$.preferredUsername"
    else:
        assert read_object(raw).handle == "masto.example"


def test_keys_are_found_in_every_document_that_may_hold_them():
    gotosocial = "https://gts.example/users/ana/main-key"
    owners = {
        ("mastodon_actor", f"{MASTO}#main-key"): MASTO,
        ("gotosocial_main_key", gotosocial): "https://gts.example/users/ana",
        ("key_document", "https://keys.example/actor/main-key"): "https://keys.example/actor",
        ("multikey_document", "https://keys.example/actor/ed25519"): "https://keys.example/actor",
        ("wordpress_actor", "https://wp.example/?author=1#main-key"): "https://wp.example/?author=1",
    }

    for (name, key_id), owner in owners.items():
        key = read_key(document(name), key_id)
        assert (key.id, key.owner) == (key_id, owner)


def test_a_document_without_the_key_or_with_a_strangers_key_gives_none():
    stub = parse_untrusted(document("gotosocial_main_key"))
    stub["publicKey"]["owner"] = "https://gts.example/users/eve"
    alone = parse_untrusted(document("key_document")) | {"owner": "https://friend.example/users/alice"}

    with pytest.raises(Malformed, match=r"federation\.no_key"):
        read_key(document("mastodon_actor"), f"{MASTO}#other")
    with pytest.raises(Malformed, match=r"federation\.foreign_key"):
        read_key(json.dumps(stub).encode(), stub["publicKey"]["id"])
    with pytest.raises(Malformed, match=r"federation\.foreign_key"):
        read_key(json.dumps(alone).encode(), alone["id"])
