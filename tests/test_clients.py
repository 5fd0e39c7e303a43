"""The coop in an application: what a member may read on the site, in the shapes of Mastodon's API."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from fedicoop.actors.coops import AuthorMode
from fedicoop.clients import accounts, refs
from fedicoop.clients.doors import Paces
from fedicoop.clients.refs import Ref, Sort
from fedicoop.enquiries import actions as enquiries
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Status, Visibility
from fedicoop.notices.tell import tell
from tests import crawling
from tests.accounts import settle_in
from tests.clients import App, app_of
from tests.crawling import MARK, mark
from tests.photos import encoded, scene
from tests.test_visibility_grid import SORTS, marks

HOME, PUBLIC = "/api/v1/timelines/home", "/api/v1/timelines/public"


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


@pytest.fixture
async def lea(nord):
    return await settle_in(nord, "lea")


@pytest.fixture
async def app(nord, lea):
    return await app_of(nord, lea)


async def published(house, network, *titles, **fields):
    made = []
    for title in titles:
        made.append(await house.publish(title, **fields))
        network.clock.advance(seconds=1)
    return made


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["content"].partition(" · ")[2].partition("<")[0] for one in answer.json()]


# --- timelines -------------------------------------------------------------------------------------


async def test_home_is_what_the_coop_and_those_that_it_follows_have_published_newest_first(
    network, nord, app
):
    est, sud = await network.add("est.test"), await network.add("sud.test")
    await network.befriend(nord, est)
    await published(nord, network, "Perceuse")
    await published(est, network, "Vélo")
    await published(sud, network, "Remorque")
    await published(nord, network, "Échelle", visibility="coop")
    await network.settle()

    assert titles(await app.get(HOME)) == ["Échelle", "Vélo", "Perceuse"]
    assert titles(await app.get(PUBLIC)) == ["Vélo", "Perceuse"]
    assert titles(await app.get(PUBLIC, local="true")) == ["Perceuse"]
    assert titles(await app.get(PUBLIC, remote="true")) == ["Vélo"]
    assert titles(await App(nord).get(PUBLIC)) == ["Vélo", "Perceuse"]
    assert (await App(nord).get(HOME)).status_code == 401


async def test_a_hashtag_is_a_timeline(network, nord, app):
    await published(nord, network, "Perceuse", tags=["outil"])
    await published(nord, network, "Vélo")

    assert titles(await app.get("/api/v1/timelines/tag/outil")) == ["Perceuse"]
    assert titles(await app.get("/api/v1/timelines/tag/100%25")) == []


async def test_pages_of_a_timeline_lead_on_and_back_without_gap_or_overlap(network, nord, app):
    await published(nord, network, *(f"Vélo {number}" for number in range(7)))

    first = await app.get(HOME, limit=3)
    second = await app.get(first.links["next"]["url"])
    third = await app.get(second.links["next"]["url"])
    back = await app.get(third.links["prev"]["url"])
    newest = await app.get(HOME, since_id=third.json()[0]["id"], limit=2)

    assert [titles(one) for one in (first, second, third)] == [
        ["Vélo 6", "Vélo 5", "Vélo 4"],
        ["Vélo 3", "Vélo 2", "Vélo 1"],
        ["Vélo 0"],
    ]
    assert titles(back) == ["Vélo 3", "Vélo 2", "Vélo 1"], "min_id: the ones just above"
    assert titles(newest) == ["Vélo 6", "Vélo 5"], "since_id: the newest"
    ids = [one["id"] for page in (first, second, third) for one in page.json()]
    assert ids == sorted(ids, reverse=True)


async def test_what_was_published_in_one_moment_is_told_once(nord, app):
    for number in range(5):
        await nord.publish(f"Vélo {number}")

    first = await app.get(HOME, limit=3)
    second = await app.get(first.links["next"]["url"])

    assert sorted(titles(first) + titles(second)) == [f"Vélo {number}" for number in range(5)]


@pytest.mark.parametrize(
    "asked",
    [
        {"max_id": "x"},
        {"max_id": "9" * 16 + "l1"},
        {"min_id": "0" * 16 + "l'"},
        {"since_id": "\0"},
        {"limit": "-1"},
        {"limit": "99999999999999999999"},
        {"limit": "ten"},
        {"max_id": "1" * 5000},
    ],
)
async def test_odd_places_in_a_timeline_are_no_places(network, nord, app, asked):
    await published(nord, network, "Vélo")

    for path in (HOME, PUBLIC, "/api/v1/notifications", "/api/v1/bookmarks", "/api/v1/conversations"):
        assert (await app.get(path, **asked)).status_code == 200, path


async def test_a_page_of_forty_asks_the_database_no_more_than_a_page_of_two(network, nord, lea, app):
    async def questions() -> int:
        asked = 0
        engine = nord.node.db.engine
        original = type(engine).transaction

        def counting(self, **how):
            context = original(self, **how)

            class Counted:
                async def __aenter__(inner):
                    connection = await context.__aenter__()
                    execute = connection.execute

                    class Ear:
                        changed = property(lambda _: connection.changed)
                        execute_many = connection.execute_many

                        async def execute(_, sql, values):
                            nonlocal asked
                            asked += 1
                            return await execute(sql, values)

                    return Ear()

                async def __aexit__(inner, *how):
                    return await context.__aexit__(*how)

            return Counted()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(engine), "transaction", counting)
            assert (await app.get(HOME, limit=40)).status_code == 200
        return asked

    await published(nord, network, "Vélo 0", "Vélo 1")
    few, bob = await questions(), await settle_in(nord, "bob")
    made = await published(nord, network, *(f"Vélo {number}" for number in range(2, 40)))
    async with nord.node.db.write() as tx:
        for one in made[:10]:
            await enquiries.ask(tx, bob, one, "Encore là ?", public=True, once=f"once-{one.key}")

    assert len((await app.get(HOME, limit=40)).json()) == 40
    assert await questions() <= few + 2


async def test_one_odd_listing_does_not_break_a_timeline(network, nord, app):
    one, other = await published(nord, network, "Vélo", "Perceuse")
    async with nord.node.db.write() as tx:
        await tx.run(
            "UPDATE listings SET unit = :odd, category = :odd WHERE id = :id", odd="\u202e{}", id=one.id
        )
        await tx.run("UPDATE listings SET language = 'tlh' WHERE id = :id", id=other.id)

    assert (await app.get(HOME)).status_code == 200


# --- a status --------------------------------------------------------------------------------------


async def test_a_listing_is_a_status_of_the_coop_with_its_words_its_photo_and_its_page(network, nord, app):
    from fedicoop.listings import actions
    from fedicoop.listings.listing import Photo
    from fedicoop.media import store as media

    kept = await media.keep(nord.node, encoded(scene()))
    async with nord.node.db.write() as tx:
        photo = Photo(kept.name, "Un vélo bleu", kept.width, kept.height, kept.blurhash)
        raw = {"kind": "offer", "mode": "loan", "title": "Vélo <b>", "text": "*Solide*", "tags": ["Cargo"]}
        draft = await actions.draft(tx, nord.operator, raw, (photo,))
        listing = await actions.publish(tx, nord.operator, draft.id)

    [one] = (await app.get(HOME)).json()

    assert one["uri"] == listing.id
    assert one["url"] == f"{nord.origin}/l/{listing.key}"
    assert one["account"]["acct"] == "nord"
    assert "<strong>Offre · Vélo &lt;b&gt;</strong>" in one["content"]
    assert "<em>Solide</em>" in one["content"]
    assert {tag["name"] for tag in one["tags"]} == {"offre", "cargo"}
    [picture] = one["media_attachments"]
    assert picture["description"] == "Un vélo bleu"
    assert (await nord.get(picture["url"].removeprefix(nord.origin))).status_code == 200
    assert (await nord.get(picture["preview_url"].removeprefix(nord.origin))).status_code == 200
    assert (await app.get(f"/api/v1/statuses/{one['id']}")).json() == one


async def test_a_listing_from_elsewhere_is_whole_and_its_link_leads_to_our_page(network, nord, app):
    est = await network.add("est.test")
    await network.befriend(nord, est)
    await est.publish("Vélo", text="Très **solide**.", tags=["cargo"])
    await network.settle()

    [one] = (await app.get(HOME)).json()

    assert one["account"]["acct"] == "est@est.test"
    assert one["url"].startswith(f"{nord.origin}/l/")
    for words in ("Offre · Vélo", "<strong>solide</strong>", "#<span>cargo</span>"):
        assert words in one["content"]


async def test_avatars_are_pictures_of_this_house(nord, app):
    me = (await app.get("/api/v1/accounts/verify_credentials")).json()

    for name in ("avatar", "header"):
        answer = await nord.get(me[name].removeprefix(nord.origin), accept="image/*")
        assert answer.headers["content-type"] == "image/png"
    assert (await nord.get("/avatars/l-7.png")).status_code == 404


async def test_what_is_gone_or_never_was_is_told_alike(network, nord, app):
    [one] = await published(nord, network, "Vélo")
    id = str(Ref(one.published_at, Sort.LISTING, one.key))
    assert (await app.get(f"/api/v1/statuses/{id}")).status_code == 200
    async with nord.node.db.write() as tx:
        await listings.bury(tx, one.id, one.actor_id)

    gone, never = await app.get(f"/api/v1/statuses/{id}"), await app.get("/api/v1/statuses/1")
    assert (gone.status_code, gone.json()) == (never.status_code, never.json()) == (404, gone.json())


async def test_bookmarks_are_ones_own(network, nord, lea, app):
    one, other = await published(nord, network, "Vélo", "Perceuse")
    bob = await app_of(nord, await settle_in(nord, "bob"))
    ids = {one["uri"]: one["id"] for one in (await app.get(HOME)).json()}
    for id in ids.values():
        assert (await app.post(f"/api/v1/statuses/{id}/bookmark")).json()["bookmarked"] is True
    await app.post(f"/api/v1/statuses/{ids[one.id]}/bookmark")

    marked = await app.get("/api/v1/bookmarks", limit=1)

    assert titles(marked) == ["Vélo"]
    assert titles(await app.get(marked.links["next"]["url"])) == ["Perceuse"]
    assert (await app.get(f"/api/v1/statuses/{ids[other.id]}")).json()["bookmarked"] is True
    assert titles(await bob.get("/api/v1/bookmarks")) == []
    assert (await app.post(f"/api/v1/statuses/{ids[one.id]}/unbookmark")).json()["bookmarked"] is False
    assert titles(await app.get("/api/v1/bookmarks")) == ["Perceuse"]


# --- accounts --------------------------------------------------------------------------------------


async def test_an_account_is_found_by_its_handle_its_name_and_its_address(nord, app):
    for path, asked in (
        ("/api/v1/accounts/lookup", {"acct": "nord"}),
        ("/api/v1/accounts/lookup", {"acct": "nord@nord.test"}),
        ("/api/v1/accounts/search", {"q": "@nord"}),
        ("/api/v1/accounts/search", {"q": "Coop No"}),
        ("/api/v1/accounts/search", {"q": f"{nord.origin}/@nord"}),
    ):
        found = (await app.get(path, **asked)).json()
        found = found[0] if isinstance(found, list) else found
        assert found["username"] == "nord", asked
    assert (await app.get("/api/v1/accounts/lookup", acct="nobody")).status_code == 404
    assert (await app.get("/api/v1/accounts/search", q="%_")).json() == []


async def test_members_who_do_not_wish_to_be_found_are_found_by_their_whole_handle_alone(nord, app):
    await settle_in(nord, "bob")

    assert (await app.get("/api/v1/accounts/search", q="Bob Martin")).json() == []
    assert [one["acct"] for one in (await app.get("/api/v1/accounts/search", q="bob")).json()] == ["bob"]


async def test_an_unknown_handle_is_asked_of_its_own_house_for_members_alone(network, nord, app):
    await network.add("est.test")

    assert (await App(nord).get("/api/v2/search", q="@est@est.test", resolve="true")).json()["accounts"] == []
    assert (await app.get("/api/v2/search", q="@est@est.test")).json()["accounts"] == []
    found = (await app.get("/api/v2/search", q="@est@est.test", resolve="true")).json()["accounts"]
    assert [one["acct"] for one in found] == ["est@est.test"]
    asked = len(network.switchboard.asked)
    assert (await app.get("/api/v2/search", q="@x@nowhere.test", resolve="true")).json()["accounts"] == []
    await app.get("/api/v2/search", q="@est@est.test", resolve="true")
    assert all("est.test" not in url for _, url in network.switchboard.asked[asked:]), (
        "who is known is not asked"
    )


async def test_listings_are_found_by_words_and_by_address(network, nord, app):
    [one] = await published(nord, network, "Perceuse à colonne", visibility="coop")

    for asked in ("perceuse", one.id, f"{nord.origin}/l/{one.key}"):
        assert titles_of(await app.get("/api/v2/search", q=asked)) == ["Perceuse à colonne"], asked
        assert titles_of(await App(nord).get("/api/v2/search", q=asked)) == [], asked


def titles_of(answer) -> list[str]:
    return [one["content"].partition(" · ")[2].partition("<")[0] for one in answer.json()["statuses"]]


async def test_the_page_of_a_coop_whose_members_write_shows_what_it_relays(network):
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    lea = await settle_in(nord, "lea")
    app = await app_of(nord, lea)
    await nord.publish("Vélo", by=lea)
    await network.settle()
    coop = (await app.get("/api/v1/accounts/lookup", acct="nord")).json()

    [shown] = (await app.get(f"/api/v1/accounts/{coop['id']}/statuses")).json()
    own = (await app.get(f"/api/v1/accounts/{coop['id']}/statuses", exclude_reblogs="true")).json()

    assert (shown["account"]["acct"], shown["reblog"]["account"]["acct"]) == ("nord", "lea")
    assert (await app.get(f"/api/v1/statuses/{shown['id']}")).json()["account"]["acct"] == "lea"
    assert own == []
    assert len((await app.get(HOME)).json()) == 1


# --- following -------------------------------------------------------------------------------------


async def test_a_member_follows_a_coop_elsewhere_and_reads_it_at_home(network, nord, lea, app):
    est = await network.add("est.test")
    await est.publish("Remorque")
    await est.publish("Pour nous", visibility="followers")
    id = (await app.get("/api/v2/search", q="@est@est.test", resolve="true")).json()["accounts"][0]["id"]

    asked = (await app.post(f"/api/v1/accounts/{id}/follow")).json()
    await network.settle()
    now = (await app.get("/api/v1/accounts/relationships", **{"id[]": id})).json()

    assert (asked["requested"], asked["following"]) == (True, False)
    assert [(one["id"], one["following"], one["requested"]) for one in now] == [(id, True, False)]
    assert "Remorque" in titles(await app.get(HOME))
    again = await app.post(f"/api/v1/accounts/{id}/follow")
    assert again.json()["following"] is True
    me = (await app.get("/api/v1/accounts/verify_credentials")).json()
    assert me["following_count"] == 1
    following = (await app.get(f"/api/v1/accounts/{me['id']}/following")).json()
    assert [one["acct"] for one in following] == ["est@est.test"]
    bob = await app_of(nord, await settle_in(nord, "bob"))
    assert (await bob.get(f"/api/v1/accounts/{me['id']}/following")).json() == []

    ended = (await app.post(f"/api/v1/accounts/{id}/unfollow")).json()
    await network.settle()

    assert ended["following"] is False
    assert titles(await app.get(HOME)) == []
    assert (await app.post(f"/api/v1/accounts/{id}/unfollow")).json()["following"] is False


async def test_what_a_member_brings_in_is_for_the_members_until_the_coop_follows(network, nord, app):
    """Nobody but stewards decides what the house shows to everybody."""
    from fedicoop.follows import actions as follows

    est = await network.add("est.test")
    await est.publish("Remorque")
    id = (await app.get("/api/v2/search", q="@est@est.test", resolve="true")).json()["accounts"][0]["id"]
    await app.post(f"/api/v1/accounts/{id}/follow")
    await network.settle()

    async def public() -> tuple[list[str], bool]:
        page = await nord.get("/", accept="text/html")
        return titles(await App(nord).get(PUBLIC)), "Remorque" in page.text

    assert titles(await app.get(HOME)) == ["Remorque"]
    assert await public() == ([], False)
    await network.befriend(nord, est)
    assert await public() == (["Remorque"], True)
    assert titles(await app.get(HOME)) == ["Remorque"]
    async with nord.node.db.write() as tx:
        await follows.unfollow(tx, nord.operator, nord.coop, est.coop)
    await network.settle()
    assert await public() == ([], False)
    assert titles(await app.get(HOME)) == ["Remorque"]
    assert "est.test" not in (await nord.get("/coops", accept="text/html")).text


async def test_nobody_follows_for_another_or_without_the_right(nord, lea):
    reader = await app_of(nord, lea, "read")
    id = accounts.id_of(nord.coop.id)

    assert (await reader.post(f"/api/v1/accounts/{id}/follow")).status_code == 403
    follower = await app_of(nord, lea, "follow")
    assert (await follower.post(f"/api/v1/accounts/{id}/follow")).json()["following"] is True
    own = accounts.id_of(lea.actor_id)
    assert (await follower.post(f"/api/v1/accounts/{own}/follow")).status_code == 422
    server = accounts.id_of(f"{nord.origin}/actor")
    assert (await follower.post(f"/api/v1/accounts/{server}/follow")).status_code == 422


async def test_who_is_blocked_is_heard_no_more(network, nord, lea, app):
    est = await network.add("est.test")
    id = (await app.get("/api/v2/search", q="@est@est.test", resolve="true")).json()["accounts"][0]["id"]
    await app.post(f"/api/v1/accounts/{id}/follow")
    await network.settle()

    blocked = (await app.post(f"/api/v1/accounts/{id}/block")).json()

    assert (blocked["blocking"], blocked["following"]) == (True, False)
    assert [one["acct"] for one in (await app.get("/api/v1/blocks")).json()] == ["est@est.test"]
    assert (await app.post(f"/api/v1/accounts/{id}/unblock")).json()["blocking"] is False
    assert (await app.post(f"/api/v1/accounts/{id}/mute")).json()["muting"] is True
    assert (await app.post(f"/api/v1/accounts/{id}/unmute")).json()["muting"] is False
    assert est.coop.id == accounts.actor_id_of(id)


# --- questions and answers -------------------------------------------------------------------------


async def a_listing(house, network):
    """By bob, who is told of what is asked."""
    bob = await settle_in(house, "bob")
    await house.publish("Vélo", by=bob)
    network.clock.advance(seconds=1)
    return bob, await app_of(house, bob)


async def listing_id(app) -> str:
    return (await app.get(PUBLIC)).json()[-1]["id"]


async def test_a_public_reply_to_a_listing_is_a_question_and_its_answer_comes_back(network, nord, app):
    _, bob = await a_listing(nord, network)
    id = await listing_id(app)

    asked = await app.post(
        "/api/v1/statuses", status="@nord Encore là ?", in_reply_to_id=id, visibility="public"
    )
    network.clock.advance(seconds=5)

    assert asked.status_code == 200, asked.text
    assert asked.json()["visibility"] == "public"
    assert asked.json()["in_reply_to_id"] == id
    assert "<p>Encore là ?</p>" in asked.json()["content"]
    [told] = (await bob.get("/api/v1/notifications")).json()
    assert (told["type"], told["status"]["id"]) == ("mention", asked.json()["id"])
    answer = await bob.post(
        "/api/v1/statuses", status="Oui !", in_reply_to_id=asked.json()["id"], visibility="public"
    )
    assert answer.status_code == 200, answer.text
    thread = (await app.get(f"/api/v1/statuses/{id}/context")).json()
    assert [one["content"] for one in thread["descendants"]] == ["<p>Encore là ?</p>", "<p>Oui !</p>"]
    around = (await App(nord).get(f"/api/v1/statuses/{answer.json()['id']}/context")).json()
    assert [one["id"] for one in around["ancestors"]] == [id, asked.json()["id"]]
    assert (await app.get(f"/api/v1/statuses/{id}")).json()["replies_count"] == 2
    assert [one["id"] for one in (await app.get(HOME)).json()] == [
        answer.json()["id"],
        asked.json()["id"],
        id,
    ]


async def test_a_private_reply_is_between_the_two_alone(network, nord, app):
    """Must show: another member's token sees nothing of it, wherever it looks."""
    _, bob = await a_listing(nord, network)
    chloe = await app_of(nord, await settle_in(nord, "chloe"))
    id = await listing_id(app)

    asked = await app.post(
        "/api/v1/statuses", status="Au creux de l’oreille", in_reply_to_id=id, visibility="direct"
    )

    assert asked.json()["visibility"] == "direct"
    [talk] = (await bob.get("/api/v1/conversations")).json()
    assert talk["last_status"]["content"] == "<p>Au creux de l’oreille</p>"
    assert talk["unread"] is True
    assert [one["acct"] for one in talk["accounts"]] == ["lea"]
    under = (await bob.get(f"/api/v1/statuses/{id}/context")).json()["descendants"]
    assert [one["id"] for one in under] == [asked.json()["id"]]
    for other in (chloe, App(nord)):
        assert (await other.get(f"/api/v1/statuses/{asked.json()['id']}")).status_code in (401, 404)
        assert (await other.get(f"/api/v1/statuses/{id}/context")).json()["descendants"] == []
        for path in (HOME, PUBLIC, "/api/v1/conversations", "/api/v1/notifications", "/api/v1/bookmarks"):
            assert "oreille" not in (await other.get(path)).text, path
        assert "oreille" not in (await other.get("/api/v2/search", q="oreille")).text
    assert (await chloe.post(f"/api/v1/statuses/{asked.json()['id']}/bookmark")).status_code == 404
    answered = await bob.post("/api/v1/statuses", status="Oui", in_reply_to_id=asked.json()["id"])
    assert answered.json()["visibility"] == "direct"
    assert (await bob.get("/api/v1/conversations")).json()[0]["unread"] is False


