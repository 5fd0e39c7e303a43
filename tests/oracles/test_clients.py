"""Clients that know nothing of us sign in and work: `toot` and Mastodon.py, through the real page."""

import pytest

from tests.oracles.clients.house import House, free_port
from tests.oracles.clients.judge import MastodonPy, Toot, clients_present

__all__ = ["clients_present"]
pytestmark = [pytest.mark.judge, pytest.mark.usefixtures("clients_present")]


@pytest.fixture
def velo(clients_present, tmp_path):
    house = House(tmp_path, "velo", "Vélo Fives", port=free_port())
    try:
        house.awake()
        yield house
    finally:
        house.stop()


@pytest.fixture
def script(velo):
    running = MastodonPy(velo.origin)
    yield running
    running.close()


def test_toot_signs_in_through_the_page_and_knows_who_it_is(velo, tmp_path):
    toot = Toot(velo.origin, tmp_path / "toot")

    assert "Successfully logged in" in toot.log_in(velo.add("lea"))

    assert f"lea@localhost:{velo.port}" in toot("auth")
    assert "Lea Martin" in toot("whoami")
    assert "Vélo Fives" in toot("instance")


def test_mastodon_py_signs_in_through_the_page_and_knows_who_it_is(velo, script):
    script.log_in(velo.add("lea"))

    me = script.do("account_verify_credentials")

    assert (me["username"], me["display_name"]) == ("lea", "Lea Martin")
    assert script.do("retrieve_mastodon_version").startswith("4.2.0")
    assert script.do("instance")["title"] == "Vélo Fives"
    assert script.do("instance_v2")["domain"] == f"localhost:{velo.port}"
    assert script.do("app_verify_credentials")["name"] == "A script"
    assert script.do("preferences")["posting:default:visibility"] == "direct"
    script.do("revoke_access_token", allow_http=True)
    assert "401" in script.tried("account_verify_credentials")["error"]
