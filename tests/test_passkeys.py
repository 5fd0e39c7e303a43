"""Passkeys: made in one's own pages, used at the entrance, removed again."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fedicoop.members import webauthn
from tests.accounts import is_in, notices_of, settle_in
from tests.authenticator import PRESENT, Phone
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def asked(visitor: Visitor, action: str) -> tuple[str, dict]:
    """What the script asks for, with the form's own token."""
    form = visitor.page.form(action)
    token = form.query("input[name=form_token]")[0].attrs["value"]
    answer = await visitor.instance.http.post(
        f"{visitor.instance.origin}{action}/demande",
        data={"form_token": token},
        headers=visitor._cookie_header() | {"origin": visitor.instance.origin},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["challenge"], answer.json()["options"]


async def add(visitor: Visitor, phone: Phone, **bent: object):
    await visitor.open("/moi/appareils")
    challenge, options = await asked(visitor, "/moi/cles")
    return await visitor.submit("/moi/cles", challenge=challenge, answer=phone.make(options, **bent))


async def enter(visitor: Visitor, phone: Phone, *, next: str = "/", **bent: object):
    await visitor.open(f"/entrer?next={next}")
    challenge, options = await asked(visitor, "/entrer/cle")
    return await visitor.submit("/entrer/cle", challenge=challenge, answer=phone.sign(options, **bent))


async def test_a_passkey_is_made_and_lets_in(nord):
    lea = await settle_in(nord)
    phone, visitor = Phone(nord.origin), await signed_in(nord, lea)

    page = await add(visitor, phone)
    assert "C’est fait." in page.words
    assert await notices_of(nord, lea) == ["account.passkey"]
    newcomer = Visitor(nord)
    page = await enter(newcomer, phone, next="/coops")

    assert page.path.endswith("/coops")
    assert await is_in(newcomer)
    page = await newcomer.open("/moi/appareils")
    await newcomer.submit("/moi/cles/retirer")
    assert (await enter(Visitor(nord), phone)).status == 422


async def test_the_browser_is_asked_to_look_who_it_is_and_not_to_make_a_second_one(nord):
    lea = await settle_in(nord)
    phone, visitor = Phone(nord.origin), await signed_in(nord, lea)
    await add(visitor, phone)
    await visitor.open("/moi/appareils")

    _, options = await asked(visitor, "/moi/cles")

    assert options["rp"]["id"] == "nord.test"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert len(options["excludeCredentials"]) == 1
    assert lea.name not in json.dumps(options["user"]["id"])


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://evil.test"},
        {"host": "evil.test"},
        {"flags": PRESENT},
        {"flags": 0},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=["origin", "host", "not verified", "not present", "another key"],
)
async def test_only_an_honest_answer_lets_in(nord, bent):
    lea = await settle_in(nord)
    phone = Phone(nord.origin)
    await add(await signed_in(nord, lea), phone)
    visitor = Visitor(nord)

    page = await enter(visitor, phone, **bent)

    assert page.status == 422
    assert "n’ouvre pas cette porte" in page.words
    assert not await is_in(visitor)


@pytest.mark.parametrize("bent", [{"origin": "https://evil.test"}, {"host": "evil.test"}, {"flags": PRESENT}])
async def test_only_an_honest_answer_makes_a_passkey(nord, bent):
    lea = await settle_in(nord)

    page = await add(await signed_in(nord, lea), Phone(nord.origin), **bent)

    assert page.status == 400
    assert "n’a pas pu être ajoutée" in page.words
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM passkeys") == 0