async def test_a_private_answer_to_a_public_question_is_never_made_public(network, nord, app):
    _, bob = await a_listing(nord, network)
    id = await listing_id(app)
    asked = (
        await app.post("/api/v1/statuses", status="Encore là ?", in_reply_to_id=id, visibility="public")
    ).json()

    refused = await bob.post(
        "/api/v1/statuses", status="Mon numéro…", in_reply_to_id=asked["id"], visibility="direct"
    )
    own = await app.post(
        "/api/v1/statuses", status="Entre nous", in_reply_to_id=asked["id"], visibility="private"
    )

    assert refused.status_code == 422
    assert "public" in refused.json()["error"]
    assert "numéro" not in (await app.get(f"/api/v1/statuses/{id}/context")).text
    assert (
        own.status_code,
        "Entre nous" in (await App(nord).get(f"/api/v1/statuses/{id}/context")).text,
    ) == (
        422,
        False,
    ) or own.json()["visibility"] == "direct"


async def test_a_third_person_who_answers_a_public_question_asks_one_of_their_own(network, nord, app):
    await a_listing(nord, network)
    chloe = await app_of(nord, await settle_in(nord, "chloe"))
    id = await listing_id(app)
    asked = (
        await app.post("/api/v1/statuses", status="Encore là ?", in_reply_to_id=id, visibility="public")
    ).json()

    other = await chloe.post(
        "/api/v1/statuses", status="Moi aussi", in_reply_to_id=asked["id"], visibility="public"
    )

    assert other.json()["in_reply_to_id"] == id
    assert len((await App(nord).get(f"/api/v1/statuses/{id}/context")).json()["descendants"]) == 2


