"""What people see: the pages of a house, ours and its neighbours' listings on them, in two languages."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fedicoop.listings import actions, store, terms
from fedicoop.listings.listing import Photo, Status, Visibility, Where
from fedicoop.web.headers import CSP

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MASTODON = (
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
    "application/activity+json, text/html;q=0.1"
)


class Seen(HTMLParser):
    """A page as a browser takes it apart: its elements with their attributes, its words, its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words, self.scripts, self._in_script = "", [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_script = tag == "script"

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts.append(data)
        else:
            self.words += f" {data}"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def says(self, text: str) -> bool:
        return text in " ".join(self.words.split())


async def page(instance, path: str, **headers: str) -> Seen:
    answer = await instance.get(path, BROWSER, **headers)
    assert answer.status_code == 200, answer.text[:300]
    return Seen(answer.text)


@pytest.fixture
async def sud(network):
    """One house alone."""
    return await network.add("sud.test")


async def keep(instance, **fields):
    """A listing exactly as given, past the checks of the door: what an older version may have let in."""
    listing = await instance.publish("Vélo cargo")
    async with instance.node.db.write() as tx:
        await store.put(tx, replace(listing, **fields))
    return listing


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


async def test_peers_find_the_object_from_the_page(sud):
    """Mastodon searches by the page's address, then asks for what its Link names (federation.md, 1.9)."""
    listing = await sud.publish("Vélo cargo")

    shown = await sud.get(f"/l/{listing.key}", MASTODON)
    read = await sud.get(listing.id, MASTODON)

    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["link"] == f'<{listing.id}>; rel="alternate"; type="application/activity+json"'
    assert read.headers["content-type"] == "application/activity+json"
    assert read.json()["id"] == listing.id


async def test_who_takes_no_page_is_sent_to_the_object(sud):
    listing = await sud.publish("Vélo cargo")

    answer = await sud.get(f"/l/{listing.key}", "application/activity+json")

    assert answer.status_code == 303
    assert answer.headers["location"] == listing.id


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("", "text/html; charset=utf-8"),
        ("text/html, application/activity+json;q=0.5", "text/html; charset=utf-8"),
        ("application/activity+json;q=0", "text/html; charset=utf-8"),
        ('application/ld+json; profile="https://example.org/other"', "text/html; charset=utf-8"),
        ("application/activity+json", "application/activity+json"),
        ("application/ld+json", "application/activity+json"),
        (MASTODON, "application/activity+json"),
        ("application/json", "application/activity+json"),
        ("text/html;q=0.4, application/activity+json;q=0.5", "application/activity+json"),
        (
            "garbage, ;;;, text/, text/html;q=x, application/ld+json",
            "application/activity+json",
        ),
    ],
)
async def test_one_address_answers_people_and_programs(sud, accept, type):
    listing = await sud.publish("Vélo cargo")

    answer = await sud.get(listing.id, accept)

    assert answer.headers["content-type"] == type
    assert "Accept" in answer.headers["vary"]


async def test_an_unchanged_object_is_not_sent_again(sud):
    listing = await sud.publish("Vélo cargo")
    first = await sud.get(listing.id)

    again = await sud.get(listing.id, **{"if-none-match": f'W/"x", {first.headers["etag"]}'})

    assert first.headers["cache-control"] == "public, max-age=180"
    assert again.status_code == 304
    assert again.content == b""


async def test_what_is_hidden_and_what_never_was_are_told_alike(sud):
    hidden = await keep(sud, visibility=Visibility.COOP)
    draft = await keep(sud, status=Status.DRAFT)

    for accept in (BROWSER, "application/activity+json"):
        bodies = []
        for key in (hidden.key, draft.key, "01NEVERWAS"):
            answer = await sud.get(f"/listings/{key}", accept)
            assert answer.status_code == 404
            bodies.append(re.sub(r"[0-9a-f]{12}", "", answer.text.replace(key, "")))
        assert len(set(bodies)) == 1


async def test_a_deleted_listing_is_gone_for_both(sud):
    listing = await sud.publish("Vélo cargo")
    async with sud.node.db.write() as tx:
        await actions.delete(tx, sud.operator, listing.id)

    read = await sud.get(listing.id)
    shown = await sud.get(f"/l/{listing.key}", BROWSER)

    assert (read.status_code, read.json()["type"]) == (410, "Tombstone")
    assert shown.status_code == 410
    assert Seen(shown.text).says("Cette annonce a été retirée.")


