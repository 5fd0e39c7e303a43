"""Publishing by the form, without script: what is kept, what is said, what leaves, and what never doubles."""

import asyncio

import pytest

from fedicoop.actors.coops import AuthorMode
from fedicoop.listings import drafts, store
from fedicoop.listings.listing import Kind, Mode, Visibility
from fedicoop.members import store as members
from fedicoop.places.gazetteer import get_town
from fedicoop.publishing import publishing
from tests.browsing import Visitor, signed_in
from tests.photos import a_phone_photo, encoded, huge_png, opened, scene
from tests.seen import BROWSER

DRILL = {"title": "Perceuse à percussion", "mode": "loan", "place": "Lille"}


def jpeg(name: str = "perceuse.jpg", data: bytes | None = None):
    return ("photos", (name, encoded(scene()) if data is None else data, "image/jpeg"))


@pytest.fixture
async def house(network):
    return await network.add("nord.test")


@pytest.fixture
async def lea(house):
    return await signed_in(house, await house.join("lea"))


async def everything(house):
    """All listings of the house, in whatever status and for whomever."""
    async with house.node.db.read() as tx:
        return await store.every(tx, source="local")


async def begin(lea, **fields):
    await lea.open("/publier")
    return await lea.submit("/publier", do="publish", **{**DRILL, **fields})


async def only_listing(house):
    [listing] = await house.shelf(source="local")
    return listing


async def test_a_member_publishes_with_a_title_a_way_and_a_place_and_neighbours_see_it(pair, network):
    nord, sud = pair
    lea = await signed_in(nord, await nord.join("lea"))

    page = await begin(lea, visibility="public")
    await network.settle()

    assert page.path.startswith("/publier/fait/")
    assert "C’est en ligne" in page.words
    assert "@nord@nord.test" in page.words
    assert page.all("svg.qr")
    [there] = await sud.shelf()
    assert (there.title, there.kind, there.mode) == ("Perceuse à percussion", Kind.OFFER, Mode.LOAN)
    assert there.where.name == "Lille"
    assert there.category == "tools.power-tools"


async def test_who_is_not_signed_in_is_led_to_the_entrance_and_back(house):
    page = await Visitor(house).open("/publier?kind=need", follow=False)

    assert page.status == 303
    assert page.answer.headers["location"] == "/entrer?next=%2Fpublier%3Fkind%3Dneed"


async def test_the_town_of_the_member_is_filled_in_else_the_coops(house, lea):
    async with house.node.db.write() as tx:
        await tx.run("UPDATE members SET place_name = 'Roubaix', latitude = 50.69, longitude = 3.17")

    page = await lea.open("/publier")
    assert page.all("#f-place")[0].attrs["value"] == "Roubaix"
    async with house.node.db.write() as tx:
        await tx.run("UPDATE members SET place_name = NULL")
        await tx.run("UPDATE coops SET place_name = 'Lille (59)', latitude = 50.63, longitude = 3.06")

    page = await lea.open("/publier")
    assert page.all("#f-place")[0].attrs["value"] == "Lille (59)"
    await lea.submit("/publier", do="publish", title="Perceuse", mode="loan")
    assert (await only_listing(house)).where.name == "Lille"


async def test_everything_that_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(house, lea):
    page = await begin(
        lea,
        title="",
        mode="sale",
        price="prix libre",
        place="Marc en Bareul",
        when="dates",
        to="2019-01-01",
        text="Elle perce tout.",
        expires="2019-01-01",
        tags="a/b",
    )

    assert page.status == 422
    for field in ("title", "price", "place", "to", "expires", "tags"):
        [beside] = page.all(f"#w-{field}")
        assert beside.to_text().strip()
        assert page.all(f"#f-{field}")[0].attrs["aria-invalid"] == "true"
    assert "prix libre" in page.words
    assert page.all("#f-price")[0].attrs["value"] == "prix libre"
    assert page.all("#f-text")[0].to_text().strip() == "Elle perce tout."
    assert "Marcq-en-Barœul (59)" in page.words
    assert await everything(house) == []