async def test_sent_twice_under_one_key_it_is_said_once(network, nord, app):
    await a_listing(nord, network)
    id = await listing_id(app)
    fields = {"status": "Encore là ?", "in_reply_to_id": id, "visibility": "public"}

    sent = [
        (await app.ask("POST", "/api/v1/statuses", data=fields, headers={"idempotency-key": key})).json()[
            "id"
        ]
        for key in ("a", "a", "b")
    ]

    assert sent[0] == sent[1] != sent[2]
    assert len((await app.get(f"/api/v1/statuses/{id}/context")).json()["descendants"]) == 2


async def test_what_one_said_is_said_otherwise_and_taken_back_by_oneself_alone(network, nord, app):
    _, bob = await a_listing(nord, network)
    id = await listing_id(app)
    asked = (
        await app.post("/api/v1/statuses", status="Encor là ?", in_reply_to_id=id, visibility="public")
    ).json()
    path = f"/api/v1/statuses/{asked['id']}"
    assert (await app.get(f"{path}/source")).json()["text"] == "Encor là ?"
    assert (await bob.get(f"{path}/source")).json()["text"] == ""

    assert (await bob.ask("PUT", path, data={"status": "Autre"})).status_code == 404
    assert (await bob.ask("DELETE", path)).status_code == 404
    edited = (await app.ask("PUT", path, data={"status": "Encore là ?"})).json()
    assert (edited["content"], bool(edited["edited_at"])) == ("<p>Encore là ?</p>", True)
    deleted = (await app.ask("DELETE", path)).json()
    assert deleted["text"] == "Encore là ?"
    assert (await app.get(path)).status_code == 404


