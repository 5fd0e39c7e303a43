"""From an empty folder to a listing that another coop shows: in a browser alone, without a text editor."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import DESK, PHONE, ROOT, awake, free_pair
from tests.browser.test_pages import faults

PATIENCE = 30.0  # seconds for what one house says to arrive at the other


@dataclass
class Fresh:
    """A house that was just made: where it is, and the path of its one-time link."""

    origin: str
    link: str


@contextmanager
def fresh(folder: Path, port: int, environment: dict[str, str]) -> Iterator[Fresh]:
    """What an operator types: `init` with nothing but the origin, then `serve`."""
    origin = f"http://127.0.0.1:{port}"
    here = ("--data-dir", str(folder), "--origin", origin, "--bind", f"127.0.0.1:{port}")
    made = subprocess.run(
        [sys.executable, "-m", "fedicoop", "init", *here],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    link = re.search(r"/bienvenue/[\w-]+", made.stdout)
    assert link, made.stdout
    command = [sys.executable, "-m", "fedicoop", "serve", "--data-dir", str(folder)]
    with (folder.parent / f"{port}.log").open("w") as log:
        running = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not awake(origin) and time.monotonic() < until:
            time.sleep(0.1)
        yield Fresh(origin, link[0])
    finally:
        running.terminate()
        running.wait(30)


@pytest.fixture
def houses(chromium, tmp_path):
    """Two houses without a coop."""
    port = free_pair()
    environment = os.environ | {
        "LANG": "fr_FR.UTF-8",
        "PYTHONPATH": str(ROOT),
        "FEDICOOP_ALLOWED_PEERS": f"127.0.0.1:{port},127.0.0.1:{port + 1}",
    }
    with (
        fresh(tmp_path / "velo", port, environment) as velo,
        fresh(tmp_path / "objets", port + 1, environment) as objets,
    ):
        yield velo, objets


def pick(page, words: str) -> None:
    page.locator("label.pick", has_text=words).first.click()


def go_on(page) -> None:
    page.locator("main form button.button").first.click()
    page.wait_for_load_state()


def set_up(one, house, *, kind: str, name: str, shots: str = "") -> list[str]:
    """The four screens, and what axe found on them."""
    page, found = one.page, []

    def seen(number: int) -> None:
        found.extend(faults(page))
        if shots:
            one.shoot(f"first-run-{shots}-{number}")

    one.open(house.link)
    seen(1)
    pick(page, kind)
    go_on(page)
    seen(2)
    page.fill("#f-name", name)
    page.fill("#f-sentence", "On partage ce qui peut servir.")
    page.locator("label.hue").nth(4).click()
    go_on(page)
    seen(3)
    page.fill("#f-place", "Lille")
    pick(page, "Sur demande")
    go_on(page)
    seen(4)
    page.fill("#f-name", "Camille")
    page.fill("#f-password", "un vélo sous la pluie")
    go_on(page)
    return found


@pytest.mark.parametrize(
    ("size", "dark", "script"),
    [(PHONE, False, True), (DESK, True, True), (PHONE, True, False)],
    ids=["phone-light", "desk-dark", "phone-dark-without-script"],
)
def test_from_an_empty_folder_to_a_listing_that_another_coop_shows(reader, houses, size, dark, script):
    velo, objets = houses
    first = reader(velo.origin, size=size, dark=dark, script=script)
    second = reader(objets.origin, size=size, dark=dark)

    wrong = (
        set_up_without_script(first, velo)
        if not script
        else set_up(
            first, velo, kind="Réparation de vélos", name="Vélo Fives", shots="dark" if dark else "light"
        )
    )
    assert wrong == []
    assert "/publier" in first.page.url
    assert first.page.input_value("[name=title]") == "Révision de vélo à prix libre"
    first.page.locator('button[value="publish"]:visible').click()
    first.page.wait_for_url("**/publier/fait/**")
    assert "@velo_fives@127.0.0.1" in first.page.locator("main").inner_text()
    first.page.wait_for_timeout(500)  # pages fade into each other
    first.shoot(f"first-run-published-{'dark' if dark else 'light'}")

    assert set_up(second, objets, kind="Prêt d’objets", name="Objets de Wazemmes") == []
    second.open("/admin/reseau")
    second.page.fill("#f-name", velo.origin.partition("://")[2])
    go_on(second.page)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        second.open("/")
        if second.page.locator("main", has_text="Révision de vélo à prix libre").count():
            break
        time.sleep(0.5)
    assert "Révision de vélo à prix libre" in second.page.locator("main").inner_text()
    assert first.foreign == second.foreign == []
    assert first.errors == second.errors == []
    if script:
        assert first.width() <= size["width"]


def set_up_without_script(one, house) -> list[str]:
    """The same; axe itself is script, so it cannot look."""
    page = one.page
    one.open(house.link)
    pick(page, "Réparation de vélos")
    go_on(page)
    page.fill("#f-name", "Vélo Fives")
    page.locator("button[name=look]").click()
    page.wait_for_load_state()
    assert page.locator("[data-phone]").inner_text().count("Vélo Fives") == 1
    go_on(page)
    page.fill("#f-place", "Lille")
    go_on(page)
    page.fill("#f-name", "Camille")
    page.fill("#f-password", "un vélo sous la pluie")
    go_on(page)
    return []


def test_the_preview_follows_what_is_typed(reader, houses):
    velo, _ = houses
    one = reader(velo.origin)
    one.open(velo.link)
    pick(one.page, "Alimentation")
    go_on(one.page)
    phone = one.page.locator("[data-phone]")

    one.page.fill("#f-name", "Épicerie d’à côté")
    one.page.fill("#f-sentence", "Des légumes du coin.")
    one.page.locator("label.hue", has=one.page.locator("[value='40']")).click()

    assert phone.locator("[data-name]").inner_text() == "Épicerie d’à côté"
    assert phone.locator("[data-initial]").inner_text() == "É"
    assert phone.locator("[data-sentence]").inner_text() == "Des légumes du coin."
    assert "hue-40" in phone.get_attribute("class")
    assert one.page.input_value("#f-handle") == "epicerie_d_a_cote"
    one.page.fill("#f-handle", "epicerie")
    one.page.fill("#f-name", "Épicerie")
    assert one.page.input_value("#f-handle") == "epicerie", "what was written by hand stays"
    assert not one.page.locator("[data-look]").is_visible()
