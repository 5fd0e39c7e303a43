"""A Fedify server follows a coop that really runs, and sees its offer come, change and go."""

import json

import httpx
import pytest

from tests.oracles.coop import Coop, an_offer, running
from tests.oracles.fedify.judge import FedifyPeer, wait_for

pytestmark = pytest.mark.judge


@pytest.fixture
async def coop(fedify, tmp_path):
    async with running(tmp_path, fedify.origin) as coop:
        yield coop


async def heard(fedify: FedifyPeer, type: str, object_id: str) -> dict:
    """The first activity of that sort about that object which Fedify verified."""
    found: list[dict] = []

    async def arrived() -> bool:
        found[:] = await fedify.seen(type, object_id)
        return bool(found)

    await wait_for(arrived, timeout=20)
    return found[0]


async def test_a_fedify_server_follows_a_coop_and_sees_an_offer_come_change_and_go(fedify, coop, tmp_path):
    await fedify.follow(f"{coop.origin}/actors/velo")
    await wait_for(lambda: _followers(coop))

    offer = an_offer(tmp_path)
    (tmp_path / "offer.json").write_text(json.dumps(offer))
    published = json.loads(coop.run("listing", "publish", str(tmp_path / "offer.json"), "--json"))

    create = (await heard(fedify, "Create", published["id"]))["object"]
    assert create["type"] == "Note"
    assert "Vélo cargo" in create["content"]
    [photo] = create["attachments"]
    assert (photo["media_type"], photo["alt"]) == ("image/jpeg", "Un vélo cargo bleu")
    async with httpx.AsyncClient() as http:
        assert (await http.get(photo["url"])).headers["content-type"] == "image/jpeg"
    assert (await fedify.lookup(published["id"]))["found"], "Fedify reads the listing at its address"

    offer["title"] = "Vélo cargo bleu"
    (tmp_path / "offer.json").write_text(json.dumps(offer))
    coop.run("listing", "update", published["id"], str(tmp_path / "offer.json"))
    update = (await heard(fedify, "Update", published["id"]))["object"]
    assert "Vélo cargo bleu" in update["content"]
    assert update["updated"] > create["published"]

    coop.run("listing", "delete", published["id"])
    delete = await heard(fedify, "Delete", published["id"])
    assert delete["object"]["type"] == "Tombstone"
    assert (await coop.asked(published["id"])).status_code == 410


async def test_fedify_goes_through_a_search_page_after_page(fedify, coop):
    async with coop.opened() as house:
        for number in range(25):
            await house.publish(f"Vélo {number}", place="Lille")

    found = await fedify.traverse(f"{coop.origin}/annonces?q=bicyclette&lieu=Lille&rayon=5")

    assert found["type"] == "OrderedCollection"
    assert found["total"] == 25
    assert {item["type"] for item in found["items"]} == {"Note"}
    assert len({item["id"] for item in found["items"]}) == 25


async def _followers(coop: Coop) -> bool:
    return await coop.followers() == 1