async def test_a_post_that_answers_nothing_is_refused_with_the_way_to_the_form(nord, app):
    for text in ("Je vends un vélo", "@nobody hello", ""):
        refused = await app.post("/api/v1/statuses", status=text, visibility="direct")
        assert refused.status_code == 422, text
        assert f"{nord.origin}/publier" in refused.json()["error"]
    public = await app.post("/api/v1/statuses", status="@nord Bonjour", visibility="public")
    assert public.status_code == 422


async def test_a_post_that_begins_with_a_name_is_a_private_message(network, nord, app):
    est = await network.add("est.test")
    await app.get("/api/v2/search", q="@est@est.test", resolve="true")

    sent = await app.post("/api/v1/statuses", status="@est@est.test Bonjour", visibility="direct")
    again = await app.post("/api/v1/statuses", status="@est@est.test Encore", visibility="direct")
    await network.settle()

    assert sent.status_code == 200, sent.text
    assert sent.json()["content"] == "<p>Bonjour</p>"
    assert sent.json()["visibility"] == "direct"
    assert again.json()["id"] != sent.json()["id"]
    [talk] = (await app.get("/api/v1/conversations")).json()
    assert [one["acct"] for one in talk["accounts"]] == ["est@est.test"]
    async with est.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM messages WHERE html LIKE '%Bonjour%' AND NOT public") == 1


