"""Stewards say which words stand for each other, and every search knows it at once."""

import pytest

from fedicoop.access import Role
from fedicoop.finding import searching, synonyms
from fedicoop.listings.question import read
from fedicoop.members import store as members
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def steward_of(instance, handle="sam"):
    member = await instance.join(handle)
    async with instance.node.db.write() as tx:
        await members.put(tx, type(member)(**{**_fields(member), "role": Role.STEWARD}))
        return await members.get(tx, member.id)


def _fields(member):
    return {name: getattr(member, name) for name in ("id", "coop_id", "actor_id", "handle", "name")}


async def titles(instance, words):
    async with instance.node.db.read() as tx:
        found = await searching.search(tx, read({"q": words}), seen_by=None, loosen=False)
    return [listing.title for listing in found.listings]


async def test_a_steward_adds_words_and_searches_know_them_at_once(nord):
    await nord.publish("Une bécassine à trois roues")
    steward = await signed_in(nord, await steward_of(nord))
    assert await titles(nord, "zigoto") == []

    page = await steward.open("/admin/mots")
    assert "Aucun pour l’instant" in page.words
    page = await steward.submit("/admin/mots", line="  zigoto =  bécassine ")

    assert page.status == 200
    assert "zigoto = bécassine" in page.words
    assert "Ajouté" in page.words
    assert await titles(nord, "zigotos") == ["Une bécassine à trois roues"]
    assert "bécassine" in (await steward.open("/admin/mots?mot=zigoto")).words.partition("trouve aussi")[2]

    page = await steward.submit("/admin/mots/retirer")
    assert "Aucun pour l’instant" in page.words
    assert await titles(nord, "zigoto") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Écrivez"),
        ("vélo", "deux choses"),
        ("vélo = velos", "deux choses"),
        ("a" * 301 + " = b", "trop longue"),
        ("un = deux = trois > quatre", "deux choses"),
        ("mot beaucoup trop long vraiment = court", "deux choses"),
    ],
)
async def test_a_line_that_cannot_be_is_kept_in_its_field_with_what_is_wrong(nord, line, said):
    steward = await signed_in(nord, await steward_of(nord))
    await steward.open("/admin/mots")

    page = await steward.submit("/admin/mots", line=line)

    assert page.status == 422
    [field] = page.all("input[name=line]")
    assert field.attrs["value"] == line
    assert "aria-invalid" in field.attrs
    assert said in page.words or not line


async def test_the_same_words_twice_are_told_and_a_list_has_an_end(nord, monkeypatch):
    steward = await signed_in(nord, await steward_of(nord))
    await steward.open("/admin/mots")
    await steward.submit("/admin/mots", line="bécane = vélo")

    twice = await steward.submit("/admin/mots", line="VÉLO = becanes")
    monkeypatch.setattr(synonyms, "MOST", 1)
    full = await steward.submit("/admin/mots", line="un = autre")

    assert twice.status == full.status == 422
    assert "déjà" in twice.words
    assert "pleine" in full.words


async def test_only_stewards_look_after_the_words(nord):
    member = await signed_in(nord, await nord.join("lea"))
    visitor = Visitor(nord)

    assert (await member.open("/admin/mots")).status == 403
    assert (await visitor.open("/admin/mots")).path.startswith("/entrer")


async def test_a_coop_takes_away_its_own_lines_alone(nord):
    sam = await steward_of(nord)
    async with nord.node.db.write() as tx:
        line = await synonyms.add(tx, sam, "bécane = vélo")
        await synonyms.remove(tx, line.id, "https://elsewhere.test/actors/coop")
        assert [one.id for one in await synonyms.of_coop(tx, sam.coop_id)] == [line.id]
