"""Where things are: towns found without asking anybody, and points told no more exactly than they must be."""

import math
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedicoop.errors import Malformed, NotFound
from fedicoop.places.gazetteer import close_names, find_town, get_town, nearest_town, suggest
from fedicoop.places.geometry import blur, cosine_of_km, distance_km, km_of_cosine, on_globe, point, shown_km

LILLE, LYON, CARCASSONNE = (50.634, 3.055), (45.749, 4.848), (43.213, 2.351)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
inhabited = st.floats(-72, 72)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Lille", "59350"),
        ("  lille ", "59350"),
        ("marcq en baroeul", "59378"),
        ("MARCQ-EN-BARŒUL", "59378"),
        ("St Etienne", "42218"),
        ("l’haÿ-les-roses", "94038"),
        ("Lyon 7e", "69387"),
        ("lyon 07", "69387"),
        ("Lyon 7ème arrondissement", "69387"),
        ("Paris 1", "75101"),
        ("75011", "75111"),
        ("75011 Paris", "75111"),
        ("75000", "75056"),
        ("59000 Lille", "59350"),
        ("59011 LILLE CEDEX 2", "59350"),
        ("20000 Ajaccio", "2A004"),
        ("Saint-Denis (93)", "93066"),
        ("Saint-Denis (974)", "97411"),
        ("Cherbourg", "50129"),
        ("Lomme", "59355"),
        ("bruxelles", "G2800866"),
        ("Geneva", "G2660646"),
        ("Liège (BE)", "G2792413"),
    ],
)
def test_a_town_is_found_as_people_write_it(typed, found):
    town = find_town(typed)

    assert town is not None
    assert town.code == found


@pytest.mark.parametrize(
    "typed", ["", "   ", "(93)", "Atlantis", "99999", "59000 Lyon", "Lille (75)", "\0", "a\nb", "x" * 10_000]
)
def test_what_is_no_town_is_not_found(typed):
    assert find_town(typed) is None


def test_of_several_namesakes_the_nearest_is_meant():
    assert find_town("Saint-Denis", near=LILLE).department == "93"
    assert find_town("Saint-Denis", near=CARCASSONNE).department == "11"
    assert find_town("Saint-Denis", near=(-21.1, 55.5)).department == "974"
    assert find_town("Montréal", country="FR").country == "FR"


def test_every_label_leads_back_to_a_town_of_that_name():
    for prefix in ("sain", "vil", "mar", "par", "gen", "mon"):
        for town in suggest(prefix, 30):
            assert find_town(town.label).label == town.label


def test_the_large_cities_lie_where_they_lie():
    assert distance_km(find_town("Lille").point, (50.6365, 3.0635)) < 2
    assert distance_km(find_town("Lyon").point, (45.7578, 4.8320)) < 2
    assert distance_km(find_town("Marseille 16e").point, (43.3620, 5.3130)) < 3
    assert not find_town("Lille").approximate


def test_suggestions_start_with_the_exact_name_and_then_the_largest():
    assert [town.name for town in suggest("Li", 3)] == ["Lille", "Liège", "Limoges"]
    assert suggest("eu")[0].name == "Eu"
    assert [town.name for town in suggest("baroeul")] == ["Marcq-en-Barœul", "Mons-en-Barœul"]
    assert suggest("690", 1)[0].name.startswith("Lyon")


def test_arrondissements_are_suggested_to_those_who_typed_their_city():
    assert not any(town.name.startswith("Marseille ") for town in suggest("mar", 50))
    assert {"Lyon", "Lyon 3e"} <= {town.name for town in suggest("lyon", 12)}
    assert {"Paris 1er", "Paris 11e"} <= {town.name for town in suggest("Paris 1", 12)}


def test_no_more_towns_are_suggested_than_asked_for():
    assert len(suggest("a", 3)) == 3
    assert suggest("") == suggest(" - ") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Lile", "Lille (59)"), ("Toulose", "Toulouse (31)"), ("vileneuve dascq", "Villeneuve-d'Ascq (59)")],
)
def test_a_typing_mistake_gets_a_guess(typed, meant):
    assert close_names(typed)[0] == meant

    with pytest.raises(NotFound) as refusal:
        get_town(typed)

    assert refusal.value.key == "place.misspelt"
    assert meant in refusal.value.values["guesses"]


def test_what_resembles_nothing_gets_no_guess():
    with pytest.raises(NotFound) as refusal:
        get_town("qwxzvqq")

    assert refusal.value.key == "place.unknown"


