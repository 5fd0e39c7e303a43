"""The page of one listing: who may look at it, what one can do there, and its life on paper."""

from dataclasses import replace
from datetime import date

import pytest

from fedicoop.access import Role
from fedicoop.actors import coops
from fedicoop.listings.listing import Photo, Status, Visibility
from fedicoop.showing import calendar
from fedicoop.showing.spots import spot
from fedicoop.web.qr import qr
from tests.browsing import Visitor, signed_in
from tests.seen import BROWSER, keep

PHOTO = "Photo\N{NO-BREAK SPACE}: Vélo cargo"
PAPER = ("", "/qr", "/qr.svg", "/affiche", "/poster")


@pytest.fixture
async def sud(network):
    return await network.add("sud.test")


async def steward(instance, handle="zoe"):
    return await instance.join(handle, name="Zoé Petit", role=Role.STEWARD)


@pytest.mark.parametrize("visibility", [Visibility.COOP, Visibility.FOLLOWERS])
async def test_what_is_for_the_coop_is_seen_by_its_members_and_by_nobody_else(sud, visibility):
    lea = await sud.join("lea")
    listing = await sud.publish("Tandem secret", visibility=visibility)
    member, visitor = await signed_in(sud, lea), Visitor(sud)

    for paper in PAPER:
        path = f"/l/{listing.key}{paper}"
        assert (await member.open(path)).status == 200, path
        assert (await visitor.open(path)).status == 404, path
    page = await member.open(f"/listings/{listing.key}")
    assert "Tandem secret" in page.words
    assert page.answer.headers["cache-control"] == "private, no-store"
    assert [one.attrs["content"] for one in page.all("meta[name='robots']")] == ["noindex, nofollow"]
    assert not page.all("script[type='application/ld+json']")
    assert not page.all("meta[property='og:title']")
    assert "link" not in page.answer.headers
    assert not page.all("a[href^='/depuis-mastodon']"), "no server elsewhere could read it"
    assert (await sud.get(f"/l/{listing.key}")).status_code == 404, "programs have no session"


async def test_a_hidden_listing_and_one_that_never_was_are_told_alike(sud):
    """Security case 76: status, words and headers, on every page that hangs on a listing."""
    other = await steward(sud)
    hidden = await sud.publish("Tandem secret", visibility="coop")
    draft = await keep(sud, status=Status.DRAFT, member_id=None)
    lea = await sud.join("lea")

    for paper in PAPER:
        for accept in (BROWSER, "application/json"):
            answers = [
                await sud.get(f"/l/{key}{paper}", accept, **{"accept-encoding": "identity"})
                for key in (hidden.key, draft.key, hidden.key[:-4] + "zzzz")
            ]
            told = [
                (
                    answer.status_code,
                    answer.text.replace(answer.headers["x-request-id"], "").replace(
                        str(answer.url.path).rpartition("/l/")[2].split("/")[0], ""
                    ),
                    {name: value for name, value in answer.headers.items() if name != "x-request-id"},
                )
                for answer in answers
            ]
            assert told[0] == told[1] == told[2], paper
            assert told[0][0] == 404
    assert (await (await signed_in(sud, lea)).open(f"/l/{draft.key}")).status == 404
    assert (await (await signed_in(sud, other)).open(f"/l/{draft.key}")).status == 200


async def test_who_wrote_it_is_told_inside_the_coop_alone(sud):
    lea, bob = await sud.join("lea"), await sud.join("bob")
    listing = await sud.publish("Tandem", by=lea)
    path = f"/l/{listing.key}"

    assert "Écrite par Lea" in (await (await signed_in(sud, bob)).open(path)).words
    assert "Écrite par" not in (await Visitor(sud).open(path)).words


async def test_one_asks_for_anothers_listing_and_not_for_ones_own(sud):
    lea, bob = await sud.join("lea"), await sud.join("bob")
    listing = await sud.publish("Tandem", by=lea)
    path, form = f"/l/{listing.key}", f"/echanges/nouveau?listing={listing.key}"

    for visitor in (Visitor(sud), await signed_in(sud, bob)):
        page = await visitor.open(path)
        assert page.all(f"a[href='{form}']"), page.words
        assert "Réserver" in page.words
    assert not (await (await signed_in(sud, lea)).open(path)).all(f"a[href='{form}']")


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CLOSED, Status.EXPIRED])
async def test_what_is_over_has_no_button_and_a_way_on(sud, status):
    await sud.publish("Autre vélo")
    listing = await keep(sud, status=status)

    page = await Visitor(sud).open(f"/l/{listing.key}")

    assert not page.all("a[href^='/echanges/nouveau']")
    assert page.all("a[href='#similar']")
    assert "Autre vélo" in page.words


async def test_similar_ones_are_the_nearest_first_and_never_a_hidden_one(network, sud):
    for title, latitude in (("À Lyon", 45.76), ("À Lille", 50.63), ("À Arras", 50.29)):
        network.clock.advance(minutes=1)
        await sud.publish(title, place={"name": title[2:], "latitude": latitude, "longitude": 3.06})
    await sud.publish("Secret", visibility="coop", place={"name": "Lille"})
    listing = await sud.publish("Ici", place={"name": "Lille", "latitude": 50.62, "longitude": 3.05})

    page = await Visitor(sud).open(f"/l/{listing.key}")

    titles = [one.to_text().strip() for one in page.all(".similar h3")]
    assert titles == ["À Lille", "À Arras", "À Lyon"]


