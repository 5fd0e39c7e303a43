"""What we fetch: no word of a stranger makes this house knock where it must not.

The switchboard remembers every request that left, and a canary every socket that was opened.
"""

import sys
from dataclasses import replace
from itertools import product

import pytest

from fedicoop.actors import names
from fedicoop.errors import Problem
from fedicoop.outward import Outward
from fedicoop.pace import Pace
from tests import hostile
from tests.conftest import actor
from tests.odd_addresses import URLS, urls_inside

village, nord, friend, evil = hostile.fixtures()
INSIDE = list(urls_inside("/x"))
ODD = [*INSIDE, *(url for url in URLS if "\ud800" not in url)]
"""Every host that leads inside, and every odd spelling, as an address of something."""
NOWHERE = "2d00:1::1"  # global unicast that nobody was ever given

_dialled: list[str] = []
sys.addaudithook(lambda event, args: event == "socket.connect" and _dialled.append(args[1][0]))


@pytest.fixture(autouse=True)
def dialled():
    _dialled.clear()
    return _dialled


def asked(network) -> set[str]:
    """The addresses that were asked for, without those of the houses that are there."""
    there = tuple(f"https://{host}/" for host in network.switchboard.plugged)
    return {url for _, url in network.switchboard.asked if not url.startswith(there)}


async def counted(nord) -> int:
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM received") + await tx.count("SELECT count(*) FROM actors")


async def test_no_key_is_looked_for_inside(nord, friend, network, dialled):
    """Cases 43 and 44: the key id, alone and with its actor, at each odd address."""
    before, answers = await counted(nord), set()
    for odd in ODD:
        for who in (odd, friend.id("alice")):
            said = friend.says("Create", friend.offer()) | {"actor": who}
            letter = friend.letter(said, nord)
            signature = dict(letter.headers)["signature"].replace(f"{friend.id('alice')}#main-key", odd)
            if not signature.isprintable() or not signature.isascii():
                continue
            answers.add((await letter.put("signature", signature).to(nord)).status_code)

    assert answers == {400, 401}
    assert (asked(network), dialled, await counted(nord)) == (set(), [], before)


async def test_no_object_is_looked_for_inside(nord, friend, network, dialled):
    """Cases 43 and 44: alice, whom we hear, speaks of something at each odd address."""
    before, answers = await counted(nord), set()
    for odd, kind in product(ODD, ("Create", "Announce", "Undo")):
        answers.add((await friend.letter(friend.says(kind, odd), nord).to(nord)).status_code)
    await nord.settle()

    assert answers == {400}
    assert (asked(network), dialled, await counted(nord)) == (set(), [], before)


@pytest.mark.parametrize("name", ["attributedTo", "id"])
async def test_no_author_and_no_id_inside_is_believed(nord, friend, network, dialled, name):
    """Case 43: in an embedded offer, and in one that has to be asked for."""
    for number, odd in enumerate(INSIDE[::2]):
        offer = friend.offer(str(number)) | {name: odd}
        page = friend.serve(f"/pages/{number}", offer)
        for kind, thing in (("Create", offer), ("Announce", page)):
            assert (await friend.send(friend.says(kind, thing), nord)).status_code in (202, 400)

    assert (await nord.shelf(), asked(network), dialled) == ([], set(), [])


async def test_what_hangs_on_a_listing_is_not_looked_for_inside(nord, friend, network, dialled):
    """Case 43: photo, parent, page and the like are left out or given up; the listing itself stands."""
    for number, odd in enumerate(INSIDE):
        image = {"type": "Image", "mediaType": "image/png", "url": odd}
        links = dict.fromkeys(("inReplyTo", "url", "context", "replies", "preview", "quoteUrl"), odd)
        offer = friend.offer(str(number), attachment=[image], **links)
        assert (await friend.send(friend.says("Create", offer, cc=[odd]), nord)).status_code == 202
    shelf = await nord.shelf(limit=200)
    pages = [(await nord.get(f"/l/{listing.key}", "text/html")).text for listing in shelf[::9]]

    assert len(shelf) == len(INSIDE)
    assert (asked(network), dialled) == (set(), [])
    assert not [odd for odd in INSIDE for page in pages if f'src="{odd}' in page or f'href="{odd}' in page]


async def test_an_actor_has_nothing_inside(nord, evil, network, dialled):
    """Case 43: an inbox inside makes it nobody; the rest of its addresses is left out."""
    for number, odd in enumerate(INSIDE[::2]):
        network.clock.advance(minutes=3)  # a house is not asked for keys as often as it likes, nor
        nord.node.out.for_strangers = Pace(a_minute=60, at_once=60)  # by so many new voices of one house
        nobody, somebody = f"n{number}", f"m{number}"
        icon = {"type": "Image", "url": odd}
        boxes = dict.fromkeys(
            ("outbox", "followers", "featured", "offers", "needs", "url", "sharedInbox"), odd
        )
        evil.actor(nobody, key="mallory", inbox=odd)
        evil.actor(somebody, key="mallory", icon=icon, endpoints={"sharedInbox": odd}, **boxes)

        refused, taken = [await follows_us(nord, evil, name) for name in (nobody, somebody)]

        assert (refused, taken) == (401, 202), odd
        assert evil.heard[-1]["type"] == "Accept"
        assert await actor(nord, evil.id(nobody)) is None
    await nord.publish()
    await network.settle()
    assert (asked(network), dialled) == (set(), [])


