"""What anybody would get is drawn once, and nobody gets what is another's, or what is over."""

from datetime import UTC, datetime

import pytest

from fedicoop import metrics
from fedicoop.access import Role
from fedicoop.listings import actions
from fedicoop.web import rendered
from fedicoop.web.rendered import Rendered
from tests.browsing import signed_in
from tests.test_coop_settings import joined as joined_as

NOW = datetime(2030, 5, 1, tzinfo=UTC)
JSON = "application/activity+json"


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


@pytest.fixture
def drawn(nord, monkeypatch):
    """How often a listing was read for somebody since the last look."""
    from fedicoop.listings import store

    times = list[str]()
    before = store.find_by_key

    async def counted(tx, key):
        times.append(key)
        return await before(tx, key)

    monkeypatch.setattr(store, "find_by_key", counted)
    return times


async def test_a_listing_that_many_ask_for_is_drawn_once(nord, drawn):
    listing = await nord.publish("Perceuse")

    answers = [await nord.get(listing.id) for _ in range(5)]
    pages = [await nord.get(listing.id, accept="text/html") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["content-type"].partition(";")[0] for answer in answers} == {JSON}
    assert len({answer.headers["x-request-id"] for answer in answers}) == 5, "each request has its own name"
    assert not {page.content for page in pages} & {answer.content for answer in answers}
    assert len(drawn) <= 2


async def test_a_change_shows_at_once(nord):
    listing = await nord.publish("Perceuse")
    assert "Perceuse" in (await nord.get(listing.id)).text

    await nord.update(listing, title="Visseuse")
    assert "Visseuse" in (await nord.get(listing.id)).text

    async with nord.node.db.write() as tx:
        await actions.delete(tx, nord.operator, listing.id)
    assert (await nord.get(listing.id)).status_code == 410


async def test_what_is_drawn_for_a_member_is_for_nobody_else(nord):
    listing = await nord.publish("Perceuse", visibility="coop")
    lea = await signed_in(nord, await joined_as(nord, "lea", Role.MEMBER))

    assert "Perceuse" in (await lea.open(f"/l/{listing.key}")).words
    assert (await nord.get(f"/l/{listing.key}", accept="text/html")).status_code == 404
    assert "Perceuse" in (await lea.open(f"/l/{listing.key}")).words


@pytest.mark.parametrize("header", ["cookie", "authorization", "signature", "hx-request", "range"])
async def test_who_says_who_they_are_is_answered_anew(header):
    asked = list[dict[str, object]]()

    async def app(scope, receive, send):
        asked.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    kept, got = Rendered(app, commits=lambda: 1, clock=lambda: NOW), []

    async def send(message):
        got.append(message)

    def scope(*headers):
        return {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}

    for _ in range(3):
        await kept(scope((header.encode(), b"x")), None, send)
        await kept(scope(), None, send)

    assert len(asked) == 4


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, []),
        (303, []),
        (200, [(b"set-cookie", b"a=b")]),
        (200, [(b"cache-control", b"private, no-store")]),
        (200, [(b"Cache-Control", b"private, max-age=60")]),
    ],
)
async def test_what_is_for_one_reader_or_no_answer_is_never_kept(status, headers):
    asked = list[object]()

    async def app(scope, receive, send):
        asked.append(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(message):
        pass

    kept = Rendered(app, commits=lambda: 1, clock=lambda: NOW)
    for _ in range(3):
        await kept(
            {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}, None, send
        )

    assert len(asked) == 3


async def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(rendered, "MOST_BYTES", 10_000)

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 3_000})

    async def send(message):
        pass

    kept = Rendered(app, commits=lambda: 1, clock=lambda: NOW)
    for number in range(50):
        scope = {"type": "http", "method": "GET", "path": f"/{number}", "query_string": b"", "headers": []}
        await kept(scope, None, send)

    assert kept._bytes <= 10_000
    assert len(kept._kept) == 3


async def test_what_is_kept_is_counted_for_the_room_that_made_it(nord):
    listing = await nord.publish("Perceuse")
    await nord.get(f"/l/{listing.key}", accept="text/html")
    before = dict(metrics.requests.numbers)

    await nord.get(f"/l/{listing.key}", accept="text/html")

    after = metrics.requests.numbers
    assert {key for key in after if after[key] != before.get(key)} == {("showing.show_pages", "200")}
