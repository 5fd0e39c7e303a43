"""What people see: the pages of a house, its own listings and its neighbours' on them."""

import json
from dataclasses import replace

import pytest

from fedicoop.actors import coops
from fedicoop.listings import actions
from fedicoop.listings.listing import Status
from tests.browsing import Visitor, signed_in
from tests.seen import BROWSER, Seen, keep, page


@pytest.fixture
async def sud(network):
    """One house alone."""
    return await network.add("sud.test")


async def test_the_first_page_shows_our_listings_and_those_of_the_coops_we_follow(pair, network):
    nord, sud = pair
    await nord.publish("Perceuse", place={"name": "Lille"})
    await sud.publish("Échelle", deposit={"amount": "20", "currency": "EUR"})
    await sud.publish("Remorque pour un marché", kind="need")
    await network.settle()

    seen = await page(sud, "/")

    assert seen.says("3 annonces")
    assert seen.says("Perceuse")
    assert seen.says("Prêt · caution 20 €")
    assert seen.says("chez Coop Nord")
    assert seen.says("Remorque pour un marché")
    assert not seen.says("chez Coop Sud")


async def test_every_choice_is_a_link_that_narrows_and_can_be_taken_back(pair, network):
    nord, sud = pair
    await nord.publish("Perceuse", category="tools.power-tools")
    await sud.publish("Vélo cargo", category="bikes.cargo-bike")
    await sud.publish("Cherche remorque", kind="need", mode="gift")
    await network.settle()

    for query, shown in {
        "kind=need": "Cherche remorque",
        "mode=gift": "Cherche remorque",
        "branch=tools": "Perceuse",
        "source=peers": "Perceuse",
        "q=velos": "Vélo cargo",
    }.items():
        seen = await page(sud, f"/?{query}")
        titles = [a["href"] for a in seen.all("a") if a.get("href", "").startswith("/l/")]
        assert len(titles) == 1, query
        assert seen.says(shown), query
        assert "/" in [a.get("href") for a in seen.all("a")], query


async def test_an_address_that_asks_for_nonsense_shows_everything(sud):
    await sud.publish("Vélo cargo")

    seen = await page(sud, "/?kind=%00&mode=loan%27&branch=../..&source=x&before=nowhere")

    assert seen.says("0 annonce") or seen.says("1 annonce")


async def test_nothing_found_says_what_to_do(sud):
    empty = await page(sud, "/")
    searched = await page(sud, "/?q=introuvable")

    assert empty.says("Les premières annonces arrivent")
    assert searched.says("Aucune annonce ne correspond")
    assert searched.says("« introuvable »")


async def test_older_listings_are_one_link_away(network):
    nord = await network.add("nord.test")
    for number in range(26):
        network.clock.advance(minutes=1)
        await nord.publish(f"Objet {number:02}")

    first = await page(nord, "/")
    [older] = [a["href"] for a in first.all("a") if a.get("rel") == "next"]
    second = await page(nord, older)

    assert first.says("Objet 25")
    assert first.says("Objet 02")
    assert not first.says("Objet 01")
    assert second.says("Objet 01")
    assert second.says("Objet 00")
    assert not second.says("Objet 02")


async def test_one_listing_says_all_that_one_wants_to_know(sud):
    listing = await sud.publish(
        "Van avec chauffeur",
        mode="service",
        text="Deux **heures** au moins.",
        price={"amount": "15", "currency": "EUR"},
        unit="hour",
        place={"name": "Lille-Fives", "latitude": 50.6328, "longitude": 3.0897},
        tags=["demenagement"],
    )

    answer = await sud.get(f"/l/{listing.key}", BROWSER)
    seen = Seen(answer.text)

    for text in ("Van avec chauffeur", "Service · 15 € l’heure", "Lille-Fives", "#demenagement", "Coop Sud"):
        assert seen.says(text), text
    assert "<strong>heures</strong>" in answer.text
    assert "50.63" not in answer.text
    assert "3.08" not in answer.text
    assert seen.says(f"https://sud.test/l/{listing.key}")


async def test_a_peers_listing_names_its_house_and_leads_back_there(pair, network):
    nord, sud = pair
    offer = await nord.publish("Perceuse")
    await network.settle()
    [copy] = await sud.shelf()

    seen = await page(sud, f"/l/{copy.key}")

    assert seen.says("Coopérative partenaire · nord.test")
    links = {
        link["rel"]: link["href"] for link in seen.all("link") if "rel" in link and "hreflang" not in link
    }
    assert links["alternate"] == offer.id
    assert links["canonical"] == f"https://nord.test/l/{offer.key}"
    assert {"name": "robots", "content": "noindex, follow"} in seen.all("meta")
    there = [a for a in seen.all("a") if a.get("href") == f"https://nord.test/l/{offer.key}"]
    assert all("nofollow" in a["rel"] for a in there)
    assert there


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PAUSED, "En pause."),
        (Status.CLOSED, "C’est conclu."),
        (Status.EXPIRED, "Annonce expirée."),
    ],
)
async def test_what_is_over_says_so_and_asks_not_to_be_listed(sud, status, words):
    listing = await keep(sud, status=status)

    seen = await page(sud, f"/l/{listing.key}")

    assert seen.says(words)
    assert {"name": "robots", "content": "noindex, follow"} in seen.all("meta")


