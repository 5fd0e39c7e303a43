"""Every page wears the coop's name, colour and sign; whatever hue it chose, it can be read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fedicoop.actors import actions, coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.web import colours
from tests.browsing import Visitor
from tests.conftest import PAIRS

STYLE = Path(__file__).parents[1] / "fedicoop" / "static" / "style" / "10-base.css"
READ_ON = [  # text, its ground
    *(("ink", ground) for ground in ("paper", "card")),
    *(("soft", ground) for ground in ("paper", "card")),
    *(("accent", ground) for ground in ("paper", "card")),
    ("on-accent", "accent"),
    ("on-tint", "tint"),
    ("on-need", "need-tint"),
    ("wrong", "card"),
]


async def look(instance, **changes):
    async with instance.node.db.write() as tx:
        await coops.put(tx, replace(await coops.get(tx, instance.coop.id), **changes))


async def rename(instance, name):
    async with instance.node.db.write() as tx:
        await actors.put(tx, replace(await actors.get(tx, instance.coop.id), name=name), local=True)


async def test_every_page_wears_the_coops_name_and_colour(network):
    nord = await network.add("nord.test")
    await look(nord, hue=40)
    visitor = Visitor(nord)

    for path in ("/", "/coops", "/about", "/entrer", "/aide/erreurs", "/nowhere"):
        page = await visitor.open(path)
        assert page.all(".brand__name")[0].to_text() == "Coop Nord", path
        assert page.all("html")[0].attrs["class"] == "hue-40", path
        assert page.all("meta[name=theme-color]"), path


async def test_a_change_shows_on_the_next_page(network):
    nord = await network.add("nord.test")
    visitor = Visitor(nord)
    await visitor.open("/")

    await rename(nord, "Vélo du Nord")
    await look(nord, hue=200, logo="x" * 32 + ".png")
    page = await visitor.open("/about")

    assert page.all(".brand__name")[0].to_text() == "Vélo du Nord"
    assert page.all("html")[0].attrs["class"] == "hue-200"
    assert page.all("img.brand__mark")[0].attrs["src"] == f"/media/{'x' * 32}.png"


async def test_what_another_process_wrote_shows_within_a_minute(network):
    nord = await network.add("nord.test")
    visitor = Visitor(nord)
    await visitor.open("/")

    async with nord.node.db.engine.transaction(write=True) as connection:  # not counted as ours
        await connection.execute("UPDATE coops SET hue = 90", {})
    network.clock.advance(minutes=1)

    assert (await visitor.open("/")).all("html")[0].attrs["class"] == "hue-90"


async def test_a_page_asks_the_database_nothing_about_looks_while_nothing_changes(network, monkeypatch):
    nord = await network.add("nord.test")
    visitor, asked = Visitor(nord), []
    honest = coops.face

    async def counted(tx, host):
        asked.append(host)
        return await honest(tx, host)

    monkeypatch.setattr(coops, "face", counted)
    for _ in range(3):
        await visitor.open("/about")

    assert len(asked) == 1


async def test_several_coops_share_the_hosts_name(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        other = await actions.create(tx, nord.origin, "Organization", "outils", "Outils", PAIRS[2])
        await coops.put(tx, Coop(other.id, "tools", "fr", AuthorMode.COOP))

    page = await Visitor(nord).open("/about")

    assert page.all(".brand__name")[0].to_text() == "nord.test"


async def test_the_coops_language_is_spoken_to_who_names_none(network):
    nord = await network.add("nord.test")
    await look(nord, locale="en")

    page = await Visitor(nord).open("/", **{"accept-language": "eo"})

    assert page.all("html")[0].attrs["lang"] == "en"


def palette(text):
    """`--name: oklch(L% C H);` of one block, as a function of the hue."""
    found = re.findall(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) (var\(--hue\)|[\d.]+)\)", text)
    return {
        name: (float(light) / 100, float(chroma), None if "var" in hue else float(hue))
        for name, light, chroma, hue in found
    }


def themes():
    whole = STYLE.read_text()
    light, dark, chosen = re.findall(r"--paper: oklch.*?--on-need: oklch[^;]*;", whole, re.S)
    assert dark.split() == chosen.split(), "the system's dark and the chosen one are the same"
    return {"light": palette(light), "dark": palette(dark)}


def contrast(one, other):
    def luminance(colour):
        channels = [c / 255 for c in colour]
        red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pair", READ_ON, ids=" on ".join)
def test_text_is_readable_in_every_hue(theme, pair):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    named = themes()[theme]

    worst = min(
        contrast(*(colours.rgb(light, chroma, hue if own is None else own) for light, chroma, own in values))
        for values in [[named[name] for name in pair]]
        for hue in colours.HUES
    )

    assert worst >= 4.5


def test_the_style_sheet_knows_every_hue_that_a_coop_can_choose():
    written = {int(hue) for hue in re.findall(r"\.hue-\d+ \{ --hue: (\d+); \}", STYLE.read_text())}

    assert written == set(colours.HUES)
    assert colours.written(colours.rgb(1, 0, 0)) == "#ffffff"
    assert all(colours.usual_hue(host) in colours.HUES for host in ("a.test", "b.test", "velo.example"))


def test_the_browsers_bars_have_the_colour_of_the_frame():
    for theme, dark in (("light", False), ("dark", True)):
        light, chroma, _ = themes()[theme]["card"]
        assert colours.bar(40, dark=dark) == colours.written(colours.rgb(light, chroma, 40))
    light, chroma, _ = themes()["light"]["accent"]
    assert colours.accent(40) == colours.rgb(light, chroma, 40)
