"""Members and sessions: section G of the security cases, each guard with what fails without it."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from fedicoop.access import Role
from fedicoop.actors.coops import Joining
from fedicoop.errors import Unavailable
from fedicoop.members import actions, hashing, links, passwords, store
from fedicoop.members.pages import LETTER_TO, PASSWORD_OF
from fedicoop.web import origin
from fedicoop.web.limits import address_of
from tests.accounts import (
    MAIL,
    PASSWORD,
    enter,
    from_address,
    invitation,
    is_in,
    letters,
    members_of,
    settle_in,
    sign_in_link,
    welcome,
)
from tests.browsing import Visitor, signed_in
from tests.databases import written


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", **MAIL)


# --- 86, 87: sessions ------------------------------------------------------------------------------


async def test_a_session_that_was_there_before_ends_when_somebody_signs_in(nord):
    """Case 86: who planted a cookie is not let in with whoever signs in over it."""
    await settle_in(nord, "lea", password=PASSWORD)
    victim = await signed_in(nord, await settle_in(nord, "mallory"))
    planted = Visitor(nord, dict(victim.cookies))

    await enter(victim, "lea", PASSWORD)

    assert victim.cookies[origin.cookie_name(nord.origin)] != planted.cookies[origin.cookie_name(nord.origin)]
    assert await is_in(victim)
    assert not await is_in(planted)


async def test_a_made_up_cookie_is_replaced_and_opens_nothing(nord):
    await settle_in(nord, "lea", password=PASSWORD)
    name = origin.cookie_name(nord.origin)
    visitor = Visitor(nord, {name: "chosen-by-the-attacker-0123456789"})

    await enter(visitor, "lea", PASSWORD)

    assert visitor.cookies[name] != "chosen-by-the-attacker-0123456789"
    assert not await is_in(Visitor(nord, {name: "chosen-by-the-attacker-0123456789"}))


async def test_another_password_signs_every_other_device_out_and_voids_links(nord):
    """Cases 86, 87 and 92: this very browser goes on, under a new id."""
    lea = await settle_in(nord, "lea", password=PASSWORD)
    laptop, phone = await signed_in(nord, lea), await signed_in(nord, lea)
    stolen = Visitor(nord, dict(laptop.cookies))
    path = await sign_in_link(nord, lea)

    await laptop.open("/moi/mot-de-passe")
    page = await laptop.submit(password="quatre autres mots ici")

    assert "Votre mot de passe est changé" in page.words
    assert [await is_in(one) for one in (laptop, phone, stolen)] == [True, False, False]
    assert (await Visitor(nord).open(path)).status == 404
    assert (await enter(Visitor(nord), "lea", PASSWORD)).status == 422
    await enter(phone, "lea", "quatre autres mots ici")
    assert await is_in(phone)


async def test_who_finds_an_open_device_does_not_change_its_members_password(nord, network):
    """Case 87: the present password is asked for, and guessing it is limited like signing in."""
    visitor = await signed_in(nord, await settle_in(nord, "lea", password=PASSWORD))
    network.clock.advance(hours=1)
    statuses = []
    for number in range(PASSWORD_OF.most + 1):
        await visitor.open("/moi/mot-de-passe")
        page = await visitor.submit(present=f"guess {number}", password="quatre autres mots ici")
        statuses.append(page.status)

    assert statuses == [422] * PASSWORD_OF.most + [429]
    network.clock.advance(hours=1)
    await visitor.open("/moi/mot-de-passe")
    page = await visitor.submit(present=PASSWORD, password="quatre autres mots ici")
    assert "Votre mot de passe est changé" in page.words


@pytest.mark.parametrize("way", ["suspended", "left"])
async def test_who_is_shut_out_or_has_left_is_out_at_once(nord, way):
    """Case 87: their sessions end with their membership, whatever else forgets to end them."""
    lea = await settle_in(nord, "lea", password=PASSWORD)
    visitor = await signed_in(nord, lea)
    path = await sign_in_link(nord, lea)

    async with nord.node.db.write() as tx:
        await tx.run(f"UPDATE members SET {way}{'_at'} = :now WHERE id = :id", now=tx.now, id=lea.id)

    assert not await is_in(visitor)
    assert (await Visitor(nord).open(path)).status in (403, 404)
    assert (await enter(Visitor(nord), "lea", PASSWORD)).status in (403, 422)
    assert not await is_in(visitor)


async def test_a_device_is_signed_out_by_its_own_member_alone(nord):
    """Case 78: whose a session is stands in the question itself."""
    victim = await signed_in(nord, await settle_in(nord, "lea"))
    mallory = await settle_in(nord, "mallory")
    thief, _ = await signed_in(nord, mallory), await signed_in(nord, mallory)
    secret = victim.cookies[origin.cookie_name(nord.origin)]

    await thief.open("/moi/appareils")
    await thief.submit("/moi/appareils", device=hashing.hashed(secret))

    assert await is_in(victim)


# --- 88: passwords ---------------------------------------------------------------------------------


async def test_the_database_holds_no_password_but_an_argon2id_hash(nord):
    """Case 88."""
    await settle_in(nord, "lea", password=PASSWORD)
    await settle_in(nord, "karim", password=PASSWORD)

    dump = await written(nord.node.db)

    assert PASSWORD not in dump
    hashes = [part.split("'")[0] for part in dump.split("'$argon2id$")[1:]]
    assert len({*hashes}) == 2, "each has a salt of its own"
    assert all(one.startswith("v=19$m=19456,t=2,p=1$") for one in hashes)


async def test_pages_are_quick_while_many_sign_in(nord):
    """Case 88: twenty at once, and the event loop is free in between."""
    worst, done = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal worst
        while not done.is_set():
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(passwords.verify(PASSWORD, None) for _ in range(20)))
    done.set()
    await watching

    assert worst < 0.5


async def test_two_hashes_at_most_are_computed_at_once_and_none_on_the_loop(nord, monkeypatch):
    """Case 88: each takes 19 MB, and a small machine has not much more."""
    threads, derive = set(), passwords._derive

    def watched(*given):
        threads.add(threading.current_thread().name)
        return derive(*given)

    monkeypatch.setattr(passwords, "_derive", watched)
    await asyncio.gather(*(passwords.verify(PASSWORD, None) for _ in range(12)))

    assert threading.main_thread().name not in threads
    assert 1 <= len(threads) <= passwords.AT_ONCE == 2


async def test_too_many_who_wait_are_asked_to_come_back(nord, monkeypatch):
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)

    results = await asyncio.gather(
        *(passwords.verify(PASSWORD, None) for _ in range(6)), return_exceptions=True
    )

    assert sum(isinstance(one, Unavailable) for one in results) == 3
    assert passwords._waiting == 0


async def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(nord):
    """Case 88: at most 1024 bytes go in; beyond, it is wrong like any other."""
    await settle_in(nord, "lea", password="é" * 512)

    assert (await enter(Visitor(nord), "lea", "é" * 512)).status == 200
    page = await enter(Visitor(nord), "lea", "é" * 513)
    assert page.status == 422
    assert "ne va pas" in page.words


# --- 89: guessing ----------------------------------------------------------------------------------


async def test_guessing_ends_in_429_whatever_address_is_claimed(nord, network):
    """Case 89: a forged header is no other address."""
    await settle_in(nord, "lea", password=PASSWORD)
    visitor = Visitor(nord)
    statuses = []
    for number in range(30):
        await visitor.open("/entrer", **{"x-forwarded-for": f"203.0.113.{number}"})
        page = await visitor.submit("/entrer", login="lea", password=f"guess number {number}")
        statuses.append(page.status)

    assert statuses[: PASSWORD_OF.most] == [422] * PASSWORD_OF.most
    assert {*statuses[PASSWORD_OF.most :]} == {429}
    assert "trop d’essais" in page.words
    assert 0 < int(page.answer.headers["retry-after"]) <= 15 * 60
    [field] = page.all("input[name=login]")
    assert field.attrs["value"] == "lea"

    network.clock.advance(minutes=16)
    elsewhere = from_address(nord, "198.51.100.7")
    await enter(elsewhere, "lea", PASSWORD)
    assert await is_in(elsewhere)


async def test_guesses_at_the_same_time_are_all_counted(nord):
    """Case 89: no window between counting and asking."""
    await settle_in(nord, "lea", password=PASSWORD)
    visitors = [from_address(nord, f"198.51.100.{number}") for number in range(20)]

    pages = await asyncio.gather(*(enter(one, "lea", "a wrong password") for one in visitors))

    assert sorted(page.status for page in pages) == [422] * PASSWORD_OF.most + [429] * 10


async def test_one_address_that_tries_many_accounts_is_stopped(nord):
    statuses = [
        (await enter(from_address(nord, "198.51.100.9"), f"member{number}", "a wrong password")).status
        for number in range(32)
    ]

    assert statuses == [422] * 30 + [429] * 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_household_of_ipv6_is_one_address(one, other, same):
    def named(host):
        return address_of(type("Asked", (), {"client": type("Client", (), {"host": host})}))

    assert (named(one) == named(other)) is same


# --- 90: who is a member is nobody's business ------------------------------------------------------


async def test_known_and_unknown_are_answered_alike(nord):
    """Case 90: same status, same words, for password and for letter."""
    await settle_in(nord, "lea", email="lea@mail.example", password=PASSWORD)
    await settle_in(nord, "karim", email="karim@mail.example")

    async def told(login: str) -> tuple[int, str]:
        visitor = Visitor(nord)
        page = await enter(visitor, login, "a wrong password")
        return page.status, page.words

    answers = {await told(one) for one in ("lea@mail.example", "karim@mail.example", "none@mail.example")}
    assert len(answers) == 1

    sent = set()
    for email in ("lea@mail.example", "none@mail.example"):
        visitor = Visitor(nord)
        await visitor.open("/entrer")
        page = await visitor.submit("/entrer/lettre", email=email)
        sent.add((page.status, page.words))
    assert len(sent) == 1
    assert [letter.address for letter in await letters(nord)] == ["lea@mail.example"]


async def test_an_unknown_name_costs_as_much_work_as_a_known_one():
    """Case 90: a hash of today's costs is computed for nobody too, so that the time tells nothing."""
    nobodys = passwords._nobodys()

    assert not passwords.outdated(nobodys)
    assert passwords.outdated(nobodys.replace(f"m={passwords.MEMORY}", "m=8"))
    assert await passwords.verify("a wrong password", None) is False
    assert await passwords.verify("x" * 2000, await passwords.hash(PASSWORD)) is False


