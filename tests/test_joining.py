"""Becoming a member: by invitation, by asking, or through an open door."""

import pytest

from fedicoop.access import Role
from fedicoop.actors.coops import Joining
from fedicoop.members import consents, handles, store
from tests.accounts import (
    MAIL,
    PASSWORD,
    enter,
    invitation,
    is_in,
    letters,
    members_of,
    notices_of,
    settle_in,
    welcome,
)
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", **MAIL)


@pytest.fixture
async def mute(network):
    """A house without mail."""
    return await network.add("nord.test")


async def join(visitor: Visitor, path: str, **fields: object):
    await visitor.open(path)
    return await visitor.submit(path, **({"name": "Léa Martin", "age": "yes"} | fields))


# --- by invitation ---------------------------------------------------------------------------------


async def test_who_is_invited_joins_with_a_name_and_a_tick(nord):
    karim = await settle_in(nord, "karim", role=Role.STEWARD)
    path = await invitation(nord, karim)
    visitor = Visitor(nord)

    page = await visitor.open(path)
    assert "Karim Martin vous invite" in page.words
    page = await join(visitor, path)

    assert "Bienvenue ! Vous êtes membre." in page.words
    lea = (await members_of(nord))["lea"]
    assert (lea.name, lea.role) == ("Léa Martin", Role.MEMBER)
    actor = (await nord.get(lea.actor_id)).json()
    assert (actor["type"], actor["name"], actor["discoverable"]) == ("Person", "Léa Martin", False)
    assert await notices_of(nord, karim) == ["member.joined", "member.accepted"]
    assert (await Visitor(nord).open(path)).status == 404


async def test_what_a_newcomer_agreed_to_is_kept_in_the_words_that_they_read(nord):
    await welcome(nord, Joining.INVITATION, joining_text="Adhésion : *prix libre*.")
    path = await invitation(nord)
    visitor = Visitor(nord)

    page = await join(visitor, path)
    assert page.status == 422
    assert page.all("#w-charter")
    page = await join(visitor, path, charter="yes")

    assert page.status == 200
    lea = (await members_of(nord))["lea"]
    async with nord.node.db.read() as tx:
        kept = {one.kind: one.words for one in await consents.of_member(tx, lea.id)}
    assert kept["age"].startswith("J’ai 18 ans")
    assert "Adhésion : *prix libre*." in kept["charter"]


async def test_nothing_is_lost_where_something_is_wrong(nord):
    path = await invitation(nord)
    visitor = Visitor(nord)

    page = await join(visitor, path, name="", email="not one", handle="No!", password="short", age=None)

    assert page.status == 422
    assert len(page.all(".field__wrong")) == 5
    assert page.all("input[name=email]")[0].attrs["value"] == "not one"
    assert await members_of(nord) == {}
    assert (await visitor.open(path)).status == 200, "the invitation is still good"


async def test_an_address_typed_at_the_door_counts_once_a_letter_there_was_answered(nord):
    visitor = Visitor(nord)
    await join(visitor, await invitation(nord), email="lea@mail.example")
    lea = (await members_of(nord))["lea"]

    async with nord.node.db.read() as tx:
        assert (await store.account(tx, lea.id)).email is None
    [letter] = await letters(nord)
    assert (letter.address, letter.template) == ("lea@mail.example", "address")
    await visitor.open(letter.link)
    await visitor.submit()
    async with nord.node.db.read() as tx:
        assert (await store.account(tx, lea.id)).email == "lea@mail.example"


async def test_an_invitation_that_came_by_mail_proves_the_address(nord):
    karim = await settle_in(nord, "karim", role=Role.STEWARD)
    steward = await signed_in(nord, karim)
    await steward.open("/inviter")
    page = await steward.submit("/inviter", note="Léa", email="lea@mail.example", days="7", uses="1")
    assert "Une lettre est partie à lea@mail.example" in page.words
    [letter] = await letters(nord)

    await join(Visitor(nord), letter.link.removeprefix(nord.origin))

    async with nord.node.db.read() as tx:
        account = await store.find_by_email(tx, "lea@mail.example")
    assert account.name == "Léa Martin"


async def test_an_invitation_for_many_serves_many_and_no_more(nord):
    path = await invitation(nord, most_uses=2)

    for name in ("Léa", "Karim"):
        assert "Bienvenue" in (await join(Visitor(nord), path, name=name)).words
    page = await Visitor(nord).open(path)

    assert page.status == 404
    assert sorted(await members_of(nord)) == ["karim", "lea"]