async def test_a_deleted_listing_is_gone_for_both(sud):
    listing = await sud.publish("Vélo cargo")
    async with sud.node.db.write() as tx:
        await actions.delete(tx, sud.operator, listing.id)

    read = await sud.get(listing.id)
    shown = await sud.get(f"/l/{listing.key}", BROWSER)

    assert (read.status_code, read.json()["type"]) == (410, "Tombstone")
    assert shown.status_code == 410
    assert Seen(shown.text).says("Cette annonce a été retirée.")


async def test_a_listing_in_another_language_says_so_to_the_voice_that_reads_it(sud):
    listing = await sud.publish("Bike trailer wanted", kind="need", language="en")

    seen = await page(sud, "/")

    assert [a.get("lang") for a in seen.all("a") if a.get("href") == f"/l/{listing.key}"] == ["en"]


async def test_a_coop_has_a_page_for_people_and_a_document_for_peers(pair):
    nord, _ = pair
    await nord.publish("Perceuse")
    await nord.publish("Cherche échelle", kind="need")

    seen = await page(nord, "/@nord")
    read = await nord.get("/@nord")

    for text in ("Coop Nord", "1 offre", "1 besoin", "1 abonné·e", "@nord@nord.test"):
        assert seen.says(text), text
    assert read.json()["id"] == nord.coop.id


async def test_the_coop_next_door_has_its_page_here(pair, network):
    nord, sud = pair
    await nord.publish("Perceuse")
    await network.settle()

    seen = await page(sud, "/@nord@nord.test")
    listed = await page(sud, "/coops")
    unknown = await sud.get("/@nobody@nowhere.test", BROWSER)

    for text in ("Coop Nord", "Coopérative partenaire", "Publié par nord.test", "1 offre", "Perceuse"):
        assert seen.says(text), text
    assert listed.says("Coop Nord")
    assert "/@nord@nord.test" in [a.get("href") for a in listed.all("a")]
    assert unknown.status_code == 404


async def test_all_of_a_coops_offers_are_two_links_away(network):
    nord = await network.add("nord.test")
    for number in range(30):
        network.clock.advance(minutes=1)
        await nord.publish(f"Objet {number:02}")

    first = await page(nord, "/@nord")
    whole = await page(nord, "/@nord?kind=offer")
    [older] = [a["href"] for a in whole.all("a") if a.get("rel") == "next"]
    rest = await page(nord, older)

    assert "/@nord?kind=offer" in [a.get("href") for a in first.all("a")]
    assert whole.says("Objet 06")
    assert not whole.says("Objet 05")
    assert rest.says("Objet 05")
    assert rest.says("Objet 00")


async def test_a_hashtag_leads_to_its_listings(sud):
    await sud.publish("Vélo cargo", tags=["velo"])
    await sud.publish("Perceuse")

    seen = await page(sud, "/tags/Velo")

    assert seen.says("#velo")
    assert seen.says("Vélo cargo")
    assert not seen.says("Perceuse")


async def test_the_card_that_others_show_of_a_listing_is_complete(sud):
    listing = await sud.publish("Vélo cargo", text="Révisé ce mois-ci.", place={"name": "Lille"})

    seen = await page(sud, f"/l/{listing.key}")
    document = json.loads(next(filter(str.strip, seen.scripts)))
    meta = {m.get("property", m.get("name")): m["content"] for m in seen.all("meta") if "content" in m}

    assert document["headline"] == meta["og:title"] == "Vélo cargo"
    assert document["publisher"]["name"] == meta["og:site_name"] == "Coop Sud"
    assert document["inLanguage"] == "fr"
    assert document["mainEntity"]["offers"]["price"] == "0"
    assert "Révisé ce mois-ci." in meta["og:description"]
    assert meta["fediverse:creator"] == "@sud@sud.test"


async def test_a_coops_page_says_its_rules_and_how_to_join(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        decided = await coops.get(tx, nord.coop.id)
        await coops.put(tx, replace(decided, rules="- On rend **à l’heure**.\n- <script>x</script>"))
    lea = await signed_in(nord, await nord.join("lea"))

    stranger, member = await Visitor(nord).open("/@nord"), await lea.open("/@nord")

    assert "On rend à l’heure" in stranger.words
    assert "<script>x</script>" in stranger.words
    assert not stranger.all("main .prose script")
    assert stranger.all("a[href='/rejoindre?coop=nord']")
    assert not member.all("a[href^='/rejoindre']")
