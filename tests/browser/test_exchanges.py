"""Two people agree at two browsers: phone and desk, by day and by night, with script and without."""

import datetime

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import faults


def ask(one, days: tuple[int, int]) -> str:
    """Ask for a thing that is lent by somebody else; the address of the exchange."""
    one.open("/?kind=offer&mode=loan")
    for href in [link.get_attribute("href") for link in one.page.locator("main h3 a").all()]:
        one.open(href)
        if one.page.locator("a[href^='/echanges/nouveau']").count():
            one.page.locator("a[href^='/echanges/nouveau']:visible").first.click()
            if one.page.locator("#f-starts_on").count():
                break
    today = datetime.date.today()
    for name, day in zip(("starts_on", "ends_on"), days, strict=True):
        one.page.fill(f"#f-{name}", (today + datetime.timedelta(days=day)).isoformat())
    one.page.fill("#f-text", "C’est pour un déménagement.")
    one.page.locator(".exchange-form form .button").last.click()
    one.page.wait_for_url("**/echanges/0*")
    return one.page.url.removeprefix(one.origin)


def owner_of(reader, demo, path: str, **how):
    """Whoever has something to answer there."""
    for handle in ("camille", "karim", "lea"):
        one = reader(demo.velo, **how)
        one.enter(handle)
        one.open(path)
        if one.page.locator(".doing").get_by_role("button", name="Accepter").count():
            return one
        one.errors.clear()
    raise AssertionError("nobody answers")


@pytest.mark.parametrize(
    ("size", "dark", "script", "days"),
    [(PHONE, False, True, (20, 22)), (DESK, True, False, (30, 32))],
    ids=["phone, light, script", "desk, dark, no script"],
)
def test_a_loan_is_asked_for_agreed_and_seen_by_both(reader, demo, size, dark, script, days):
    zoe = reader(demo.velo, size=size, dark=dark, script=script)
    zoe.enter("lea")
    path = ask(zoe, days)
    if script:
        assert faults(zoe.page) == []
    zoe.errors.clear()  # listings that are one's own answer 409 on the way
    owner = owner_of(reader, demo, path, size=size, dark=dark, script=script)

    if script:
        assert faults(owner.page) == []
    owner.shoot(f"exchange-asked-{'dark' if dark else 'light'}")
    owner.page.locator(".doing").get_by_role("button", name="Accepter").click()
    owner.page.wait_for_load_state()
    assert "d’accord" in owner.page.inner_text("h1")
    zoe.open(path)
    assert "d’accord" in zoe.page.inner_text("h1")
    zoe.page.locator(".phrases button").first.click()
    if script:  # the phrase goes into the message, where it can be changed
        assert zoe.page.input_value("#f-text")
        zoe.page.locator(".write .button").click()
    zoe.page.wait_for_load_state()
    assert zoe.page.locator(".said--mine .said__text").count() == 2
    for one in (owner, zoe):
        assert one.width() <= size["width"] if script else True
        assert (one.foreign, one.errors) == ([], [])
    zoe.shoot(f"exchange-agreed-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_exchange_of_the_demonstration_has_no_barrier_and_fits_a_small_phone(reader, demo, dark):
    small = {"width": 320, "height": 640}
    for handle in ("camille", "karim", "lea"):
        one = reader(demo.velo, size=small, dark=dark)
        one.enter(handle)
        one.open("/echanges")
        paths = one.page.eval_on_selector_all(".deal a", "all => all.map(one => one.getAttribute('href'))")
        assert paths
        for path in paths:
            one.open(path)
            one.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
            assert faults(one.page) == []
            assert one.width() <= small["width"], path
        assert (one.foreign, one.errors) == ([], [])


def test_an_exchange_is_gone_through_by_keyboard_alone(reader, demo):
    one = reader(demo.velo, size=DESK)
    one.enter("camille")
    one.open("/echanges")
    one.page.locator(".deal a").first.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/echanges/0*")

    for _ in range(60):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.closest('.doing') !== null"):
            break
    reached = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert one.page.evaluate("document.activeElement.closest('.doing') !== null")
    assert reached != "none"
