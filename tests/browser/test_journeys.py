"""What members do, from end to end, in a browser: publish, find, be found elsewhere, look near a town."""

import io
import time

import pytest
from PIL import Image

from tests.browser.conftest import DESK, PHONE

SIXTY, TWENTY = (
    60.0,
    20.0,
)  # seconds: what a person has; a machine that needs longer shows that steps are too many


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A photo as a phone takes it, larger than we keep, with a place in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 38.0, 13.0), 3: "E", 4: (3.0, 3.0, 48.0)})
    out = io.BytesIO()
    Image.effect_noise((1800, 1350), 60).convert("RGB").save(out, "JPEG", exif=exif, quality=70)
    path = tmp_path_factory.mktemp("photo") / "IMG_0001.jpg"
    path.write_bytes(out.getvalue())
    return path


def publish(member, title: str, photo=None, **answers: str) -> None:
    """Fill in what is asked for, and no more."""
    page = member.page
    member.open("/publier")
    if photo:
        page.locator('input[type="file"][multiple]').set_input_files(photo)
        if member.script:
            page.wait_for_selector('input[name="photo"]', state="attached")
    page.fill('input[name="title"]', title)
    page.locator('input[name="mode"][value="loan"]').check(force=True)
    if not page.input_value('input[name="place"]'):
        page.fill('input[name="place"]', "Lille")
    for name, value in answers.items():
        page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)
    buttons = page.locator('button[value="publish"]')
    (buttons.last if buttons.last.is_visible() else buttons.first).click()
    page.wait_for_url("**/publier/fait/**")


@pytest.mark.parametrize(
    ("size", "script", "dark"),
    [(PHONE, True, False), (PHONE, False, True), (DESK, True, True)],
    ids=["phone", "phone without script", "desk"],
)
def test_an_offer_with_its_photo_is_published_found_and_seen_next_door(
    reader, demo, photo, size, script, dark
):
    title = f"Échafaudage roulant {time.monotonic_ns() % 100_000}"
    camille = reader(demo.velo, size=size, script=script, dark=dark)
    camille.enter("camille")
    began = time.monotonic()
    publish(camille, title, photo)
    took = time.monotonic() - began

    camille.shoot(f"published-{'script' if script else 'plain'}-{size['width']}")
    assert title in camille.page.locator("main").inner_text()
    assert camille.page.locator("main img").count() >= 1
    assert took < SIXTY

    lea = reader(demo.velo, size=size, script=script)
    lea.enter("lea")
    lea.open("/")
    lea.page.fill("#q", title)
    lea.page.press("#q", "Enter")
    lea.page.wait_for_load_state()
    lea.page.locator(".card", has_text=title).get_by_role("link").first.click()
    lea.page.wait_for_url("**/l/**")
    assert lea.page.locator("h1").inner_text() == title

    yann = reader(demo.objets, size=size, script=script)
    seen_next_door(yann, title)
    assert yann.page.locator("h1").inner_text() == title
    assert "Vélo Fives" in yann.page.locator("main").inner_text()
    assert camille.foreign == lea.foreign == yann.foreign == []
    assert camille.errors == lea.errors == []


def seen_next_door(visitor, title: str) -> None:
    """Look for it at the coop that follows, until it has arrived."""
    for _ in range(40):
        visitor.open(f"/annonces?q={title}")
        if visitor.page.locator(".card", has_text=title).count():
            break
        time.sleep(0.25)
    visitor.page.locator(".card", has_text=title).get_by_role("link").first.click()
    visitor.page.wait_for_url("**/l/**")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_peers_need_near_a_town_is_found_in_a_few_steps(reader, demo, script):
    visitor = reader(demo.velo, script=script)
    began = time.monotonic()
    visitor.open("/")
    visitor.page.fill("#lieu", "Lille")
    visitor.page.press("#lieu", "Enter")
    visitor.page.wait_for_load_state()
    visitor.page.get_by_role("link", name="Besoins").first.click()
    visitor.page.wait_for_load_state()
    need = visitor.page.locator(".card", has_text="Objets de Wazemmes").first
    need.get_by_role("link").first.click()
    visitor.page.wait_for_url("**/l/**")

    assert "Besoin" in visitor.page.locator("main").inner_text()
    assert "Objets de Wazemmes" in visitor.page.locator("main").inner_text()
    assert time.monotonic() - began < TWENTY


def test_words_narrow_the_list_while_one_types(reader, demo):
    visitor = reader(demo.velo)
    visitor.open("/")
    before = visitor.page.locator("#found-count").inner_text()
    visitor.page.locator("#q").press_sequentially("perceuses", delay=30)
    visitor.page.wait_for_function(
        "before => document.querySelector('#found-count').innerText !== before", arg=before
    )

    assert "q=perceuses" in visitor.page.url
    assert "Perceuse" in visitor.page.locator("#found").inner_text()
    assert visitor.page.evaluate("document.activeElement.id") == "q"
    assert visitor.errors == []


def test_the_map_comes_alive_and_asks_nobody_else(reader, demo):
    visitor = reader(demo.velo, size=DESK)
    visitor.open("/annonces?vue=carte")
    visitor.page.wait_for_selector(".map__dot")
    many = visitor.page.locator(".map__dot--many").first
    before = visitor.page.locator(".map__dot").count()
    many.click()
    visitor.page.wait_for_function(
        "before => document.querySelectorAll('.map__dot').length !== before", arg=before
    )

    assert visitor.page.locator(".map__name").count() >= 2
    assert visitor.foreign == []
    assert visitor.errors == []


def test_with_the_keyboard_alone_one_finds_and_publishes(reader, demo):
    camille = reader(demo.velo, size=DESK)
    camille.enter("camille")
    page = camille.page
    camille.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    walk_to(page, "document.activeElement.id === 'q'")
    page.keyboard.type("remorque")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=remorque**")
    walk_to(page, "document.activeElement.closest('.card')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/l/**")

    camille.open("/publier")
    walk_to(page, "document.activeElement.name === 'title'")
    page.keyboard.type("Pompe à pied")
    walk_to(page, "document.activeElement.name === 'mode'")
    page.keyboard.press("ArrowRight")
    walk_to(page, "document.activeElement.name === 'place'")
    if not page.input_value('input[name="place"]'):
        page.keyboard.type("Lille")
    walk_to(page, "document.activeElement.value === 'publish'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/publier/fait/**")

    assert "Pompe à pied" in page.locator("main").inner_text()
    assert page.locator('input[name="title"]').count() == 0


def walk_to(page, there: str) -> None:
    """Tab on until that is so; what has the focus must be seen."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(f"Boolean({there})"):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the keyboard does not reach: {there}")
