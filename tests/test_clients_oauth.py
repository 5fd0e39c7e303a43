"""Applications are let in by their members, and by nobody else: OAuth 2 as Mastodon's clients speak it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from fedicoop.access import Role
from fedicoop.clients.doors import Paces
from fedicoop.members import actions as members
from tests.accounts import MAIL, PASSWORD, settle_in
from tests.browsing import Visitor, signed_in
from tests.clients import (
    BACK,
    CHALLENGE,
    OOB,
    SCOPES,
    VERIFIER,
    App,
    allowed,
    app_of,
    exchange,
    register,
    way,
)

ME = "/api/v1/accounts/verify_credentials"


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", **MAIL)


@pytest.fixture
async def lea(nord):
    return await settle_in(nord, "lea", email="lea@mail.example", password=PASSWORD)


async def looked(house, question):
    async with house.node.db.read() as tx:
        return await question(tx)


# --- the whole way ---------------------------------------------------------------------------------


async def test_an_application_that_a_member_allows_knows_who_they_are(nord, lea):
    app = await app_of(nord, lea)

    me = await app.get(ME)

    assert me.status_code == 200
    assert (me.json()["username"], me.json()["acct"]) == ("lea", "lea")
    assert me.json()["display_name"] == "Lea Martin"
    assert me.json()["source"]["privacy"] == "direct"


async def test_a_code_that_is_shown_is_copied_by_hand(nord, lea):
    """Out of band, as `toot` signs in."""
    app = await register(nord, OOB)
    code = await allowed(app, await signed_in(nord, lea), OOB)

    answer = await exchange(app, code, OOB)

    assert answer.json()["scope"] == SCOPES
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_json_body_is_read_like_a_form(nord):
    body = {
        "client_name": "toot",
        "redirect_uris": [OOB, BACK],
        "scopes": "read",
        "website": "https://x.example",
    }
    answer = await App(nord).ask("POST", "/api/v1/apps", json=body)

    assert answer.json()["redirect_uris"] == [OOB, BACK]
    assert answer.json()["website"] == "https://x.example"


async def test_who_is_not_signed_in_signs_in_and_comes_back(nord, lea):
    app = await register(nord)
    visitor = Visitor(nord)

    page = await visitor.open(way(app, state="a b&c"), follow=False)

    assert page.status == 303
    assert page.answer.headers["location"].startswith("/entrer?next=%2Foauth%2Fauthorize%3F")


async def test_the_page_says_in_both_languages_who_asks_for_what_and_where_it_leads(nord, lea):
    app = await register(nord, client_name="Phanpy <b>")
    visitor = await signed_in(nord, lea)

    french = (await visitor.open(way(app, lang="fr"))).words
    english = (await visitor.open(way(app, lang="en"))).words

    assert "Laisser « Phanpy <b> » agir pour vous ?" in french
    assert "phanpy.example" in french
    assert "phanpy.example" in english
    assert "private ones too" in english
    assert "même privées" in french
    page = visitor.page
    assert "form-action 'self' https://phanpy.example;" in page.answer.headers["content-security-policy"]
    assert page.answer.headers["cache-control"] == "private, no-store"


async def test_the_state_comes_back_as_it_was_given_and_a_no_is_a_no(nord, lea):
    app = await register(nord, BACK + "?a=1")
    visitor = await signed_in(nord, lea)
    await visitor.open(way(app, BACK + "?a=1", state="é &=#"))

    page = await visitor.submit("/oauth/authorize", button=("answer", "no"), follow=False)

    told = parse_qs(urlsplit(page.answer.headers["location"]).query)
    assert told == {"a": ["1"], "error": ["access_denied"], "state": ["é &=#"]}


async def test_an_application_of_its_own_accord_speaks_for_nobody(nord):
    app = await register(nord)
    answer = await app.post(
        "/oauth/token",
        grant_type="client_credentials",
        client_id=app.id,
        client_secret=app.secret,
        scope="read",
    )
    app.token = answer.json()["access_token"]

    assert (await app.get("/api/v1/apps/verify_credentials")).json()["name"] == "Phanpy"
    assert (await app.get(ME)).status_code == 403


async def test_the_metadata_name_what_there_is(nord):
    answer = await App(nord).get("/.well-known/oauth-authorization-server")

    told = answer.json()
    assert told["issuer"] == nord.origin
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["grant_types_supported"] == ["authorization_code", "client_credentials"]
    for name in ("token_endpoint", "revocation_endpoint", "app_registration_endpoint"):
        assert (await App(nord).ask("POST", told[name])).status_code in (400, 401, 422), name


# --- codes -----------------------------------------------------------------------------------------


async def test_a_code_is_good_once_and_who_brings_it_again_ends_what_it_gave(nord, lea):
    app = await register(nord)
    code = await allowed(app, await signed_in(nord, lea))
    app.token = (await exchange(app, code)).json()["access_token"]
    assert (await app.get(ME)).status_code == 200

    again = await exchange(app, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await app.get(ME)).status_code == 401


async def test_a_code_is_good_for_ten_minutes(nord, lea, network):
    app = await register(nord)
    code = await allowed(app, await signed_in(nord, lea))
    network.clock.advance(minutes=10, seconds=1)

    assert (await exchange(app, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "fault", [{"redirect": BACK + "x"}, {"client_secret": "wrong" * 8}, {"client_id": "nobody"}]
)
async def test_a_code_is_for_the_application_that_asked_and_for_its_address(nord, lea, fault):
    app = await register(nord)
    code = await allowed(app, await signed_in(nord, lea))

    answer = await exchange(app, code, **fault)

    assert answer.json()["error"] in ("invalid_grant", "invalid_client")


async def test_another_application_cannot_use_a_code(nord, lea):
    app, thief = await register(nord), await register(nord)
    code = await allowed(app, await signed_in(nord, lea))

    assert (await exchange(thief, code)).json()["error"] == "invalid_grant"


async def test_an_application_without_a_secret_proves_itself_by_pkce(nord, lea):
    app = await register(nord)
    visitor = await signed_in(nord, lea)
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    app.secret = ""

    bare = await exchange(app, await allowed(app, visitor))
    wrong = await exchange(app, await allowed(app, visitor, **proof), code_verifier="w" * 64)
    none = await exchange(app, await allowed(app, visitor, **proof))
    good = await exchange(app, await allowed(app, visitor, **proof), code_verifier=VERIFIER)

    assert [one.status_code for one in (bare, wrong, none, good)] == [400, 400, 400, 200]


async def test_a_secret_does_not_stand_in_for_the_verifier_that_was_promised(nord, lea):
    app = await register(nord)
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

    assert (await exchange(app, await allowed(app, await signed_in(nord, lea), **proof))).status_code == 400


async def test_pkce_is_s256_or_nothing(nord, lea):
    app = await register(nord)
    visitor = await signed_in(nord, lea)

    page = await visitor.open(
        way(app, code_challenge="x" * 43, code_challenge_method="plain", state="s"), follow=False
    )

    assert page.answer.headers["location"] == f"{BACK}?error=invalid_request&state=s"


async def test_no_password_is_ever_taken(nord, lea):
    app = await register(nord)
    answer = await app.post(
        "/oauth/token",
        grant_type="password",
        client_id=app.id,
        client_secret=app.secret,
        username="lea",
        password=PASSWORD,
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


# --- where members are sent ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://evil.example/",
        "https://phanpy.example/#fragment",
        "https://me:secret@phanpy.example/",
        "https:///nothing",
        "//evil.example/",
        "phanpy.example",
        "https://phanpy.example/ two",
        "",
    ],
)
async def test_nobody_is_sent_to_an_address_that_a_browser_acts_upon(nord, address):
    """Security case 95."""
    answer = await App(nord).post("/api/v1/apps", client_name="X", redirect_uris=address, scopes="read")

    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize("address", ["tusky://oauth", "com.example.app:/back", "http://127.0.0.1:4321/", OOB])
async def test_an_application_on_a_phone_or_on_this_machine_has_its_own_address(nord, address):
    answer = await App(nord).post("/api/v1/apps", client_name="X", redirect_uris=address)

    assert answer.json()["redirect_uris"] == [address]
    assert answer.json()["scopes"] == ["read"]


async def test_another_address_than_was_registered_leads_nowhere(nord, lea):
    app = await register(nord)
    visitor = await signed_in(nord, lea)

    for other in (BACK + "?x=1", BACK.rstrip("/"), "https://evil.example/"):
        page = await visitor.open(way(app, other), follow=False)
        assert (page.status, page.answer.headers.get("location")) == (400, None)


async def test_a_foreign_page_cannot_say_yes_for_a_member(nord, lea):
    app = await register(nord)
    visitor = await signed_in(nord, lea)
    await visitor.open(way(app))

    page = await visitor.submit(
        "/oauth/authorize",
        button=("answer", "yes"),
        follow=False,
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )

    assert page.status == 403
    assert await looked(nord, lambda tx: tx.count("SELECT count(*) FROM application_codes")) == 0


# --- rights ----------------------------------------------------------------------------------------


async def test_an_application_gets_no_more_than_it_announced(nord, lea):
    app = await register(nord, scopes="read:accounts")
    visitor = await signed_in(nord, lea)

    page = await visitor.open(way(app, scopes="read write", state="s"), follow=False)

    assert page.answer.headers["location"] == f"{BACK}?error=invalid_scope&state=s"


async def test_what_was_not_granted_is_not_opened(nord, lea):
    app = await app_of(nord, lea, "read:notifications push")

    assert (await app.get(ME)).status_code == 403
    assert "read:me" in (await app.get(ME)).json()["error"]
    assert (await app.get("/api/v1/preferences")).status_code == 403


async def test_who_may_only_know_who_it_is_knows_nothing_else(nord, lea):
    app = await app_of(nord, lea, "profile")

    assert (await app.get(ME)).status_code == 200
    assert (await app.get("/api/v1/preferences")).status_code == 403


async def test_rights_of_administration_are_not_to_be_had(nord):
    answer = await App(nord).post(
        "/api/v1/apps", client_name="X", redirect_uris=BACK, scopes="read admin:read"
    )

    assert answer.status_code == 422


# --- the end ---------------------------------------------------------------------------------------


async def test_a_member_sees_their_applications_and_takes_one_back(nord, lea):
    app, other = await app_of(nord, lea), await app_of(nord, lea)
    visitor = await signed_in(nord, lea)
    page = await visitor.open("/moi/appareils")
    assert page.words.count("Phanpy") == 2

    page = await visitor.submit("/moi/applications/retirer")

    assert "ne peut plus agir en votre nom" in page.words
    assert sorted([(await one.get(ME)).status_code for one in (app, other)]) == [200, 401]


async def test_nobody_takes_back_the_application_of_another(nord, lea):
    """Security case 78."""
    app = await app_of(nord, lea)
    bob = await settle_in(nord, "bob")
    await app_of(nord, bob)
    visitor = await signed_in(nord, bob)
    await visitor.open("/moi/appareils")
    id = await looked(nord, lambda tx: _token_of(tx, lea.id))

    await visitor.submit("/moi/applications/retirer", application=id)

    assert (await app.get(ME)).status_code == 200


async def _token_of(tx, member_id):
    from fedicoop.members import applications

    [found] = await applications.of_member(tx, member_id)
    return found.id


async def test_another_password_ends_every_application_and_every_code(nord, lea):
    app = await app_of(nord, lea)
    waiting = await register(nord)
    visitor = await signed_in(nord, lea)
    code = await allowed(waiting, visitor)
    await visitor.open("/moi/mot-de-passe")
    await visitor.submit("/moi/mot-de-passe", password="une autre phrase bien longue", present=PASSWORD)

    assert (await app.get(ME)).status_code == 401
    assert (await exchange(waiting, code)).json()["error"] == "invalid_grant"


async def test_who_is_shut_out_is_shut_out_of_their_applications(nord, lea):
    app = await app_of(nord, lea)
    admin = await settle_in(nord, "zoe", role=Role.ADMIN)
    async with nord.node.db.write() as tx:
        await members.suspend(tx, admin, lea)

    assert (await app.get(ME)).status_code == 401
    async with nord.node.db.write() as tx:
        await members.restore(tx, admin, lea)
    assert (await app.get(ME)).status_code == 401, "a door that was closed opens with a new key alone"


async def test_an_application_gives_its_token_back_and_cannot_give_back_anothers(nord, lea):
    app, other = await app_of(nord, lea), await app_of(nord, lea)

    foreign = await other.post(
        "/oauth/revoke", client_id=other.id, client_secret=other.secret, token=app.token
    )
    assert (foreign.status_code, (await app.get(ME)).status_code) == (200, 200)
    own = await app.post("/oauth/revoke", client_id=app.id, client_secret=app.secret, token=app.token)
    assert (own.status_code, (await app.get(ME)).status_code) == (200, 401)


async def test_a_token_that_nobody_uses_ends(nord, lea, network):
    app = await app_of(nord, lea)
    network.clock.advance(days=100)
    assert (await app.get(ME)).status_code == 200
    network.clock.advance(days=100)
    assert (await app.get(ME)).status_code == 200, "each use starts its time again"
    network.clock.advance(days=181)

    assert (await app.get(ME)).status_code == 401


async def test_no_secret_stands_in_the_database(nord, lea):
    app = await app_of(nord, lea)
    async with nord.node.db.read() as tx:
        for table in ("applications", "application_codes", "application_tokens"):
            rows = await tx._connection.execute(f"SELECT * FROM {table}", {})
            text = repr(rows.rows)
            assert app.token not in text, table
            assert app.secret not in text, table


# --- cookies and tokens do not mix -----------------------------------------------------------------


async def test_a_cookie_opens_nothing_on_the_api(nord, lea):
    """Case 131: another site's script, which the browser sends our cookie along with, reads nothing."""
    visitor = await signed_in(nord, lea)

    answer = await App(nord).ask("GET", ME, headers=visitor._cookie_header())

    assert answer.status_code == 401