@pytest.mark.parametrize("how", ["PUT", "DELETE"])
async def test_a_listing_is_changed_and_ended_on_its_page(network, nord, how):
    bob = await settle_in(nord, "bob")
    app = await app_of(nord, bob)
    listing = await nord.publish("Vélo", by=bob)
    id = (await app.get(HOME)).json()[0]["id"]

    refused = await app.ask(how, f"/api/v1/statuses/{id}", data={"status": "x"} if how == "PUT" else None)

    assert refused.status_code == 422
    assert f"{nord.origin}/l/{listing.key}" in refused.json()["error"]
    assert (await nord.find(listing.id)).status is Status.PUBLISHED


async def test_conversations_are_read_and_put_away_until_they_move(network, nord, app):
    _, bob = await a_listing(nord, network)
    id = await listing_id(app)
    await app.post("/api/v1/statuses", status="Psst", in_reply_to_id=id, visibility="direct")
    [talk] = (await bob.get("/api/v1/conversations")).json()

    assert (await bob.get("/api/v1/notifications/unread_count")).json() == {"count": 1}
    assert (await bob.post(f"/api/v1/conversations/{talk['id']}/read")).json()["unread"] is False
    assert (await bob.get("/api/v1/notifications/unread_count")).json() == {"count": 0}
    assert (await bob.ask("DELETE", f"/api/v1/conversations/{talk['id']}")).json() == {}
    assert (await bob.get("/api/v1/conversations")).json() == []
    network.clock.advance(seconds=5)
    await app.post("/api/v1/statuses", status="Psst !", in_reply_to_id=id, visibility="direct")
    assert len((await bob.get("/api/v1/conversations")).json()) == 1
    chloe = await app_of(nord, await settle_in(nord, "chloe"))
    assert (await chloe.post(f"/api/v1/conversations/{talk['id']}/read")).status_code == 404
    assert (await chloe.ask("DELETE", f"/api/v1/conversations/{talk['id']}")).status_code == 404