# --- 91, 92, 133: links ----------------------------------------------------------------------------


async def test_a_link_is_spent_once_even_by_two_at_a_time(nord):
    """Case 92."""
    path = await sign_in_link(nord, await settle_in(nord, "lea"))
    browsers = [Visitor(nord) for _ in range(5)]
    for browser in browsers:
        await browser.open(path)

    pages = await asyncio.gather(*(browser.submit() for browser in browsers))

    assert sorted(page.status for page in pages) == [200, 404, 404, 404, 404]


async def test_a_new_link_voids_the_one_before(nord):
    """Case 92."""
    lea, karim = await settle_in(nord, "lea"), await settle_in(nord, "karim")
    old, others, new = [await sign_in_link(nord, who) for who in (lea, karim, lea)]

    assert (await Visitor(nord).open(old)).status == 404
    assert (await Visitor(nord).open(others)).status == 200
    assert (await Visitor(nord).open(new)).status == 200


async def test_a_link_opens_only_what_it_was_made_for(nord):
    """Case 133."""
    lea = await settle_in(nord, "lea")
    async with nord.node.db.write() as tx:
        made = {
            purpose: await links.make(tx, nord.coop.id, purpose, links.About(member_id=lea.id))
            for purpose in (links.ADMIN, links.INVITATION, links.EMAIL, links.CANDIDATE)
        }

    visitor = Visitor(nord)
    form = await visitor.open(await sign_in_link(nord, lea))
    for purpose, secret in made.items():
        assert (await Visitor(nord).open(f"/entrer/lien/{secret}")).status == 404, purpose
        visitor.page = replace(form, path=f"/entrer/lien/{secret}")
        assert (await visitor.submit()).status == 404, purpose
        assert not await is_in(visitor)
    path = await sign_in_link(nord, lea)
    assert (await Visitor(nord).open(path.replace("/entrer/lien/", "/bienvenue/"))).status == 404


