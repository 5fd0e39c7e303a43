"""The whole way of a neighbour: two strangers to our code each find a coop, follow it, and live with it.

A coop that really runs (`init`, `serve`, commands, pages) and peers in processes of their own, over sockets
of the loopback.  What they say is written by Fedify's and bovine's own code; what they hear, they verified.
"""

import json
from contextlib import asynccontextmanager

import httpx
import pytest

from fedicoop.access import Role
from fedicoop.members import actions as members
from tests.browsing import signed_in
from tests.conftest import PAIRS
from tests.oracles.coop import an_offer, running
from tests.oracles.fedify.judge import wait_for
from tests.oracles.neighbours import PUBLIC, Fedify, Pasture

pytestmark = pytest.mark.judge


@pytest.fixture(params=["fedify", "pasture"], scope="module")
def neighbour(request):
    peer = request.getfixturevalue(request.param)
    return {"fedify": Fedify, "pasture": Pasture}[request.param](peer)


@pytest.fixture(scope="module")
def coop(neighbour, tmp_path_factory):
    """One coop for the whole journey; each step begins by following it, so each goes alone too."""
    with running(tmp_path_factory.mktemp("coop"), neighbour.origin) as coop:
        yield coop


@asynccontextmanager
async def steward(coop):
    """Somebody who looks after the coop, at a browser of their own."""
    async with coop.opened() as house:
        who = house.operator
        async with house.node.db.write() as tx:
            member = await members.add(
                tx,
                who,
                house.origin,
                handle="karim",
                name="Karim",
                pair=PAIRS[0],
                email="karim@example.org",
                role=Role.STEWARD,
            )
        yield await signed_in(house, member)


def publish(coop, folder, **changes):
    (folder / "offer.json").write_text(json.dumps(an_offer(folder, **changes)))
    return json.loads(coop.run("listing", "publish", str(folder / "offer.json"), "--json"))["id"]