# --- likes and shares -------------------------------------------------------------------------------


async def test_a_listing_is_liked_and_shared_once_and_it_is_taken_back(network, nord, app):
    await a_listing(nord, network)
    bob = await app_of(nord, await settle_in(nord, "chloe"))
    id = await listing_id(app)

    for _ in range(2):
        liked = (await app.post(f"/api/v1/statuses/{id}/favourite")).json()
        shared = (await app.post(f"/api/v1/statuses/{id}/reblog")).json()

    assert (liked["favourites_count"], liked["favourited"]) == (1, True)
    assert (shared["account"]["acct"], shared["reblog"]["id"]) == ("lea", id)
    assert (shared["reblog"]["reblogs_count"], shared["reblog"]["reblogged"]) == (1, True)
    [other] = (await bob.get(HOME)).json()
    assert (other["favourites_count"], other["favourited"], other["reblogged"]) == (1, False, False)
    assert [one["id"] for one in (await app.get("/api/v1/favourites")).json()] == [id]
    assert (await bob.get("/api/v1/favourites")).json() == []
    assert (await app.post(f"/api/v1/statuses/{id}/unfavourite")).json()["favourites_count"] == 0
    assert (await app.post(f"/api/v1/statuses/{id}/unreblog")).json()["reblogs_count"] == 0
    assert (await app.get("/api/v1/favourites")).json() == []