async def test_the_secret_of_a_link_is_not_in_the_database(nord):
    """Case 92: a copy of the database opens no door."""
    path = await sign_in_link(nord, await settle_in(nord, "lea"))

    dump = await written(nord.node.db)

    assert path.rpartition("/")[2] not in dump
    assert len(path.rpartition("/")[2]) * 6 >= 128


async def test_a_letter_leads_to_our_own_origin_whatever_host_was_asked(nord):
    """Case 91."""
    await settle_in(nord, "lea", email="lea@mail.example")
    visitor = Visitor(nord)
    await visitor.open("/entrer")
    await visitor.submit("/entrer/lettre", email="lea@mail.example", next="//evil.test")
    [letter] = await letters(nord)
    assert letter.link.startswith("https://nord.test/entrer/lien/")
    assert "evil" not in letter.link

    answer = await nord.http.get("https://nord.test/entrer", headers={"host": "evil.test"})
    assert answer.status_code == 421


# --- 93, 94: letters -------------------------------------------------------------------------------


async def test_nobodys_inbox_is_flooded(nord):
    """Case 93: twenty requests for one address, from as many places."""
    await settle_in(nord, "lea", email="lea@mail.example")
    statuses = []
    for number in range(20):
        visitor = from_address(nord, f"198.51.100.{number}")
        await visitor.open("/entrer")
        statuses.append((await visitor.submit("/entrer/lettre", email="lea@mail.example")).status)

    assert statuses == [200] * LETTER_TO.most + [429] * 15
    assert len(await letters(nord)) == LETTER_TO.most == 5


