"""Members as those see them who care for the coop: list, roles, doors, invitations."""

import pytest

from fedicoop.access import Role
from fedicoop.actors.coops import Joining
from fedicoop.listings.listing import Status
from fedicoop.web.origin import cookie_name
from tests.accounts import (
    PASSWORD,
    enter,
    is_in,
    members_of,
    notices_of,
    settle_in,
    sign_in_link,
    welcome,
)
from tests.browsing import Visitor, signed_in


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


@pytest.fixture
async def people(nord):
    """An admin, a steward and a member."""
    roles = {"camille": Role.ADMIN, "karim": Role.STEWARD, "lea": Role.MEMBER}
    return {handle: await settle_in(nord, handle, role=role) for handle, role in roles.items()}


async def test_stewards_find_members_by_name(nord, people):
    visitor = await signed_in(nord, people["karim"])

    page = await visitor.open("/admin/membres")
    assert "3 membres" in page.words
    page = await visitor.open("/admin/membres?q=LEA")
    assert "1 membre" in page.words
    assert "@lea" in page.words
    assert "@karim" not in page.words
    page = await visitor.open("/admin/membres?q=%25_")
    assert "Personne ne correspond" in page.words


async def test_the_list_of_members_is_for_stewards(nord, people):
    assert (await (await signed_in(nord, people["lea"])).open("/admin/membres")).status == 403
    assert "/entrer" in (await Visitor(nord).open("/admin/membres")).path


async def test_an_admin_gives_a_role_and_it_is_told(nord, people):
    admin, member = await signed_in(nord, people["camille"]), await signed_in(nord, people["lea"])
    await admin.open("/admin/membres/lea")

    page = await admin.submit("/admin/membres/lea/role", role="steward")

    assert "Le rôle est changé." in page.words
    assert (await members_of(nord))["lea"].role is Role.STEWARD
    assert await notices_of(nord, people["lea"]) == ["account.role.steward"]
    assert (await member.open("/admin/membres")).status == 200


async def test_a_device_gets_a_new_id_when_rights_change(nord, people):
    """Security case 86: who had copied the cookie before does not rise with it."""
    admin, member = await signed_in(nord, people["camille"]), await signed_in(nord, people["lea"])
    copy = Visitor(nord, dict(member.cookies))
    await member.open("/moi/profil")
    await admin.open("/admin/membres/lea")
    await admin.submit("/admin/membres/lea/role", role="steward")

    page = await member.submit("/moi/profil", name="Léa")
    assert "C’est enregistré." in page.words, "a form that was open counts on the old id"
    assert member.cookies[cookie_name(nord.origin)] != copy.cookies[cookie_name(nord.origin)]
    await member.open("/moi/profil")
    assert "C’est enregistré." in (await member.submit("/moi/profil", name="Lea")).words
    assert not await is_in(copy)


async def test_the_last_admin_stays_one(nord, people):
    admin = await signed_in(nord, people["camille"])
    await admin.open("/admin/membres/camille")

    page = await admin.submit("/admin/membres/camille/role", role="member")
    assert page.status == 422
    assert "dernière personne qui administre" in page.words

    await admin.open("/admin/membres/karim")
    await admin.submit("/admin/membres/karim/role", role="admin")
    await admin.open("/admin/membres/camille")
    await admin.submit("/admin/membres/camille/role", role="member")
    roles = {handle: one.role for handle, one in (await members_of(nord)).items()}
    assert roles == {"camille": Role.MEMBER, "karim": Role.ADMIN, "lea": Role.MEMBER}


async def test_a_suspended_member_is_out_and_their_listings_rest_until_the_door_opens(nord, people, network):
    lea = await settle_in(nord, "noor", password=PASSWORD)
    listing = await nord.publish("Vélo cargo", by=lea)
    phone, path = await signed_in(nord, lea), await sign_in_link(nord, lea)
    steward = await signed_in(nord, people["karim"])

    await steward.open("/admin/membres/noor")
    page = await steward.submit("/admin/membres/noor/acces")
    await network.settle()

    assert "accès suspendu" in page.words
    assert not await is_in(phone)
    assert (await Visitor(nord).open(path)).status == 404
    page = await enter(phone, "noor", PASSWORD)
    assert page.status == 403
    assert "Votre accès est suspendu." in page.words
    assert (await nord.find(listing.id)).status is Status.PAUSED

    await steward.open("/admin/membres/noor")
    await steward.submit("/admin/membres/noor/acces")
    await network.settle()
    await enter(phone, "noor", PASSWORD)
    assert await is_in(phone)
    assert (await nord.find(listing.id)).status is Status.PUBLISHED


