"""From one's own account elsewhere: the server is asked, the way is a link, and nobody is sent anywhere."""

from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from fedicoop.actors.intents import Wish, best, read_handle
from fedicoop.errors import Misused
from fedicoop.showing.away_pages import LOOKS
from tests.browsing import Visitor, signed_in

SUBSCRIBE = {
    "rel": "http://ostatus.org/schema/1.0/subscribe",
    "template": "https://social.test/authorize_interaction?uri={uri}",
}
MASTODON = [
    {"rel": "self", "type": "application/activity+json", "href": "https://social.test/users/lea"},
    SUBSCRIBE,
    {"rel": "https://w3id.org/fep/3b86/Create", "template": "https://social.test/share?text={content}"},
    {"rel": "https://w3id.org/fep/3b86/Object", "template": "https://social.test/authorize?uri={object}"},
]
"""What Mastodon says of an account since 4.6 (pull request 38120)."""


def elsewhere(network, host="social.test", links=MASTODON, answer=None):
    """A server of the fediverse where @lea is at home."""

    async def webfinger(request: Request) -> Response:
        if answer is not None:
            return answer
        if request.query_params["resource"] != f"acct:lea@{host}":
            return Response(status_code=404)
        return JSONResponse({"subject": f"acct:lea@{host}", "links": links})

    network.switchboard.plug(host, Starlette(routes=[Route("/.well-known/webfinger", webfinger)]))


@pytest.fixture
async def nord(network):
    return await network.add("nord.test")


async def typed(instance, handle, uri, act=""):
    visitor = Visitor(instance)
    page = await visitor.open(f"/depuis-mastodon?uri={uri}&act={act}")
    assert page.status == 200, page.words
    return await visitor.submit("/depuis-mastodon", handle=handle)


def ways(page):
    return [a.attrs["href"] for a in page.all("main a") if a.attrs["href"].startswith("http")]


async def test_the_way_to_open_a_listing_is_a_link_that_names_the_server(network, nord):
    elsewhere(network)
    listing = await nord.publish("Tandem")

    page = await typed(nord, "@lea@social.test", listing.id)

    assert ways(page) == [
        f"https://social.test/authorize?uri=https%3A%2F%2Fnord.test%2Flistings%2F{listing.key}"
    ]
    assert "Continuer sur social.test" in page.words
    assert page.status == 200, "a page, no redirect (security case 95)"
    assert "refresh" not in page.answer.text
    assert page.all("input[name='handle']")[0].attrs["value"] == "@lea@social.test"


async def test_one_follows_a_coop_from_elsewhere(network, nord):
    elsewhere(network, links=[SUBSCRIBE])

    page = await typed(nord, "lea@social.test", nord.coop.id, "follow")

    assert ways(page) == [
        "https://social.test/authorize_interaction?uri=https%3A%2F%2Fnord.test%2Factors%2Fnord"
    ]
    assert "Coop Nord" in page.words


async def test_opening_the_page_asks_nobody(network, nord):
    elsewhere(network)

    await Visitor(nord).open(f"/depuis-mastodon?uri={nord.coop.id}&act=follow")

    assert network.switchboard.asked == []


