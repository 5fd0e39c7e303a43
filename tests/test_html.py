"""What a browser, a screen reader or a search engine needs of every page, and can be told without them."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from justhtml import JustHTML

from fedicoop.listings.listing import Status, Visibility
from tests import crawling
from tests.browsing import Visitor
from tests.crawling import Unfilled, World, plain
from tests.seen import BROWSER

SORTS = [
    (Visibility.PUBLIC, Status.PUBLISHED),
    (Visibility.PUBLIC, Status.DRAFT),
    (Visibility.COOP, Status.PUBLISHED),
]
REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")
LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "embed": "src", "use": "href"}
LOADING_LINKS = {"stylesheet", "icon", "apple-touch-icon", "manifest", "preload", "modulepreload"}
UNLABELLED = {"hidden", "submit", "button", "image"}


def text_of(element) -> str:
    return " ".join(element.to_text(separator=" ").split())


def name_of(element, document) -> str:
    """What a screen reader calls it (a part of the accessible name computation, enough for our pages)."""
    attrs = element.attrs
    if attrs.get("aria-label"):
        return attrs["aria-label"]
    if attrs.get("aria-labelledby"):
        return " ".join(
            text_of(one) for id in attrs["aria-labelledby"].split() for one in document.query(f"[id='{id}']")
        )
    drawn = " ".join(image.attrs.get("alt") or "" for image in element.query("img"))
    return f"{text_of(element)} {drawn}".strip()


def faults(document: JustHTML, origin: str) -> list[str]:
    """Everything that is wrong with a page, one sentence each."""
    return [
        *(f"line {one.line}: {one.code}" for one in document.errors),
        *_frame(document),
        *_names(document),
        *_references(document),
        *_active(document),
        *_foreign(document, origin),
    ]


def _frame(document: JustHTML):
    [html] = document.query("html")
    if html.attrs.get("lang") not in ("fr", "en"):
        yield "the page does not say its language"
    if not text_of(document.query("title")[0]).strip(" ·"):
        yield "the page has no title"
    headings = document.query("h1, h2, h3, h4, h5, h6")
    if [one.name for one in headings].count("h1") != 1:
        yield f"{[one.name for one in headings].count('h1')} headings of the first level"
    levels = [int(one.name[1]) for one in headings]
    yield from (
        f"h{level} after h{before}: {text_of(heading)}"
        for before, level, heading in zip(levels, levels[1:], headings[1:], strict=False)
        if level > before + 1
    )
    yield from ("an empty heading" for one in headings if not text_of(one))
    if len(document.query("main")) != 1:
        yield "not one main part"


def _names(document: JustHTML):
    yield from (
        f"a picture without alt: {one.attrs.get('src')}"
        for one in document.query("img")
        if "alt" not in one.attrs
    )
    yield from (
        f"a link without a name: {one.attrs.get('href')}"
        for one in document.query("a[href]")
        if not name_of(one, document)
    )
    yield from ("a button without a name" for one in document.query("button") if not name_of(one, document))
    labelled = {one.attrs.get("for") for one in document.query("label")}
    inside = {
        id(field) for label in document.query("label") for field in label.query("input, select, textarea")
    }
    for field in document.query("input, select, textarea"):
        named = field.attrs.get("aria-label") or field.attrs.get("aria-labelledby")
        unseen = field.attrs.get("aria-hidden") == "true" and field.attrs.get("tabindex") == "-1"
        if field.attrs.get("type") in UNLABELLED or named or unseen or id(field) in inside:
            continue
        if field.attrs.get("id") not in labelled - {None}:
            yield f"a field without a label: {field.attrs.get('name')}"


def _references(document: JustHTML):
    ids = [one.attrs["id"] for one in document.query("[id]")]
    yield from (f"id twice: {id}" for id in {id for id in ids if ids.count(id) > 1})
    for name in REFERRING:
        for one in document.query(f"[{name}]"):
            yield from (f"{name} of nothing: {id}" for id in (one.attrs[name] or "").split() if id not in ids)
    for link in document.query("a[href^='#']"):
        if link.attrs["href"][1:] not in ids:
            yield f"a link to no place: {link.attrs['href']}"


def _active(document: JustHTML):
    """What the policy of the page forbids would not work; and no form is without its token."""
    for one in document.query("*"):
        attrs = one.attrs or {}
        yield from (f"{name} on {one.name}" for name in attrs if name.startswith("on") or name == "style")
        if one.name == "style" or (
            one.name == "script" and "src" not in attrs and attrs.get("type") != "application/ld+json"
        ):
            yield f"an inline {one.name}"
    for form in document.query("form"):
        if (form.attrs.get("method") or "get").lower() == "post" and not form.query(
            "input[name='form_token']"
        ):
            yield f"a form without a token: {form.attrs.get('action')}"


def _foreign(document: JustHTML, origin: str):
    """Nothing is loaded from, or sent to, another host."""
    asked = [(one, LOADED[one.name]) for name in LOADED for one in document.query(name)]
    asked += [(one, "action") for one in document.query("form")]
    asked += [
        (one, "href")
        for one in document.query("link")
        if LOADING_LINKS & set((one.attrs.get("rel") or "").split())
    ]
    for element, attribute in asked:
        address = element.attrs.get(attribute) or ""
        parts = urlsplit(address)
        if parts.scheme == "data" or not (parts.scheme or parts.netloc) or address.startswith(f"{origin}/"):
            continue
        yield f"{element.name} asks {parts.netloc or parts.scheme}"
    yield from (f"srcset on {one.name}" for one in document.query("[srcset]") if "//" in one.attrs["srcset"])


async def _page(visitor: Visitor, address: str, language: str) -> tuple[int, str, str]:
    answer = await visitor.instance.http.get(
        visitor.instance.origin + address,
        headers={"accept": BROWSER, "accept-language": language, "accept-encoding": "identity"}
        | visitor._cookie_header(),
    )
    visitor.instance.http.cookies.clear()
    return answer.status_code, answer.headers.get("content-type", ""), answer.text


@pytest.mark.parametrize(
    ("who", "language"), [("a visitor", "fr"), ("a visitor", "en"), ("lea", "fr"), ("zoe", "fr")]
)
async def test_every_page_is_sound(network, who, language):
    here = await crawling.world(network, SORTS)
    visitor, looked_at, wrong = await here.browser(who), set[str](), []

    for route in crawling.routes(here.house.app):
        for address in crawling.addresses(route, here):
            status, kind, text = await _page(visitor, address, language)
            shape = plain(text)  # what differs by a token or a key alone is looked at once
            if not kind.startswith("text/html") or shape in looked_at:
                continue
            looked_at.add(shape)
            document = JustHTML(text, sanitize=False, collect_errors=True)
            wrong += [f"{status} {address}: {fault}" for fault in faults(document, here.house.origin)]

    assert wrong == []
    assert len(looked_at) > 20, "a crawl that finds nothing proves nothing"


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<h1>A</h1><h3>B</h3>", "h3 after h1: B"),
        ("<h1>A</h1><h1>B</h1>", "2 headings of the first level"),
        ("<h1>A</h1><p id=a></p><p id=a></p>", "id twice: a"),
        ("<h1>A</h1><input name=q>", "a field without a label: q"),
        ("<h1>A</h1><input name=q aria-hidden=true>", "a field without a label: q"),
        ("<h1>A</h1><label for=b>B</label>", "for of nothing: b"),
        ("<h1>A</h1><button></button>", "a button without a name"),
        ("<h1>A</h1><a href='/'><svg></svg></a>", "a link without a name: /"),
        ("<h1>A</h1><img src='/a.png'>", "a picture without alt: /a.png"),
        ("<h1>A</h1><img alt='' src='https://evil.test/a.png'>", "img asks evil.test"),
        ("<h1>A</h1><img alt='' src='//evil.test/a.png'>", "img asks evil.test"),
        ("<h1>A</h1><p style='color:red'>", "style on p"),
        ("<h1>A</h1><p onclick='x()'>", "onclick on p"),
        ("<h1>A</h1><script>x()</script>", "an inline script"),
        ("<h1>A</h1><form method=post action='/x'></form>", "a form without a token: /x"),
        ("<h1>A</h1><form action='https://evil.test/'></form>", "form asks evil.test"),
        ("<h1>A</h1><p><div></p>", "unexpected-end-tag"),
    ],
)
def test_the_eye_that_looks_at_pages_sees(html, fault):
    page = (
        f"<!doctype html><html lang=fr><head><title>A</title></head><body><main>{html}</main></body></html>"
    )

    found = faults(JustHTML(page, sanitize=False, collect_errors=True), "https://nord.test")

    assert any(fault in one for one in found), found


def test_a_route_that_nobody_filled_in_is_named():
    with pytest.raises(Unfilled, match=re.escape("/new/{strange}")):
        crawling.fill("/new/{strange}", "strange", World(None))


def test_no_two_rooms_style_one_name_of_a_class():
    """The style goes out as one sheet: a name that two rooms take for different things breaks one of them."""
    taken: dict[str, set[str]] = {}
    for part in sorted((Path(__file__).parents[1] / "fedicoop" / "static" / "style").glob("[45]*.css")):
        text = re.sub(r"/\*.*?\*/", "", part.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", text):
            for one in selectors.split(","):
                if name := re.fullmatch(r"\s*\.([a-z]+(?:-[a-z]+)*)\s*", one):
                    taken.setdefault(name[1], set()).add(part.stem)

    shared = {"listing", "found"}  # the page as a whole, which a later part only adds to
    assert {name: parts for name, parts in taken.items() if len(parts) > 1 and name not in shared} == {}