async def test_a_link_that_is_pasted_or_its_last_part_leads_to_the_invitation(nord):
    path = await invitation(nord)
    visitor = Visitor(nord)

    for pasted in (f"{nord.origin}{path}", f"  {path.rpartition('/')[2]} ", f"{nord.origin}{path}?lang=en"):
        await visitor.open("/rejoindre")
        page = await visitor.submit("/rejoindre/code", code=pasted)
        assert page.path.endswith(path), pasted
    await visitor.open("/rejoindre")
    page = await visitor.submit("/rejoindre/code", code="guess")
    assert page.status == 422
    assert "Cette invitation ne fonctionne plus." in page.words


async def test_a_house_without_mail_asks_no_address_and_lets_in_by_name_and_password(mute):
    visitor = Visitor(mute)
    path = await invitation(mute)
    page = await visitor.open(path)
    assert not page.all("input[name=email]")

    await join(visitor, path, password=PASSWORD)
    phone = Visitor(mute)
    await enter(phone, "lea", PASSWORD)

    assert await is_in(phone)


async def test_the_coop_itself_and_its_price_are_told_before_one_joins(mute):
    await welcome(mute, Joining.INVITATION, joining_text="**Prix libre**, et deux heures par an.")

    page = await Visitor(mute).open("/join?lang=en")

    assert "Join Coop Nord" in page.words
    assert "Prix libre, et deux heures par an." in page.words.replace("Prix libre ,", "Prix libre,")


# --- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Léa Martin", ["lea", "lea_m", "lea_martin", "lea2", "lea3"]),
        ("José-María Ñuñez", ["jose", "jose_m", "jose_maria_nunez", "jose2"]),
        ("Œdipe", ["oedipe", "oedipe2"]),
        ("Admin", ["admin2", "admin3"]),
        ("李雷", ["membre", "membre2"]),
        ("J. R.", ["j_r", "j2", "j3"]),
        ("Y", ["y2", "y3"]),
        ("x" * 60, ["x" * 26, f"{'x' * 26}2"]),
    ],
)
def test_a_name_gives_a_handle(name, first):
    found = handles.proposed(name)

    assert [next(found) for _ in first] == first


async def test_namesakes_and_coops_keep_their_handles(nord):
    for name, handle in (("Léa Petit", "lea"), ("Léa Martin", "lea_m"), ("Nord", "nord2")):
        await join(Visitor(nord), await invitation(nord), name=name)
        assert (await members_of(nord))[handle].name == name


async def test_a_handle_may_be_chosen_if_nobody_has_it(nord):
    await settle_in(nord, "karim")
    path = await invitation(nord)
    visitor = Visitor(nord)

    page = await join(visitor, path, handle="karim")
    assert page.status == 409
    assert page.all("#w-handle")
    page = await visitor.submit(path, handle="@Velolea")

    assert "velolea" in await members_of(nord)


# --- by asking -------------------------------------------------------------------------------------


async def ask(visitor: Visitor, **fields: object):
    await visitor.open("/rejoindre")
    values = {"name": "Léa Martin", "why": "Karim me connaît.", "age": "yes"}
    return await visitor.submit("/rejoindre/demande", **(values | fields))


async def answer(instance, steward, what: str):
    visitor = await signed_in(instance, steward)
    page = await visitor.open("/admin/membres")
    assert "Karim me connaît." in page.words
    [form] = [
        one
        for one in page.all("form")
        if one.query(f"input[value={what}]") and one.attrs["action"].startswith("/admin/membres/demandes/")
    ]
    return await visitor.submit(form.attrs["action"], answer=what)


async def test_who_asks_is_answered_by_mail_and_joins(nord):
    karim = await settle_in(nord, "karim", role=Role.STEWARD)
    await welcome(nord, Joining.REQUEST)
    visitor = Visitor(nord)

    page = await ask(visitor, email="lea@mail.example")
    assert "Votre demande est partie" in page.words
    assert await notices_of(nord, karim) == ["member.asks"]
    await answer(nord, karim, "accepted")

    [letter] = await letters(nord)
    assert (letter.address, letter.template) == ("lea@mail.example", "accepted")
    page = await visitor.open(letter.link)
    assert page.all("input[name=name]")[0].attrs["value"] == "Léa Martin"
    page = await visitor.submit(letter.link.removeprefix(nord.origin), age="yes")
    assert "Bienvenue" in page.words
    async with nord.node.db.read() as tx:
        assert (await store.find_by_email(tx, "lea@mail.example")).handle == "lea"
        assert await tx.count("SELECT count(*) FROM candidates WHERE email IS NOT NULL OR why <> ''") == 0