async def test_a_misspelt_town_is_put_right_by_one_of_the_buttons(house, lea):
    page = await begin(lea, place="Marc en Bareul", text="Bien rangée")
    [button] = [one for one in page.all("button[name=do]") if one.attrs["value"].startswith("place:Marcq")]

    page = await lea.submit("/publier", do=button.attrs["value"])
    assert page.all("#f-place")[0].attrs["value"] == "Marcq-en-Barœul (59)"
    assert page.all("#f-text")[0].to_text().strip() == "Bien rangée"
    await lea.submit("/publier", do="publish")

    assert (await only_listing(house)).where.name == "Marcq-en-Barœul"


@pytest.mark.parametrize(
    ("typed", "amount", "currency"),
    [
        ("20", "20", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("1 200 euros", "1200", "EUR"),
        ("1.200", "1200", "EUR"),
        ("1.200,50", "1200.50", "EUR"),
        ("CHF 30", "30", "CHF"),
        ("£5", "5", "GBP"),
    ],
)
async def test_a_price_is_read_as_people_write_it(house, lea, typed, amount, currency):
    await begin(lea, mode="sale", price=typed)

    price = (await only_listing(house)).price
    assert (f"{price.amount:.2f}", price.currency) == (f"{float(amount):.2f}", currency)


@pytest.mark.parametrize(
    "typed", ["gratuit", "10-20", "-5", "20 dollars", "1e5", "∞", "20 XYZ", "99999999999"]
)
async def test_what_is_no_price_is_refused_in_words(house, lea, typed):
    page = await begin(lea, mode="sale", price=typed)

    assert page.status == 422
    assert page.all("#w-price")
    assert page.all("#f-price")[0].attrs["value"] == typed


async def test_what_was_typed_for_another_way_is_not_published_unseen(house, lea):
    await begin(lea, mode="gift", price="20", deposit="50", counterpart="du miel")

    listing = await only_listing(house)
    assert (listing.price, listing.deposit, listing.counterpart) == (None, None, None)


@pytest.mark.parametrize(
    ("precision", "spot", "published"),
    [
        ("town", "Fives", "Lille"),
        ("quarter", "Fives", "Fives, Lille"),
        ("street", "12 bis, rue Pierre-Legrand", "rue Pierre-Legrand, Lille"),
        ("street", "", "Lille"),
    ],
)
async def test_others_see_the_place_as_precisely_as_the_member_chose_and_no_number(
    pair, network, precision, spot, published
):
    nord, sud = pair
    lea = await signed_in(nord, await nord.join("lea"))
    await begin(lea, precision=precision, spot=spot, visibility="public")
    await network.settle()

    [there] = await sud.shelf()
    assert there.where.name == published
    town = get_town("Lille")
    assert (there.where.latitude, there.where.longitude) != town.point


async def test_a_quarter_may_be_written_with_its_town(house, lea):
    await begin(lea, place="Lille-Fives")

    listing = await only_listing(house)
    assert listing.where.name == "Lille-Fives"
    assert listing.where.latitude == pytest.approx(50.63, abs=0.1)


async def test_dates_hours_and_the_rest_of_the_form_are_published(house, lea):
    await begin(
        lea,
        when="dates",
        **{"from": "01/06/2030", "to": "2030-06-30"},
        hours="le samedi matin",
        text="Avec ses forets.",
        deposit="50",
        condition="bon état",
        tags="#Perceuse, bricolage",
        language="fr",
        expires="2030-07-15",
        category="tools.hand-tools",
        visibility="followers",
    )

    [listing] = await everything(house)
    assert listing.available_from.date().isoformat() == "2030-06-01"
    assert listing.available_to.date().isoformat() == "2030-06-30"
    assert listing.text == "Avec ses forets.\n\nMoments\u00a0: le samedi matin"
    assert listing.deposit.amount == 50
    assert listing.condition == "bon état"
    assert listing.tags == ("perceuse", "bricolage")
    assert listing.expires_at.date().isoformat() == "2030-07-15"
    assert listing.category == "tools.hand-tools"
    assert listing.visibility is Visibility.FOLLOWERS


async def test_dates_the_wrong_way_round_are_told(house, lea):
    page = await begin(lea, when="dates", **{"from": "2030-06-30", "to": "2030-06-01"})

    assert page.status == 422
    assert "La fin est avant le début" in page.words


async def test_a_title_of_a_megabyte_is_refused_and_nothing_breaks(house, lea):
    page = await begin(lea, title="é" * 500_000)

    assert page.status == 422
    assert page.all("#w-title")
    assert await everything(house) == []


@pytest.mark.parametrize(("times", "files"), [(20, []), (6, [jpeg()])])
async def test_the_same_form_sent_many_times_at_once_makes_one_listing(house, lea, times, files):
    """Security case 136."""
    page = await lea.open("/publier")

    async def send():
        again = Visitor(house, dict(lea.cookies), page)
        return await again.submit("/publier", do="publish", files=files, **DRILL)

    pages = await asyncio.gather(*(send() for _ in range(times)))

    assert {one.status for one in pages} == {200}
    assert len({one.path for one in pages}) == 1
    assert len(await everything(house)) == 1
    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == len(files)
        assert await tx.count("SELECT count(*) FROM sent WHERE type = 'Create'") == 1


async def test_the_back_button_and_publish_again_leads_to_the_same_listing(house, lea):
    page = await lea.open("/publier")
    first = await lea.submit("/publier", do="publish", **DRILL)
    lea.page = page
    again = await lea.submit("/publier", do="publish", **DRILL)

    assert again.path == first.path
    assert len(await everything(house)) == 1


async def test_no_photo_keeps_its_place_or_camera_from_the_form_to_what_is_served(house, lea):
    """Security case 70, end to end."""
    await lea.open("/publier")
    await lea.submit("/publier", do="publish", files=[jpeg("IMG_0042.jpg", a_phone_photo())], **DRILL)

    [photo] = (await only_listing(house)).photos
    served = (await house.get(f"/media/{photo.name}", "image/*")).content
    assert opened(served).size == (1600, 1200)
    assert not opened(served).getexif()
    for secret in (b"Secretphone", b"SERIAL-4711", b"SECRETXMP", b"SECRETCOMMENT", b"SECRETTAIL", b"GPS"):
        assert secret not in served
    assert "IMG_0042" not in photo.name


async def test_photos_survive_what_is_wrong_elsewhere_and_keep_their_words_and_order(house, lea):
    await lea.open("/publier")
    page = await lea.submit(
        "/publier",
        do="publish",
        files=[jpeg("a.jpg"), jpeg("b.png", encoded(scene(), "PNG"))],
        title="",
        mode="loan",
    )
    assert page.status == 422
    names = [one.attrs["value"] for one in page.all("input[name=photo]")]
    assert len(names) == 2

    page = await lea.submit(
        "/publier", do=f"up:{names[1]}", **{f"alt-{names[0]}": "La perceuse", "title": "Perceuse"}
    )
    assert [one.attrs["value"] for one in page.all("input[name=photo]")] == names[::-1]
    await lea.submit("/publier", do="publish", **DRILL)

    photos = (await only_listing(house)).photos
    assert [photo.name for photo in photos] == names[::-1]
    assert photos[1].alt == "La perceuse"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("texte.jpg", b"hello world", "texte.jpg"),
        ("bombe.png", huge_png(10_000), "bombe.png"),
        ("lourde.jpg", b"\xff\xd8\xff" + b"\0" * 10_500_000, "lourde.jpg"),
        ("iphone.heic", b"\0\0\0\x18ftypheic" + b"\0" * 100, "iphone.heic"),
        ("vide.jpg", b"", "vide.jpg"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "dessin.svg"),
    ],
)
async def test_what_is_no_photo_is_named_beside_the_field_and_the_good_ones_stay(
    house, lea, name, data, words
):
    """Security cases 68 and 69."""
    await lea.open("/publier")
    page = await lea.submit("/publier", do="publish", files=[jpeg("bonne.jpg"), jpeg(name, data)], **DRILL)

    assert page.status == 422
    assert words in page.all("#w-photos")[0].to_text()
    assert len(page.all("input[name=photo]")) == 1
    assert page.all("#f-title")[0].attrs["value"] == "Perceuse à percussion"
    done = await lea.submit("/publier", do="publish")
    assert done.path.startswith("/publier/fait/")
    assert len((await only_listing(house)).photos) == 1


