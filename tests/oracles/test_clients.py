"""Clients that know nothing of us sign in and work: `toot` and Mastodon.py, through the real page."""

import json
import time

import pytest

from tests.oracles.clients.house import House, free_port
from tests.oracles.clients.judge import MastodonPy, Toot, clients_present

__all__ = ["clients_present"]
pytestmark = [pytest.mark.judge, pytest.mark.usefixtures("clients_present")]


@pytest.fixture
def houses(clients_present, tmp_path):
    """Two coops as volunteers run them; neither knows of the other yet."""
    ports = free_port(), free_port()
    made = []
    try:
        for (handle, name), port in zip(
            (("velo", "Vélo Fives"), ("outils", "Outilthèque")), ports, strict=True
        ):
            made.append(House(tmp_path, handle, name, port=port, allowed=ports))
        for house in made:
            house.awake()
        yield made
    finally:
        for house in made:
            house.stop()


@pytest.fixture
def velo(houses):
    return houses[0]


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


def until(look, patience: float = 20.0):
    """What `look` answers, once that is something."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.2)
    return found


def shown(statuses) -> list[str]:
    return [one["content"].partition(" · ")[2].partition("<")[0] for one in statuses]


def test_toot_reads_home_notifications_and_a_thread_answers_follows_and_boosts(houses, tmp_path):
    velo, outils = houses
    toot, other = Toot(velo.origin, tmp_path / "lea"), Toot(velo.origin, tmp_path / "karim")
    toot.log_in(velo.add("lea"))
    other.log_in(velo.add("karim"))
    velo.publish(title="Remorque à vélo", text="Pour **déménager**", place={"name": "Lille"})
    outils.publish(title="Perceuse à colonne")

    home = json.loads(toot("timelines", "home", "--json"))
    assert shown(home) == ["Remorque à vélo"]
    assert "Remorque à vélo" in toot("timelines", "home", "--no-pager", "--no-clear")
    assert "Remorque à vélo" in toot("timelines", "public", "--no-pager", "--no-clear")
    asked = json.loads(
        toot("post", "Encore là ?", "--reply-to", home[0]["id"], "--visibility", "public", "--json")
    )
    toot("post", "Et entre nous ?", "--reply-to", home[0]["id"])
    thread = other("thread", home[0]["id"])
    assert "Encore là ?" in thread
    assert "Et entre nous ?" not in thread
    assert "Et entre nous ?" in toot("thread", home[0]["id"])
    assert "Encore là ?" in other("status", asked["id"])
    assert "entre nous" not in other("notifications") + other("timelines", "home", "--no-pager")

    steward = Toot(velo.origin, tmp_path / "zoe")
    steward.log_in(velo.add("zoe", role="admin"))
    toot("post", "Encore une ?", "--reply-to", home[0]["id"])
    assert "Encore une ?" in steward("notifications")
    steward("post", "Oui, venez !", "--reply-to", asked["id"], "--visibility", "public")
    assert "Oui, venez !" in toot("notifications")

    handle = f"@outils@localhost:{outils.port}"
    assert "outils" in toot("whois", handle)
    toot("follow", handle)
    until(lambda: "Perceuse à colonne" in toot("timelines", "home", "--no-pager", "--no-clear"))
    assert "outils" in toot("following", "lea")
    toot("favourite", home[0]["id"])
    toot("reblog", home[0]["id"])
    liked = json.loads(other("status", home[0]["id"], "--json"))
    assert (liked["favourites_count"], liked["reblogs_count"], liked["favourited"]) == (1, 1, False)
    toot("unreblog", home[0]["id"])
    toot("bookmark", home[0]["id"])
    assert "Remorque" in toot("bookmarks", "--once")
    toot("unfollow", handle)
    refused = toot("post", "Je vends un vélo", fails=True)
    assert "/publier" in refused
    toot("delete", asked["id"])
    assert "Encore là ?" not in other("thread", home[0]["id"])


def test_mastodon_py_reads_home_notifications_and_a_thread_answers_follows_and_boosts(houses, script):
    velo, outils = houses
    script.log_in(velo.add("lea"))
    other = MastodonPy(velo.origin)
    other.log_in(velo.add("zoe", role="admin"))
    for number in range(5):
        velo.publish(title=f"Vélo {number}")
    outils.publish(title="Perceuse à colonne")

    first = script.do("timeline_home", limit=2)
    assert shown([*first, *script.do("next"), *script.do("next")]) == [f"Vélo {n}" for n in (4, 3, 2, 1, 0)]
    assert shown(script.do("previous")) == ["Vélo 2", "Vélo 1"]
    assert shown(script.do("timeline_public", local=True)) == [f"Vélo {n}" for n in (4, 3, 2, 1, 0)]
    listing = first[0]
    asked = script.do(
        "status_post",
        status="Encore là ?",
        in_reply_to_id=listing["id"],
        visibility="public",
        idempotency_key="once",
    )
    again = script.do(
        "status_post",
        status="Encore là ?",
        in_reply_to_id=listing["id"],
        visibility="public",
        idempotency_key="once",
    )
    assert asked["id"] == again["id"]
    told = next(one for one in other.do("notifications") if one["status"]["id"] == asked["id"])
    assert (told["type"], told["account"]["acct"]) == ("mention", "lea")
    answered = other.do(
        "status_post", status="@lea Oui !", in_reply_to_id=told["status"]["id"], visibility="public"
    )
    assert answered["in_reply_to_id"] == asked["id"]
    context = script.do("status_context", id=listing["id"])
    assert [one["id"] for one in context["descendants"]] == [asked["id"], answered["id"]]
    assert script.do("status_update", id=asked["id"], status="Toujours là ?")["edited_at"]
    private = script.do("status_post", status="Mon numéro", in_reply_to_id=listing["id"], visibility="direct")
    assert private["visibility"] == "direct"
    assert script.do("conversations")[0]["last_status"]["id"] == private["id"]

    [them] = script.do("account_search", q=f"@outils@localhost:{outils.port}", resolve=True)
    assert script.do("account_follow", id=them["id"])["id"] == them["id"]
    until(lambda: script.do("account_relationships", id=[them["id"]])[0]["following"])
    until(lambda: "Perceuse à colonne" in shown(script.do("timeline_home")))
    assert shown(script.do("account_statuses", id=them["id"])) == ["Perceuse à colonne"]
    assert script.do("account_lookup", acct="velo")["display_name"] == "Vélo Fives"
    found = script.do("search_v2", q="perceuse")
    assert shown(found["statuses"]) == ["Perceuse à colonne"]
    assert script.do("status_favourite", id=listing["id"])["favourites_count"] == 1
    assert script.do("status_reblog", id=listing["id"])["reblog"]["id"] == listing["id"]
    assert [one["id"] for one in script.do("favourites")] == [listing["id"]]
    theirs = script.do("account_statuses", id=them["id"])[0]
    assert script.do("status_favourite", id=theirs["id"])["favourited"] is True
    assert script.do("status_unfavourite", id=listing["id"])["favourited"] is False
    assert script.do("status_unreblog", id=listing["id"])["reblogged"] is False
    assert script.do("status_bookmark", id=listing["id"])["bookmarked"] is True
    assert [one["id"] for one in script.do("bookmarks")] == [listing["id"]]
    script.do("markers_set", timelines=["notifications"], last_read_ids=[told["id"]])
    assert script.do("markers_get", timeline=["notifications"])["notifications"]["last_read_id"] == told["id"]
    other.do("notifications_clear")
    assert other.do("notifications") == []
    for empty in ("filters", "filters_v2", "lists", "custom_emojis", "announcements", "follow_requests"):
        assert script.do(empty) == [], empty
    assert script.do("account_unfollow", id=them["id"])["following"] is False
    assert script.do("account_block", id=them["id"])["blocking"] is True
    assert [one["id"] for one in script.do("blocks")] == [them["id"]]
    script.do("account_unblock", id=them["id"])
    assert "publier" in script.tried("status_post", status="Je vends un vélo")["error"]
    other.close()
