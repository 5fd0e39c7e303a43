"""Who sees what: one table, and everybody sent to every address of the house (security cases 75 to 77)."""

import re
from collections import Counter

import pytest

from fedicoop.listings import store
from fedicoop.listings.listing import Status, Visibility
from tests import crawling
from tests.browsing import Visitor
from tests.crawling import HIDDEN, MARK, World, mark, plain
from tests.seen import BROWSER

ACTIVITY = "application/activity+json"

EVERYBODY = {"a visitor", "lea", "bob", "zoe", "chloe", "max"}
THE_COOP = {"lea", "bob", "zoe"}
ITS_CARERS = {"lea", "zoe"}
WRITTEN_AND_SHOWN = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED, Status.EXPIRED)
UNSHOWN = (Status.DRAFT, Status.REMOVED)

MAY_SEE = {
    **{(Visibility.PUBLIC, status): EVERYBODY for status in WRITTEN_AND_SHOWN},
    **{(visibility, status): THE_COOP for visibility in HIDDEN for status in WRITTEN_AND_SHOWN},
    **{(visibility, status): ITS_CARERS for visibility in Visibility for status in UNSHOWN},
    ("there", Visibility.PUBLIC): EVERYBODY,
    ("there", Visibility.FOLLOWERS): THE_COOP,
}
"""Léa wrote them; bob is of her coop and zoé cares for it; chloé, and max who cares for theirs, are of
another coop in the same house.  What a coop next door keeps to its followers is for the coop that follows."""

SORTS = [sort for sort in MAY_SEE if sort[0] != "there"]


def marks(here: World) -> dict[str, set[str]]:
    """Each mark, and each key, with who may meet it."""
    found: dict[str, set[str]] = {}
    for sort, listing in here.listings.items():
        word = mark(sort[1], "published", "there") if sort[0] == "there" else mark(*sort)
        assert word in listing.title or word in listing.html, listing
        found[word] = found[listing.key] = MAY_SEE[sort]
    both = {"lea", "bob"}
    return found | {crawling.SAID: both, here.exchange: both, crawling.REPORTED: {"zoe"}}


async def look(visitor: Visitor, address: str, accept: str = BROWSER) -> tuple[int, str]:
    """The status, and everything of the answer that somebody could read."""
    answer = await visitor.instance.http.get(
        visitor.instance.origin + address,
        headers={"accept": accept, "accept-language": "fr", "accept-encoding": "identity"}
        | visitor._cookie_header(),
        follow_redirects=False,
    )
    visitor.instance.http.cookies.clear()
    heads = " ".join(value for name, value in answer.headers.items() if name != "x-request-id")
    return answer.status_code, f"{heads}\n{answer.content.decode('utf-8', 'replace')}"


def met(text: str, address: str) -> set[str]:
    """The marks and keys in an answer; a key that stands in the question itself tells nothing."""
    keys = set(re.findall(r"\b[0-9a-z]{26}\b", text)) - set(re.findall(r"[0-9a-z]{26}", address))
    return set(MARK.findall(text)) | keys


@pytest.mark.parametrize("who", ["a visitor", "a program", "bob", "chloe", "max"])
async def test_nobody_meets_what_is_not_for_them_at_any_address(network, who):
    here = await crawling.world(network, SORTS)
    await crawling.neighbour(network, here)
    await crawling.lend(here)
    allowed, seen = marks(here), Counter()
    visitor = await here.browser(who)
    them, accept = ("a visitor", ACTIVITY) if who == "a program" else (who, BROWSER)

    for route in crawling.routes(here.house.app):
        for address in crawling.addresses(route, here):
            status, text = await look(visitor, address, accept)
            assert status < 500, (address, text[:500])
            for found in met(text, address) & allowed.keys():
                assert them in allowed[found], f"{who} met {found} at {address}"
                seen[found] += 1

    public = mark(Visibility.PUBLIC, Status.PUBLISHED)
    assert seen[public] >= 5, "a crawl that finds nothing proves nothing"
    if who == "bob":
        assert seen[mark(Visibility.COOP, Status.PUBLISHED)] >= 2
        assert seen[crawling.SAID] >= 1