async def test_the_ninth_photo_is_told_and_eight_are_kept(house, lea):
    await lea.open("/publier")
    page = await lea.submit("/publier", do="publish", files=[jpeg(f"{one}.jpg") for one in range(9)], **DRILL)

    assert page.status == 422
    assert "8.jpg" in page.all("#w-photos")[0].to_text()
    assert len(page.all("input[name=photo]")) == 8


async def test_a_photo_that_is_taken_out_is_forgotten(house, lea):
    await lea.open("/publier")
    page = await lea.submit("/publier", do="photos", files=[jpeg()])
    [name] = [one.attrs["value"] for one in page.all("input[name=photo]")]

    page = await lea.submit("/publier", do=f"remove:{name}")

    assert not page.all("input[name=photo]")
    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 0


async def test_a_draft_is_kept_found_again_and_published(house, lea):
    await lea.open("/publier")
    page = await lea.submit(
        "/publier", do="save", title="Tente", text="Quatre places", mode="", files=[jpeg()]
    )
    assert "Brouillon gardé" in page.words

    page = await lea.open("/publier")
    assert page.all("[data-begun]")
    [link] = [one for one in page.all("a") if "draft=" in one.attrs["href"]]
    page = await lea.open(link.attrs["href"])
    assert page.all("#f-title")[0].attrs["value"] == "Tente"
    assert len(page.all("input[name=photo]")) == 1
    done = await lea.submit("/publier", do="publish", mode="loan", place="Lille")

    assert done.path.startswith("/publier/fait/")
    assert not (await lea.open("/publier")).all("[data-begun]")