async def test_a_name_may_live_behind_another_host(network, nord):
    """A personal domain sends us on to where its accounts are (RFC 7033, section 4.2)."""
    onward = RedirectResponse("https://social.test/.well-known/webfinger?resource=acct:lea@social.test", 301)
    elsewhere(network, "lea.test", answer=onward)
    elsewhere(network)

    page = await typed(nord, "@lea@lea.test", nord.coop.id)

    assert [way.partition("?")[0] for way in ways(page)] == ["https://social.test/authorize"]
    assert "Continuer sur social.test" in page.words, "the host that one goes to, not the one that was typed"


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        ("", "Remplissez"),
        ("lea", "pas une adresse du fédivers"),
        ("@lea@", "pas une adresse du fédivers"),
        ("@lea@bad host", "pas une adresse du fédivers"),
        ("@max@social.test", "social.test ne connaît pas @max@social.test"),
        ("@lea@asleep.test", "asleep.test ne répond pas"),
        ("@lea@127.0.0.1", "127.0.0.1 ne répond pas"),
        ("@lea@nord.test", "Cette adresse est d’ici"),
        ("a" * 5000, "pas une adresse du fédivers"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(network, nord, handle, words):
    elsewhere(network)

    page = await typed(nord, handle, nord.coop.id)

    assert page.status == 422
    [wrong] = page.all(".field__wrong")
    assert words in " ".join(wrong.to_text().split()).replace("\N{NO-BREAK SPACE}", " ")
    assert page.all("input[name='handle']")[0].attrs["value"] == handle
    assert ways(page) == []


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=500),
        Response("<html>", media_type="text/html"),
        RedirectResponse("http://social.test/plain", 302),
        RedirectResponse("https://lea.test/.well-known/webfinger", 302),
        RedirectResponse("https://127.0.0.9/", 302),
    ],
)
async def test_a_server_that_misbehaves_is_called_silent(network, nord, answer):
    elsewhere(network, "lea.test", answer=answer)

    page = await typed(nord, "@lea@lea.test", nord.coop.id)

    assert page.status == 422
    assert "lea.test ne répond pas comme un serveur du fédivers" in page.words


@pytest.mark.parametrize(
    "links",
    [
        [],
        "no list",
        ["no link", None, {"rel": None}],
        [SUBSCRIBE | {"template": "javascript:alert(1)//{uri}"}],
        [SUBSCRIBE | {"template": "http://social.test/?uri={uri}"}],
        [SUBSCRIBE | {"template": "https://lea:secret@social.test/?uri={uri}"}],
        [SUBSCRIBE | {"template": "https://social.test/everybody"}],
        [SUBSCRIBE | {"template": ["https://social.test/{uri}"]}],
        [SUBSCRIBE | {"template": "https://social.test/" + "a" * 5000 + "{uri}"}],
    ],
)
async def test_a_server_without_a_good_way_leaves_the_way_by_hand(network, nord, links):
    elsewhere(network, links=links)

    page = await typed(nord, "@lea@social.test", nord.coop.id)

    assert page.status == 200
    assert ways(page) == []
    assert "social.test ne dit pas où suivre ou ouvrir" in page.words
    assert nord.coop.id in page.words


async def test_what_not_everybody_may_read_and_what_never_was_are_told_alike(nord):
    hidden = await nord.publish("Secret", visibility="coop")

    answers = [
        await Visitor(nord).open(f"/depuis-mastodon?uri={uri}")
        for uri in (hidden.id, hidden.id[:-4] + "zzzz", "", "https://evil.test/")
    ]

    assert {page.status for page in answers} == {404}
    assert len({page.words for page in answers}) == 1


async def test_we_do_not_ask_servers_without_end_for_one_visitor(network, nord):
    elsewhere(network)
    visitor = Visitor(nord)
    await visitor.open(f"/depuis-mastodon?uri={nord.coop.id}")

    pages = [
        await visitor.submit("/depuis-mastodon", handle="@lea@social.test") for _ in range(LOOKS.most + 2)
    ]

    assert [page.status for page in pages] == [200] * LOOKS.most + [429] * 2
    assert len(network.switchboard.asked) == LOOKS.most


ID = "https://nord.test/listings/1?a=b&c"
ENCODED = "https%3A%2F%2Fnord.test%2Flistings%2F1%3Fa%3Db%26c"


