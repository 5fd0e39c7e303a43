"""The site as something to install: named and drawn as the coop is, and honest without a network."""

import io
import json
import re

import pytest
from PIL import Image

from fedicoop.access import Role
from fedicoop.media import store as media
from fedicoop.web import colours, emblem
from fedicoop.web.face import Face
from tests.browsing import Visitor, signed_in
from tests.test_coop_settings import joined, logo
from tests.test_faces import look, rename


async def manifest(instance):
    answer = await instance.get("/manifest.webmanifest", accept="*/*")
    assert answer.headers["content-type"] == "application/manifest+json"
    return answer.json()


async def pixels(instance, path):
    answer = await instance.get(path, accept="image/*")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return answer, Image.open(io.BytesIO(answer.content))


async def test_a_phone_calls_the_site_as_the_coop_is_called(network):
    nord = await network.add("nord.test")
    await rename(nord, "Atelier vélo de Fives")
    await look(nord, hue=40, sentence="On **répare** ensemble.")

    told = await manifest(nord)

    assert (told["name"], told["short_name"]) == ("Atelier vélo de Fives", "Atelier vélo")
    assert told["description"] == "On répare ensemble."
    assert (told["start_url"], told["scope"], told["display"], told["lang"]) == ("/", "/", "standalone", "fr")
    assert re.fullmatch(r"#[0-9a-f]{6}", told["theme_color"])
    visitor = Visitor(nord)
    page = await visitor.open("/")
    assert page.all("link[rel=manifest]")[0].attrs["href"] == "/manifest.webmanifest"
    for shortcut in told["shortcuts"]:
        assert (await visitor.open(shortcut["url"])).status == 200


async def test_its_emblem_is_the_initial_on_the_coops_colour(network):
    nord = await network.add("nord.test")
    await rename(nord, "Épicerie")
    await look(nord, hue=40)

    for icon in (await manifest(nord))["icons"]:
        answer, image = await pixels(nord, icon["src"])
        size = int(icon["sizes"].partition("x")[0])
        assert image.size == (size, size)
        assert "immutable" in answer.headers["cache-control"]
        edge = image.convert("RGB").getpixel((size // 2, 4))
        assert edge == colours.accent(40)
        middle = image.convert("L").crop((size // 4, size // 4, size * 3 // 4, size * 3 // 4))
        assert middle.getextrema()[1] > 240, "a white letter"


async def test_its_emblem_is_the_coops_logo_where_there_is_one(network):
    nord = await network.add("nord.test")
    before = (await manifest(nord))["icons"][0]["src"]
    kept = await media.keep_icon(nord.node, logo())
    await look(nord, logo=kept.name)

    after = (await manifest(nord))["icons"][0]["src"]
    _, image = await pixels(nord, after)

    assert after != before
    assert image.convert("RGB").getpixel((96, 96)) == (0, 128, 128)  # teal
    stale, _ = await pixels(nord, before)
    assert "immutable" not in stale.headers["cache-control"]


@pytest.mark.parametrize("name", ["whole-9999.0123456789.png", "whole-65.0123456789.png", "..%2f.png", "x"])
async def test_no_other_pictures_are_drawn(network, name):
    nord = await network.add("nord.test")

    answer = await nord.get(f"/emblem/{name}", accept="text/html")

    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["字", "Ж", "  ", "!?", "Œuf", "7e ciel"])
@pytest.mark.parametrize("shape", [emblem.WHOLE, emblem.MASKABLE])
def test_every_name_has_an_emblem(tmp_path, name, shape):
    face = Face(name=name, hue=40, logo="a" * 26 + ".png")  # whose file has gone

    image = Image.open(io.BytesIO(emblem.drawn(tmp_path, face, 64, shape)))

    assert image.size == (64, 64)
    assert image.convert("L").getextrema()[1] > 240


async def test_the_service_worker_keeps_a_frame_that_is_there(network):
    nord = await network.add("nord.test")

    answer = await nord.get("/sw.js", accept="*/*")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    [listed] = re.findall(r"const SHELL = (\[.*?\]);", answer.text)
    for path in json.loads(listed):
        assert (await nord.get(path, accept="*/*")).status_code == 200, path
    assert "__" not in answer.text


async def test_the_page_without_a_network_is_in_both_languages_and_about_nobody(network):
    nord = await network.add("nord.test")

    page = await Visitor(nord).open("/hors-ligne")

    assert {section.attrs["lang"] for section in page.all("section")} == {"fr", "en"}
    assert "demandent le réseau" in page.words
    assert "need the network" in page.words
    assert "x-signed-in" not in page.answer.headers


async def test_a_members_pages_are_marked_so_that_they_go_with_the_session(network):
    nord = await network.add("nord.test")
    lea = await signed_in(nord, await joined(nord, "lea", Role.MEMBER))

    other = await signed_in(nord, await joined(nord, "max", Role.MEMBER))

    hers = (await lea.open("/")).answer.headers["x-signed-in"]
    assert hers == (await lea.open("/coops")).answer.headers["x-signed-in"]
    assert hers != (await other.open("/")).answer.headers["x-signed-in"], "another member forgets them too"
    assert "x-signed-in" not in (await Visitor(nord).open("/")).answer.headers


async def test_a_house_without_a_coop_can_be_installed_too(network):
    velo = await network.add_empty("velo.test")

    told = await manifest(velo)

    assert told["name"] == "velo.test"
    await pixels(velo, told["icons"][0]["src"])
    async with velo.node.db.write() as tx:
        assert await tx.count("SELECT count(*) FROM coops") == 0