async def test_somebody_elses_draft_does_not_exist_for_me(house, lea):
    """Security cases 72 and 78."""
    page = await lea.open("/publier")
    page = await lea.submit("/publier", do="photos", files=[jpeg()], title="Secret")
    id = page.all("input[name=draft]")[0].attrs["value"]
    [photo] = [one.attrs["value"] for one in page.all("input[name=photo]")]
    max_ = await signed_in(house, await house.join("max"))

    read = await max_.open(f"/publier?draft={id}")
    assert read.status == 404
    assert "Secret" not in read.answer.text
    await max_.open("/publier")
    assert (await max_.submit("/publier", do="publish", draft=id, **DRILL)).status == 404
    await max_.open("/publier")
    assert (await max_.submit("/publier", do="publish", photo=photo, **DRILL)).status == 422
    await max_.open("/publier")
    page = await max_.submit("/publier", do="photos", files=[jpeg()], photo=photo, **{f"alt-{photo}": "x"})
    assert photo not in [one.attrs["value"] for one in page.all("input[name=photo]")]
    missing = await max_.open(f"/publier?draft={drafts.new_id()}")
    assert (missing.status, missing.words.split("demande")[0]) == (
        read.status,
        read.words.split("demande")[0],
    )


async def test_a_draft_goes_after_a_week_and_its_photos_with_it_and_an_open_page_still_publishes(
    house, lea, network
):
    await lea.open("/publier")
    page = await lea.submit("/publier", do="photos", files=[jpeg()], **DRILL)
    id = page.all("input[name=draft]")[0].attrs["value"]
    network.clock.advance(days=drafts.LASTS.days, seconds=1)
    async with house.node.db.write() as tx:
        assert await publishing.sweep(tx) == 1
        assert await tx.count("SELECT count(*) FROM pictures") == 0

    told = await lea.submit("/publier", do="publish")
    assert told.status == 422
    assert "n’ont pas été gardées" in told.words
    assert told.all("#f-title")[0].attrs["value"] == "Perceuse à percussion"
    done = await lea.submit("/publier", do="publish")
    assert done.path.startswith("/publier/fait/")
    assert (await lea.open(f"/publier?draft={id}")).status == 404


async def test_a_published_photo_outlives_its_draft(house, lea, network):
    await lea.open("/publier")
    await lea.submit("/publier", do="publish", files=[jpeg()], **DRILL)
    network.clock.advance(days=drafts.MARKED.days + 1)
    async with house.node.db.write() as tx:
        assert await publishing.sweep(tx) == 1
        assert await tx.count("SELECT count(*) FROM pictures") == 1


async def test_the_preview_shows_the_card_and_the_message_and_publishes_nothing(house, lea):
    await lea.open("/publier")
    page = await lea.submit("/publier", do="preview", deposit="50", text="**Solide**", **DRILL)

    looks = " ".join(page.all("#looks")[0].to_text(separator=" ").split())
    assert "Offre · Perceuse à percussion" in looks
    assert "Solide" in looks
    assert "Prêt · caution 50" in looks
    assert await everything(house) == []


