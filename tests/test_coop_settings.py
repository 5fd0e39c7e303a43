"""What a coop says and decides in its settings: kept, shown at once, told to those who follow it."""

import io

import pytest
from PIL import Image

from fedicoop.access import Role
from fedicoop.actors import coops
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS, actor
from tests.photos import a_phone_photo

HERE = "/admin/coop"


async def joined(instance, handle, role):
    from fedicoop.members import actions

    async with instance.node.db.write() as tx:
        return await actions.add(
            tx,
            instance.operator,
            instance.origin,
            handle=handle,
            name=handle.title(),
            pair=PAIRS[3],
            email=None,
            role=role,
        )


async def steward(instance):
    return await signed_in(instance, await joined(instance, "karim", Role.STEWARD))


async def decided(instance):
    async with instance.node.db.read() as tx:
        return await coops.get(tx, instance.coop.id)


def logo(format="PNG"):
    data = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(data, format)
    return data.getvalue()


async def test_a_steward_changes_what_the_coop_says_and_its_followers_hear_of_it(pair, network):
    nord, sud = pair
    visitor = await steward(nord)

    await visitor.open(HERE)
    page = await visitor.submit(
        HERE,
        name="Vélo du Nord",
        sentence="On répare ensemble.",
        hue="40",
        kind="tools",
        locale="fr",
        place="lille",
        radius="20",
        contact="Camille, velo@nord.test",
        hours="Samedi 10 h",
        rules="- On rend à l’heure.",
        joining="open",
        joining_text="Adhésion à prix libre.",
        members_invite="yes",
        files={"logo": ("logo.png", logo())},
    )
    await network.settle()

    assert "C’est enregistré" in page.words
    assert page.all(".brand__name")[0].to_text() == "Vélo du Nord"
    assert page.all("html")[0].attrs["class"] == "hue-40"
    kept = await decided(nord)
    assert (kept.kind, kept.hue, kept.place_name, kept.radius_km) == ("tools", 40, "Lille (59)", 20)
    assert kept.rules == "- On rend à l’heure."
    assert (kept.joining, kept.joining_text, kept.members_invite) == ("open", "Adhésion à prix libre.", True)
    seen = await actor(sud, nord.coop.id)
    assert (seen.name, seen.summary) == ("Vélo du Nord", "<p>On répare ensemble.</p>")
    assert seen.icon.url == f"{nord.origin}/media/{kept.logo}"
    assert [(one.name, one.value) for one in seen.fields][1:] == [
        (
            "Contact",
            'Camille, <a href="mailto:velo@nord.test" rel="nofollow noopener ugc">velo@nord.test</a>',
        ),
        ("Horaires", "Samedi 10 h"),
    ]
    picture = await nord.get(f"/media/{kept.logo}", accept="image/*")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(network):
    nord = await network.add("nord.test")
    visitor = await steward(nord)

    await visitor.open(HERE)
    page = await visitor.submit(
        HERE, name=" ", sentence="x" * 301, hue="41", kind="casino", place="Xyzzqk", contact="c" * 201
    )

    assert page.status == 422
    assert {one.attrs["id"] for one in page.all(".field__wrong") if "id" in one.attrs} >= {
        "w-name",
        "w-sentence",
        "w-kind",
        "w-place",
        "w-contact",
    }
    assert page.all("#f-place")[0].attrs["value"] == "Xyzzqk"
    assert page.all("#f-contact")[0].attrs["value"] == "c" * 201
    assert (await decided(nord)).hue is None


async def test_a_logo_that_is_no_picture_is_refused_and_the_old_one_stays(network):
    nord = await network.add("nord.test")
    visitor = await steward(nord)
    await visitor.open(HERE)
    await visitor.submit(HERE, files={"logo": ("a.jpg", a_phone_photo())})
    before = (await decided(nord)).logo

    await visitor.open(HERE)
    page = await visitor.submit(HERE, name="Autre nom", files={"logo": ("a.png", b"<svg/>")})

    assert page.status == 422
    assert page.all("#w-logo")
    assert (await decided(nord)).logo == before is not None
    await visitor.open(HERE)
    await visitor.submit(HERE, logo_off="yes")
    assert (await decided(nord)).logo is None
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 0


async def test_saving_what_is_there_tells_nobody_anything(pair, network):
    nord, _ = pair
    visitor = await steward(nord)
    await visitor.open(HERE)
    await visitor.submit(HERE)
    async with nord.node.db.read() as tx:
        before = await tx.count("SELECT count(*) FROM sent")

    await visitor.open(HERE)
    page = await visitor.submit(HERE)

    assert page.status == 200
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM sent") == before


@pytest.mark.parametrize("role", [Role.MEMBER, None])
async def test_only_those_who_care_for_the_coop_may(network, role):
    nord = await network.add("nord.test")
    visitor = await signed_in(nord, await joined(nord, "lea", role)) if role else Visitor(nord)

    page = await visitor.open(HERE)

    assert page.path == "/entrer?next=%2Fadmin%2Fcoop" if role is None else page.status == 403
    assert not page.all("#f-sentence")