@pytest.mark.parametrize(
    ("wish", "links", "way"),
    [
        (
            Wish.OPEN,
            [
                {
                    "rel": "https://w3id.org/fep/3b86/Object",
                    "href": "https://a.test/?to={object}&t={content}",
                }
            ],
            f"https://a.test/?to={ENCODED}&t=",
        ),
        (Wish.OPEN, MASTODON, f"https://social.test/authorize?uri={ENCODED}"),
        (
            Wish.FOLLOW,
            [
                SUBSCRIBE,
                {
                    "rel": "https://w3id.org/fep/3b86/follow",
                    "template": "https://a.test/f?o={object}&b={on-success}",
                },
            ],
            f"https://a.test/f?o={ENCODED}&b=",
        ),
        (Wish.FOLLOW, [SUBSCRIBE], f"https://social.test/authorize_interaction?uri={ENCODED}"),
        (
            Wish.FOLLOW,
            [{"rel": "https://w3id.org/fep/3b86/Follow", "template": "data:{object}"}, SUBSCRIBE],
            f"https://social.test/authorize_interaction?uri={ENCODED}",
        ),
    ],
)
def test_the_best_template_is_filled_and_what_we_do_not_know_stays_empty(wish, links, way):
    assert best(links, wish, ID) == way


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@lea@Mastodon.Social", "lea@mastodon.social"),
        (" lea@mastodon.social ", "lea@mastodon.social"),
        ("acct:lea@mastodon.social", "lea@mastodon.social"),
        ("https://mastodon.social/@lea", "lea@mastodon.social"),
        ("https://mastodon.social/users/lea/", "lea@mastodon.social"),
        ("@léa@café.example", "léa@xn--caf-dma.example"),
    ],
)
def test_an_address_is_understood_as_people_write_it(text, handle):
    assert str(read_handle(text)) == handle


@pytest.mark.parametrize(
    "text", ["", "@", "lea", "mastodon.social", "@@b", "a b@c", "lea@c/d", "https://mastodon.social"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(Misused):
        read_handle(text)


# --- the other way: our own people come home from elsewhere -------------------------------------------


async def test_a_member_of_ours_comes_home_from_another_fedicoop(network, pair):
    """Léa reads a listing at nord, types her address of sud there, and is led to sud's own page of it."""
    nord, sud = pair
    lea = await signed_in(sud, await sud.join("lea"))
    offer = await nord.publish("Tandem")
    await network.settle()

    opened = await typed(nord, "@lea@sud.test", offer.id)
    follow = await typed(nord, "@lea@sud.test", nord.coop.id, "follow")

    [way] = ways(opened)
    assert way.startswith("https://sud.test/ouvrir?uri=")
    page = await lea.open(way.removeprefix("https://sud.test"))
    assert page.path == f"/l/{(await sud.find(offer.id)).key}"
    assert "Tandem" in page.words
    page = await lea.open(ways(follow)[0].removeprefix("https://sud.test"))
    assert page.path == "/@nord@nord.test"
    assert page.all("a[href^='/suivre']")


async def test_what_this_house_does_not_know_is_said_and_can_be_looked_for(network, nord):
    est = await network.add("est.test")
    lea = await signed_in(nord, await nord.join("lea"))
    uri = f"{est.origin}/listings/never"

    page = await lea.open(f"/ouvrir?uri={uri}")

    assert page.status == 404
    assert "Chercher la coopérative de est.test" in page.words
    found = await lea.submit("/moi/suivis/coop")
    assert found.path.startswith("/suivre?coop=")
    assert "Coop Est" in found.words


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://evil.test/",
        "//evil.test",
        "javascript:alert(1)",
        "acct:",
        "acct:x@evil.test",
        "a" * 9000,
        "http://[",
    ],
)
async def test_nobody_is_led_out_of_the_house_by_an_address(nord, uri):
    """Security case 95."""
    page = await Visitor(nord).open(f"/ouvrir?uri={quote(uri)}", follow=False)

    assert page.status == 404
    assert "location" not in page.answer.headers
    assert not [a for a in page.all("main a") if a.attrs["href"].startswith("javascript")]


async def test_a_hidden_listing_is_opened_for_its_members_alone(nord):
    lea = await signed_in(nord, await nord.join("lea"))
    hidden = await nord.publish("Secret", visibility="coop")

    assert (await lea.open(f"/ouvrir?uri={hidden.id}")).path == f"/l/{hidden.key}"
    stranger, never = Visitor(nord), hidden.id[:-4] + "zzzz"
    told = [(await stranger.open(f"/ouvrir?uri={uri}")).words for uri in (hidden.id, never)]
    assert told[0] == told[1]
    assert "Secret" not in told[0]