@pytest.mark.parametrize(
    "email",
    [
        "a%b@c.example",
        '"a b"@c.example',
        "a@b.example,c@d.example",
        "a@b.example\nBcc: c@d.example",
        "a(comment)@b.example",
        "<a@b.example>",
        "é@b.example",
        "a@b",
        "a@-",
        "@b.example",
        "a" * 65 + "@b.example",
        "a@" + "b" * 250 + ".example",
    ],
)
async def test_an_address_that_mailers_read_differently_is_refused(nord, email):
    """Case 94."""
    visitor = Visitor(nord)
    await visitor.open("/entrer")

    page = await visitor.submit("/entrer/lettre", email=email)

    assert page.status == 422
    assert "n’est pas une adresse électronique" in page.words


# --- 98: the first admin ---------------------------------------------------------------------------


async def test_only_the_link_of_the_terminal_makes_an_admin_and_only_once(nord):
    """Case 98."""
    from fedicoop.errors import NotFound
    from tests.conftest import PAIRS

    for path in ("/setup", "/bienvenue", "/bienvenue/", "/bienvenue/guess"):
        assert (await Visitor(nord).open(path)).status == 404
    async with nord.node.db.write() as tx:
        secret = await links.make(tx, nord.coop.id)

    async def claim(name: str):
        async with nord.node.db.write() as tx:
            return await actions.first_admin(tx, nord.origin, secret, name=name, pair=PAIRS[0])

    results = await asyncio.gather(*(claim(name) for name in ("Léa", "Mallory")), return_exceptions=True)

    assert [type(one) for one in results].count(NotFound) == 1
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM members WHERE role = 'admin'") == 1


# --- 97: what one is not given ---------------------------------------------------------------------


async def test_fields_that_are_in_no_form_change_nothing(nord):
    """Case 97: mass assignment."""
    lea = await settle_in(nord, "lea")
    visitor = await signed_in(nord, lea)
    more = {
        "role": "admin",
        "verified": "1",
        "email": "x@y.example",
        "id": "1",
        "coop_id": "x",
        "handle": "z",
    }

    await visitor.open("/moi/profil")
    page = await visitor.submit(**more)

    assert page.status == 200
    async with nord.node.db.read() as tx:
        account = await store.account(tx, lea.id)
    assert (account.role, account.handle, account.email, account.coop_id) == (
        Role.MEMBER,
        "lea",
        None,
        nord.coop.id,
    )


async def test_who_joins_joins_as_a_member_whatever_they_send(nord):
    """Case 97."""
    path = await invitation(nord)
    visitor = Visitor(nord)
    await visitor.open(path)
    await visitor.submit(name="Mallory", age="yes", role="admin", coop_id="x", member_id="1")

    assert [one.role for one in (await members_of(nord)).values()] == [Role.MEMBER]