async def follows_us(nord, house, name: str) -> int:
    said = house.says("Follow", nord.coop.id, by=name)
    answer = await house.send(said, nord, by="mallory", key_id=f"{house.id(name)}#main-key")
    return answer.status_code


async def test_no_name_leads_inside(nord, evil, network, dialled):
    """Case 43: WebFinger, NodeInfo, and what an operator is talked into opening."""
    for odd in INSIDE:
        evil.finger("mallory", odd)
        evil.serve("/.well-known/nodeinfo", nodeinfo(evil.origin), media_type="application/json")
        evil.serve("/nodeinfo", {"metadata": {"fedicoop": {"coops": [odd]}}}, media_type="application/json")
        for name in (
            odd,
            "@mallory@evil.test",
            "evil.test",
            f"x@{odd.removeprefix('https://').split('/')[0]}",
        ):
            with pytest.raises(Problem):
                await names.by_name(nord.node, name)
        evil.serve("/.well-known/nodeinfo", nodeinfo(odd), media_type="application/json")
        with pytest.raises(Problem):
            await names.by_name(nord.node, "evil.test")

    assert (asked(network), dialled) == (set(), [])


def nodeinfo(origin: str) -> dict[str, object]:
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.1"
    return {"links": [{"rel": schema, "href": f"{origin}/nodeinfo"}]}


async def test_a_name_that_leads_inside_is_not_dialled(nord, evil, dialled, network):
    """Cases 43 and 44, with real sockets: the address is judged when it is dialled."""
    for answers in (["127.0.0.9"], ["::1"], ["10.0.0.1", NOWHERE], ["64:ff9b::7f00:9"]):
        network.clock.advance(minutes=10)
        await through_the_wire(nord, lambda *_, answers=answers: answers)
        said = evil.says("Follow", nord.coop.id, by="mallory")
        answer = await evil.letter(said, nord, by="mallory").to(nord)

        assert (answer.status_code, dialled) == (401, []), answers


async def test_a_name_that_changes_its_mind_leads_nowhere(nord, evil, dialled, network):
    """Case 45: outside when it is judged, inside when it is dialled; it is looked up once."""
    answers = iter([[NOWHERE], ["127.0.0.9"]] * 10)
    looked_up = []
    await through_the_wire(nord, lambda host, port: looked_up.append(host) or next(answers), deadline=0.05)

    for _ in range(20):
        network.clock.advance(minutes=10)
        said = evil.says("Follow", nord.coop.id, by="mallory")
        letter = evil.letter(said, nord, by="mallory")
        asked_before = len(looked_up)
        assert (await letter.to(nord)).status_code in (401, 503)
        assert len(looked_up) == asked_before + 1

    assert set(dialled) <= {NOWHERE}


async def through_the_wire(nord, resolve, deadline: float = 2.0) -> None:
    """Give an instance real sockets, and the resolver of a hostile zone."""
    await nord.node.out.close()
    out = Outward(
        allowed_peers=frozenset(),
        user_agent="test",
        own_origin=nord.origin,
        resolve=resolve,
        deadline=deadline,
    )
    nord.node = nord.app.state.node = replace(nord.node, out=out)


@pytest.mark.parametrize("status", [302, 307])
async def test_no_redirect_leads_inside(nord, friend, evil, network, dialled, status):
    """Case 46: of a key, an object, a photo, a name, a delivery."""
    inside = "https://127.0.0.9/secret"
    evil.redirect("/actors/x", inside, status)
    friend.redirect("/listings/9", inside, status)
    image = friend.redirect("/photo.png", inside, status)
    finger = "/.well-known/webfinger?resource=acct%3Ax%40evil.test"
    evil.redirect(finger, inside, status)

    by_key = await evil.send(
        evil.says("Follow", nord.coop.id, by="x"), nord, by="mallory", key_id=f"{evil.id('x')}#main-key"
    )
    await friend.send(friend.says("Announce", f"{friend.origin}/listings/9"), nord)
    await friend.publish(nord, attachment=[{"type": "Image", "mediaType": "image/png", "url": image}])
    with pytest.raises(Problem):
        await names.by_name(nord.node, "x@evil.test")

    assert by_key.status_code == 401
    assert {"GET /listings/9", "GET /photo.png"} <= set(friend.asked)
    assert {"GET /actors/x", f"GET {finger}"} <= set(evil.asked)
    assert (asked(network), dialled) == (set(), [])
    assert len(await nord.shelf()) == 1
