"""What every page shares: who is asking, in which language, what may never act, and how we say no."""

import json
import re

import pytest

from fedicoop.listings import store, terms
from fedicoop.listings.listing import Photo, Status, Visibility, Where
from fedicoop.web.clean import clean_html, markdown, plain
from fedicoop.web.filters import weblink
from fedicoop.web.headers import CSP
from tests.seen import BROWSER, Seen, keep, page

MASTODON = (
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
    "application/activity+json, text/html;q=0.1"
)


@pytest.fixture
async def sud(network):
    """One house alone."""
    return await network.add("sud.test")


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
        sorts = {script.get("type", "src" if "src" in script else "") for script in seen.all("script")}
        assert sorts <= {"src", "application/ld+json"}, path
        assert all(script.get("src", "/static/").startswith("/static/") for script in seen.all("script"))
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

    monkeypatch.setattr(store, "several", fail)
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


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("<p>un <strong>deux</strong></p>", "<p>un <strong>deux</strong></p>"),
        ("<script>__x()</script><style>p{}</style>a", "a"),
        ('<p onclick="__x()" class="c" style="x" id="main">a</p>', "<p>a</p>"),
        ('<img src="https://evil.test/x.png"><svg><script>__x()</script></svg>a', "a"),
        ("<h2>a</h2>b<div>c</div><div>d</div>", "<p>a</p>b<p>c</p><p>d</p>"),
        ('<a href="https://a.test/?b=1&amp;c=2" target="_blank">a</a>', "https://a.test/?b=1&amp;c=2"),
        ('<a href="mailto:a@b.test">a</a>', "mailto:a@b.test"),
        ("<b>never <i>closed", "<b>never <i>closed</i></b>"),
    ],
)
def test_foreign_marks_are_kept_or_dropped_by_a_short_list(foreign, ours):
    assert ours in clean_html(foreign)
    assert clean_html(clean_html(foreign)) == clean_html(foreign)
    assert "__x" not in clean_html(foreign)
    assert "evil" not in clean_html(foreign)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:__x()",
        " java\tscript:__x()",
        "JaVaScRiPt:__x()",
        "data:text/html,<script>__x()</script>",
        "vbscript:x",
        "//evil.test/",
        "/logout",
        "\\\\evil.test",
        "blob:https://a.test/x",
        "",
    ],
)
def test_a_link_leads_to_the_open_web_or_nowhere(address):
    """Security case 65, in texts and in the addresses that stand alone."""
    assert "href" not in clean_html(f'<a href="{address}">a</a>')
    assert weblink(address) is None


def test_a_link_to_the_open_web_gives_nobody_our_good_name():
    assert 'rel="nofollow noopener ugc"' in clean_html('<a href="https://a.test" rel="me">a</a>')
    assert weblink("https://a.test/b") == "https://a.test/b"


def test_members_write_markdown_without_html_and_without_pictures():
    html = markdown("# Vélo\n**gras** <b>x</b> ![y](https://a.test/z.png)\n\n- un\n- deux")

    assert "<p><strong>Vélo</strong></p>" in html
    assert "&lt;b&gt;" in html
    assert "<img" not in html
    assert "<li>deux</li>" in html


def test_a_preview_is_one_line_of_bare_words():
    assert plain("<p>Un &lt;b&gt; &amp; deux<br>trois</p><p>quatre</p>") == "Un <b> & deux trois quatre"
    assert plain("<p>un deux trois</p>", 9) == "un deux…"


def test_no_attribute_but_a_link_comes_through():
    foreign = '<p lang="fr" title="x" class="y" id="z">a <a title="x" href="https://b.test">b</a></p>'

    assert clean_html(foreign) == '<p>a <a href="https://b.test" rel="nofollow noopener ugc">b</a></p>'
