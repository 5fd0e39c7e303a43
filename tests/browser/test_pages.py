"""Every page as it is seen: on a phone and at a desk, light and dark, with script and without."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESK, PHONE

OPEN = [
    "/",
    "/annonces?q=velo",
    "/annonces?q=zzzzzz",
    "/coops",
    "/@velo",
    "/about",
    "/entrer",
    "/aide",
    "/aide/publier",
    "/confidentialite",
    "/accessibilite",
    "/mentions-legales",
    "/hors-ligne",
    "/help/errors",
    "/no-such",
]
MEMBERS = ["/publier", "/alertes", "/alertes/reglages", "/echanges", "/moi"]
STEWARDS = ["/admin", "/admin/sante", "/admin/coop"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEAST_TARGET = 24  # WCAG 2.2, 2.5.8; ours are 44 where a finger goes
BUDGET = 60_000  # bytes of HTML, style and script, compressed, before photos


def faults(page) -> list[str]:
    """What axe finds, a line each."""
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found
    ]


def links_of(page) -> set[str]:
    """The pages of this house that a page leads to."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return {urlsplit(one)._replace(fragment="").geturl() for one in found}


def all_paths(reader, demo) -> list[str]:
    one = reader(demo.velo)
    one.open("/")
    keys = [path for path in sorted(links_of(one.page)) if "/l/" in path]
    ours = urlsplit(keys[0]).path
    return [*OPEN, ours, "/@objets@" + urlsplit(demo.objets).netloc]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("who", [None, "camille"], ids=["visitor", "steward"])
def test_no_page_has_a_barrier(reader, demo, dark, who):
    """axe finds nothing on any page, in either theme; nothing scrolls sideways; nobody else is asked."""
    one = reader(demo.velo, dark=dark)
    if who:
        one.enter(who)
    wrong = []
    for path in [*all_paths(reader, demo), *(MEMBERS + STEWARDS if who else [])]:
        one.open(path)
        wrong += [f"{path}: {fault}" for fault in faults(one.page)]
        if one.width() > PHONE["width"]:
            wrong.append(f"{path}: scrolls sideways, {one.width()} px")
        one.shoot(
            f"{who or 'visitor'}-{'dark' if dark else 'light'}-{path.strip('/').replace('/', '_') or 'home'}"
        )

    assert wrong == []
    assert one.foreign == []
    assert [error for error in one.errors if not error.endswith("/no-such")] == []


def shape(url: str) -> str:
    """The sort of page that an address leads to: names and keys are all one."""
    path = urlsplit(url).path
    path = re.sub(r"/[a-z0-9]{26}(?=/|$)", "/KEY", path, flags=re.IGNORECASE)
    path = re.sub(r"^/@[^/]+", "/@NAME", path)
    return re.sub(r"^/(tags|help/errors|aide|help|admin/membres)/[^/]+$", r"/\1/ONE", path)


def test_every_sort_of_page_that_links_lead_to_has_no_barrier(reader, demo):
    """Who cares for a coop walks from link to link until no new sort of page comes; each is looked at."""
    one = reader(demo.velo, dark=True)
    one.enter("camille")
    todo, seen, wrong = [demo.velo + "/", demo.velo + "/moi", demo.velo + "/admin"], set[str](), []
    while todo:
        url = todo.pop(0)
        if shape(url) in seen or not url.startswith(demo.velo):
            continue
        seen.add(shape(url))
        answer = one.page.request.head(url, max_redirects=0)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        one.page.goto(url)
        wrong += [f"{url}: {fault}" for fault in faults(one.page)]
        if one.width() > PHONE["width"]:
            wrong.append(f"{url}: scrolls sideways, {one.width()} px")
        todo += sorted(links_of(one.page))

    assert wrong == []
    assert one.foreign == []
    assert len(seen) > 30, seen


def test_pages_are_light(reader, demo):
    """All of a page but its photos weighs at most 60 kB on the way."""
    for path in ["/", "/publier", "/alertes", "/echanges", "/moi"]:
        one = reader(demo.velo)
        one.enter("camille")
        weights: dict[str, int] = {}

        def weigh(response, weights=weights):
            kind = response.headers.get("content-type", "")
            if response.status == 200 and any(sort in kind for sort in ("html", "css", "javascript")):
                weights[response.url] = len(gzip.compress(response.body(), 6))

        one.page.on("response", weigh)
        one.open(path)
        one.page.wait_for_load_state("networkidle")
        assert sum(weights.values()) <= BUDGET, weights


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_whole_without_script(reader, demo, size):
    one = reader(demo.velo, size=size, script=False)
    for path in all_paths(reader, demo):
        one.open(path)
        assert one.page.locator("h1").count() == 1, path
        assert one.page.locator("main").inner_text().strip(), path
