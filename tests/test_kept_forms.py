"""A session that ends in mid-form: nothing lost, nothing doubled."""

import pytest

from fedicoop.members import sessions, store
from fedicoop.web import kept
from fedicoop.web.origin import cookie_name
from tests.accounts import PASSWORD, enter, from_address, settle_in
from tests.browsing import Visitor, signed_in

ABOUT = "Je répare des vélos <b>et</b> j’écris longuement.\nSur deux lignes."


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def profile(nord, member):
    async with nord.node.db.read() as tx:
        return await store.profile(tx, member.id)


async def revoked(nord, member) -> Visitor:
    """A browser with the form of the profile open, whose session was revoked elsewhere meanwhile."""
    visitor = await signed_in(nord, member)
    await visitor.open("/moi/profil")
    async with nord.node.db.write() as tx:
        await sessions.end_all(tx, member.id)
    return visitor


async def test_what_was_written_waits_until_one_has_signed_in_again(nord):
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await revoked(nord, lea)

    page = await visitor.submit("/moi/profil", about=ABOUT, place="Lille")
    assert page.path.endswith("/entrer?next=%2Freprendre")
    assert (await profile(nord, lea)).about == ""
    page = await visitor.submit("/entrer", login="lea", password=PASSWORD)

    assert "Rien n’est perdu" in page.words
    assert "Je répare des vélos <b>et</b> j’écris longuement." in page.words, "as it was typed, and inert"
    page = await visitor.submit("/reprendre")
    assert "C’est enregistré." in page.words
    assert ((await profile(nord, lea)).about, (await profile(nord, lea)).place_name) == (ABOUT, "Lille (59)")


async def test_what_is_wrong_with_it_is_said_on_its_own_page(nord):
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await revoked(nord, lea)
    await visitor.submit("/moi/profil", about=ABOUT, place="Xyzzyville")
    await visitor.submit("/entrer", login="lea", password=PASSWORD)

    page = await visitor.submit("/reprendre")

    assert page.status == 422
    assert page.all("#w-place")
    assert "j’écris longuement" in page.words


async def test_a_form_of_another_session_is_shown_again_at_once(nord):
    """Signed in anew in another tab: the open form's token is of yesterday."""
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await signed_in(nord, lea)
    form = await visitor.open("/moi/profil")
    await enter(visitor, "lea", PASSWORD)
    visitor.page = form

    page = await visitor.submit("/moi/profil", about=ABOUT)
    assert page.status == 403
    assert "Rien n’est perdu" in page.words
    assert (await profile(nord, lea)).about == ""
    page = await visitor.submit("/moi/profil")

    assert "C’est enregistré." in page.words
    assert (await profile(nord, lea)).about == ABOUT


async def test_no_password_is_shown_or_kept(nord):
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await signed_in(nord, lea)
    await visitor.open("/moi/mot-de-passe")
    async with nord.node.db.write() as tx:
        await sessions.end_all(tx, lea.id)

    await visitor.submit("/moi/mot-de-passe", password="quatre autres mots ici")

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM kept_forms WHERE fields LIKE '%quatre%'") == 0
        assert await tx.count("SELECT count(*) FROM kept_forms") == 1


async def test_what_another_site_sends_waits_for_nobody(nord):
    """Security case 85: nor does what comes from nowhere, as old browsers send it."""
    visitor = Visitor(nord)
    page = await visitor.open("/entrer")
    token = page.all("input[name=form_token]")[0].attrs["value"]
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}, {}):
        answer = await nord.http.post(
            f"{nord.origin}/moi/profil",
            data={"name": "Mallory", "form_token": token},
            headers=visitor._cookie_header() | {"accept": "text/html"} | headers,
        )
        assert answer.status_code in (401, 403)
        assert cookie_name(nord.origin, "kept") not in answer.headers.get("set-cookie", "")
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM kept_forms") == 0


async def test_only_the_browser_that_sent_it_gets_it_back_and_only_for_an_hour(nord, network):
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await revoked(nord, lea)
    await visitor.submit("/moi/profil", about=ABOUT)

    other = await signed_in(nord, lea)
    assert (await other.open("/reprendre")).status == 404
    await enter(visitor, "lea", PASSWORD)
    assert (await visitor.open("/reprendre")).status == 200
    network.clock.advance(minutes=61)
    page = await visitor.open("/reprendre")
    assert page.status == 404
    assert "Il n’y a rien à reprendre." in page.words
    async with nord.node.db.write() as tx:
        await kept.forget_over(tx)
        assert await tx.count("SELECT count(*) FROM kept_forms") == 0


async def test_once_sent_it_is_not_there_to_be_sent_again(nord, network):
    lea = await settle_in(nord, password=PASSWORD)
    visitor = await revoked(nord, lea)
    await visitor.submit("/moi/profil", about=ABOUT)
    await enter(visitor, "lea", PASSWORD)
    form = await visitor.open("/reprendre")
    await visitor.submit("/reprendre")
    visitor.page = form
    assert (await visitor.submit("/reprendre")).status == 200, "a double click"

    network.clock.advance(minutes=2)

    assert (await visitor.open("/reprendre")).status == 404


async def test_what_is_kept_has_bounds(nord):
    lea = await settle_in(nord)
    for number in range(kept.KEEP_FROM.most + 3):
        visitor = await revoked(nord, lea)
        page = await visitor.submit("/moi/profil", about=f"number {number}")
        assert "/entrer" in page.path
    elsewhere = from_address(nord, "198.51.100.7")
    elsewhere.cookies = (await revoked(nord, lea)).cookies
    elsewhere.page = (await revoked(nord, lea)).page
    await elsewhere.submit("/moi/profil", about="x" * 300_000)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM kept_forms") == kept.KEEP_FROM.most


async def test_whoever_else_signs_in_at_that_browser_reads_nothing_of_it(nord):
    lea = await settle_in(nord, password=PASSWORD)
    other = await settle_in(nord, "max", email="max@mail.test", password=PASSWORD)
    visitor = await revoked(nord, lea)
    await visitor.submit("/moi/profil", about=ABOUT, place="Lille")

    page = await visitor.submit("/entrer", login="max", password=PASSWORD)
    assert page.status == 404
    assert "longuement" not in page.words
    assert (await profile(nord, other)).about == ""

    await visitor.open("/moi")
    await visitor.submit("/sortir")
    await visitor.open("/entrer?next=/reprendre")
    page = await visitor.submit("/entrer", login="lea", password=PASSWORD)
    assert "longuement" in page.words, "and it still waits for who wrote it"