async def test_the_code_on_paper_is_the_address_of_the_page(sud):
    listing = await sud.publish("Tandem")
    drawn = str(qr(f"https://sud.test/l/{listing.key}"))
    outline = drawn.split('d="')[-1].split('"')[0]

    page = await sud.get(f"/l/{listing.key}/qr", BROWSER)
    file = await sud.get(f"/l/{listing.key}/qr.svg", "*/*")
    poster = await sud.get(f"/l/{listing.key}/affiche", BROWSER)

    assert outline in page.text
    assert outline in file.text
    assert file.headers["content-type"] == "image/svg+xml"
    assert poster.text.count(outline) == 1 + 8, "one to scan on the wall, eight to take along"
    assert f"sud.test/l/{listing.key}" in poster.text


async def test_the_place_stays_blurred_on_every_page_and_paper(sud):
    where = {"name": "Lille-Fives", "latitude": 50.6328, "longitude": 3.0897}
    listing = await sud.publish("Tandem", place=where)

    for paper in PAPER:
        text = (await sud.get(f"/l/{listing.key}{paper}", BROWSER)).text
        assert "50.6328" not in text
        assert "3.0897" not in text


async def test_a_member_reads_how_far_it_is_from_their_town(sud):
    lea, bob = await sud.join("lea"), await sud.join("bob")
    listing = await sud.publish("Tandem", place={"name": "Arras", "latitude": 50.291, "longitude": 2.777})
    async with sud.node.db.write() as tx:
        await tx.run(
            """UPDATE members SET place_name = 'Lille', latitude = 50.6292, longitude = 3.0573
               WHERE id = :id""",
            id=lea.id,
        )

    mine = await (await signed_in(sud, lea)).open(f"/l/{listing.key}")
    bobs = await (await signed_in(sud, bob)).open(f"/l/{listing.key}")

    assert "Arras (environs) · à moins de 50 km de Lille" in mine.words
    assert [one.to_text() for one in mine.all(".spot__home text")] == ["Lille"]
    assert "à moins de" not in bobs.words
    assert bobs.all(".spot__place")


def test_the_names_around_a_place_stay_in_the_drawing_and_lie_on_nothing():
    for latitude, longitude in ((50.63, 3.08), (48.86, 2.36), (44.56, 6.5), (-20.9, 55.46), (0, 0)):
        drawn = spot((latitude, longitude))
        assert 0 < drawn.x < 400
        assert 50 < drawn.y < 250
        places = [(town.x, town.y) for town in drawn.towns]
        assert all(0 < x < 400 and 50 < y < 250 for x, y in places)
        assert len(set(places)) == len(places)
        assert not any(abs(x - drawn.x) < 10 and abs(y - drawn.y) < 10 for x, y in places)


async def test_the_rules_of_the_coop_are_one_link_away_where_it_has_some(sud):
    listing = await sud.publish("Tandem")
    bare = await Visitor(sud).open(f"/l/{listing.key}")
    async with sud.node.db.write() as tx:
        await coops.put(tx, replace(await coops.get(tx, sud.coop.id), rules="On rend à l’heure."))

    page = await Visitor(sud).open(f"/l/{listing.key}")

    assert not bare.all("a[href='/@sud#joining']")
    assert page.all("a[href='/@sud#joining']")
    assert (await Visitor(sud).open("/@sud")).all("#joining")


async def test_the_photos_say_what_they_show(sud):
    photos = (Photo("a" * 32 + ".jpg", "Un tandem bleu"), Photo("b" * 32 + ".jpg", ""))
    listing = await keep(sud, photos=photos)

    page = await Visitor(sud).open(f"/l/{listing.key}")

    assert [one.attrs["alt"] for one in page.all(".picture img")] == [
        "Un tandem bleu",
        "Photo\N{NO-BREAK SPACE}: Vélo cargo",
    ]
    assert "Un tandem bleu" in page.words, "those who see the photo may read it too"


def free_days(start, end, today):
    return [
        day.date.isoformat()
        for month in calendar.months(start, end, today)
        for week in month.weeks
        for day in week
        if day and day.free
    ]


def test_a_calendar_shows_the_free_days_from_today_on():
    today = date(2030, 5, 30)

    assert free_days(date(2030, 5, 28), date(2030, 6, 2), today) == [
        "2030-05-30",
        "2030-05-31",
        "2030-06-01",
        "2030-06-02",
    ]
    assert free_days(None, date(2030, 5, 31), today) == ["2030-05-30", "2030-05-31"]
    assert free_days(date(2030, 6, 30), None, today) == ["2030-06-30"]


def test_a_calendar_of_nothing_or_of_the_past_is_none():
    today = date(2030, 5, 30)

    assert calendar.months(None, None, today) == []
    assert calendar.months(date(2030, 5, 1), date(2030, 5, 29), today) == []


def test_a_month_has_whole_weeks_from_monday_on():
    [may, june] = calendar.months(date(2030, 5, 1), date(2030, 12, 31), date(2030, 5, 1))

    assert may.first == date(2030, 5, 1)
    assert june.first == date(2030, 6, 1)
    assert all(len(week) == 7 for week in (*may.weeks, *june.weeks))
    assert may.weeks[0][:3] == (None, None, calendar.Day(date(2030, 5, 1), True, True))
    assert sum(day is not None for week in june.weeks for day in week) == 30
