"""From an empty data folder to a listing that another coop shows, in a browser and nowhere else."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import ROOT, awake, free_port


class House:
    """What a volunteer has after two commands: a house that runs, and the link that `init` printed."""

    def __init__(self, folder, port: int, peers: str) -> None:
        self.folder, self.port, self.origin = folder, port, f"http://127.0.0.1:{port}"
        self.environ = os.environ | {
            "FEDICOOP_ALLOWED_PEERS": peers,
            "FEDICOOP_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]

    def init(self) -> str:
        done = subprocess.run(
            self.command("init", "--origin", self.origin, "--bind", f"127.0.0.1:{self.port}", "--json"),
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return urlsplit(json.loads(done.stdout)["admin_link"]).path

    @contextmanager
    def served(self):
        with subprocess.Popen(self.command("serve"), env=self.environ, stderr=subprocess.DEVNULL) as running:
            try:
                until = time.monotonic() + 30
                while not awake(self.origin):
                    assert time.monotonic() < until, "it does not wake up"
                    time.sleep(0.1)
                yield
            finally:
                running.terminate()
                running.wait(20)


@pytest.fixture
def houses(tmp_path, chromium):
    """Two empty houses that run, each with its link."""
    ports = [free_port(), free_port()]
    peers = ",".join(f"127.0.0.1:{port}" for port in ports)
    with ExitStack() as stack:
        made = []
        for name, port in zip(("velo", "objets"), ports, strict=True):
            house = House(tmp_path / name, port, peers)
            link = house.init()
            stack.enter_context(house.served())
            made.append((house, link))
        yield made


def set_up(someone, link: str, *, name: str, handle: str, kind: str, person: str) -> None:
    """The four screens, as a volunteer answers them."""
    page = someone.page
    someone.open(link)
    page.locator(f'input[name="kind"][value="{kind}"]').check(force=True)
    onward(page)
    page.fill('input[name="name"]', name)
    page.fill('input[name="handle"]', handle)
    page.fill('input[name="sentence"]', "On se prête ce qui sert deux fois par an.")
    onward(page)
    page.fill('input[name="place"]', "Lille")
    onward(page)
    page.fill('input[name="name"]', person)
    page.fill('input[name="password"]', "un vélo sous la pluie")
    onward(page)
    page.wait_for_url("**/publier**")


def onward(page) -> None:
    before = page.url
    page.locator("main form button.button").first.click()
    page.wait_for_url(lambda now: now != before)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_two_empty_houses_come_to_show_each_others_listings(houses, reader, script):
    (velo, velo_link), (objets, objets_link) = houses
    camille, sophie = reader(velo.origin, script=script), reader(objets.origin, script=script)

    set_up(camille, velo_link, name="Vélo Fives", handle="velo", kind="bike-repair", person="Camille")
    set_up(sophie, objets_link, name="Objets de Wazemmes", handle="objets", kind="lending", person="Sophie")
    sophie.open("/admin/reseau")
    sophie.page.fill('input[name="name"]', f"127.0.0.1:{velo.port}")
    sophie.page.locator('form[action^="/admin/reseau"]:has(input[name="name"]) button').click()
    sophie.page.wait_for_load_state()
    assert "Vélo Fives" in sophie.page.locator(".done").inner_text()

    title = camille.page.input_value('input[name="title"]')
    go = camille.page.locator('button[value="publish"]')
    (go.last if go.last.is_visible() else go.first).click()
    camille.page.wait_for_url("**/publier/fait/**")
    camille.shoot(f"first-listing-{'script' if script else 'plain'}")
    assert f"@velo@127.0.0.1:{velo.port}" in camille.page.locator("main").inner_text()
    assert title in camille.page.locator("main").inner_text()

    for _ in range(60):
        sophie.open("/")
        if sophie.page.locator(".card", has_text=title).count():
            break
        time.sleep(0.25)
    sophie.shoot(f"first-neighbour-{'script' if script else 'plain'}")
    assert sophie.page.locator(".card", has_text=title).count() == 1
    assert "Vélo Fives" in sophie.page.locator("main").inner_text()
    assert camille.foreign == sophie.foreign == []
    assert camille.errors == sophie.errors == []
