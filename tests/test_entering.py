"""Signing in and out: by a link, by password; what a device keeps, and what ends it."""

import re

from fedicoop.members import links, passwords, store
from fedicoop.web.origin import cookie_name
from tests.accounts import MAIL, PASSWORD, enter, is_in, letters, settle_in, sign_in_link
from tests.browsing import Visitor


async def test_a_link_comes_by_mail_and_lets_in_on_another_device(network):
    nord = await network.add("nord.test", **MAIL)
    await settle_in(nord, email="lea@mail.example")
    laptop, phone = Visitor(nord), Visitor(nord)

    await laptop.open("/entrer?next=/coops")
    page = await laptop.submit("/entrer/lettre", email="Lea@Mail.example")
    assert "Regardez votre boîte" in page.words
    [letter] = await letters(nord)
    assert (letter.address, letter.template) == ("lea@mail.example", "sign_in")

    page = await phone.open(letter.link)
    assert "Bonjour Lea Martin" in page.words
    assert not await is_in(phone), "opening a link changes nothing"
    await phone.open(letter.link)
    page = await phone.submit()

    assert page.path.endswith("/coops")
    assert await is_in(phone)
    assert not await is_in(laptop)


async def test_one_enters_by_name_or_address_and_password(network):
    nord = await network.add("nord.test")
    await settle_in(nord, email="lea@mail.example", password=PASSWORD)

    for login in ("lea", "@lea", "LEA@mail.example"):
        visitor = Visitor(nord)
        await enter(visitor, login, PASSWORD)
        assert await is_in(visitor), login


async def test_what_was_typed_wrong_is_said_beside_the_field_and_stays(network):
    nord = await network.add("nord.test")
    visitor = Visitor(nord)

    page = await enter(visitor, "lea", "")
    assert page.status == 422
    assert "Ce champ est vide." in page.words
    [field] = page.all("input[name=login]")
    assert field.attrs["value"] == "lea"

    page = await enter(visitor, "lea", "not this one")
    assert page.status == 422
    assert "ne va pas" in page.words


async def test_a_house_without_mail_says_how_else_one_gets_in(network):
    nord = await network.add("nord.test")

    page = await Visitor(nord).open("/entrer")

    assert not page.all("form[action='/entrer/lettre']")
    assert "Un·e référent·e" in page.words


async def test_a_house_without_mail_promises_no_letter(network):
    nord = await network.add("nord.test")
    await settle_in(nord, email="lea@mail.example")
    visitor = Visitor(nord)
    page = await visitor.open("/entrer")
    token = page.all("input[name=form_token]")[0].attrs["value"]

    answer = await nord.http.post(
        f"{nord.origin}/entrer/lettre",
        data={"form_token": token, "email": "lea@mail.example"},
        headers=visitor._cookie_header() | {"accept": "text/html"},
    )

    assert answer.status_code == 404
    assert await letters(nord) == []


async def test_who_signs_out_is_out_with_every_copy_of_the_cookie(network):
    nord = await network.add("nord.test")
    await settle_in(nord, password=PASSWORD)
    visitor = Visitor(nord)
    await enter(visitor, "lea", PASSWORD)
    copy = Visitor(nord, dict(visitor.cookies))

    await visitor.open("/entrer")
    await visitor.submit("/sortir")

    assert not await is_in(visitor)
    assert not await is_in(copy)


async def test_a_password_made_with_other_costs_is_made_anew_at_the_next_sign_in(network, monkeypatch):
    nord = await network.add("nord.test")
    monkeypatch.setattr(passwords, "PASSES", 1)
    lea = await settle_in(nord, password=PASSWORD)
    monkeypatch.undo()

    await enter(Visitor(nord), "lea", PASSWORD)

    async with nord.node.db.read() as tx:
        kept = (await store.account(tx, lea.id)).password
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", kept)
    assert await passwords.verify(PASSWORD, kept)


async def test_one_password_on_every_keyboard():
    """é may be one sign or two; which of them depends on who made the keyboard."""
    kept = await passwords.hash("caf\u00e9 au lait")

    assert await passwords.verify("cafe\u0301 au lait", kept)
    assert not await passwords.verify("cafe au lait", kept)
    assert not await passwords.verify("caf\u00e9 au lait", "not a hash")


async def test_a_link_is_kept_for_an_hour_and_forgotten_after(network):
    nord = await network.add("nord.test")
    path = await sign_in_link(nord, await settle_in(nord))
    visitor = Visitor(nord)

    network.clock.advance(minutes=59)
    assert (await visitor.open(path)).status == 200
    network.clock.advance(minutes=2)
    page = await visitor.open(path)

    assert page.status == 404
    assert "Ce lien d’entrée ne fonctionne plus." in page.words
    async with nord.node.db.write() as tx:
        await links.forget_over(tx)
        assert await tx.count("SELECT count(*) FROM links") == 0


async def test_the_cookie_of_a_session_is_the_only_one_that_is_given(network):
    nord = await network.add("nord.test")
    await settle_in(nord, password=PASSWORD)
    visitor = Visitor(nord)
    await enter(visitor, "lea", PASSWORD, next="/coops")

    assert {*visitor.cookies} == {cookie_name(nord.origin), cookie_name(nord.origin, "visit")}