async def test_what_one_likes_is_paged_by_when_one_liked_it(network, nord, app):
    await published(nord, network, "Vélo 0", "Vélo 1", "Vélo 2")
    for one in (await app.get(HOME)).json():
        network.clock.advance(seconds=1)
        await app.post(f"/api/v1/statuses/{one['id']}/favourite")

    first = await app.get("/api/v1/favourites", limit=2)

    assert titles(first) == ["Vélo 0", "Vélo 1"]
    assert titles(await app.get(first.links["next"]["url"])) == ["Vélo 2"]


async def test_only_what_one_sees_is_liked_and_only_what_is_public_is_shared(network, nord, app):
    [hidden] = await published(nord, network, "Vélo", visibility="coop")
    other = await network.add("est.test")
    stranger = await app_of(other, await settle_in(other, "max"))
    id = str(Ref(hidden.published_at, Sort.LISTING, hidden.key))

    assert (await app.post(f"/api/v1/statuses/{id}/favourite")).status_code == 200
    assert (await app.post(f"/api/v1/statuses/{id}/reblog")).status_code == 409
    assert (await stranger.post(f"/api/v1/statuses/{id}/favourite")).status_code == 404
    asked = await app.post("/api/v1/statuses", status="Oui ?", in_reply_to_id=id)
    assert (await app.post(f"/api/v1/statuses/{asked.json()['id']}/favourite")).status_code == 422


# --- notices ---------------------------------------------------------------------------------------


async def told_of(house, member, number: int) -> None:
    async with house.node.db.write() as tx:
        for one in range(number):
            await tell(tx, [member.id], "account.password", path="/moi/appareils", key=f"{one}-{tx.new_id()}")


async def test_a_notice_without_a_status_is_told_in_its_own_words_with_its_link(nord, lea, app):
    await told_of(nord, lea, 1)

    [one] = (await app.get("/api/v1/notifications")).json()

    assert one["type"] == "mention"
    assert one["account"]["acct"] == "nord"
    assert one["status"]["visibility"] == "direct"
    assert f"{nord.origin}/moi/appareils" in one["status"]["content"]
    assert (await app.get(f"/api/v1/notifications/{one['id']}")).json() == one
    assert (await app.get(f"/api/v1/statuses/{one['status']['id']}")).json() == one["status"]
    bob = await app_of(nord, await settle_in(nord, "bob"))
    assert (await bob.get(f"/api/v1/notifications/{one['id']}")).status_code == 404
    assert (await bob.get(f"/api/v1/statuses/{one['status']['id']}")).status_code == 404


async def test_notices_are_paged_put_away_and_cleared(nord, lea, app):
    await told_of(nord, lea, 5)
    first = await app.get("/api/v1/notifications", limit=2)
    second = await app.get(first.links["next"]["url"])
    ids = [one["id"] for one in [*first.json(), *second.json()]]
    assert len(set(ids)) == 4
    assert (await app.get("/api/v1/notifications", **{"exclude_types[]": "mention"})).json() == []
    assert len((await app.get("/api/v1/notifications", **{"types[]": "mention"})).json()) == 5

    assert (await app.post(f"/api/v1/notifications/{ids[0]}/dismiss")).json() == {}
    assert len((await app.get("/api/v1/notifications")).json()) == 4
    assert (await app.get("/api/v1/notifications/unread_count")).json() == {"count": 4}
    assert (await app.post("/api/v1/notifications/clear")).json() == {}
    assert (await app.get("/api/v1/notifications")).json() == []
    assert (await app.get("/api/v1/notifications/unread_count")).json() == {"count": 0}
    await told_of(nord, lea, 1)
    assert len((await app.get("/api/v1/notifications")).json()) == 1


