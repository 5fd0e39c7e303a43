"""Documents as peers send them become values; each habit of the wire is met at the border."""

from datetime import UTC, datetime

import pytest

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.reading import read_object
from fedicoop.vocabulary.reading_notes import LONG_AGO
from tests.wire.documents import COOP, MASTO, a_create, a_listing, a_note, received, refusal


def test_a_reply_from_mastodon_is_a_note_with_its_language_mention_and_audience():
    note = received("mastodon_reply_public").object

    assert (type(note), note.language) == (t.Note, "fr")
    assert note.in_reply_to == "https://coop.example/listings/01J9Z3K7Q4"
    assert note.to == (t.PUBLIC,)
    assert note.tags[0].href == "https://coop.example/actors/alice"


def test_pictures_are_kept_and_films_and_emoji_are_not():
    note = received("mastodon_create_note").object

    assert [(image.alt, image.width, image.focal) for image in note.images] == [
        ("La remorque", 1200, (0.0, -0.5))
    ]
    assert [tag.name for tag in note.tags] == ["#velo"]


def test_follows_and_their_answers_are_read_with_the_follow_inside_or_named():
    follow = received("mastodon_follow")
    accept = received("fedicoop_accept_follow")
    named = received("fedicoop_accept_follow", object=follow.id)
    undo = received("mastodon_undo_follow")

    assert follow == t.Follow(id="https://masto.example/follows/77", actor=MASTO, object=COOP)
    assert (type(accept), accept.object) == (t.Accept, follow)
    assert named.object == follow.id
    assert (type(undo), undo.object) == (t.Undo, follow)


def test_a_follow_without_an_id_can_still_be_undone():
    undo = received("mastodon_undo_follow", object={"type": "Follow", "actor": MASTO, "object": COOP})

    assert undo.object == t.Follow(id="", actor=MASTO, object=COOP)


def test_a_delete_names_an_actor_or_a_tombstone_or_the_thing_itself():
    by_id = received("mastodon_delete_actor")
    by_tombstone = received("mastodon_delete_note")
    by_thing = received("mastodon_delete_note", object=a_note(published="rubbish"))

    assert by_id.object == by_id.actor == MASTO
    assert by_tombstone.object == t.Tombstone(id=f"{MASTO}/statuses/200")
    assert by_thing.object == f"{MASTO}/statuses/1"


def test_a_copy_inside_an_announce_is_not_believed():
    announce = received("fedicoop_announce_by_other_coop", object=a_listing(content="forged"))

    assert announce.object == f"{MASTO}/statuses/1"


@pytest.mark.parametrize("name", ["fedicoop_offer_agreement"])
def test_activities_that_we_do_not_speak_are_unspoken(name):
    activity = received(name)

    assert isinstance(activity, t.Unspoken)
    assert activity.type in ("Like", "Offer")


def test_a_report_names_several_things_and_says_why():
    flag = received("fedicoop_flag")

    assert isinstance(flag, t.Flag)
    assert flag.object.endswith("/users/bob")
    assert flag.others[0].endswith("/users/bob/statuses/118")
    assert flag.content == "Advert that breaks our charter."


def test_an_unknown_activity_needs_nothing_but_its_actor():
    assert read_object({"type": "Bite", "actor": MASTO}) == t.Unspoken(
        id="", actor=MASTO, object="", type="Bite"
    )
    assert refusal({"type": "Like", "id": f"{MASTO}/1"}).values["place"] == "$.actor"
    assert refusal({"type": "Follow", "actor": MASTO, "object": COOP}).values["place"] == "$.id"


@pytest.mark.parametrize("kind", [["Create"], ["Create", "Note"], None, 5, {}, []])
def test_the_type_of_an_activity_is_one_string(kind):
    assert refusal(a_create(a_note(), type=kind)).values["place"] == "$.type"


@pytest.mark.parametrize("name", ["actor", "object"])
def test_an_activity_has_one_actor_and_one_object(name):
    assert refusal(a_create(a_note()) | {name: [MASTO]}).values["place"] == f"$.{name}"