@pytest.mark.parametrize("target", ["camille", "karim", "sacha"])
async def test_a_steward_has_no_power_over_stewards_and_admins(nord, people, target):
    await settle_in(nord, "sacha", role=Role.STEWARD)
    steward = await signed_in(nord, people["karim"])

    page = await steward.open(f"/admin/membres/{target}")
    assert page.status == 200
    assert [one.attrs["action"] for one in page.all("main form")] == []
    await steward.open("/admin/membres/lea")
    token = steward.page.all("input[name=form_token]")[0].attrs["value"]
    for way, fields in (("role", {"role": "member"}), ("acces", {"door": "shut"}), ("lien", {"once": "x"})):
        answer = await nord.http.post(
            f"{nord.origin}/admin/membres/{target}/{way}",
            data={"form_token": token} | fields,
            headers=steward._cookie_header() | {"accept": "text/html", "origin": nord.origin},
        )
        assert answer.status_code == 403, way
    roles = {handle: one.role for handle, one in (await members_of(nord)).items()}
    assert roles["camille"] is Role.ADMIN
    assert roles["sacha"] is Role.STEWARD


async def test_a_sign_in_link_is_handed_over_in_person_and_told(nord, people):
    steward = await signed_in(nord, people["karim"])
    await steward.open("/admin/membres/lea")

    page = await steward.submit("/admin/membres/lea/lien")
    assert page.all("svg.qr")
    [link] = {one.to_text() for one in page.all(".copy__text")}
    again = await steward.open(page.path)
    assert link in again.words, "it is shown again on this device"
    elsewhere = await signed_in(nord, people["karim"])
    assert (await elsewhere.open(page.path)).status == 404

    phone = Visitor(nord)
    await phone.open(link)
    await phone.submit()
    assert await is_in(phone)
    assert await notices_of(nord, people["lea"]) == ["account.link"]


async def test_members_invite_where_the_coop_wants_it_so(nord, people):
    visitor = await signed_in(nord, people["lea"])
    assert (await visitor.open("/inviter")).status == 403
    assert "Inviter quelqu’un" not in (await visitor.open("/moi")).words

    await welcome(nord, Joining.INVITATION, members_invite=True)
    page = await visitor.open("/inviter")
    assert not page.all("input[name=uses][value='50']")
    page = await visitor.submit("/inviter", note="Sacha")
    assert page.all("svg.qr")
    page = await visitor.open("/invite?lang=en")
    assert "Sacha" in page.words
    await visitor.submit("/inviter/retirer")
    assert "Sacha" not in (await visitor.open("/inviter")).words

    await visitor.open("/inviter")
    page = await visitor.submit("/inviter", uses="50")
    assert page.status == 403, "a sheet on a wall is a steward's"


async def test_an_invitation_is_withdrawn_by_its_maker_or_a_steward(nord, people):
    await welcome(nord, Joining.INVITATION, members_invite=True)
    lea, sacha = await signed_in(nord, people["lea"]), await signed_in(nord, await settle_in(nord, "sacha"))
    await lea.open("/inviter")
    address = (await lea.submit("/inviter", note="pour un ami")).all(".copy__text")[0].to_text()
    page = await lea.open("/inviter")
    id = page.all("input[name=invitation]")[0].attrs["value"]

    assert "pour un ami" not in (await sacha.open("/inviter")).words
    await sacha.submit("/inviter", note="à moi")
    await sacha.open("/inviter")
    page = await sacha.submit("/inviter/retirer", invitation=id)
    assert page.status == 403
    assert (await Visitor(nord).open(address)).status == 200

    steward = await signed_in(nord, people["karim"])
    await steward.open("/inviter")
    await steward.submit("/inviter/retirer", invitation=id)
    assert (await Visitor(nord).open(address)).status == 404