async def test_how_far_one_has_read_is_known_on_every_device(nord, lea, app):
    await told_of(nord, lea, 2)
    newest = (await app.get("/api/v1/notifications")).json()[0]["id"]
    other = await app_of(nord, lea)

    body = {"home": {"last_read_id": "1"}, "notifications": {"last_read_id": newest}}
    saved = (await app.ask("POST", "/api/v1/markers", json=body)).json()
    await app.post("/api/v1/markers", **{"home[last_read_id]": "2"})

    assert saved["notifications"]["version"] == 1
    known = (await other.get("/api/v1/markers", **{"timeline[]": ["home", "notifications"]})).json()
    assert (known["home"]["last_read_id"], known["home"]["version"]) == ("2", 2)
    assert (await other.get("/api/v1/notifications/unread_count")).json() == {"count": 0}


# --- nobody sees more than on the site -------------------------------------------------------------


@pytest.mark.parametrize("who", ["bob", "chloe", "max", "zoe"])
async def test_whoever_asks_the_api_meets_what_is_for_them_alone(network, who):
    """Must show: each GET of the API, with each member's token, through a house that hides things."""
    here = await crawling.world(network, SORTS)
    await crawling.neighbour(network, here)
    await crawling.lend(here)
    app = await app_of(here.house, here.people[who])
    here.house.app.state.client_paces.tokens = here.house.app.state.client_paces.addresses
    allowed, seen = marks(here), set[str]()
    async with here.house.node.db.write() as tx:
        for sort in ((Visibility.PUBLIC, Status.PUBLISHED), (Visibility.COOP, Status.PUBLISHED)):
            await enquiries.ask(
                tx, here.people["bob"], here.listings[sort], crawling.SAID, public=False, once=str(sort)
            )

    for route in crawling.routes(here.house.app):
        if not route.path.startswith("/api/"):
            continue
        for address in crawling.addresses(route, here):
            for more in ("", "?q=perceuse", "?q=mark", "?limit=40", "?acct=lea"):
                answer = await app.get(address.partition("?")[0] + more)
                assert answer.status_code < 500, address
                words = set(MARK.findall(answer.text))
                seen |= words
                for word in words & allowed.keys():
                    assert who in allowed[word], (address + more, word)

    assert mark(Visibility.PUBLIC, Status.PUBLISHED) in seen
    if who == "bob":
        assert {mark(Visibility.COOP, Status.PUBLISHED), crawling.SAID} <= seen


ODD = (
    "\0",
    "\u202e",
    "🚲" * 50,
    "x" * 3000,
    "..%2f..",
    "%F0%9F",
    "'; --",
    "[]",
    "9" * 30,
    "-1",
    "@",
    "@@",
    "#",
)


async def test_no_word_in_any_place_of_the_api_is_a_500(network, nord, app):
    """Invariant 20: every door, with odd words in its path, its query and its body."""
    from urllib.parse import quote

    await published(nord, network, "Vélo")
    nord.app.state.client_paces = Paces(clock=count(0, 10).__next__)  # ten seconds pass with each
    names = ("q", "acct", "id[]", "status", "in_reply_to_id", "max_id", "limit", "visibility", "types[]")
    for route in crawling.routes(nord.app):
        if not route.path.startswith("/api/v"):
            continue
        for number, odd in enumerate(ODD):
            path = re.sub(r"\{\w+(:\w+)?\}", quote(odd, safe=""), route.path)
            fields = dict.fromkeys(names, odd)
            method = ("GET", "POST", "PUT", "DELETE")[number % 4]
            sent = {"params": fields} if method == "GET" else {"data": fields}
            answer = await app.ask(method, path, **sent)
            assert answer.status_code < 500, (method, path, odd)
            if answer.status_code >= 400:
                assert answer.json()["error"], (method, path)


# --- ids -------------------------------------------------------------------------------------------


def test_ids_sort_as_things_happened_and_say_themselves_what_they_name(network):
    now = network.clock.now
    earlier, later = (
        Ref(now, Sort.LISTING, "b" * 26),
        Ref(now + timedelta(microseconds=1), Sort.LISTING, "a" * 26),
    )

    assert str(earlier) < str(later)
    assert refs.read(str(later)) == later
    assert str(replace(earlier, sort=Sort.MESSAGE)) > str(earlier)
    for odd in ("", "x", "1", "0" * 16 + "z" + "a", "9" * 16 + "la", "0" * 17, "٣" * 16 + "la"):
        assert refs.read(odd) is None, odd
    for id in (
        "https://nord.test/actors/lea",
        "http://localhost:8001/actors/é",
        "https://x.test/" + "y" * 900,
    ):
        assert accounts.actor_id_of(accounts.id_of(id)) == id
    for odd in ("", "!", "é", "A" * 5000, "gICA"):
        assert accounts.actor_id_of(odd) == "", odd
