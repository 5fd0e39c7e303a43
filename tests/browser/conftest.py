"""A real browser at really running coops: Debian's chromium, driven by Playwright.

Where there is no chromium the tests here are skipped with that reason; where REQUIRE_JUDGES names
`chromium`, or all, its absence fails them.  Pictures of what was seen go to the ignored folder `shots/`.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "shots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _found() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


def _absent(why: str) -> None:
    if {"chromium", "all"} & set(os.environ.get("REQUIRE_JUDGES", "").replace(" ", "").split(",")):
        pytest.fail(f"{why}, and REQUIRE_JUDGES wants it")
    pytest.skip(why)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium():
    """One a file: Playwright keeps an event loop, and nobody else in the process can have one meanwhile."""
    path = _found()
    if path is None:
        _absent("no chromium here (Debian: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("playwright is not installed (pip install -e '.[dev]')")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_pair() -> int:
    """A port that is free, and the next one too."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port


@dataclass(frozen=True)
class Demonstration:
    velo: str
    objets: str


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """`fedicoop demo` in a process of its own."""
    port = free_pair()
    with subprocess.Popen(
        [sys.executable, "-m", "fedicoop", "demo", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"LANG": "fr_FR.UTF-8", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        told = []
        assert running.stdout
        for line in running.stdout:
            told.append(line)
            if "Ctrl-C" in line:
                break
        assert running.poll() is None, "".join(told)
        try:
            yield Demonstration(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}")
        finally:
            running.terminate()
            running.wait(30)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demonstration]:
    if _found() is None:
        _absent("no chromium here (Debian: apt install chromium)")
    with demonstration() as running:
        yield running


@dataclass
class Reader:
    """Somebody at the browser: `foreign` are requests that left for another host, `errors` the console's."""

    page: object
    origin: str
    foreign: list[str]
    errors: list[str]
    script: bool = True

    def open(self, path: str):
        return self.page.goto(f"{self.origin}{path}")

    def enter(self, handle: str) -> None:
        """Sign in as one of the demonstration's people."""
        self.open("/entrer")
        self.page.locator(f'form:has(input[value="{handle}"]) button').first.click()
        self.page.wait_for_load_state()

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


@pytest.fixture
def reader(chromium):
    """Makes readers: `reader(origin, size=PHONE, dark=False, script=True, language="fr")`."""
    contexts = []

    def make(
        origin: str, *, size=PHONE, dark: bool = False, script: bool = True, language: str = "fr"
    ) -> Reader:
        context = chromium.new_context(
            viewport=size,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale=language,
            has_touch=size == PHONE,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        made = Reader(page, origin, [], [], script)
        own = (origin, "data:", "blob:", "about:")
        page.on("request", lambda request: request.url.startswith(own) or made.foreign.append(request.url))
        page.on("console", lambda said: _counts(said) and made.errors.append(said.text))
        page.on("response", lambda got: _refused(got) and made.errors.append(f"{got.status} {got.url}"))
        page.on("pageerror", lambda error: _left_early(error) or made.errors.append(str(error)))
        return made

    yield make
    for context in contexts:
        context.close()


def _counts(said) -> bool:
    """What the console reports of our pages; that an answer was a refusal is told with its address."""
    return said.type == "error" and "Failed to load resource" not in said.text


def _left_early(error) -> bool:
    """A page that is left before its fade is over: no fault of anybody's."""
    return "Transition was aborted" in str(error)


def _refused(got) -> bool:
    """A peer's photo that is still to be copied has an empty frame, which is a 404 on purpose."""
    return got.status >= 400 and "/media/" not in got.url


def awake(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
