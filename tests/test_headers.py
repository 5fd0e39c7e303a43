"""The wide picture above a profile: chosen on the page of settings, published, read of peers and copied."""

import io

import pytest
from PIL import Image

from fedicoop.access import Role
from fedicoop.actors import store as actors
from tests.browsing import Visitor, signed_in
from tests.hostile import fixtures

village, nord, friend, evil = fixtures()


def wide() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 300), (40, 90, 200)).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
async def steward(nord):
    return await nord.join("k", name="K", role=Role.STEWARD)


async def test_a_steward_chooses_one_and_followers_are_told(nord, friend, steward):
    await friend.send(friend.says("Follow", nord.coop.id, by="bob"), nord, by="bob")
    visitor = await signed_in(nord, steward)
    await visitor.open("/admin/coop")

    page = await visitor.submit("/admin/coop", files={"banner": ("large.png", wide(), "image/png")})
    await nord.settle()

    assert page.status == 200
    image = (await nord.get(nord.coop.id)).json()["image"]
    assert (image["type"], image["mediaType"]) == ("Image", "image/jpeg")
    assert image["url"].startswith("https://nord.test/media/")
    assert friend.heard[-1]["object"]["image"] == image
    assert (await nord.http.get(image["url"])).headers["content-type"] == "image/jpeg"
    shown = (await Visitor(nord).open("/@nord")).all("img.coop-page__banner")
    assert nord.origin + shown[0].attrs["src"] == image["url"]

    await visitor.open("/admin/coop")
    await visitor.submit("/admin/coop", banner_off="yes")
    assert "image" not in (await nord.get(nord.coop.id)).json()
    assert (await Visitor(nord).open("/@nord")).all("img.coop-page__banner") == []


async def test_what_is_no_picture_is_told_beside_the_field(nord, steward):
    visitor = await signed_in(nord, steward)
    await visitor.open("/admin/coop")

    page = await visitor.submit("/admin/coop", files={"banner": ("x.png", b"<svg/>", "image/png")})

    assert page.status == 422
    assert page.all("#w-banner")
    assert "image" not in (await nord.get(nord.coop.id)).json()


async def test_that_of_a_peer_is_copied_and_never_asked_for_by_a_reader(network, nord, evil):
    evil.serve("/large.png", wide(), media_type="image/png")
    evil.serve("/logo.png", wide(), media_type="image/png")
    evil.actor(
        "mallory",
        type="Organization",
        image={"type": "Image", "url": "https://evil.test/large.png"},
        icon={"type": "Image", "url": "https://evil.test/logo.png"},
    )
    await evil.is_followed_by(nord, "mallory")
    await network.settle()

    page = await Visitor(nord).open("/@mallory@evil.test")

    shown = page.all("img.coop-page__banner") + page.all("img.sign")
    assert len(shown) == 2
    for image in shown:
        assert image.attrs["src"].startswith("/media/")
        assert (await nord.get(image.attrs["src"], accept="image/*")).status_code == 200
    assert "evil.test/large.png" not in page.answer.text


async def test_nothing_is_copied_for_whom_nobody_here_hears_and_copies_go_with_the_follow(
    network, nord, evil
):
    from fedicoop.follows import actions as follows

    evil.serve("/large.png", wide(), media_type="image/png")
    evil.actor("mallory", type="Organization", image={"type": "Image", "url": "https://evil.test/large.png"})
    await evil.send(evil.says("Follow", nord.coop.id, by="mallory"), nord, by="mallory")
    assert "GET /large.png" not in evil.asked
    await evil.is_followed_by(nord, "mallory")
    await network.settle()
    assert "GET /large.png" in evil.asked

    async with nord.node.db.write() as tx:
        them = await actors.get(tx, evil.id("mallory"))
        await follows.unfollow(tx, nord.operator, nord.coop, them)
    await network.settle()

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 0
        assert (await actors.get(tx, evil.id("mallory"))).image.here == ""