EVIL = "</script><script>__x()</script><img src=x onerror=__x()>"


async def test_foreign_text_never_acts(sud):
    """Security cases 64 to 66: neither in the text, nor in a field, nor in the JSON-LD block."""
    listing = await keep(
        sud,
        title=f"Vélo {EVIL}",
        html=f'<p onclick="__x()">Bonjour</p>{EVIL}<a href="javascript:__x()">a</a><a href="/logout">b</a>'
        '<iframe src="https://evil.test"></iframe><form action="/x"><input></form><base href="//evil.test">',
        condition=EVIL,
        counterpart=EVIL,
        tags=(EVIL,),
        where=Where(EVIL, 50.6, 3.1),
        photos=(Photo("x.jpg", EVIL, 4, 3),),
        url="javascript:__x()",
        category="no.such",
        unit=EVIL,
    )

    for path in ("/", f"/l/{listing.key}", f"/listings/{listing.key}", "/@sud", "/tags/x", "/?q=" + EVIL):
        seen = await page(sud, path)
        outside = {"iframe", "object", "embed", "base", "svg:script"}
        assert not outside & {tag for tag, _ in seen.elements}, path
        assert all(
            "onerror" not in attributes and "onclick" not in attributes for _, attributes in seen.elements
        )
        assert [script.get("type", "src" if "src" in script else "") for script in seen.all("script")] in (
            ["src"],
            ["application/ld+json", "src"],
        ), path
        assert not [
            a for a in seen.all("a") if a.get("href", "").lower().startswith(("javascript:", "data:"))
        ]
        assert not [a for a in seen.all("a") if a.get("href") == "/logout"]
        for script in filter(str.strip, seen.scripts):
            assert json.loads(script)["@type"] == "WebPage"


async def test_one_listing_that_cannot_be_drawn_does_not_take_the_page_along(sud):
    """Security case 63: one stored thing must not kill a page for good."""
    await sud.publish("Perceuse")
    broken = await keep(sud, title="Abîmée")
    async with sud.node.db.write() as tx:
        await tx.run("UPDATE listings SET language = 'xx', unit = '' WHERE id = :id", id=broken.id)
        photo = '[{"name": "x.jpg", "alt": null, "width": "wide", "height": {}}]'
        await tx.run("UPDATE listings SET photos = :photo WHERE id = :id", photo=photo, id=broken.id)

    seen = await page(sud, "/")

    assert seen.says("Perceuse")
    await page(sud, f"/l/{broken.key}")


async def test_a_part_that_fails_is_replaced_by_a_word_about_it(sud, monkeypatch):
    await sud.publish("Perceuse")
    await sud.publish("Abîmée")
    said = terms.terms
    monkeypatch.setattr(
        terms, "terms", lambda listing, language: 1 / 0 if "Ab" in listing.title else said(listing, language)
    )

    seen = await page(sud, "/")

    assert seen.says("Perceuse")
    assert seen.says("Cette annonce ne peut pas être lue.")


async def test_every_html_answer_carries_the_second_wall(sud):
    """Security cases 67, 96 and 121, on pages, refusals and failures alike."""
    listing = await sud.publish("Vélo cargo")

    for path in (
        "/",
        f"/l/{listing.key}",
        "/@sud",
        "/coops",
        "/about",
        "/nowhere",
        "/l/none",
        "/help/errors",
    ):
        answer = await sud.get(path, BROWSER)
        assert answer.headers["content-security-policy"] == CSP, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["x-request-id"]
        assert "Accept-Language" in answer.headers["vary"]
        assert not re.search(r"<[^>]+ style=|<style|<script>", answer.text), path


async def test_a_failure_of_ours_says_a_number_and_nothing_else(sud, monkeypatch):
    async def fail(*_, **__):
        raise RuntimeError("/var/lib/secret path")

    monkeypatch.setattr(store, "latest", fail)
    shown = await sud.get("/", BROWSER)
    read = await sud.get("/", "*/*")

    for answer in (shown, read):
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    assert shown.headers["content-security-policy"] == CSP
    assert Seen(shown.text).says("FC-5013")
    assert read.json()["request"] in read.text
    assert read.headers["content-type"] == "application/problem+json"