async def test_an_answer_counts_once_and_for_minutes(nord, network):
    lea = await settle_in(nord)
    phone = Phone(nord.origin)
    await add(await signed_in(nord, lea), phone)
    visitor = Visitor(nord)
    await visitor.open("/entrer")
    challenge, options = await asked(visitor, "/entrer/cle")
    answer = phone.sign(options)

    thief = Visitor(nord, dict(visitor.cookies), visitor.page)
    page = await visitor.submit("/entrer/cle", challenge=challenge, answer=answer)
    assert page.status == 200
    assert (await thief.submit("/entrer/cle", challenge=challenge, answer=answer)).status == 422

    late = Visitor(nord)
    await late.open("/entrer")
    challenge, options = await asked(late, "/entrer/cle")
    network.clock.advance(minutes=6)
    assert (await late.submit("/entrer/cle", challenge=challenge, answer=phone.sign(options))).status == 422


async def test_a_question_for_one_member_is_not_answered_by_another(nord):
    lea, mallory = await settle_in(nord, "lea"), await settle_in(nord, "mallory")
    victim, thief = await signed_in(nord, lea), await signed_in(nord, mallory)
    await victim.open("/moi/appareils")
    challenge, options = await asked(victim, "/moi/cles")

    await thief.open("/moi/appareils")
    page = await thief.submit("/moi/cles", challenge=challenge, answer=Phone(nord.origin).make(options))

    assert page.status == 400


async def test_a_copied_passkey_that_counts_backwards_is_refused(nord):
    lea = await settle_in(nord)
    phone = Phone(nord.origin)
    await add(await signed_in(nord, lea), phone, counts=5)

    assert (await enter(Visitor(nord), phone, counts=6)).status == 200
    assert (await enter(Visitor(nord), phone, counts=6)).status == 422
    assert (await enter(Visitor(nord), phone, counts=7)).status == 200


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "{", '{"id": 1}', "x" * 30_000, '{"id": "é"}'])
async def test_any_other_answer_is_a_refusal_and_no_fault(nord, answer):
    lea = await settle_in(nord)
    visitor, member = Visitor(nord), await signed_in(nord, lea)
    await visitor.open("/entrer")
    challenge, _ = await asked(visitor, "/entrer/cle")
    assert (await visitor.submit("/entrer/cle", challenge=challenge, answer=answer)).status == 422

    await member.open("/moi/appareils")
    challenge, _ = await asked(member, "/moi/cles")
    assert (await member.submit("/moi/cles", challenge=challenge, answer=answer)).status == 400


async def test_a_passkey_is_removed_by_its_own_member_alone(nord):
    """Security case 78."""
    lea, mallory = await settle_in(nord, "lea"), await settle_in(nord, "mallory")
    phone, thief = Phone(nord.origin), await signed_in(nord, mallory)
    await add(await signed_in(nord, lea), phone)
    await add(thief, Phone(nord.origin))
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM passkeys") == 2

    await thief.open("/moi/appareils")
    await thief.submit("/moi/cles/retirer", passkey=json.loads(phone.sign({"challenge": ""}))["id"])

    assert (await enter(Visitor(nord), phone)).status == 200


@pytest.mark.parametrize(
    ("origin", "works"),
    [
        ("https://velo.example", True),
        ("http://localhost:8001", True),
        ("http://127.0.0.1:8001", False),
        ("https://[2001:db8::1]", False),
        ("http://velo.example", False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(origin, works):
    assert webauthn.offered(origin) is works


async def test_a_house_without_the_extra_says_nothing_of_passkeys(nord, monkeypatch):
    monkeypatch.setattr(webauthn, "_installed", lambda: False)
    lea = await settle_in(nord)
    visitor = await signed_in(nord, lea)

    assert "lé d’accès" not in (await Visitor(nord).open("/entrer")).words
    page = await visitor.open("/moi/appareils")
    assert "Clés d’accès" not in page.words
    page = await visitor.open("/moi/profil")
    token = page.all("input[name=form_token]")[0].attrs["value"]
    answer = await nord.http.post(
        f"{nord.origin}/moi/cles/demande",
        data={"form_token": token},
        headers=visitor._cookie_header() | {"origin": nord.origin},
    )
    assert answer.status_code == 404
