"""A question about the listings is an address, and an address is read as a question."""

import pytest

from fedicoop.listings.listing import Kind, Mode
from fedicoop.listings.question import FARTHEST_KM, Home, Question, Sort, Source, read

LILLE, RENNES = (50.63, 3.06), (48.11, -1.68)


def test_every_part_of_a_question_is_written_into_its_address_and_read_back():
    asked = {
        "q": "perceuse",
        "type": "offre",
        "mode": "pret",
        "categorie": "tools.power-tools",
        "lieu": "Lille",
        "rayon": "5",
        "libre": "semaine",
        "du": "2030-05-01",
        "au": "2030-05-08",
        "chez": "partenaires",
        "tri": "melange",
        "apres": "abc",
    }

    question = read(asked)

    assert question.query == asked
    assert list(question.query) == list(asked)
    assert (question.kind, question.mode, question.source) == (Kind.OFFER, Mode.LOAN, Source.PEERS)
    assert question.point is not None
    assert abs(question.point[0] - LILLE[0]) < 0.1


def test_the_addresses_of_older_links_and_of_english_minds_are_understood():
    old = {"q": "drill", "kind": "need", "mode": "loan", "branch": "tools", "source": "peers", "before": "k1"}

    assert read(old).query == {
        "q": "drill",
        "type": "besoin",
        "mode": "pret",
        "categorie": "tools",
        "chez": "partenaires",
        "apres": "k1",
    }
    assert read({"place": "lille", "radius": "5 km", "sort": "new", "free": "week"}).query == {
        "lieu": "Lille",
        "rayon": "5",
        "libre": "semaine",
        "tri": "recent",
    }


@pytest.mark.parametrize(
    "nonsense",
    [
        {"type": "\x00", "mode": "pret'", "categorie": "../..", "chez": "x", "tri": "-1", "apres": "a b"},
        {"rayon": "-5", "lieu": ""},
        {"rayon": "٣", "du": "yesterday", "au": "9999-12-31"},
        {"libre": "toujours", "du": "0001-01-01"},
        {"unknown": "x"},
    ],
)
def test_what_an_address_says_that_we_do_not_know_is_left_out(nonsense):
    assert read(nonsense) == Question()
    assert read(nonsense).query == {}


def test_words_of_any_length_become_a_line_that_can_be_kept():
    question = read({"q": "a\x00b\u202e  vélo\n" + "x" * 100_000, "rayon": "9" * 9, "lieu": "Lille"})

    assert question.words.startswith("a b vélo xxx")
    assert len(question.words) == 100
    assert question.radius_km == FARTHEST_KM


def test_a_town_that_is_not_known_is_told_with_those_that_sound_like_it():
    question = read({"lieu": "Renes", "rayon": "5"})

    assert question.unknown_place == "Renes"
    assert any("Rennes" in name for name in question.close_names)
    assert question.point is None
    assert question.query == {"lieu": "Renes"}


def test_of_several_towns_of_one_name_the_viewers_own_is_meant_and_the_address_says_which():
    far = read({"lieu": "Saint-Denis"}, home=Home((48.86, 2.35), 50))

    assert far.query["lieu"] == "Saint-Denis (93)"
    assert far.query["rayon"] == "50"
    assert read(far.query).point == far.point


def test_a_change_begins_at_the_first_page_and_a_place_brings_its_point():
    asked = read({"q": "vélo", "lieu": "Lille", "apres": "abc"})

    assert asked.with_(kind="besoin").query == {"q": "vélo", "type": "besoin", "lieu": "Lille", "rayon": "20"}
    assert abs(asked.with_(place="Rennes").point[0] - RENNES[0]) < 0.1
    assert asked.with_(place="").query == {"q": "vélo"}
    assert asked.with_(words="", place=None).query == {}
    assert asked.with_(after="def").after == "def"


def test_the_nearest_come_first_where_a_place_is_named_else_the_newest():
    assert read({}).sort is Sort.NEW
    assert read({"lieu": "Lille"}).sort is Sort.NEAR
    assert read({"lieu": "Lille", "tri": "recent"}).sort is Sort.NEW
    assert read({"tri": "proche"}).sort is Sort.NEW
    assert read({"tri": "proche"}, home=Home(LILLE)).sort is Sort.NEAR


def test_an_order_alone_narrows_nothing():
    assert not read({"tri": "melange", "apres": "x"}).narrowed
    assert read({"chez": "ici"}).narrowed
