"""Every search in other forms: each is what its standard says, and holds only what is public."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime
from pathlib import Path

import fastjsonschema
import httpx
import pytest
from icalendar import Calendar

from fedicoop.finding import data_pages, profile, tables
from fedicoop.listings import actions
from fedicoop.listings.listing import Photo
from fedicoop.listings.question import read

DOCS = Path(__file__).parents[1] / "docs"
ATOM = "{http://www.w3.org/2005/Atom}"
GEORSS = "{http://www.georss.org/georss}"
FORMATS = list(data_pages.FORMATS)
NASTY = '=HYPERLINK("http://evil.test")\u0007 & <script>alert(1)</script> ]]> ; "x"'


async def get(instance, path, **headers) -> httpx.Response:
    return await instance.get(path, headers.pop("accept", "*/*"), **headers)


@pytest.fixture
async def sud(pair, network):
    """A house with one listing of its own, one of a neighbour, and some that are not for everybody."""
    nord, sud = pair
    await nord.publish(
        "Perceuse",
        place="Lille",
        text="Avec **mèches**.",
        available={"from": "2030-06-01", "to": "2030-06-03"},
        tags=["outil"],
        category="tools.power-tools",
    )
    await network.settle()
    await sud.publish(
        NASTY,
        kind="need",
        mode="sale",
        price={"amount": "12.50"},
        place={"name": "Quelque part", "latitude": -12.123456, "longitude": -45.987654},
        text=NASTY,
        available={"from": "2030-06-01T08:00:00Z"},
    )
    await sud.publish("Secret de la coop", visibility="coop", place="Lille")
    await sud.publish("Pour les abonnés", visibility="followers", place="Lille")
    return sud


@pytest.mark.parametrize("name", FORMATS)
async def test_each_form_is_public_cacheable_and_open_to_other_sites(sud, name):
    answer = await get(sud, f"/annonces.{name}")
    again = await get(sud, f"/annonces.{name}", **{"if-none-match": answer.headers["etag"]})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == data_pages.FORMATS[name].media_type
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in answer.headers
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", ["/annonces", "/@sud"])
async def test_nothing_restricted_is_in_any_form_nor_a_place_that_is_not_blurred(sud, name, path):
    text = (await get(sud, f"{path}.{name}?q=")).text

    assert "Perceuse" in text or path == "/@sud"
    assert "HYPERLINK" in text
    assert "Secret" not in text
    assert "abonnés" not in text
    assert "12.1234" not in text.replace(",", ".")
    assert "12.12" in text.replace(",", ".")


@pytest.mark.parametrize("name", FORMATS)
async def test_a_form_answers_what_was_asked_and_nothing_looser(sud, name):
    asked = (await get(sud, f"/annonces.{name}?q=perceuse&lieu=Lille")).text
    far = (await get(sud, f"/annonces.{name}?q=perceuse&lieu=Paris&rayon=5")).text
    slip = (await get(sud, f"/annonces.{name}?q=perseuze")).text

    assert "Perceuse" in asked
    assert "HYPERLINK" not in asked
    assert "Perceuse" not in far + slip


async def test_the_json_is_what_the_schema_and_the_document_say(sud):
    found = (await get(sud, "/annonces.json")).json()
    check = fastjsonschema.compile(json.loads((DOCS / "listing.schema.json").read_text()))

    assert found["format"] == tables.FORMAT
    assert (found["total"], found["more"], found["next"]) == (2, False, None)
    for item in found["items"]:
        check(item)
        assert list(item) == list(profile.FIELDS)
    by_type = {item["type"]: item for item in found["items"]}
    assert by_type["offer"]["insee"] == "59350"
    assert by_type["offer"]["available_to"] == "2030-06-03T23:59:59Z"
    assert by_type["need"]["price"] == 12.5
    assert by_type["need"]["lat"] == pytest.approx(-12.12)


def test_every_field_parameter_and_form_is_told_in_the_document():
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    fields = text.partition("## The profile")[2]
    told = [
        name
        for row in re.findall(r"^\| (`.*?) \|", fields, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]

    assert sorted(told) == sorted(profile.FIELDS)
    for name, form in data_pages.FORMATS.items():
        assert re.search(
            rf"`/annonces\.{name}` \| `{re.escape(form.media_type.partition(';')[0])}`.*\| {form.most} \|",
            text,
        )
    asked = {
        "q": "a", "type": "offre", "mode": "don", "categorie": "bikes", "lieu": "Lille",
        "rayon": "9", "libre": "semaine", "du": "2030-01-01", "au": "2030-01-02", "chez": "ici",
        "tri": "recent", "apres": "1",
    }  # fmt: skip
    assert read(asked).query == asked
    assert all(f"`{name}`" in text for name in asked)


async def test_the_table_opens_in_a_french_spreadsheet_and_calculates_nothing(sud):
    answer = await get(sud, "/annonces.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == 'attachment; filename="annonces.csv"'
    assert [list(row) for row in rows] == [list(profile.FIELDS)] * 2
    need = next(row for row in rows if row["type"] == "need")
    assert need["title"].startswith("'=HYPERLINK")
    assert need["price"] == "12,5"
    assert float(need["lat"].replace(",", ".")) == pytest.approx(-12.12)
    for row in rows:
        for name, value in row.items():
            assert name in ("lat", "lon") or not value.lstrip().startswith(("=", "+", "-", "@")), (
                name,
                value,
            )


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", " =1", "\u00a0=1", "\t=1", "\r=1", "\n=1", "\ufeff=1"]
)
def test_a_text_that_a_spreadsheet_would_calculate_is_disarmed(text):
    assert tables.cell(text) == f"'{text}"
    assert tables.cell("a=b") == "a=b"
    assert tables.cell(-1.5) == "-1,5"


async def test_the_feed_is_atom_with_photos_and_points(sud):
    photo = "0123456789.jpg"
    async with sud.node.db.write() as tx:
        raw = {"kind": "offer", "mode": "gift", "title": "Une photo"}
        draft = await actions.draft(tx, sud.operator, raw, (Photo(photo, "Un vélo"),))
        await actions.publish(tx, sud.operator, draft.id)
    answer = await get(sud, "/annonces.atom?lang=en")
    feed = ET.fromstring(answer.content)

    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "Listings · Coop Sud"
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == f"{sud.origin}/annonces.atom?lang=en"
    for parent in (feed, *feed.findall(f"{ATOM}entry")):  # RFC 4287, 4.1.1 and 4.1.2: exactly one of each
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(parent.findtext(f"{ATOM}updated")).tzinfo
        assert parent.findtext(f"{ATOM}id").startswith("https://")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    assert all(entry.find(f"{ATOM}author/{ATOM}name").text for entry in entries)
    assert all(entry.find(f"{ATOM}link[@rel='alternate']") is not None for entry in entries)
    nasty = next(entry for entry in entries if "HYPERLINK" in entry.findtext(f"{ATOM}title"))
    assert "<script" not in nasty.findtext(f"{ATOM}content")
    assert nasty.findtext(f"{GEORSS}point").split()[0] == "-12.12"
    enclosures = [link for link in feed.iter(f"{ATOM}link") if link.get("rel") == "enclosure"]
    assert [link.get("href") for link in enclosures] == [f"{sud.origin}/media/{photo}"]
    assert enclosures[0].get("type").startswith("image/")


async def test_an_empty_feed_is_a_feed(network):
    nord = await network.add("nord.test")
    feed = ET.fromstring((await get(nord, "/annonces.atom")).content)

    assert feed.findtext(f"{ATOM}updated")
    assert feed.findall(f"{ATOM}entry") == []


async def test_the_calendar_says_when_things_are_available(sud):
    calendar = Calendar.from_ical((await get(sud, "/annonces.ics")).content)
    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}

    assert len(events) == 2
    offer = events["Offre : Perceuse"]
    assert (offer.decoded("dtstart"), offer.decoded("dtend")) == (date(2030, 6, 1), date(2030, 6, 4))
    assert str(offer["transp"]) == "TRANSPARENT"
    assert str(offer["uid"]).startswith("https://nord.test/listings/")
    need = next(event for name, event in events.items() if name != "Offre : Perceuse")
    assert need.decoded("dtstart") == datetime.fromisoformat("2030-06-01T08:00:00+00:00")
    assert need.decoded("dtend") > need.decoded("dtstart")


@pytest.mark.parametrize(
    "accept", ["text/calendar, text/plain;q=0.8, */*;q=0.5", "text/calendar,, ;q=x", "x/y"]
)
async def test_a_calendar_is_a_calendar_whatever_is_asked_for(sud, accept):
    assert (await get(sud, "/annonces.ics", accept=accept)).text.startswith("BEGIN:VCALENDAR")


async def test_the_points_are_geojson(sud):
    found = (await get(sud, "/annonces.geojson")).json()

    assert found["type"] == "FeatureCollection"
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] == "Point"
        longitude, latitude = feature["geometry"]["coordinates"]
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90
        assert feature["id"] == feature["properties"]["url"] or feature["id"].startswith("https://")
    lille = next(one for one in found["features"] if one["properties"]["title"] == "Perceuse")
    assert lille["geometry"]["coordinates"] == [3.06, 50.63]


async def test_a_search_is_a_collection_that_peers_pull(sud):
    index = (await sud.get("/annonces?type=besoin")).json()
    page = (await sud.get(index["first"])).json()
    all_of_it = (await sud.get((await sud.get("/annonces")).json()["first"])).json()

    assert index["type"] == "OrderedCollection"
    assert index["id"] == f"{sud.origin}/annonces?type=besoin"
    assert index["totalItems"] == 1
    assert page["type"] == "OrderedCollectionPage"
    assert page["partOf"] == index["id"]
    assert [item["type"] for item in page["orderedItems"]] == ["Note"]
    ids = [item if isinstance(item, str) else item["id"] for item in all_of_it["orderedItems"]]
    assert len(ids) == 2
    assert next(item for item in all_of_it["orderedItems"] if isinstance(item, str)).startswith(
        "https://nord.test/"
    )


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("application/activity+json", "application/activity+json"),
        ("application/atom+xml", "application/atom+xml"),
        ("text/calendar, */*;q=0.1", "text/calendar"),
        ("application/geo+json", "application/geo+json"),
        ("text/csv", "text/csv"),
        ("text/html, application/atom+xml;q=0.9", "text/html"),
    ],
)
async def test_one_address_answers_each_in_its_form(sud, accept, type):
    answer = await get(sud, "/annonces?type=offre", accept=accept)

    assert answer.headers["content-type"].partition(";")[0] == type
    assert "Accept" in answer.headers["vary"]


async def test_what_does_not_fit_is_on_the_next_page_and_pages_are_linked(network, monkeypatch):
    nord = await network.add("nord.test")
    for number in range(25):
        network.clock.advance(minutes=1)
        await nord.publish(f"Objet {number}", place="Lille")
    small = data_pages.Format("application/json", 10, data_pages.FORMATS["json"].write)
    monkeypatch.setitem(data_pages.FORMATS, "json", small)

    for start in ("/annonces.json", "/annonces.json?lieu=Lille", "/@nord.json?tri=melange"):
        path, seen = start, []
        while path:
            answer = await get(nord, path)
            seen += [item["title"] for item in answer.json()["items"]]
            path = answer.json()["next"]
            assert answer.headers.get("link") == (f'<{path}>; rel="next"' if path else None)
        assert sorted(seen) == sorted(f"Objet {number}" for number in range(25)), start
    ids, path = [], (await nord.get("/annonces")).json()["first"]
    while path:
        page = (await nord.get(path)).json()
        ids += [item["id"] for item in page["orderedItems"]]
        path = page.get("next")
    assert len(ids) == len(set(ids)) == 25


async def test_a_coop_has_its_own_forms_and_an_unknown_one_none(sud):
    theirs = (await get(sud, "/@nord@nord.test.json")).json()

    assert [item["title"] for item in theirs["items"]] == ["Perceuse"]
    assert theirs["title"] == "Annonces · Coop Nord"
    assert (await get(sud, "/@nobody.atom")).status_code == 404
    assert (await get(sud, "/@sud@sud.test.json")).json()["total"] == 1


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 50_000, "apres=%00", "rayon=-1&lieu=%ff", "q=%22+OR+%22&tri=0"]
)
@pytest.mark.parametrize("name", FORMATS)
async def test_no_question_is_an_error(sud, name, query):
    assert (await get(sud, f"/annonces.{name}?{query}")).status_code == 200


def test_pages_can_name_every_other_form_of_a_search():
    question = read({"q": "vélo"})

    assert ("atom", "application/atom+xml", "/annonces.atom?q=v%C3%A9lo") in data_pages.alternates(question)
    assert ("activity", "application/activity+json", "/annonces?q=v%C3%A9lo") in data_pages.alternates(
        question
    )