async def test_a_token_opens_no_page(nord, lea):
    app = await app_of(nord, lea)

    answer = await app.ask("GET", "/moi", headers={"accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/entrer")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/instance",
        "/api/v1/nowhere",
        ME,
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/oauth-authorization-server",
    ],
)
async def test_any_site_may_ask_the_api_and_never_with_our_cookies(nord, path):
    asked = await App(nord).ask("OPTIONS", path, headers={"origin": "https://phanpy.example"})
    told = await App(nord).get(path)

    assert asked.status_code == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    for answer in (asked, told):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/oauth/authorize", "/entrer", "/moi", "/actors/nord", "/media/x.jpg"])
async def test_no_other_site_may_read_a_page(nord, path):
    """Case 131: CORS where clients need it, and only there."""
    answer = await App(nord).ask(
        "GET", path, headers={"origin": "https://evil.example", "accept": "text/html"}
    )

    assert "access-control-allow-origin" not in answer.headers


# --- bad input -------------------------------------------------------------------------------------


async def test_what_there_is_not_is_a_json_404_with_words(nord):
    answer = await App(nord).ask("GET", "/api/v1/nowhere", headers={"accept": "text/html"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert set(answer.json()) == {"error", "code"}


async def test_a_slash_too_many_is_forgiven(nord):
    for path in ("/api/v1/instance/", "/api/v2/instance/", "/oauth/authorize/"):
        assert (await App(nord).get(path)).status_code != 405
    assert (await App(nord).get("/api/v2/instance/")).json()["domain"] == "nord.test"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"x" * 300_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"client_name=%00%ff", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"x", "text/plain"),
        (b'{"client_name": {"a": {"b": []}}, "redirect_uris": [null, 3, {"x": 1}]}', "application/json"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/apps", "/oauth/token", "/oauth/revoke", "/api/v1/nowhere"])
async def test_no_body_is_a_500(nord, path, body, kind):
    answer = await App(nord).ask("POST", path, content=body, headers={"content-type": kind})

    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "é" * 30, "a b c", "\u202e" * 30])
async def test_no_token_is_a_500(nord, token):
    answer = await App(nord).ask("GET", ME, headers={"authorization": f"Bearer {token}".encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_who_asks_without_end_is_told_when_to_come_again(nord, lea):
    app = await app_of(nord, lea)
    nord.app.state.client_paces = Paces(clock=lambda: 0.0)
    answers = [await app.get("/api/v1/custom_emojis") for _ in range(301)]

    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_applications_are_not_made_without_end(nord):
    made = [await App(nord).post("/api/v1/apps", client_name="X", redirect_uris=BACK) for _ in range(41)]

    assert [one.status_code for one in made[:40]] == [200] * 40
    assert made[40].status_code == 429


async def test_an_application_that_nobody_uses_is_forgotten(nord, lea, network):
    from fedicoop import app as house

    await register(nord)
    used = await app_of(nord, lea)
    network.clock.advance(days=31)
    assert (await used.get(ME)).status_code == 200
    await house.house_keeping(nord.node)

    assert await looked(nord, lambda tx: tx.count("SELECT count(*) FROM applications")) == 1
