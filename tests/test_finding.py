"""What search engines and other sites ask of a house, and are told."""

from xml.etree import ElementTree

import pytest
from justhtml import JustHTML

from fedicoop.listings.listing import Photo, Status
from tests.browsing import Visitor
from tests.seen import keep

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def mapped(instance) -> list[str]:
    answer = await instance.get("/sitemap.xml", "*/*")
    assert answer.headers["content-type"].startswith("application/xml")
    return [one.text or "" for one in ElementTree.fromstring(answer.text).findall("s:url/s:loc", NAMES)]


async def test_the_map_of_the_site_names_what_is_ours_and_for_everybody(network, pair):
    nord, sud = pair
    await nord.publish("Perceuse")
    offer = await sud.publish("Tandem")
    await sud.publish("Secret", visibility="coop")
    await keep(sud, status=Status.PAUSED)
    await network.settle()

    found = await mapped(sud)

    assert [one for one in found if "/l/" in one] == [f"https://sud.test/l/{offer.key}"]
    assert {"https://sud.test/", "https://sud.test/@sud"} <= set(found)
    for address in found:
        page = await Visitor(sud).open(address)
        assert page.status == 200, address
        assert not any("noindex" in one.attrs["content"] for one in page.all("meta[name='robots']")), address
    assert "Sitemap: https://sud.test/sitemap.xml" in (await sud.get("/robots.txt", "*/*")).text


async def test_the_map_says_when_a_listing_changed(network, nord):
    offer = await nord.publish("Tandem")
    network.clock.advance(days=3)
    await nord.update(offer, title="Tandem bleu")

    answer = await nord.get("/sitemap.xml", "*/*")

    assert "<lastmod>2030-05-04</lastmod>" in answer.text


async def card(instance, url, **asked):
    query = "&".join(f"{name}={value}" for name, value in {"url": url, **asked}.items())
    return await instance.get(f"/oembed?{query}", "*/*")


async def test_a_site_that_embeds_a_listing_gets_a_card_without_script(nord):
    listing = await keep(
        nord,
        title="Tandem <script>x()</script>",
        photos=(Photo("a" * 32 + ".jpg", "Un tandem", 800, 600),),
    )
    page = await Visitor(nord).open(f"/l/{listing.key}")
    [link] = page.all("link[type='application/json+oembed']")

    told = (await nord.get(link.attrs["href"], "*/*")).json()

    assert (told["version"], told["type"], told["provider_name"]) == ("1.0", "rich", "Coop Nord")
    assert told["title"] == "Tandem <script>x()</script>"
    assert told["author_url"] == "https://nord.test/@nord"
    assert isinstance(told["width"], int)
    assert isinstance(told["height"], int)
    assert told["thumbnail_url"] == f"https://nord.test/media/{'a' * 32}.jpg"
    assert (told["thumbnail_width"], told["thumbnail_height"]) == (800, 600)
    drawn = JustHTML(told["html"], sanitize=False, fragment=True)
    assert {one.name for one in drawn.query("*")} <= {"blockquote", "a", "br"}
    assert [one.attrs["href"] for one in drawn.query("a")] == [f"https://nord.test/l/{listing.key}"]


async def test_a_card_keeps_within_the_width_that_is_asked_for(nord):
    listing = await nord.publish("Tandem")
    address = f"https://nord.test/l/{listing.key}"

    widths = [
        (await card(nord, address, maxwidth=most)).json()["width"] for most in ("300", "9999", "x", "1")
    ]

    assert widths == [300, 480, 480, 200]
    assert (await card(nord, address, format="xml")).status_code == 501


async def test_there_is_no_card_of_what_not_everybody_may_see_nor_of_anything_else(network, pair):
    nord, sud = pair
    await nord.publish("Perceuse")
    await network.settle()
    [copy] = await sud.shelf()
    hidden = await sud.publish("Secret", visibility="coop")

    for address in (
        f"https://sud.test/l/{hidden.key}",
        f"https://sud.test/l/{copy.key}",
        "https://sud.test/l/never",
        "https://sud.test/",
        "https://evil.test/l/x",
        "https://sud.test.evil.test/l/x",
        "",
    ):
        answer = await card(sud, address)
        assert answer.status_code == 404, address
        assert "Secret" not in answer.text
