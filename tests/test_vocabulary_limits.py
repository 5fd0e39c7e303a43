"""Whatever a document holds, and wherever, it is read within bounds or refused."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedicoop.errors import Malformed
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read, read_key, read_object
from tests.wire.documents import (
    COOP,
    NAMES,
    a_create,
    a_listing,
    a_note,
    an_actor,
    document,
    refusal,
)


def test_long_texts_are_cut_and_long_ids_refused():
    long = "é" * 100_000
    note = read_object(a_listing(content=long, name=long, summary=long))
    actor = read_object(an_actor(name=long, summary=long))

    assert (len(note.content), len(note.name), len(actor.name)) == (65_536, 256, 256)
    assert refusal(a_note(id=f"https://masto.example/{long}")).key == "federation.bad_id"


def test_tags_pictures_and_fields_are_counted():
    tags = [{"type": "Hashtag", "name": f"#{i}"} for i in range(10_000)]
    image = {"type": "Image", "url": "https://masto.example/1.jpg"}
    field = {"type": "PropertyValue", "name": "a", "value": "b"}
    note = read_object(a_note(tag=tags, attachment=[image] * 100))

    assert (len(note.tags), len(note.images)) == (64, 8)
    assert len(read_object(an_actor(attachment=[field] * 1000)).fields) == 16


def test_more_than_200_recipients_are_refused():
    crowd = [f"https://a{i}.example/u" for i in range(10_000)]

    assert refusal(a_create(a_note(), to=crowd)).key == "federation.too_many"
    assert len(read_object(a_create(a_note(), to=crowd[:100], cc=crowd[:100])).to) == 100
    assert len(read_object(a_note(to=crowd)).to) == 200


def test_plain_http_is_read_only_from_the_houses_that_were_named():
    follow = json.dumps(
        {"id": "http://b.test:81/1", "type": "Follow", "actor": "http://b.test:81/a", "object": COOP}
    )

    assert read(follow.encode(), plain_http=frozenset({"b.test:81"})).actor == "http://b.test:81/a"
    with pytest.raises(Malformed, match=r"federation\.bad_id.*\$\.id"):
        read(follow.encode())


@pytest.mark.parametrize("trap", ["@graph", "@included", "@reverse", "signature"])
def test_json_ld_that_hides_another_document_is_not_looked_at(trap):
    hidden = a_create(a_listing(attributedTo=COOP), actor=COOP)

    assert read_object({**a_create(a_note()), trap: [hidden]}) == read_object(a_create(a_note()))


ODD = st.recursive(
    st.sampled_from([None, True, -1, 2**63 - 1, 1e308, "", "x", "https://x.example/1", "as:Public", "Note"])
    | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "@value", "url", "href", "name", "publishes", "hasUnit"]),
            inside,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", NAMES)
def test_every_document_of_the_collection_is_read(name):
    if name != "gotosocial_main_key":
        assert read(document(name)) is not None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_document_with_anything_anywhere_is_read_or_refused(data):
    raw = parse_untrusted(document(data.draw(st.sampled_from(NAMES))))
    place = raw
    while True:
        name = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not place[name] or not isinstance(place[name], dict | list) or data.draw(st.booleans()):
            break
        place = place[name]
    place[name] = data.draw(ODD)

    with contextlib.suppress(Malformed):
        read_object(raw)
    with contextlib.suppress(Malformed):
        read_key(json.dumps(raw).encode(), "https://keys.example/actor/main-key")


@given(st.binary(max_size=60) | ODD.map(lambda raw: json.dumps(raw).encode()))
@settings(max_examples=100, deadline=None)
def test_any_body_is_read_or_refused(body):
    with contextlib.suppress(Malformed):
        read(body)
