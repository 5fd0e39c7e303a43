"""Explore: what there is, narrowed by links, near a place, on a map; and what is said where there is none."""

import pytest

from fedicoop.finding import mapping
from fedicoop.listings.listing import Visibility
from fedicoop.places.geometry import blur
from fedicoop.places.within import largest
from tests.browsing import Visitor, signed_in

LILLE = {"name": "Lille", "latitude": 50.6312, "longitude": 3.0578}
ROUBAIX = {"name": "Roubaix", "latitude": 50.6911, "longitude": 3.1744}


@pytest.fixture
async def sud(network):
    """A house with four listings in two towns, two of them alike."""
    house = await network.add("sud.test")
    await house.publish("Perceuse à percussion", place=LILLE, category="tools.power-tools")
    await house.publish("Vélo cargo", place=LILLE, category="bikes.cargo-bike", mode="gift")
    await house.publish("Remorque", place=ROUBAIX, category="bikes.trailer")
    await house.publish("Cours de vélo", kind="need", mode="skill")
    return house


async def test_a_search_says_in_a_sentence_what_it_found(sud):
    page = await Visitor(sud).open("/annonces?lieu=Lille&rayon=5")

    assert "2 annonces à moins de 5 km de Lille" in page.words
    assert "Remorque" not in page.words
    assert "Lille · < 1 km" in page.words.replace("\u00a0", " ")


async def test_every_choice_is_a_link_that_keeps_the_rest(sud):
    visitor = Visitor(sud)
    page = await visitor.open("/annonces?q=v%C3%A9lo&vue=carte")

    [needs] = [a for a in page.all(".segments a") if "Besoins" in a.to_text()]
    page = await visitor.open(needs.attrs["href"])

    assert "Cours de vélo" in page.words
    assert "Vélo cargo" not in page.words
    assert page.all("#q")[0].attrs["value"] == "vélo"


async def test_what_narrows_can_be_taken_away_one_by_one(sud):
    visitor = Visitor(sud)
    page = await visitor.open("/annonces?q=remorque&type=offre&lieu=Roubaix&rayon=5")

    assert len(page.all(".chips--chosen a:not(.chip--do)")) == 3
    for _ in range(3):
        page = await visitor.open(page.all(".chips--chosen a:not(.chip--do)")[0].attrs["href"])

    assert not page.all(".chips--chosen a:not(.chip--do)")
    assert "4 annonces" in page.words


async def test_a_place_that_does_not_exist_is_told_with_those_that_sound_like_it(sud):
    page = await Visitor(sud).open("/annonces?lieu=Lilel")

    assert page.status == 200
    assert "Lilel" in page.words
    assert "Lille (59)" in [a.to_text() for a in page.all(".search__wrong a")]
    assert "4 annonces" in page.words


async def test_nothing_nearby_is_said_and_what_is_farther_is_shown(sud):
    page = await Visitor(sud).open("/annonces?q=remorque&lieu=Lille&rayon=2")

    assert "Rien d’exactement cela" in page.words
    assert "Mais 1 annonce à moins de 20 km de Lille." in page.words.replace("\u00a0", " ")
    assert "Remorque" in page.words


async def test_who_finds_nothing_may_publish_the_need(sud):
    page = await Visitor(sud).open("/annonces?q=montgolfiere")

    assert any("title=montgolfiere" in a.attrs["href"] for a in page.all(".empty a"))


async def test_an_empty_house_says_what_to_do(network):
    page = await Visitor(await network.add("nord.test")).open("/")

    assert page.all(".empty a[href='/publier']")


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 9000,
        "lieu=%00%FF&rayon=-1",
        "rayon=1e9&lieu=Lille",
        "type=zzz&mode=&categorie=no.such&tri=%F0%9F%92%A9",
        "apres=../../etc&vue=carte",
        "q=%22%20OR%20*%20NEAR(&lieu='--",
        "du=9999-99-99&au=0001-01-01",
        "vue=carte&lieu=" + "é" * 500,
    ],
)
async def test_an_odd_address_is_a_page_all_the_same(sud, query):
    for path in ("/annonces", "/"):
        assert (await Visitor(sud).open(f"{path}?{query}")).status == 200


async def test_the_map_is_drawn_without_script_and_shows_no_door(sud):
    page = await Visitor(sud).open("/annonces?vue=carte&lieu=Lille")

    groups = page.all(".map__group")
    assert len(groups) == 2
    assert "2 annonces ici" in [one.attrs["aria-label"] for one in groups]
    assert "Lille" in [one.to_text() for one in page.all(".map__town text")]
    for exact in (LILLE, ROUBAIX):
        assert str(exact["latitude"]) not in page.answer.text


async def test_the_map_with_script_asks_this_house_for_what_lies_in_its_frame(sud):
    everything = await sud.get("/carte.json?cadre=50,2,51,4&zoom=9", "*/*")
    lille = await sud.get("/carte.json?cadre=50.6,3.0,50.66,3.1&zoom=13&type=offre", "*/*")

    assert sum(group["count"] for group in everything.json()["groups"]) == 3
    [group] = lille.json()["groups"]
    assert (group["count"], group["kind"]) == (2, "offer")
    assert group["at"] == list(blur(LILLE["latitude"], LILLE["longitude"]))
    assert "Lille" in [town["name"] for town in lille.json()["towns"]]


@pytest.mark.parametrize(
    "query",
    ["", "cadre=1,2,3", "cadre=a,b,c,d", "cadre=51,2,50,4", "cadre=nan,0,1,1", "cadre=0,0,1,1&zoom=99"],
)
async def test_a_frame_that_is_none_is_refused(sud, query):
    assert (await sud.get(f"/carte.json?{query}", "*/*")).status_code == 400


async def test_what_is_for_members_is_on_no_visitors_list_or_map(sud):
    await sud.publish("Clé de l’atelier", place=LILLE, visibility=Visibility.COOP)
    member = await signed_in(sud, await sud.join("lea"))

    for path in ("/", "/annonces?q=atelier", "/annonces?vue=carte", "/carte.json?cadre=50,2,51,4&zoom=13"):
        assert (
            "Cl" not in (await Visitor(sud).open(path)).answer.text.replace("Clubs", "").split("</head>")[-1]
        )
    assert "Clé de l’atelier" in (await member.open("/annonces?q=atelier")).words


async def test_a_member_looks_from_their_own_town(sud):
    lea = await sud.join("lea")
    async with sud.node.db.write() as tx:
        await tx.run(
            "UPDATE members SET place_name = 'Roubaix', latitude = 50.69, longitude = 3.17 WHERE id = :id",
            id=lea.id,
        )
    page = await (await signed_in(sud, lea)).open("/annonces?q=remorque")

    assert "Roubaix · < 1 km" in page.words.replace("\u00a0", " ")


def test_towns_to_find_ones_way_by_do_not_lie_upon_each_other():
    names = [town.name for town in largest(50.5, 2.8, 50.8, 3.3)]

    assert names[0] == "Lille"
    assert "Tourcoing" in names
    assert len(names) == len(set(names)) <= 14
    assert largest(0, 0, 0.1, 0.1) == []


def test_a_frame_holds_its_places_and_gives_them_back():
    places = [(50.6, 3.0), (50.7, 3.2)]
    frame = mapping.frame_of(places)

    for place in places:
        x, y = frame.at(place)
        assert 0 < x < mapping.WIDE
        assert 0 < y < mapping.HIGH
    assert mapping.frame_of([]) is None
    assert mapping.frame_of([], around=(50.6, 3.0), radius_km=20).zoom < mapping.frame_of(places[:1]).zoom