async def test_the_page_of_a_listing_is_there_for_whoever_may_see_it_and_for_nobody_else(network):
    here = await crawling.world(network, SORTS)
    await crawling.neighbour(network, here)

    for who in sorted(EVERYBODY):
        visitor = await here.browser(who)
        for sort, listing in here.listings.items():
            status, text = await look(visitor, f"/l/{listing.key}")
            may = who in MAY_SEE[sort]
            assert (status, bool(MARK.search(text))) == ((200, True) if may else (404, False)), (who, sort)


@pytest.mark.parametrize("who", ["a visitor", "chloe"])
async def test_a_house_that_has_only_hidden_things_looks_like_one_that_has_none(network, who):
    """No count, no suggestion, no empty place and no status tells that there is something."""
    sorts = [sort for sort in SORTS if "a visitor" not in MAY_SEE[sort]]
    full = await crawling.world(network, sorts)
    await network.settle()
    visitor = await full.browser(who)
    told = {
        address: (status, plain(text))
        for route in crawling.routes(full.house.app)
        for address in crawling.addresses(route, full)
        for status, text in [await look(visitor, address)]
    }
    keys = [listing.key for listing in full.listings.values()]
    for key in keys:
        await _forget(full, key)

    for address, before in told.items():
        status, text = await look(visitor, address)
        assert (status, plain(text)) == before, address


async def _forget(here: World, key: str) -> None:
    """As if it had never been."""
    async with here.house.node.db.write() as tx:
        listing = await store.find_by_key(tx, key)
        await store.remove(tx, listing.id)
        await tx.run("DELETE FROM sent WHERE object_id = :id", id=listing.id)


@pytest.mark.parametrize("who", ["a visitor", "chloe"])
async def test_whatever_one_does_to_a_hidden_listing_it_answers_as_if_it_were_not_there(network, who):
    """Security case 77: to ask for it, to report it, to pause it."""
    here = await crawling.world(network, [(Visibility.COOP, Status.PUBLISHED)])
    hidden = here.listings[Visibility.COOP, Status.PUBLISHED]
    never = hidden.key[:-4] + "zzzz"
    visitor = await here.browser(who)
    token = await _token(visitor)

    for route in crawling.routes(here.house.app, "POST"):
        if "inbox" in route.path:
            continue  # signed by peers, see test_security_speaker.py
        told = [await _send(visitor, route, key, token, here) for key in (hidden.key, never)]
        whole = 3 if "{key}" in route.path else 2  # other pages have fresh secrets of their own in them
        assert told[0][:whole] == told[1][:whole], route.path
        assert told[0][0] < 500, route.path


async def _token(visitor: Visitor) -> str:
    page = await visitor.open("/depuis-mastodon?uri=https://nord.test/actors/nord")
    return page.form("/depuis-mastodon").query("input")[0].attrs["value"]


async def _send(visitor: Visitor, route, key: str, token: str, here: World) -> tuple[int, str, str]:
    """A form with everything in it that could name a listing."""
    path = re.sub(r"\{\w+(:int)?\}", "1", route.path.replace("{key}", key))
    fields = {
        "form_token": token,
        "listing": key,
        "key": key,
        "uri": f"{here.house.origin}/listings/{key}",
        "text": "Bonjour",
        "reason": "other",
    }
    answer = await here.house.http.post(
        here.house.origin + path,
        data=fields,
        headers={
            "accept": BROWSER,
            "accept-language": "fr",
            "accept-encoding": "identity",
            "origin": here.house.origin,
        }
        | visitor._cookie_header(),
        follow_redirects=False,
    )
    here.house.http.cookies.clear()
    where, text = plain(answer.headers.get("location", "")), plain(answer.text)
    return answer.status_code, where.replace(key, "…"), text.replace(key, "…")