def test_the_nearest_town_is_found_from_a_point():
    assert nearest_town(50.72, 3.16).name == "Tourcoing"
    assert nearest_town(45.7453, 4.8420).name == "Lyon 7e"
    assert nearest_town(-21.0, 55.3).department == "974"
    assert nearest_town(90, 0).country == "NO"


def test_the_table_is_read_when_a_town_is_asked_for_and_costs_little():
    program = """
import resource, time
import fedicoop.places.gazetteer as gazetteer
from fedicoop.places.table import table
assert not table.cache_info().currsize
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
gazetteer.find_town("Lille")
assert time.process_time() - start < 0.6
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""

    grown = int(
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    )

    assert grown < 25 * 1024


@given(latitudes, longitudes)
@example(-90.0, 180.0)
@example(90.0, -180.0)
@example(0.005, -0.0)
@example(26.025, 179.995)
def test_a_blurred_point_blurs_to_itself_and_exists(latitude, longitude):
    blurred = blur(latitude, longitude)

    assert blur(*blurred) == blurred
    assert point(*blurred) == blurred
    assert blurred == tuple(round(degrees, 2) for degrees in blurred)


@given(inhabited, longitudes)
def test_a_blurred_point_is_not_far_off(latitude, longitude):
    assert distance_km((latitude, longitude), blur(latitude, longitude)) < 1.4


@given(inhabited, longitudes, st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_every_point_of_a_cell_of_at_least_one_kilometre_gives_the_same_answer(
    latitude, longitude, up, right
):
    middle = blur(latitude, longitude)
    width = _edge(middle, 0, 1) - _edge(middle, 0, -1)
    height = _edge(middle, 1, 0) - _edge(middle, -1, 0)

    assert blur(middle[0] + up * height, _wrapped(middle[1] + right * width)) == middle
    for row in (middle[0] - height / 2, middle[0] + height / 2):
        assert distance_km((row, 0), (row, width)) >= 1
    assert distance_km((middle[0] - height / 2, 0), (middle[0] + height / 2, 0)) >= 1


def _edge(middle, north, east):
    """How far one may walk from the middle of a cell and still blur to it, in degrees."""
    inside, outside = 0.0, 0.1
    while outside - inside > 1e-9:
        half = (inside + outside) / 2
        moved = (middle[0] + north * half, _wrapped(middle[1] + east * half))
        inside, outside = (half, outside) if blur(*moved) == middle else (inside, half)
    return inside * (north + east)


def _wrapped(longitude):
    return (longitude + 180) % 360 - 180


def test_two_neighbours_in_one_street_of_lille_cannot_be_told_apart():
    assert blur(50.63712, 3.06341) == blur(50.63844, 3.06522) == (50.64, 3.06)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf), (90.0001, 0), (0, 180.0001), (-91, 0)],
)
def test_a_point_that_is_not_on_earth_is_refused(latitude, longitude):
    for look in (point, blur, nearest_town):
        with pytest.raises(Malformed, match=r"place\.not_on_earth"):
            look(latitude, longitude)


def test_distances_are_those_of_the_atlas():
    assert distance_km(LILLE, LYON) == pytest.approx(558, abs=2)
    assert distance_km((0, 179.9), (0, -179.9)) == pytest.approx(22.24, abs=0.01)
    assert distance_km((90, 0), (-90, 77)) == pytest.approx(20015, abs=1)


@given(latitudes, longitudes, latitudes, longitudes)
def test_a_distance_is_the_same_both_ways_and_never_impossible(a, b, c, d):
    there, back = distance_km((a, b), (c, d)), distance_km((c, d), (a, b))

    assert there == pytest.approx(back)
    assert 0 <= there < 20_016


@pytest.mark.parametrize(
    ("exact", "shown"),
    [(0, 1), (0.99, 1), (1, 2), (4.9, 5), (5, 10), (42, 50), (999, 1000), (1000, 2000), (1999.5, 2000)],
)
def test_a_distance_is_shown_in_steps(exact, shown):
    assert shown_km(exact) == shown


def test_the_cosine_of_two_places_on_the_globe_tells_how_far_they_are_apart():
    for here, there in [
        ((50.63, 3.06), (50.69, 3.17)),
        ((48.85, 2.35), (-21.1, 55.5)),
        ((0, 179.9), (0, -179.9)),
    ]:
        cosine = sum(a * b for a, b in zip(on_globe(here), on_globe(there), strict=True))

        assert km_of_cosine(cosine) == pytest.approx(distance_km(here, there), rel=1e-6)
        assert cosine_of_km(distance_km(here, there)) == pytest.approx(cosine, abs=1e-12)
