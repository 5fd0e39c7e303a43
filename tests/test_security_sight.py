"""What a stranger's guess, a cache, a slow body or an old address must not give away."""

import asyncio

import pytest

from fedicoop.access import Role
from fedicoop.finding import searching
from fedicoop.listings.listing import Visibility
from fedicoop.listings.question import read
from fedicoop.members import actions
from fedicoop.notices import readers
from fedicoop.web import forms, origin
from tests.accounts import MAIL, PASSWORD, enter, settle_in
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", **MAIL)


@pytest.mark.parametrize("visibility", [Visibility.COOP, Visibility.FOLLOWERS])
async def test_a_guess_by_one_letter_teaches_no_word_of_a_listing_for_others(nord, visibility):
    """Invariant 8: a correction is made of words that the reader may see."""
    await nord.publish("Perceuse zyxocoopal rare", visibility=visibility)
    await nord.publish("Perceuse ordinaire")
    question = read({"q": "zyxocoopab perceuse"})

    page = await Visitor(nord).open("/annonces?q=zyxocoopab+perceuse")
    async with nord.node.db.read() as tx:
        for_all = await searching.search(tx, question, seen_by=None)
        for_members = await searching.search(tx, question, seen_by=nord.coop.id)

    assert "zyxocoopal" not in page.answer.text
    assert for_all.corrected == ()
    assert for_members.corrected == (("zyxocoopab", "zyxocoopal"),)


async def promoted(nord) -> Visitor:
    """A member on one device, whose role has just changed."""
    camille = await settle_in(nord, "camille", role=Role.ADMIN)
    ann = await settle_in(nord, "ann")
    visitor = await signed_in(nord, ann)
    async with nord.node.db.write() as tx:
        await actions.change_role(tx, camille, ann, Role.STEWARD)
    return visitor


async def test_a_new_secret_comes_with_a_page_alone_and_into_no_cache(nord):
    """Invariant 17: what any cache may keep carries nobody's session."""
    visitor = await promoted(nord)
    cookie = visitor._cookie_header()
    for path in ("/favicon.svg", "/robots.txt", "/annonces.json", "/manifest.webmanifest", nord.coop.id):
        answer = await nord.http.get(
            path if path.startswith("http") else f"{nord.origin}{path}", headers=cookie | {"accept": "*/*"}
        )
        assert "set-cookie" not in answer.headers, path
    fetched = await nord.http.get(
        f"{nord.origin}/", headers=cookie | {"accept": "text/html", "sec-fetch-mode": "cors"}
    )
    opened = await nord.http.get(f"{nord.origin}/", headers=cookie | {"accept": "text/html"})

    assert "set-cookie" not in fetched.headers
    assert origin.cookie_name(nord.origin) in opened.headers["set-cookie"]
    assert opened.headers.get_list("cache-control") == ["private, no-store"]


async def test_of_pages_that_are_opened_at_once_one_brings_the_secret_that_goes_on(nord):
    """The old secret is good no more (case 86), and the browser has exactly one new one."""
    visitor = await promoted(nord)
    cookie = visitor._cookie_header()

    async def opened():
        return await nord.http.get(f"{nord.origin}/moi", headers=cookie | {"accept": "text/html"})

    answers = await asyncio.gather(*(opened() for _ in range(6)))
    [bringing] = [answer for answer in answers if "set-cookie" in answer.headers]
    visitor._keep_cookies(bringing)
    nord.http.cookies.clear()

    assert (await visitor.open("/moi")).path == "/moi"
    assert (await nord.http.get(f"{nord.origin}/moi", headers=cookie)).status_code in (303, 401)


async def test_a_known_name_written_in_two_ways_is_limited_like_an_unknown_one(nord):
    """Case 90."""
    await settle_in(nord, "lea", password=PASSWORD)

    async def answers(name: str) -> list[int]:
        visitor = Visitor(nord)
        return [(await enter(visitor, f"{'@' * (n % 2)}{name}", "wrong")).status for n in range(14)]

    assert await answers("lea") == await answers("nobody")


async def test_another_password_ends_the_private_feed(nord):
    """Case 87: sessions, and streams."""
    lea = await settle_in(nord, "lea", password=PASSWORD)
    async with nord.node.db.write() as tx:
        await readers.set_feed(tx, lea.id, True)
        key = (await readers.keys(tx, lea.id)).feed_key
    visitor = await signed_in(nord, lea)
    assert (await nord.get(f"/alertes/flux/{key}.atom", "*/*")).status_code == 200

    await visitor.open("/moi/mot-de-passe")
    await visitor.submit(password="quatre autres mots ici")

    assert (await nord.get(f"/alertes/flux/{key}.atom", "*/*")).status_code == 404


async def test_a_form_that_drips_is_not_waited_for(nord, monkeypatch):
    """T12: a body has a deadline."""
    monkeypatch.setattr(forms, "DEADLINE", 0.05)

    async def dripping():
        yield b"login="
        await asyncio.sleep(5)
        yield b"lea"

    async with asyncio.timeout(3):
        answer = await nord.http.post(
            f"{nord.origin}/entrer",
            content=dripping(),
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "text/html"},
        )

    assert answer.status_code == 400


async def test_who_goes_away_in_mid_body_is_no_fault_of_ours(nord, capsys):
    """F30: one quiet line, and no trace."""
    told = []
    headers = [(b"host", b"nord.test"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/entrer",
        "raw_path": b"/entrer",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("nord.test", 443),
    }

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    await nord.app(scope, receive, send)

    assert told[0]["status"] == 400
    assert "Traceback" not in capsys.readouterr().err