async def test_the_preview_of_what_stays_inside_shows_no_message(house, lea):
    await lea.open("/publier")
    page = await lea.submit("/publier", do="preview", visibility="coop", **DRILL)

    assert "Rien ne part sur Mastodon" in page.all("#looks")[0].to_text()
    assert not page.all(".post")


async def test_what_is_for_members_only_leaves_no_trace_outside(pair, network):
    nord, sud = pair
    lea = await signed_in(nord, await nord.join("lea"))
    done = await begin(lea, title="Réunion interne", visibility="coop")
    await network.settle()

    assert "personne d’autre" in done.words
    assert await sud.shelf() == []
    assert "Réunion interne" not in (await nord.get("/", BROWSER)).text


async def test_where_members_write_the_message_is_shown_in_their_name(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    lea = await signed_in(nord, await nord.join("lea"))
    await lea.open("/publier")
    page = await lea.submit("/publier", do="preview", **DRILL)

    assert "@lea@nord.test" in page.all(".post")[0].to_text()


async def test_a_question_that_was_put_into_the_text_and_not_answered_is_not_published(house, lea):
    text = (
        "Marque et puissance\u00a0: Bosch, 700 W\nAccessoires et consommables\u00a0: \nFor how long: \nFin :"
    )
    await begin(lea, text=text)

    assert (await only_listing(house)).text == "Marque et puissance\u00a0: Bosch, 700 W\nFin :"


async def test_who_publishes_sees_what_it_answers_and_who_needs_it_is_told(pair, network):
    nord, sud = pair
    await sud.publish("Cherche perceuse à percussion", kind="need", place="Lille")
    await network.befriend(nord, sud)
    lea = await signed_in(nord, await nord.join("lea"))

    page = await begin(lea, visibility="public")

    assert "1 besoin y répond peut-être" in page.words
    assert "Cherche perceuse à percussion" in page.words


async def test_a_session_that_ended_in_mid_form_takes_no_words_along(house, lea):
    await lea.open("/publier")
    async with house.node.db.write() as tx:
        await tx.run("DELETE FROM sessions")

    page = await lea.submit("/publier", do="publish", text="Longtemps écrit", **DRILL)

    assert page.status == 401
    assert "Vous n’êtes plus connecté" in page.words
    assert page.all("#f-text")[0].to_text().strip() == "Longtemps écrit"
    lea.cookies.update((await signed_in(house, await member(house, "lea"))).cookies)
    page = await lea.submit("/publier", do="publish")
    assert page.status == 409
    assert page.all("#f-text")[0].to_text().strip() == "Longtemps écrit"
    assert (await lea.submit("/publier", do="publish")).path.startswith("/publier/fait/")
    assert len(await everything(house)) == 1


async def member(house, handle):
    async with house.node.db.read() as tx:
        return await members.get_by_handle(tx, handle)


async def test_what_another_site_sends_publishes_nothing(house, lea):
    """Security case 85."""
    page = await lea.open("/publier")
    fields = {"title": "Vol", "mode": "gift", "kind": "offer", "place": "Lille", "do": "publish"}
    answer = await house.http.post(
        f"{house.origin}/publier",
        data=fields | {"form_token": page.all("input[name=form_token]")[0].attrs["value"]},
        headers={"accept": "text/html", "origin": "https://evil.test", **lea._cookie_header()},
    )

    assert answer.status_code == 403
    assert await everything(house) == []


async def test_the_form_may_be_filled_in_by_an_address(house, lea):
    page = await lea.open("/publier?kind=need&title=Perceuse&mode=loan&category=tools.power-tools")

    assert page.all("input[name=kind][value=need]")[0].attrs.get("checked") is not None
    assert page.all("#f-title")[0].attrs["value"] == "Perceuse"
    assert page.all("option[value='tools.power-tools']")[0].attrs.get("selected") is not None


async def test_a_member_keeps_at_most_so_many_drafts(house, lea, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    for number in range(5):
        await lea.open("/publier")
        await lea.submit("/publier", do="save", title=f"Brouillon {number}")

    async with house.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM drafts") == 3


async def test_the_english_form_speaks_english(house, lea):
    page = await lea.open("/publier?lang=en")
    assert "I am looking for" in page.words
    page = await lea.submit("/publier", do="publish", title="", mode="loan", place="Lille")

    assert page.status == 422
    assert "There is no title yet." in page.words
