"""A listing and a coop in a real browser: on paper, from one's own account elsewhere, and reported."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import faults


def a_listing(one, query: str) -> str:
    """The path of the first listing that a search finds."""
    one.open(f"/?q={query}")
    return urlsplit(one.page.locator("main h3 a").first.get_attribute("href")).path


@pytest.mark.parametrize("query", ["cargo", "crevaison"], ids=["with a photo", "without"])
def test_the_poster_is_one_sheet_of_paper(reader, demo, query):
    one = reader(demo.velo, size=DESK)
    one.open(f"{a_listing(one, query)}/affiche")

    sheet = one.page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    assert b"595" in sheet or b"594.9" in sheet, "A4"
    one.page.emulate_media(media="print")
    assert one.page.locator(".paper__bar, header.top, nav, footer.foot").locator("visible=true").count() == 0
    strips = one.page.locator(".strips li")
    assert strips.count() == 8
    assert strips.last.bounding_box()["width"] > 50, "a strip that a hand can tear off"
    one.shoot(f"poster-{query}")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_somebody_from_next_door_follows_from_their_own_account(reader, demo, script):
    """They type their address once; their own house shows the coop, and the button to follow it."""
    one = reader(demo.velo, size=PHONE, script=script)
    home = urlsplit(demo.objets).netloc
    one.open("/@velo")
    one.page.locator(".coop-page__side details summary").last.click()
    one.page.locator("a[href^='/depuis-mastodon']").click()
    if script:
        assert faults(one.page) == []
    one.page.fill("#f-handle", f"@sophie@{home}")
    one.page.locator("main form .button").click()

    way = one.page.locator("section[aria-labelledby='way'] a.button")
    assert home in way.inner_text()
    if script:
        assert faults(one.page) == []
        assert one.page.evaluate("localStorage.getItem('handle')") == f"@sophie@{home}"
        one.shoot("away-ready")
    one.foreign.clear()
    way.click()
    one.page.wait_for_load_state()

    assert one.page.url.startswith(f"{demo.objets}/@velo@")
    assert "Vélo Fives" in one.page.inner_text("h1")
    if script:
        one.open("/depuis-mastodon?uri=" + demo.velo + "/actors/velo")
        assert one.page.input_value("#f-handle") == f"@sophie@{home}", "remembered in this browser"


def test_a_listing_is_reported_on_a_phone_and_taken_down_at_the_desk(reader, demo):
    visitor, steward = reader(demo.velo, size=PHONE), reader(demo.velo, size=DESK)
    path = a_listing(visitor, "peugeot")
    visitor.open(path)
    visitor.page.locator("a[href$='/signaler']").click()
    assert faults(visitor.page) == []
    visitor.page.check("input[name='reason'][value='false']")
    visitor.page.fill("#f-text", "Ce vélo est vendu depuis un mois.")
    visitor.page.locator("main form .button").click()
    assert "Merci" in visitor.page.inner_text("h1")

    steward.enter("karim")
    steward.open("/admin")
    steward.page.locator("a[href='/admin/signalements']").first.click()
    assert faults(steward.page) == []
    card = steward.page.locator("article.report")
    assert "vendu depuis un mois" in card.inner_text()
    card.locator("details summary").click()
    card.locator("textarea").fill("Vendu : merci de clore vos annonces.")
    card.locator("details form .button").click()
    assert "L’annonce est retirée." in steward.page.inner_text("main")

    assert visitor.open(path).status == 404
    assert visitor.foreign == steward.foreign == []


def test_the_description_of_a_photo_opens_with_the_keyboard(reader, demo):
    one = reader(demo.velo, size=PHONE)
    one.open(a_listing(one, "cargo"))
    summary = one.page.locator(".alt summary").first

    summary.focus()
    one.page.keyboard.press("Enter")

    told = one.page.locator(".alt p").first
    assert told.is_visible()
    assert told.inner_text() == one.page.locator(".picture img").first.get_attribute("alt")
    assert faults(one.page) == []
