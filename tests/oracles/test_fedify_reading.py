"""A Fedify server reads what a coop that really runs serves, page after page."""

import pytest

from tests.oracles.coop import running

pytestmark = pytest.mark.judge


@pytest.fixture
def coop(fedify, tmp_path):
    with running(tmp_path, fedify.origin) as coop:
        yield coop


async def test_fedify_goes_through_a_search_page_after_page(fedify, coop):
    async with coop.opened() as house:
        for number in range(25):
            await house.publish(f"Vélo {number}", place="Lille")

    found = await fedify.traverse(f"{coop.origin}/annonces?q=bicyclette&lieu=Lille&rayon=5")

    assert found["type"] == "OrderedCollection"
    assert found["total"] == 25
    assert {item["type"] for item in found["items"]} == {"Note"}
    assert len({item["id"] for item in found["items"]}) == 25