async def test_two_admins_cannot_take_the_role_from_each_other_at_once(nord):
    """Case 97: the last admin is counted inside the transaction."""
    one, other = [await settle_in(nord, name, role=Role.ADMIN) for name in ("camille", "noor")]

    async def demote(who, whom):
        async with nord.node.db.write() as tx:
            await actions.change_role(tx, who, whom, Role.MEMBER)

    results = await asyncio.gather(demote(one, other), demote(other, one), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    roles = [member.role for member in (await members_of(nord)).values()]
    assert sorted(roles) == [Role.ADMIN, Role.MEMBER]


async def test_who_has_just_lost_the_role_acts_no_more(nord):
    """Case 97: what was read at the door is old by the time of the act."""
    camille = await settle_in(nord, "camille", role=Role.ADMIN)
    noor = await settle_in(nord, "noor", role=Role.ADMIN)
    visitor = await signed_in(nord, noor)
    await visitor.open("/admin/membres/camille")
    async with nord.node.db.write() as tx:
        await actions.change_role(tx, camille, noor, Role.MEMBER)

    page = await visitor.submit("/admin/membres/camille/role", role="member")

    assert page.status == 403
    assert (await members_of(nord))["camille"].role is Role.ADMIN


# --- 136, 137: twice is once -----------------------------------------------------------------------


async def test_a_double_click_makes_one_member_and_both_get_in(nord):
    """Case 136: the browser follows the second click, whose answer must not be “used already”."""
    path = await invitation(nord)
    visitor = Visitor(nord)
    await visitor.open(path)
    copies = [Visitor(nord, dict(visitor.cookies), visitor.page) for _ in range(3)]

    pages = await asyncio.gather(*(copy.submit(name="Léa", age="yes") for copy in copies))

    assert [page.status for page in pages] == [200, 200, 200]
    assert [*await members_of(nord)] == ["lea"]
    assert all([await is_in(copy) for copy in copies])


async def test_an_invitation_for_one_makes_one_member_of_two_browsers(nord):
    """Case 137: who comes second is told, and made no member."""
    path = await invitation(nord)
    browsers = [Visitor(nord), Visitor(nord)]
    for browser in browsers:
        await browser.open(path)

    pages = await asyncio.gather(
        *(one.submit(name=name, age="yes") for one, name in zip(browsers, ("Léa", "Karim"), strict=True))
    )

    assert sorted(page.status for page in pages) == [200, 404]
    assert len(await members_of(nord)) == 1


async def test_one_form_makes_one_invitation_and_one_request(nord):
    """Case 136."""
    await welcome(nord, Joining.REQUEST)
    steward, stranger = (
        await signed_in(nord, await settle_in(nord, "karim", role=Role.STEWARD)),
        Visitor(nord),
    )
    await steward.open("/inviter")
    await stranger.open("/rejoindre")
    fields = {"name": "Léa", "why": "x", "email": "lea@mail.example", "age": "yes"}
    for who, action, sent in (
        (steward, "/inviter", {"note": "x"}),
        (stranger, "/rejoindre/demande", fields),
    ):
        copies = [Visitor(nord, dict(who.cookies), who.page) for _ in range(3)]
        pages = await asyncio.gather(*(copy.submit(action, **sent) for copy in copies))
        assert len({page.path for page in pages}) == 1

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM links WHERE purpose = 'invitation'") == 1
        assert await tx.count("SELECT count(*) FROM candidates") == 1


# --- 138: lengths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/moi/profil", "/inviter", "/moi/absence", "/moi/adresse", "/moi/mot-de-passe"]
)
async def test_a_megabyte_in_a_field_is_refused_beside_it(nord, path):
    """Case 138."""
    visitor = await signed_in(nord, await settle_in(nord, "karim", role=Role.STEWARD))
    page = await visitor.open(path)
    for name in {one.attrs["name"] for one in page.all("main input, main textarea")} - {"form_token", "once"}:
        await visitor.open(path)
        page = await visitor.submit(path, **{name: "x" * 1_000_000})
        assert page.status in (200, 422), name
        if page.status == 422:
            assert page.all(".field__wrong"), name
    async with nord.node.db.read() as tx:
        longest = await tx.count(
            "SELECT max(length(name) + length(about) + length(coalesce(email, ''))) FROM members"
        )
    assert longest < 1_000


async def test_a_megabyte_at_the_door_is_refused(nord):
    """Case 138."""
    await welcome(nord, Joining.REQUEST)
    for path, action, fields in (
        (await invitation(nord), "", ("name", "email", "password", "handle")),
        ("/rejoindre", "/rejoindre/demande", ("name", "why", "email")),
        ("/rejoindre", "/rejoindre/code", ("code",)),
    ):
        for field in fields:
            visitor = Visitor(nord)
            await visitor.open(path)
            good = {"name": "Léa", "why": "x", "email": "lea@mail.example", "age": "yes"}
            page = await visitor.submit(action, **(good | {field: "x" * 1_000_000}))
            assert page.status in (422, 429), field
    assert await members_of(nord) == {}


# --- 90, 93: at the door ---------------------------------------------------------------------------