async def page(coop, listing) -> str:
    """The listing's page, as anybody reads it."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(listing.replace("/listings/", "/l/"), headers={"accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


async def shown(coop, listing, words, *, until=True):
    async def there() -> bool:
        return (words in await page(coop, listing)) is until

    await wait_for(there, timeout=20)


async def counted(coop, listing, name) -> int:
    return int((await coop.asked(f"{listing}/{name}")).json()["totalItems"])


async def has_followers(coop, number):
    async def has() -> bool:
        return await coop.followers() == number

    await wait_for(has)


async def test_it_finds_the_coop_follows_it_and_sees_an_offer_come_change_and_end(neighbour, coop, tmp_path):
    found = await neighbour.discover(coop)
    assert (found["id"], found["preferredUsername"], found["type"]) == (coop.actor, "velo", "Organization")
    await neighbour.follow(coop)
    await neighbour.heard(coop, "Accept")
    await has_followers(coop, 1)

    listing = publish(coop, tmp_path)
    create = await neighbour.heard(coop, "Create", listing)
    note = create["object"]
    assert note["type"] == "Note"
    assert "Vélo cargo" in str(note["content"])
    attached = note["attachment"]
    photo = attached[0] if isinstance(attached, list) else attached
    assert (photo["mediaType"], photo["name"]) == ("image/jpeg", "Un vélo cargo bleu")
    async with httpx.AsyncClient() as http:
        assert (await http.get(photo["url"])).headers["content-type"] == "image/jpeg"

    (tmp_path / "offer.json").write_text(json.dumps(an_offer(tmp_path, title="Vélo cargo bleu")))
    coop.run("listing", "update", listing, str(tmp_path / "offer.json"))
    update = await neighbour.heard(coop, "Update", listing)
    assert "Vélo cargo bleu" in str(update["object"]["content"])
    assert update["object"]["updated"] > note["published"]

    coop.run("listing", "delete", listing)
    assert (await neighbour.heard(coop, "Delete", listing))["object"]["type"] == "Tombstone"
    assert (await coop.asked(listing)).status_code == 410


async def test_it_asks_in_public_and_in_private_and_gets_both_answers(neighbour, coop):
    await neighbour.follow(coop)
    await has_followers(coop, 1)
    async with coop.opened() as house:
        lea = await house.join("lea")
        listing = (await house.publish("Vélo cargo", by=lea)).id
        at_home = await signed_in(house, lea)

        question = await neighbour.reply(coop, listing, "<p>Encore disponible ?</p>", public=True)
        await shown(coop, listing, "Encore disponible ?")
        secret = await neighbour.reply(coop, listing, "<p>Je loge au 3 rue Cachée</p>", public=False)
        for way in await wait_for(lambda: _conversations(at_home, 2), timeout=20):
            answer = "Oui, en privé" if "Cachée" in (await at_home.open(way)).words else "Oui, à tous"
            assert (await at_home.submit(way, text=answer)).status == 200

    told = await wait_for(lambda: _answers(neighbour, coop, 2), timeout=20)
    assert "Oui, à tous" in told[question]["content"]
    assert PUBLIC in told[question]["to"]
    assert "Oui, en privé" in told[secret]["content"]
    assert told[secret]["to"] == [neighbour.actor]
    assert "Cachée" not in await page(coop, listing)

    await neighbour.edit(coop, question, "<p>Encore disponible samedi ?</p>")
    await shown(coop, listing, "Encore disponible samedi ?")
    await neighbour.tell(coop, "Delete", question)
    await shown(coop, listing, "Encore disponible samedi ?", until=False)


async def _conversations(browser, least: int) -> set[str]:
    """The ways to what one is asked, once there are so many."""
    found = (await browser.open("/moi/messages")).all("a")
    ways = {str(one.attrs.get("href")).partition("?")[0] for one in found}
    ways = {way for way in ways if way.startswith("/moi/messages/")}
    return ways if len(ways) >= least else set()


async def _answers(neighbour, coop, least: int) -> dict:
    """What came back, by what it answers, once there is so much."""
    found = await neighbour.notes(coop)
    return {one["in_reply_to"]: one for one in found} if len(found) >= least else {}


async def test_it_likes_and_boosts_and_takes_it_back(neighbour, coop, tmp_path):
    await neighbour.follow(coop)
    await has_followers(coop, 1)
    listing = publish(coop, tmp_path)

    async def counts(likes: int, shares: int) -> None:
        async def so_many() -> bool:
            found = [await counted(coop, listing, name) for name in ("likes", "shares")]
            return found == [likes, shares]

        await wait_for(so_many, timeout=20)

    like = await neighbour.tell(coop, "Like", listing)
    boost = await neighbour.tell(coop, "Announce", listing)
    await counts(1, 1)

    await neighbour.tell(coop, "Undo", like)
    await counts(0, 1)
    await neighbour.tell(coop, "Undo", boost)
    await counts(0, 0)


async def test_it_reports_blocks_comes_back_and_moves(neighbour, coop, tmp_path):
    await neighbour.follow(coop)
    await has_followers(coop, 1)
    listing = publish(coop, tmp_path)

    await neighbour.tell(coop, "Flag", [coop.actor, listing], content="Ce vélo est à moi")
    async with steward(coop) as karim:

        async def reported() -> bool:
            return "Ce vélo est à moi" in (await karim.open("/admin/signalements")).words

        await wait_for(reported, timeout=20)

    block = await neighbour.tell(coop, "Block", coop.actor)
    await has_followers(coop, 0)
    await neighbour.tell(coop, "Undo", block)
    await neighbour.follow(coop)
    await has_followers(coop, 1)

    coop.run("coop", "follow", neighbour.actor)
    follow = await neighbour.heard(coop, "Follow", neighbour.actor)
    if isinstance(neighbour, Pasture):
        await neighbour.peer.ask("say", verb="accept", about=follow, inbox=coop.inbox, include_activity=True)
    anew = await neighbour.move(coop)
    again = await neighbour.heard(coop, "Follow", anew)
    await neighbour.welcome(coop, again)

    async def leaves() -> bool:
        return any(one["actor"] == coop.actor for one in await neighbour.peer.seen("Undo"))

    await wait_for(leaves, timeout=20)
    assert [one["actor"] for one in (follow, again)] == [coop.actor, coop.actor]
