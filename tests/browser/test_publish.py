"""Publishing as somebody does it on a phone: with script and without, with a bad network, in a hurry."""

import io
import time

import pytest
from PIL import ExifTags, Image

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import faults

MINUTE = 60.0


def sideways(width: int = 3000, height: int = 2000) -> bytes:
    """A phone's photo: its sensor lies on its side, it says so, and where it was taken."""
    image = Image.new("RGB", (width, height), (200, 120, 60))
    image.paste((20, 60, 200), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned by a quarter, clockwise
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (50.0, 38.0, 13.0), 3: "E", 4: (3.0, 3.0, 48.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=92)
    return out.getvalue()


def photo(name: str = "perceuse.jpg", data: bytes | None = None) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": sideways() if data is None else data}


def pick(page, label: str) -> None:
    page.locator("label.pick", has_text=label).first.click()


def publish(page) -> None:
    page.locator("button[value=publish]:visible").first.click()
    page.wait_for_url("**/publier/fait/**")


def test_a_fresh_person_publishes_with_a_photo_on_a_phone_within_a_minute(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.page.wait_for_load_state("networkidle")
    one.errors.clear()  # of the page before: photos that are still on their way from the neighbours
    started = time.monotonic()
    one.page.locator("nav a", has_text="Publier").click()
    one.page.locator(".pics__pick input").set_input_files([photo()])
    one.page.fill("#f-title", "Perceuse à percussion")
    pick(one.page, "Prêt")
    one.page.wait_for_selector(".pics__list img")
    publish(one.page)

    assert time.monotonic() - started < MINUTE
    assert "C’est en ligne" in one.page.inner_text("h1")
    assert one.page.locator(".qr").count() == 1
    assert (one.foreign, one.errors) == ([], [])


def test_the_page_after_publishing_tells_by_itself_which_server_has_the_listing(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.page.goto(f"{demo.velo}/publier")
    one.page.fill("#f-title", "Remorque à deux roues")
    pick(one.page, "Prêt")
    publish(one.page)
    other = demo.objets.partition("://")[2]
    one.errors.clear()

    one.page.wait_for_function(
        "() => document.getElementById('echoes').innerText.includes('L’a reçue')", timeout=20_000
    )

    assert other in one.page.locator("#echoes").inner_text()
    assert "/publier/fait/" in one.page.url  # nobody loaded it anew
    assert (one.foreign, one.errors) == ([], [])


OVERHEARD = """
const ask = window.fetch;
window.fetch = (address, wish) => {
  const photo = wish?.body?.get("photos");
  photo?.arrayBuffer?.().then((data) => { window.left = [...new Uint8Array(data)]; });
  return ask(address, wish);
};
"""
"""What a photo is when it leaves: the browser does not show its driver the body of a form with files."""


def test_photos_leave_the_phone_small_upright_and_without_their_place(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.page.add_init_script(OVERHEARD)
    one.open("/publier")
    one.page.locator(".pics__pick input").set_input_files([photo()])
    one.page.wait_for_selector(".pics__list img")

    left = Image.open(io.BytesIO(bytes(one.page.evaluate("window.left"))))
    assert left.size == (1067, 1600)
    assert not left.getexif()
    assert left.getpixel((500, 100))[2] > 150  # what was on the left of the sensor is on top
    kept = one.page.locator(".pics__list img").first
    assert kept.evaluate("image => image.naturalHeight > image.naturalWidth")


def test_what_is_no_photo_is_named_and_the_others_are_kept(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.open("/publier")
    one.page.locator(".pics__pick input").set_input_files([photo("a.jpg"), photo("texte.jpg", b"hello")])
    one.page.wait_for_selector(".field__wrong")

    assert "texte.jpg" in one.page.inner_text(".field__wrong")
    assert one.page.locator(".pics__list img").count() == 1


def test_the_preview_follows_what_is_typed_and_the_category_is_guessed(reader, demo):
    one = reader(demo.velo, size=DESK)
    one.enter("camille")
    one.open("/publier")
    one.page.fill("#f-title", "Tente pour quatre")
    pick(one.page, "Prêt")
    one.page.fill("#f-deposit", "40")
    one.page.wait_for_selector(".post:has-text('caution 40')")

    assert "Camping et voyage" in one.page.inner_text("[data-guess]")
    assert "Tente pour quatre" in one.page.inner_text(".looks .card")
    assert one.page.locator(".ask button").first.inner_text() == "Accessoires et notice"
    one.page.locator(".ask button").first.click()
    assert one.page.input_value("#f-text") == "Accessoires et notice\u00a0: "
    pick(one.page, "Nos membres seulement")
    one.page.wait_for_selector(".looks:has-text('Rien ne part sur Mastodon')")
    assert one.errors == []


def test_a_lost_network_and_a_closed_tab_lose_nothing(reader, demo):
    one = reader(demo.objets)
    one.enter(
        one.page.goto(f"{demo.objets}/entrer") and one.page.locator("input[name=handle]").first.input_value()
    )
    one.open("/publier")
    one.page.locator(".pics__pick input").set_input_files([photo()])
    one.page.wait_for_selector(".pics__list img")
    one.page.context.set_offline(True)
    one.page.fill("#f-title", "Écrit sans réseau")
    one.page.wait_for_selector("[data-state]:has-text('Pas de réseau')")
    one.page.context.set_offline(False)
    again = one.page.context.new_page()
    one.page.close()
    again.goto(f"{demo.objets}/publier")
    again.locator("[data-restore]").click()
    again.wait_for_selector(".pics__list img")

    assert again.input_value("#f-title") == "Écrit sans réseau"
    pick(again, "Don")
    publish(again)
    assert "Écrit sans réseau" in again.inner_text("main")
    again.goto(f"{demo.objets}/publier")
    assert not again.locator("#found-here").is_visible()


def test_who_presses_twice_publishes_once(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.open("/publier")
    one.page.fill("#f-title", "Deux fois pressé")
    pick(one.page, "Don")
    one.page.locator("button[value=publish]:visible").first.dblclick()
    one.page.wait_for_url("**/publier/fait/**")
    one.open("/moi/annonces")

    assert one.page.locator(".mine", has_text="Deux fois pressé").count() == 1


def test_the_slider_is_another_way_to_say_how_precise_the_place_is(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.open("/publier")
    assert not one.page.locator("#f-spot").is_visible()
    one.page.locator(".scale").fill("2")

    assert one.page.locator("[name=precision][value=street]").is_checked()
    assert one.page.locator("#f-spot").is_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_without_script_the_same_is_done_by_the_buttons(reader, demo, size):
    one = reader(demo.velo, size=size, script=False)
    one.enter("camille")
    one.open("/publier")
    one.page.locator(".pics__pick input").set_input_files([photo()])
    one.page.fill("#f-title", "Sans script")
    pick(one.page, "Troc")
    assert one.page.locator("#f-counterpart").is_visible()
    assert not one.page.locator("#f-deposit").is_visible()
    one.page.fill("#f-counterpart", "du miel")
    one.page.locator(".publish__preview").click()
    assert "Troc · contre du miel" in one.page.inner_text(".looks .card")
    one.page.locator(".shot input[name^=alt]").fill("Une perceuse orange")
    publish(one.page)
    one.page.locator("a", has_text="Voir l’annonce").click()

    assert one.page.locator("img[alt='Une perceuse orange']").count() >= 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_of_publishing_has_a_barrier(reader, demo, dark, size):
    one = reader(demo.velo, size=size, dark=dark, language="en" if dark else "fr")
    one.enter("camille")
    one.open("/publier")
    one.page.fill("#f-title", "Échelle")
    one.page.locator(".pics__pick input").set_input_files([photo()])
    one.page.wait_for_selector(".pics__list img")
    pick(one.page, "Loan" if dark else "Prêt")
    one.page.wait_for_selector(".post")
    wrong, seen = faults(one.page), one.width()
    one.shoot(f"publish-form-{'dark' if dark else 'light'}-{size['width']}")
    publish(one.page)
    wrong += faults(one.page)
    one.shoot(f"publish-done-{'dark' if dark else 'light'}-{size['width']}")
    key = one.page.url.split("/fait/")[1].split("?")[0]
    for path in (
        "/moi/annonces",
        f"/l/{key}",
        f"/l/{key}/modifier",
        f"/l/{key}/terminer",
        f"/l/{key}/supprimer",
    ):
        one.open(path)
        wrong += [f"{path}: {fault}" for fault in faults(one.page)]
        seen = max(seen, one.width())
    one.open("/publier")
    one.page.locator("#publish").evaluate("form => form.noValidate = true")
    one.page.locator("button[value=publish]:visible").first.click()
    one.page.wait_for_selector("#faults")
    wrong += faults(one.page)

    assert wrong == []
    assert seen <= size["width"]
    assert one.foreign == []


def test_the_keyboard_alone_publishes(reader, demo):
    one = reader(demo.velo, size=DESK)
    one.enter("camille")
    one.open("/publier")
    keys = one.page.keyboard
    one.page.locator("#f-title").focus()
    keys.type("Au clavier")
    one.page.locator("[name=mode]").first.focus()
    keys.press("Space")
    for _ in range(60):
        keys.press("Tab")
        if one.page.evaluate("document.activeElement.value === 'publish'"):
            break
    assert one.page.evaluate("document.activeElement.value === 'publish'")
    keys.press("Enter")
    one.page.wait_for_url("**/publier/fait/**")

    assert "Au clavier" in one.page.inner_text("main")
