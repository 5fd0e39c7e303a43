"""Without a network: the frame, the last pages, and nothing of a member who has signed out."""

from urllib.parse import urlsplit

READY = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def installed(reader, origin):
    """Somebody whose browser has taken up the service worker."""
    one = reader(origin)
    one.open("/")
    one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    one.page.wait_for_function("navigator.serviceWorker.controller !== null")
    return one


def unplug(one):
    one.page.context.set_offline(True)


def kept(one, name):
    return one.page.evaluate(
        """async (name) => (await caches.has(name))
            ? (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)
                .filter((path) => path !== "/-/whose") : []""",
        name,
    )


def go(one, path):
    one.page.goto(f"{one.origin}{path}", wait_until="load")


def test_the_last_pages_stay_readable_and_the_rest_says_what_still_works(reader, demo):
    one = installed(reader, demo.velo)
    one.open("/coops")
    one.open("/aide")
    one.page.wait_for_function("caches.open('open pages').then((c) => c.keys()).then((k) => k.length > 1)")

    unplug(one)
    go(one, "/coops")
    assert one.page.locator("h1").inner_text() == "Coopératives"
    go(one, "/entrer")
    assert "Pas de réseau" in one.page.locator("h1").inner_text()
    assert "need the network" in one.page.locator("main").inner_text()
    one.page.wait_for_selector("[data-kept] a")
    assert one.page.locator("[data-kept] a", has_text="Coopératives").count() == 1
    one.shoot("offline")


def test_what_is_administered_or_waits_for_somebody_is_never_kept(reader, demo):
    one = installed(reader, demo.velo)
    one.enter("camille")
    for path in ("/", "/alertes", "/admin", "/moi", "/echanges", "/publier"):
        one.open(path)
    one.page.wait_for_function("caches.open('own pages').then((c) => c.match('/')).then((found) => !!found)")

    assert set(kept(one, "own pages")) == {"/"}
    assert not {"/alertes", "/admin", "/moi", "/echanges", "/publier"} & set(kept(one, "open pages"))


def test_who_signs_out_leaves_nothing_of_theirs_behind(reader, demo):
    one = installed(reader, demo.velo)
    one.enter("camille")
    one.open("/")
    one.page.wait_for_function("caches.has('own pages')")
    one.open("/moi")
    one.page.locator('form[action^="/sortir"] button').first.click()
    one.page.wait_for_load_state()
    one.page.wait_for_function("caches.has('own pages').then((there) => !there)")

    unplug(one)
    go(one, "/")
    assert "Alertes" not in one.page.locator("header").inner_text()


def test_a_session_that_was_ended_elsewhere_takes_its_pages_along(reader, demo):
    one = installed(reader, demo.velo)
    one.enter("karim")
    one.open("/")
    one.page.wait_for_function("caches.has('own pages')")
    one.page.context.clear_cookies()

    one.open("/coops")

    one.page.wait_for_function("caches.has('own pages').then((there) => !there)")
    assert urlsplit(one.page.url).path == "/coops"


def test_another_member_at_the_same_browser_finds_nothing_of_the_one_before(reader, demo):
    one = installed(reader, demo.velo)
    one.enter("lea")
    one.open("/aide")
    one.page.wait_for_function(
        "caches.open('own pages').then((c) => c.match('/aide')).then((found) => !!found)"
    )

    one.enter("karim")
    one.open("/")

    one.page.wait_for_function("caches.open('own pages').then((c) => c.match('/')).then((found) => !!found)")
    one.page.wait_for_function(
        "caches.open('own pages').then((c) => c.match('/aide')).then((found) => !found)"
    )
