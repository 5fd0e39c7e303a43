"""Words find each other by families, synonyms and forgiven slips, in French and in English."""

import re
from pathlib import Path

import pytest

from fedicoop.words import lexicon, synonyms, tokens
from fedicoop.words.folding import fold, words
from fedicoop.words.stemming import is_known, keys
from fedicoop.words.synonyms import NoSynonyms, Synonyms, read_line
from fedicoop.words.tokens import Token, asked, written
from fedicoop.words.typos import closest, distance, sound
from tests.pairs import FOLDER, finds, fulfilled, pairs, shares


@pytest.mark.parametrize("name", ["tuned", "unseen"])
def test_nine_of_ten_pairs_of_words_are_joined_and_at_most_one_in_twenty_falsely(name, capsys):
    """`unseen` was written before the search, and nothing was changed for it since."""
    joined, falsely = shares(name)
    with capsys.disabled():
        print(f"\n{name}: {joined:.1%} joined, {falsely:.1%} falsely")

    assert joined >= 0.95
    assert falsely <= 0.05


def test_the_lists_of_pairs_are_long_and_have_nothing_in_common():
    seen = {name: {(pair.asked, pair.written) for pair in pairs(name)} for name in ("tuned", "unseen")}
    verdicts = [pair.verdict for pair in pairs("unseen")]

    assert verdicts.count("join") >= 120
    assert verdicts.count("apart") >= 120
    assert len(seen["tuned"] & seen["unseen"]) <= 30
    assert {path.name for path in FOLDER.iterdir()} == {"tuned.tsv", "unseen.tsv"}


def test_a_text_becomes_words_without_accents_markup_and_common_words():
    text = "<p>L'Œuvre d’<b>été</b>&nbsp;: porte-bagages à vélos</p>"

    assert list(words(text)) == [("oeuvre",), ("ete",), ("porte", "bagages"), ("velos",)]
    assert fold("Ł'ŒUVRE ß") == "l'oeuvre ss"


def test_a_word_has_the_keys_of_its_family_in_each_language():
    assert keys("cousue") == keys("couture") == keys("couturiere")
    assert keys("bakery") == keys("baking")
    assert keys("port") != keys("porte")
    assert len(keys("port")) == 2
    assert keys("vzyq") == ("svzyq", "tvzyq")
    assert keys("12") == ()


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        ("visseuse", "visser"),
        ("bouturage", "bouture"),
        ("covoiturer", "covoiturage"),
        ("recycleries", "recycler"),
        ("ponceuses", "poncer"),
        ("knitters", "knit"),
    ],
)
def test_a_word_that_the_lexicon_lacks_belongs_to_what_it_is_made_of(unknown, known):
    assert not lexicon.families(unknown)
    assert keys(unknown) == lexicon.families(known)[: len(keys(unknown))]


def test_a_word_of_both_languages_counts_in_the_language_of_the_text():
    assert "eport_" not in written("le port", "fr")
    assert "fport" not in written("the port", "en")
    assert "ebike_" in written("un bike", "fr")  # no French word: then what it is in English


def test_a_compound_is_found_by_its_parts_and_joined():
    for written_so in ("porte-bagages", "porte bagages", "portebagages"):
        for asked_so in ("porte-bagages", "portebagages", "porte-bagage"):
            assert finds(asked_so, written_so, "fr"), (asked_so, written_so)
    assert finds("bagages", "porte-bagages", "fr")
    assert not finds("porte-bagages", "porte", "fr")


def test_the_last_word_may_be_a_beginning_unless_it_is_a_word():
    assert finds("tronço", "Tronçonneuse", "fr")
    assert finds("mach coudre", "machine à coudre", "fr") is False
    assert not finds("port", "porte", "fr")
    assert not finds("tronço ", "Tronçonneuse", "fr")


def test_a_question_of_common_words_alone_still_asks_for_something():
    assert [word.text for word in asked("le")] == ["le"]
    assert asked("…  ") == []
    assert [word.text for word in asked("a " * 30 + "vélo")] == ["velo"]
    assert len(asked("mot " * 30)) == tokens.MOST_WORDS


def test_synonyms_go_both_ways_and_hyponyms_one_way():
    house = Synonyms([read_line("bécane = deux-roues"), read_line("outil > clef de douze, tarabiscot")])

    def found(asked_for, text):
        terms = house.term(asked(asked_for))
        return all(fulfilled(term, set(written(text, "fr"))) for _, term in terms)

    assert found("deux roues", "ma bécane")
    assert found("bécanes", "un deux-roues")
    assert found("outils", "clef de douze")
    assert not found("clef de douze", "outil")
    assert found("outil jaune", "tarabiscot jaune")
    assert not found("outil jaune", "tarabiscot vert")


@pytest.mark.parametrize(
    "line",
    ["", "vélo", "vélo = ", "vélo = velo", "un gros vélo très jaune citron = pomme", "a > b = c", "= ="],
)
def test_a_line_that_says_no_two_things_is_refused(line):
    with pytest.raises(NoSynonyms):
        read_line(line)


def test_every_bundled_line_is_read_and_no_phrase_is_longer_than_it_may_be():
    text = Path(synonyms.__file__).with_name("synonyms.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(lines) > 300
    for line in lines:
        assert len(read_line(line).phrases) >= 2, line


def test_slips_of_the_finger_are_counted_and_few_are_forgiven():
    written_here = [("perceuse", 3), ("poceuse", 9), ("velo", 5), ("visseuse", 1)]

    assert distance("perceuse", "preceuse", 2) == 1
    assert distance("perceuse", "percuese", 2) == 1
    assert distance("tondeuse", "perceuse", 2) == 3
    assert closest("perseuse", written_here) == "perceuse"
    assert closest("precceuse", written_here) == "perceuse"
    assert closest("vlo", written_here) == "velo"
    assert closest("vl", written_here) is None
    assert closest("remorke", [("remorque", 1)]) == "remorque"
    assert closest("escabo", [("escabeau", 1), ("escalope", 9)]) == "escabeau"
    assert sound("raclettes") == sound("raklete")
    assert sound("port") != sound("parc")
    assert closest("porc", [("port", 1), ("parc", 2)]) == "parc"
    assert closest("vello", written_here) == "velo"
    assert closest("tondeuse", written_here) is None


def test_a_word_of_the_lexicon_is_never_a_slip():
    for word in ("poste", "selle", "tondeuse", "drill", "échelle"):
        assert is_known(fold(word)), word
    assert not is_known("perseuze")


def test_the_lexicon_is_in_the_order_in_which_it_is_searched():
    lines = lexicon._table().block.split(b"\n")[:-1]

    assert lines == sorted(lines)
    assert len(lines) > 100_000
    assert all(re.fullmatch(rb"[a-z]+ [ef][a-z]+_?", line) for line in lines)
    assert lexicon.families(lines[0].split()[0].decode())
    assert lexicon.families(lines[-1].split()[0].decode())
    assert Token("x") == Token("x", False)