def test_an_object_takes_from_its_activity_what_it_does_not_say():
    bare = {"id": f"{MASTO}/statuses/1", "type": "Note", "content": "x"}
    note = read_object(a_create(bare, to="as:Public", cc=COOP, published="2026-09-01T10:00:00Z")).object

    assert (note.by, note.to, note.cc) == (MASTO, (t.PUBLIC,), (COOP,))
    assert note.published == datetime(2026, 9, 1, 10, tzinfo=UTC)


def test_an_object_decides_its_own_audience():
    note = read_object(a_create(a_note(to=[COOP], cc=[]), to=[t.PUBLIC], cc=[t.PUBLIC])).object

    assert (note.to, note.cc) == ((COOP,), ())


def test_a_note_without_a_date_is_as_old_as_its_last_change_or_older_than_everything():
    changed = read_object(a_note(published=None, updated="2026-09-02T10:00:00Z"))
    undated = read_object(a_note(published=None))

    assert changed.published == changed.updated
    assert undated.published == LONG_AGO


@pytest.mark.parametrize("public", ["as:Public", "Public", t.PUBLIC, {"id": t.PUBLIC}])
def test_public_has_three_spellings(public):
    assert read_object(a_note(to=public)).to == (t.PUBLIC,)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://masto.example/@bob/1", "https://masto.example/@bob/1"),
        ({"type": "Link", "href": "https://masto.example/a"}, "https://masto.example/a"),
        (
            [
                {"type": "Link", "mediaType": "video/mp4", "href": "https://masto.example/v"},
                {"type": "Link", "mediaType": "text/html", "href": "https://masto.example/p"},
            ],
            "https://masto.example/p",
        ),
        (["javascript:alert(1)", "https://masto.example/b"], "https://masto.example/b"),
        ("https://evil.example/1", None),
        ("http://masto.example/1", None),
        (5, None),
    ],
)
def test_the_page_of_a_note_is_its_html_address_in_its_own_house(url, page):
    assert read_object(a_note(url=url)).url == page


@pytest.mark.parametrize(
    "owner", [MASTO, {"id": MASTO, "type": "Person"}, [{"id": MASTO}, COOP], [MASTO, COOP]]
)
def test_the_author_is_an_id_an_object_or_the_first_of_many(owner):
    assert read_object(a_note(attributedTo=owner)).by == MASTO


def test_text_in_translations_only_is_text_and_the_key_its_language():
    note = read_object(a_note(content=None, contentMap={"fr-FR": "<p>Bonjour</p>", "en": "<p>Hello</p>"}))
    odd = read_object(a_note(contentMap={"../../x": "<p>x</p>"}))

    assert (note.content, note.language) == ("<p>Bonjour</p>", "fr-FR")
    assert odd.language is None


def test_a_page_without_a_listing_is_a_note_and_a_film_is_something_else():
    page, film = received("lemmy_page"), received("peertube_video")

    assert (type(page), page.name, len(page.images)) == (t.Note, "Où réparer un moyeu ?", 1)
    assert film == t.Other(id=film.id, type="Video", by="https://tube.example/accounts/cyclofix")


def test_a_collection_shows_its_items_and_hides_the_unreadable():
    page = received("mastodon_outbox_page")

    assert [type(item) for item in page.items] == [t.Create, t.Announce]
    assert page.part_of == f"{MASTO}/outbox"
    assert received("mastodon_followers") == t.Collection(id=f"{MASTO}/followers", total=12)


def test_a_first_page_that_came_embedded_lends_its_items():
    first = {"type": "CollectionPage", "items": [COOP, "nonsense", 5], "next": f"{MASTO}/replies?page=2"}
    collection = read_object(
        {"id": f"{MASTO}/replies", "type": "Collection", "totalItems": "3", "first": first}
    )

    assert (collection.items, collection.next, collection.first) == ((COOP,), f"{MASTO}/replies?page=2", None)
    assert collection.total == 3


def test_half_a_point_is_no_place_and_kilometres_are_metres():
    def place(**members):
        return read_object(a_note(location={"type": "Place", **members})).location

    assert place(latitude=45) is None
    assert place(latitude=95, longitude=4) is None
    assert place(latitude="45.5", longitude=4, radius=2, units="km") == t.Place(
        latitude=45.5, longitude=4, radius=2000
    )
    assert place(name="Lyon", radius=3, units="parsec") == t.Place(name="Lyon")