async def test_an_open_door_tells_nobody_who_is_a_member(nord):
    """Case 90: the answer is the same; the letter is not."""
    await welcome(nord, Joining.OPEN)
    await settle_in(nord, "lea", email="lea@mail.example")
    said = set()
    for email in ("lea@mail.example", "none@mail.example"):
        visitor = Visitor(nord)
        await visitor.open("/rejoindre")
        page = await visitor.submit("/rejoindre/ouvert", email=email)
        said.add((page.status, page.words))

    assert len(said) == 1
    assert {(one.address, one.template) for one in await letters(nord)} == {
        ("lea@mail.example", "member_already"),
        ("none@mail.example", "welcome"),
    }


async def test_a_request_tells_nobody_who_is_a_member(nord):
    """Case 90."""
    await welcome(nord, Joining.REQUEST)
    await settle_in(nord, "lea", email="lea@mail.example")
    said = set()
    for email in ("lea@mail.example", "none@mail.example"):
        visitor = Visitor(nord)
        await visitor.open("/rejoindre")
        page = await visitor.submit("/rejoindre/demande", name="Léa", why="x", email=email, age="yes")
        said.add((page.status, page.words.replace(page.path.rpartition("/")[2], "…")))

    assert len({status for status, _ in said}) == 1
    assert all("Votre demande est partie" in words for _, words in said)


async def test_nobody_joins_through_an_open_door_without_end(network):
    """A house without mail lets in whoever wishes, but not a hundred an hour from one place."""
    mute = await network.add("mute.test")
    await welcome(mute, Joining.OPEN)
    statuses = []
    for number in range(12):
        visitor = from_address(mute, "198.51.100.9")
        await visitor.open("/rejoindre")
        page = await visitor.submit("/rejoindre/ouvert", name=f"Robot {number}", age="yes")
        statuses.append(page.status)

    assert statuses == [200] * 10 + [429] * 2
    assert int(page.answer.headers["retry-after"]) > 0


async def test_stewards_are_not_buried_in_requests(nord):
    """Case 93: a notice and a card for each; so they are counted by place, and in all."""
    await welcome(nord, Joining.REQUEST)
    statuses = []
    for number in range(22):
        visitor = from_address(nord, "198.51.100.9")
        await visitor.open("/rejoindre")
        page = await visitor.submit(
            "/rejoindre/demande", name="Robot", why="x", email=f"r{number}@mail.example", age="yes"
        )
        statuses.append(page.status)

    assert statuses == [200] * 20 + [429] * 2


# --- 95, 96: where it leads, and what the browser is told -------------------------------------------


@pytest.mark.parametrize(
    "next",
    [
        "//evil.test",
        "/\\evil.test",
        "\\/evil.test",
        "https://evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "///evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        " //evil.test",
        "/ /evil.test",
        "@evil.test",
        ".evil.test",
        "%2f%2fevil.test",
    ],
)
async def test_signing_in_leads_nowhere_else(nord, next):
    """Case 95: by password, by link, and in the address of the entrance."""
    lea = await settle_in(nord, "lea", password=PASSWORD)
    for way in ("password", "link"):
        visitor = Visitor(nord)
        if way == "password":
            await visitor.open("/entrer")
            page = await visitor.submit("/entrer", login="lea", password=PASSWORD, next=next, follow=False)
        else:
            await visitor.open(await sign_in_link(nord, lea))
            page = await visitor.submit(next=next, follow=False)
        assert page.status == 303
        assert page.answer.headers["location"] == "/", way


async def test_the_session_is_pinned_to_this_host_and_read_by_no_script(nord):
    """Case 96."""
    await settle_in(nord, "lea", password=PASSWORD)
    visitor = Visitor(nord)
    page = await visitor.open("/entrer")
    page = await visitor.submit("/entrer", login="lea", password=PASSWORD, follow=False)

    [line] = [
        line for line in page.answer.headers.get_list("set-cookie") if line.startswith("__Host-session=")
    ]
    flags = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    page = await visitor.open("/moi")
    assert "frame-ancestors 'none'" in page.answer.headers["content-security-policy"]
    assert page.answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "path",
    [
        *("/moi", "/moi/profil", "/moi/absence", "/moi/appareils", "/moi/mot-de-passe", "/moi/adresse"),
        *("/moi/donnees", "/moi/donnees/supprimer", "/inviter", "/admin/membres", "/admin/membres/lea"),
    ],
)
async def test_ones_own_pages_are_for_oneself(nord, path):
    await settle_in(nord, "lea")

    page = await Visitor(nord).open(path)

    assert "/entrer?next=" in page.path
    assert "Lea" not in page.words