async def test_who_asks_a_house_without_mail_reads_the_answer_on_a_page_of_their_own(mute):
    karim = await settle_in(mute, "karim", role=Role.STEWARD)
    await welcome(mute, Joining.REQUEST)
    visitor = Visitor(mute)
    page = await ask(visitor)
    assert "Mettez-la dans vos favoris" in page.words
    path = page.path.removeprefix(mute.origin).partition("?")[0]

    await answer(mute, karim, "accepted")
    elsewhere = Visitor(mute)
    page = await elsewhere.open(path)
    assert "C’est oui !" in page.words
    page = await elsewhere.submit(path, age="yes", password=PASSWORD)

    assert "Bienvenue" in page.words
    assert "lea" in await members_of(mute)
    page = await Visitor(mute).open(path)
    assert "Vous êtes membre" in page.words
    assert not page.all("form[action='']")


async def test_who_is_declined_reads_it_and_does_not_get_in(mute):
    karim = await settle_in(mute, "karim", role=Role.STEWARD)
    await welcome(mute, Joining.REQUEST)
    visitor = Visitor(mute)
    path = (await ask(visitor)).path

    await answer(mute, karim, "declined")
    page = await visitor.open(path)

    assert "C’est non, cette fois" in page.words
    assert not page.all("input[name=age]")


async def test_a_request_is_answered_once(mute):
    karim = await settle_in(mute, "karim", role=Role.STEWARD)
    await welcome(mute, Joining.REQUEST)
    await ask(Visitor(mute))
    one, other = await signed_in(mute, karim), await signed_in(mute, karim)
    for visitor in (one, other):
        await visitor.open("/admin/membres")

    assert (await one.submit("/admin/membres/demandes/", answer="accepted")).status == 200
    page = await other.submit("/admin/membres/demandes/", answer="declined")

    assert page.status == 409
    assert "Cette demande a déjà sa réponse." in page.words


async def test_where_one_is_invited_one_does_not_ask(mute):
    await welcome(mute, Joining.REQUEST)
    visitor = Visitor(mute)
    await visitor.open("/rejoindre")
    await welcome(mute, Joining.INVITATION)

    page = await visitor.submit("/rejoindre/demande", name="Léa", why="x", age="yes")

    assert page.status == 404


# --- an open door ----------------------------------------------------------------------------------


async def test_through_an_open_door_one_joins_by_a_letter(nord):
    await welcome(nord, Joining.OPEN)
    visitor = Visitor(nord)
    await visitor.open("/rejoindre")
    page = await visitor.submit("/rejoindre/ouvert", email="lea@mail.example")
    assert "Regardez votre boîte" in page.words
    [letter] = await letters(nord)
    assert letter.template == "welcome"

    page = await join(Visitor(nord), letter.link.removeprefix(nord.origin))

    assert "Bienvenue" in page.words
    async with nord.node.db.read() as tx:
        assert (await store.find_by_email(tx, "lea@mail.example")).handle == "lea"


async def test_through_an_open_door_of_a_house_without_mail_one_joins_at_once(mute):
    await welcome(mute, Joining.OPEN)
    visitor = Visitor(mute)
    await visitor.open("/rejoindre")

    page = await visitor.submit("/rejoindre/ouvert", name="Léa", age="yes", password=PASSWORD)

    assert "Bienvenue" in page.words
    assert await is_in(visitor)


async def test_a_door_that_closed_meanwhile_is_closed(mute):
    await welcome(mute, Joining.OPEN)
    visitor = Visitor(mute)
    await visitor.open("/rejoindre")
    await welcome(mute, Joining.INVITATION)

    page = await visitor.submit("/rejoindre/ouvert", name="Léa", age="yes")

    assert page.status == 404
    assert await members_of(mute) == {}


async def test_every_way_of_joining_is_shown_in_both_languages(mute):
    for joining in Joining:
        await welcome(mute, joining)
        for language in ("fr", "en"):
            page = await Visitor(mute).open(f"/rejoindre?lang={language}")
            assert page.status == 200
            assert not [word for word in page.words.split() if word.startswith("join.")]
