"""The help: in both languages, found by its words, and every link in it leads somewhere."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fedicoop.access import Role
from fedicoop.actors import coops
from fedicoop.help import manual, statements
from fedicoop.i18n import LANGUAGES
from tests.browsing import Visitor, signed_in
from tests.conftest import actor
from tests.test_coop_settings import joined

ROOT = Path(__file__).parents[1]
IDS = [one["id"] for one in tomllib.loads((manual.folder() / "pages.toml").read_text())["pages"]]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_both_languages_have_the_same_pages():
    for language in LANGUAGES:
        files = {path.stem for path in (manual.folder() / language).glob("*.md")}
        assert files == set(IDS), language
        said = {path.stem for path in (manual.folder() / language / "statements").glob("*.md")}
        assert said == set(statements.STATEMENTS), language
    shapes = {
        language: [re.findall(r"<(h[2-6]|ol|ul|table|pre)", page.html) for page in manual.pages(language)]
        for language in LANGUAGES
    }
    assert shapes["fr"] == shapes["en"], "a part of a page is missing in one of the languages"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_shown_at_its_addresses_in_the_readers_language(network, language):
    nord = await network.add("nord.test")
    visitor = Visitor(nord)

    index = await visitor.open("/aide", **{"accept-language": language})
    for page in manual.pages(language):
        assert " ".join(page.title.split()) in index.words
        for slug in page.slugs.values():
            shown = await visitor.open(f"/help/{slug}", **{"accept-language": language})
            assert shown.status == 200
            assert shown.all("h1")[0].to_text() == page.title
            assert shown.all("html")[0].attrs["lang"] == language
    assert (await visitor.open("/aide/nothing")).status == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_link_in_the_help_leads_somewhere(network, language):
    """For an admin, who may open whatever the help talks about."""
    nord = await network.add("nord.test")
    visitor = await signed_in(nord, await joined(nord, "camille", Role.ADMIN))
    texts = [path.read_text() for path in (manual.folder() / language).rglob("*.md")]
    links = {link for text in texts for link in LINK.findall(text)}
    assert links

    for link in sorted(links):
        if link.endswith(".md"):
            assert link.removesuffix(".md") in IDS, link
        elif not link.startswith("https://"):
            page = await visitor.open(f"{link}?lang={language}")
            assert page.status == 200, link


@pytest.mark.parametrize(
    ("language", "question", "first"),
    [
        ("fr", "mots de passe", "account"),
        ("fr", "sauvegarder", "backups"),
        ("fr", "HORAIRES", "first-run"),
        ("en", "photo described", "publish"),
        ("en", "passwords", "account"),
    ],
)
async def test_a_page_is_found_by_its_words_in_whatever_form(network, language, question, first):
    nord = await network.add("nord.test")
    [page] = [page for page in manual.pages(language) if page.id == first]

    found = await Visitor(nord).open(f"/help?q={question}&lang={language}")

    assert " ".join(page.title.split()) in found.words
    assert len(manual.search(question, language)) < len(IDS)


async def test_a_question_without_an_answer_says_what_to_do(network):
    nord = await network.add("nord.test")

    page = await Visitor(nord).open("/aide?q=<script>xyzzy")

    assert "Rien là-dessus" in page.words
    assert page.all("#q")[0].attrs["value"] == "<script>xyzzy"


async def test_the_statements_name_the_coop_whom_to_write_to_and_who_reads(pair, network):
    nord, sud = pair
    async with nord.node.db.write() as tx:
        decided = await coops.get(tx, nord.coop.id)
        await coops.put(tx, replace(decided, contact="Camille <b>, velo@nord.test", place_name="Lille (59)"))
    visitor = Visitor(nord)

    privacy = await visitor.open("/confidentialite")
    legal = await visitor.open("/legal?lang=en")
    accessible = await visitor.open("/accessibility")

    assert "Coop Nord" in privacy.words
    assert "sud.test" in [one.to_text() for one in privacy.all(".manual__text ul li")]
    assert "90 jours après la dernière visite" in privacy.words
    assert privacy.all("a[href='mailto:velo@nord.test']")
    assert not privacy.all("b")
    assert "Coop Nord, Lille (59)" in legal.words
    assert "Non évalué par un tiers" in accessible.words
    for page in (privacy, legal, accessible):
        assert not re.search(r"\{\w+\}", page.words)
    assert await actor(nord, sud.coop.id)


async def test_the_statements_of_a_house_without_a_coop_stand_too(network):
    velo = await network.add_empty("velo.test")

    for path in ("/confidentialite", "/accessibilite", "/mentions-legales"):
        assert (await Visitor(velo).open(path)).status == 200


def test_the_help_travels_with_the_program():
    included = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]

    assert included["force-include"]["docs/help"] == "fedicoop/manual"