async def test_a_refusal_explains_itself_to_people_and_to_programs(sud):
    """RFC 9457 for programs; the same three sentences, and the same code, for people."""
    shown = await sud.get("/l/none", BROWSER)
    read = await sud.get(
        "/l/none", "application/activity+json, application/json", **{"accept-language": "en"}
    )

    assert Seen(shown.text).says("Cette annonce n’est pas visible.")
    assert "/help/errors/FC-5016" in shown.text
    assert read.headers["content-type"] == "application/problem+json"
    assert read.headers["content-language"] == "en"
    assert read.json()["title"] == "This listing cannot be seen."
    assert read.json()["type"] == "https://sud.test/help/errors/FC-5016"
    assert (read.json()["status"], read.json()["code"]) == (404, "FC-5016")
    assert read.json()["remedy"]


async def test_another_method_than_the_pages_own_is_refused(sud):
    answer = await sud.http.post(f"{sud.origin}/", headers={"accept": BROWSER})

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "fr"),
        ("", "en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("", "de,fr;q=0.5,en;q=0.4", "fr"),
        ("?lang=en", "fr", "en"),
        ("?lang=<b>", "fr", "fr"),
    ],
)
async def test_a_page_speaks_the_readers_language(sud, query, header, language):
    answer = await sud.get(f"/{query}", BROWSER, **{"accept-language": header})

    assert answer.headers["content-language"] == language
    assert Seen(answer.text).all("html")[0]["lang"] == language
    assert Seen(answer.text).says({"fr": "Offres et besoins", "en": "Offers and needs"}[language])


async def test_a_language_chosen_by_hand_stays_chosen(sud):
    listing = await sud.publish("Vélo cargo")

    seen = await page(sud, "/?lang=en")

    assert f"/l/{listing.key}?lang=en" in [a["href"] for a in seen.all("a")]
    assert seen.says("Loan · free")


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

    for text in ("Coop Nord", "Coopérative partenaire · nord.test", "1 offre", "Perceuse"):
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


async def test_each_code_has_its_page_in_both_languages(sud):
    seen = await page(sud, "/aide/erreurs/fc-5016")
    unknown = await sud.get("/help/errors/FC-9999", BROWSER)

    assert seen.says("Cette annonce n’est pas visible.")
    assert seen.says("This listing cannot be seen.")
    assert unknown.status_code == 404


async def test_addresses_come_from_the_settings_and_every_request_stays_at_home(sud):
    """Security cases 131 and 150, invariant 16: nothing is fetched from anybody else."""
    listing = await sud.publish("Vélo cargo", text="Voir https://example.org")

    for path in ("/", f"/l/{listing.key}", "/@sud", "/about"):
        answer = await sud.get(
            path, BROWSER, **{"x-forwarded-host": "evil.test", "origin": "https://evil.test"}
        )
        seen = Seen(answer.text)
        for tag, name in (("script", "src"), ("img", "src"), ("link", "href")):
            fetched = [element.get(name, "") for element in seen.all(tag)]
            assert not [at for at in fetched if "://" in at and not at.startswith("https://sud.test/")]
        assert "evil.test" not in answer.text
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers


async def test_what_never_changes_may_be_kept_for_good(sud):
    seen = await page(sud, "/")
    [style] = [link["href"] for link in seen.all("link") if link.get("rel") == "stylesheet"]

    marked = await sud.get(style, "*/*")
    plain = await sud.get("/static/style.css", "*/*")
    old = await sud.get("/static/style.0000000000.css", "*/*")
    outside = [await sud.get(f"/static/{name}", "*/*") for name in ("..%2fapp.py", "%2e%2e", "app.py")]

    assert "immutable" in marked.headers["cache-control"]
    assert marked.headers["content-type"] == "text/css; charset=utf-8"
    assert plain.headers["cache-control"] == "no-cache"
    assert {old.status_code, *(answer.status_code for answer in outside)} == {404}


async def test_search_engines_and_browsers_find_what_they_ask_for_unasked(sud):
    robots = await sud.get("/robots.txt", "*/*")
    drawing = await sud.get("/favicon.svg", "*/*")
    small = await sud.get("/favicon.ico", "*/*")

    assert "User-agent: *" in robots.text
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert small.content[:4] == b"\x00\x00\x01\x00"


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
