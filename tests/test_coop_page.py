"""The page of a coop, ours or next door: what is where, how to join, and how to follow it."""

from dataclasses import replace

import pytest

from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode, Joining
from fedicoop.vocabulary.types import Field
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def decide(instance, **decisions):
    async with instance.node.db.write() as tx:
        await coops.put(tx, replace(await coops.get(tx, instance.coop.id), **decisions))


async def test_a_coops_listings_are_counted_by_category_and_one_looks_into_one(nord):
    await nord.publish("Tandem", category="bikes.cargo-bike")
    await nord.publish("Remorque", category="bikes.trailer")
    await nord.publish("Perceuse", category="tools.power-tools")
    await nord.publish("Cherche scie", kind="need", category="tools.power-tools")
    visitor = Visitor(nord)

    page = await visitor.open("/@nord")
    chips = [" ".join(one.to_text().split()) for one in page.all(".coop-page__branches .chip")]
    [tools] = [one.attrs["href"] for one in page.all("a[href*='categorie=tools']")]
    there = await visitor.open(tools)

    assert sorted(chips) == ["Outils 2", "Tout", "Vélo 2"]
    assert "3 offres" in page.words
    assert "1 offre" in there.words
    assert "Perceuse" in there.words
    assert "Cherche scie" in there.words
    assert "Tandem" not in there.words
    assert "Tandem" in (await visitor.open("/@nord?categorie=nonsense")).words


async def test_members_find_on_their_coops_page_what_is_kept_to_it(nord):
    lea = await nord.join("lea")
    await nord.publish("Tandem")
    await nord.publish("Presse à cidre", visibility="coop", category="food.bread")

    mine = await (await signed_in(nord, lea)).open("/@nord")
    theirs = await Visitor(nord).open("/@nord")

    assert "2 offres" in mine.words
    assert "Presse à cidre" in mine.words
    assert "1 offre" in theirs.words
    assert "Presse à cidre" not in theirs.words


async def test_a_visitor_reads_how_to_join_and_a_member_the_rules(nord):
    lea = await nord.join("lea")
    await decide(
        nord, joining=Joining.OPEN, joining_text="**10 €** par an", rules="On rend *propre*.", hours="Samedi"
    )

    visitors = await Visitor(nord).open("/@nord")
    members = await (await signed_in(nord, lea)).open("/@nord")

    assert "10 € par an" in visitors.words.replace("\N{NO-BREAK SPACE}", " ")
    assert visitors.all("a[href='/rejoindre?coop=nord']")
    assert "On rend propre" in " ".join(visitors.words.split())
    assert "On rend propre" in members.words
    assert not members.all("a[href^='/rejoindre']")


async def test_a_place_is_drawn_blurred(nord):
    await decide(nord, place_name="Lille", latitude=50.63281, longitude=3.08973)

    page = await Visitor(nord).open("/@nord")

    assert page.all(".spot__place")
    assert "50.632" not in page.answer.text


async def test_one_follows_it_from_here_from_elsewhere_or_by_a_feed(nord):
    page = await Visitor(nord).open("/@nord")

    assert page.all("a[href^='/suivre?coop=%40nord']")
    [away] = page.all("a[href^='/depuis-mastodon']")
    assert "uri=https%3A%2F%2Fnord.test%2Factors%2Fnord" in away.attrs["href"]
    [feed] = page.all("link[type='application/atom+xml']")
    assert (await nord.get(feed.attrs["href"], "*/*")).status_code == 200


async def test_a_member_who_signs_has_a_page_that_names_her_coop(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    lea, bob = await nord.join("lea"), await nord.join("bob")
    await nord.publish("Tandem", by=lea)
    await nord.publish("Secret", by=lea, visibility="coop")

    page = await Visitor(nord).open("/@lea")

    assert "Membre de Coop Nord" in page.words
    assert page.all("a[href='/@nord']")
    assert "Tandem" in page.words
    assert "Secret" not in page.words
    assert not page.all("a[href^='/rejoindre']")
    assert "Secret" in (await (await signed_in(nord, bob)).open("/@lea")).words


async def test_a_coop_next_door_says_where_it_is_and_when_it_last_spoke(network, pair):
    nord, sud = pair
    await nord.publish("Tandem")
    await network.settle()
    network.clock.advance(days=3)

    page = await Visitor(sud).open("/@nord@nord.test")

    assert "Publié par nord.test · dernière nouvelle il y a 3 jours" in page.words
    assert "Tandem" in page.words
    assert not page.all("a[href^='/rejoindre']"), "one joins it there"


async def test_what_a_peer_writes_about_itself_never_acts(network, pair):
    nord, sud = pair
    evil = "<img src=x onerror=alert(1)><script>x()</script><p>Bonjour</p>"
    async with sud.node.db.write() as tx:
        them = await actors.get(tx, nord.coop.id)
        await actors.put(
            tx, replace(them, summary=evil, name="<b>Nord</b>", fields=(Field(name=evil, value=evil),))
        )

    page = await Visitor(sud).open("/@nord@nord.test")

    assert page.status == 200
    assert not page.all("[onerror]")
    assert not page.all("main script")
    assert "Bonjour" in page.words
