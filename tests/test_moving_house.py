"""A coop takes another domain, and those who follow it, and those it follows, come along without loss."""

import json
from typing import Any

import httpx

from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode
from fedicoop.boards import actions as boards
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.listings import actions as listings
from fedicoop.signatures import cavage
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS, Instance, Network
from tests.hostile import ACTIVITY, Stranger
from tests.hostile_letters import key_pair

OLD, NEW = "https://nord.test", "https://neuf.test"


class Follower(Stranger):
    """A server shaped like Mastodon with one person who follows: it keeps what it may, and heeds a Move.

    As M activity/move.rb has it: the target must name the old id, then it is followed and the old one is not.
    Posts are kept by id, of authors who are followed; an Update or Delete is the author's own.
    """

    def __init__(self, network: Network, host: str) -> None:
        super().__init__(network, host)
        self.actor("lea")
        self.following: set[str] = set()
        self.asked_for: dict[str, str] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.taken = 0

    async def follow(self, id: str) -> None:
        wish = self.says("Follow", id, by="lea", to=[id])
        self.asked_for[id] = wish["id"]
        await self.post(f"{id}/inbox", wish)

    async def post(self, inbox: str, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        key_id, key = f"{self.id('lea')}#main-key", key_pair("lea")[0]
        headers = cavage.sign("POST", inbox, body, key_id, key, self.network.clock())
        async with httpx.AsyncClient(transport=Wires(self.network)) as way:
            answer = await way.post(inbox, content=body, headers=headers)
        assert answer.status_code == 202, answer.text

    async def settle(self) -> bool:
        """Take what was brought since."""
        fresh, self.taken = self.heard[self.taken :], len(self.heard)
        for letter in fresh:
            await self._take(letter)
        return bool(fresh)

    async def _take(self, letter: dict[str, Any]) -> None:
        by, thing = letter["actor"], letter["object"]
        id = thing if isinstance(thing, str) else thing["id"]
        own = id in self.posts and self.posts[id]["attributedTo"] == by
        match letter["type"]:
            case "Accept":
                self.following.add(by)
            case "Create" if by in self.following:
                self.posts[id] = thing
            case "Update" if own:
                self.posts[id] = thing
            case "Delete" if own:
                del self.posts[id]
            case "Move" if by == id and by in self.following:
                await self._come_along(by, letter["target"])

    async def _come_along(self, old: str, new: str) -> None:
        async with httpx.AsyncClient(transport=Wires(self.network)) as way:
            found = (await way.get(new, headers={"accept": ACTIVITY})).json()
        if old not in found["alsoKnownAs"]:
            return
        await self.follow(new)
        self.following.discard(old)
        undone = {"type": "Follow", "actor": self.id("lea"), "object": old, "id": self.asked_for[old]}
        await self.post(f"{old}/inbox", self.says("Undo", undone, by="lea"))


class Wires(httpx.AsyncBaseTransport):
    """The network of the test for a client that hangs up: the switchboard goes on."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.network.switchboard.handle_async_request(request)


async def settle(network: Network, *others: Follower) -> None:
    for _ in range(6):
        await network.settle()
        if not any([await one.settle() for one in others]):
            return


async def count(instance: Instance, table: str, where: str = "TRUE") -> int:
    async with instance.node.db.read() as tx:
        return await tx.count(f"SELECT count(*) FROM {table} WHERE {where}")


async def followers_of(instance: Instance, id: str) -> set[str]:
    async with instance.node.db.read() as tx:
        return {one.id for one in await follows.followers(tx, id)}


async def heard_by(instance: Instance) -> set[str]:
    async with instance.node.db.read() as tx:
        return {one.id for one in await follows.followed_by(tx, instance.coop.id)}


async def test_a_peer_follows_a_coop_that_moves_and_has_one_copy_of_each_listing(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    await network.befriend(nord, sud)
    lea = await nord.join("lea")
    titles = {f"Vélo {number}" for number in range(3)}
    made = [await nord.publish(title) for title in sorted(titles)]
    await sud.publish("Remorque")
    await network.settle()
    keys = {one.title: one.key for one in await sud.shelf()}
    tables = ("members", "listings", "exchanges", "pictures", "sessions", "links", "notices")
    before = {table: await count(nord, table) for table in tables}

    neuf = await network.move(nord, "neuf.test")
    await network.settle()

    assert {table: await count(neuf, table) for table in tables} == before
    assert await heard_by(sud) == {f"{NEW}/actors/nord"}
    assert await followers_of(neuf, f"{NEW}/actors/nord") == {sud.coop.id}
    assert await heard_by(neuf) == {sud.coop.id}
    assert await followers_of(sud, sud.coop.id) == {f"{NEW}/actors/nord"}
    assert {one.title for one in await neuf.shelf()} == {"Remorque"}
    shelf = await sud.shelf()
    assert sorted(one.title for one in shelf) == sorted(titles), "one copy of each"
    assert {one.id for one in shelf} == {one.id.replace(OLD, NEW) for one in made}
    assert {one.title: one.key for one in shelf} == keys, "its page here stays where it was"

    network.clock.advance(hours=7)
    await network.settle()
    assert sorted(one.title for one in await sud.shelf()) == sorted(titles)
    assert await count(sud, "listings", f"id LIKE '{OLD}/%'") == 0
    first = await neuf.find(made[0].id.replace(OLD, NEW))
    await neuf.update(first, title="Vélo repeint")
    async with neuf.node.db.write() as tx:
        await listings.delete(tx, neuf.operator, made[1].id.replace(OLD, NEW))
    await neuf.publish("Après")
    await sud.publish("Bétonnière")
    await network.settle()
    assert {one.title for one in await sud.shelf()} == {"Vélo repeint", "Vélo 2", "Après"}
    assert {one.title for one in await neuf.shelf()} == {"Remorque", "Bétonnière"}
    async with neuf.node.db.read() as tx:
        assert (await actors.get(tx, f"{NEW}/actors/nord")).also_known_as == (f"{OLD}/actors/nord",)
    assert lea.handle == "lea"


async def test_people_on_other_servers_come_along_by_the_move(network):
    """Counts before are counts after, for three houses and a follower shaped like Mastodon."""
    nord, sud, est = [await network.add(f"{name}.test") for name in ("nord", "sud", "est")]
    masto = Follower(network, "social.test")
    for one in (sud, est):
        await network.befriend(one, nord)
    await masto.follow(nord.coop.id)
    await settle(network, masto)
    made = [await nord.publish(f"Vélo {number}") for number in range(4)]
    kept = await nord.publish("Entre nous", visibility="followers")
    await settle(network, masto)
    followers = await followers_of(nord, nord.coop.id)
    assert len(followers) == 3
    assert len(masto.posts) == 5

    neuf = await network.move(nord, "neuf.test")
    await settle(network, masto)

    us = f"{NEW}/actors/nord"
    assert await followers_of(neuf, us) == followers
    assert await count(neuf, "follows", f"followed_id = '{OLD}/actors/nord'") == 0, "nobody was left behind"
    assert masto.following == {us}
    fresh = {one.id.replace(OLD, NEW) for one in (*made, kept)}
    assert fresh <= masto.posts.keys(), "who came along was given what there is"
    network.clock.advance(hours=7)
    await settle(network, masto)
    assert masto.posts.keys() == fresh, "the old ids are gone"
    for one in (sud, est):
        assert await heard_by(one) == {us}
        seen = await one.shelf(seen_by=one.coop.id)
        assert {listing.id for listing in seen} == fresh, "what is for followers came along too"
        assert {listing.id for listing in await one.shelf()} == fresh - {kept.id.replace(OLD, NEW)}

    await neuf.update(await neuf.find(f"{made[0].id.replace(OLD, NEW)}"), title="Vélo repeint")
    async with neuf.node.db.write() as tx:
        await listings.delete(tx, neuf.operator, made[1].id.replace(OLD, NEW))
    await settle(network, masto)
    assert "Vélo repeint" in masto.posts[made[0].id.replace(OLD, NEW)]["content"]
    assert len(masto.posts) == 4


async def test_what_is_deleted_soon_after_a_move_goes_under_its_old_id_too(network):
    """Whoever did not come along yet has a copy under the old id."""
    nord = await network.add("nord.test")
    masto = Follower(network, "social.test")
    await masto.follow(nord.coop.id)
    await settle(network, masto)
    listing = await nord.publish("Tandem")
    await settle(network, masto)
    neuf = await network.move(nord, "neuf.test")
    await network.settle()  # lea's server has not looked at its post yet

    async with neuf.node.db.write() as tx:
        await listings.delete(tx, neuf.operator, listing.id.replace(OLD, NEW))
    await network.settle()
    ended = [one["object"]["id"] for one in masto.heard if one["type"] == "Delete"]
    assert listing.id in ended
    assert len([one for one in ended if one == listing.id]) == 1
    network.clock.advance(hours=7)
    await network.settle()
    assert [one["object"]["id"] for one in masto.heard if one["type"] == "Delete"].count(listing.id) == 1


async def test_the_old_address_says_where_everybody_went(network):
    nord = await network.add("nord.test")
    lea = await nord.join("lea")
    listing = await nord.publish("Tandem")
    neuf = await network.move(nord, "neuf.test")
    await network.settle()

    async def old(path: str, accept: str = ACTIVITY, method: str = "GET", **headers: str) -> httpx.Response:
        headers = {"accept": accept} | headers
        return await neuf.http.request(method, f"{OLD}{path}", headers=headers, follow_redirects=False)

    for path in ("/actors/nord", "/actors/lea", "/actor"):
        said = (await old(path)).json()
        assert said["id"] == OLD + path
        assert said["movedTo"] == NEW + path
        assert said["inbox"] == f"{OLD}{path}/inbox"
        assert said["publicKey"]["id"] == f"{OLD}{path}#main-key"
        now = (await neuf.get(path)).json()
        assert now["id"] == NEW + path
        assert "movedTo" not in now
    assert (await neuf.get("/actors/nord")).json()["alsoKnownAs"] == [f"{OLD}/actors/nord"]
    finger = await old("/.well-known/webfinger?resource=acct:nord@nord.test", "application/jrd+json")
    assert finger.json()["links"][0]["href"] == f"{OLD}/actors/nord"
    finger = await neuf.get("/.well-known/webfinger?resource=acct:nord@neuf.test", "application/jrd+json")
    assert finger.json()["links"][0]["href"] == f"{NEW}/actors/nord"

    key = listing.key
    grave = await old(f"/listings/{key}")
    assert grave.status_code == 410
    assert grave.json()["type"] == "Tombstone"
    page = await old(f"/l/{key}?a=é", "text/html")
    assert page.status_code == 301
    assert page.headers["location"].startswith(f"{NEW}/l/{key}?a=")
    assert (await neuf.get(f"/listings/{key}")).json()["alsoKnownAs"] == [f"{OLD}/listings/{key}"]
    assert (await old("/annonces", "text/html", "POST")).status_code == 308
    assert (await old("/healthz")).status_code == 200
    assert (await neuf.http.get("https://other.test/", headers={"accept": "text/html"})).status_code == 421
    assert lea.handle == "lea"


async def test_who_is_signed_in_at_the_old_address_is_led_in_at_the_new_one(network):
    nord = await network.add("nord.test")
    before = await signed_in(nord, await nord.join("lea"))
    neuf = await network.move(nord, "neuf.test")

    led = await neuf.http.get(
        f"{OLD}/moi?x=1", headers={"accept": "text/html", "cookie": before._cookie_header()["cookie"]}
    )
    assert led.status_code == 303
    assert "no-store" in led.headers["cache-control"]
    here = Visitor(neuf)
    page = await here.open(led.headers["location"].removeprefix(NEW))
    assert page.status == 200
    page = await here.submit("/entrer/lien")
    assert page.path == "/moi?x=1"
    assert page.status == 200
    nobody = await neuf.http.get(f"{OLD}/moi", headers={"accept": "text/html"})
    assert nobody.headers["location"] == f"{NEW}/moi"


async def test_members_of_peers_go_on_watching_and_no_word_of_the_old_address_speaks_for_us(network):
    """Whoever has the old domain one day speaks for nobody here."""
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(nord, sud)
    listing = await sud.publish("Remorque")
    await network.settle()
    neuf = await network.move(nord, "neuf.test")
    await network.settle()
    thief = Stranger(network, "nord.test")
    thief.actor("nord", key="thief")

    answer = await thief.send(thief.says("Delete", f"{OLD}/actors/nord", by="nord"), neuf, by="nord")
    assert answer.status_code == 401
    follow = thief.says("Follow", f"{NEW}/actors/nord", by="nord")
    assert (await thief.send(follow, neuf, by="nord")).status_code == 401
    assert {one.id for one in await neuf.shelf()} == {listing.id}


async def test_a_house_that_is_not_reachable_at_its_new_name_says_nothing_yet(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    await nord.publish("Tandem")
    await network.settle()
    neuf = await network.move(nord, "neuf.test")
    network.unplug(neuf)
    network.switchboard.asked.clear()
    await network.settle()

    assert await heard_by(sud) == {f"{OLD}/actors/nord"}
    assert {one.title for one in await sud.shelf()} == {"Tandem"}, "nothing is lost meanwhile"
    network.plug(neuf)
    network.clock.advance(hours=1)
    await network.settle()
    assert await heard_by(sud) == {f"{NEW}/actors/nord"}
    assert [one.id.partition("/listings")[0] for one in await sud.shelf()] == [NEW]


async def test_a_move_that_the_other_side_does_not_confirm_moves_nobody(network):
    """The target names the old id, the mover moves itself, and not twice within a week."""
    nord = await network.add("nord.test")
    friend, evil = Stranger(network, "friend.test"), Stranger(network, "evil.test")
    friend.actor("alice")
    friend.actor("bob")
    evil.actor("mallory")
    await friend.is_followed_by(nord)
    alice = friend.id("alice")

    async def moved(**said: Any) -> set[str]:
        by = said.pop("by", "alice")
        await friend.send(friend.says("Move", said.pop("of", alice), by=by, **said), nord, by=by)
        async with nord.node.db.read() as tx:
            asked = await follows.followed_by(tx, nord.coop.id, status=Status.PENDING)
        return {one.id for one in asked}

    assert await moved(target=evil.id("mallory")) == set(), "mallory does not say that she was alice"
    evil.actor("mallory", alsoKnownAs=[friend.id("bob")])
    assert await moved(target=evil.id("mallory")) == set()
    assert await moved(target=f"{nord.origin}/actors/nord") == set()
    evil.actor("mallory", alsoKnownAs=[alice])
    assert await moved(of=alice, by="bob", target=evil.id("mallory")) == set(), "bob moves nobody but bob"
    evil.actor("ann", alsoKnownAs=[alice])
    assert await moved(target=evil.id("ann")) == {evil.id("ann")}
    assert await moved(target=evil.id("mallory")) == {evil.id("ann")}, "not again within a week"
    evil.actor("paul", alsoKnownAs=[evil.id("zoe")])
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0


async def test_nobody_takes_over_a_listing_by_saying_that_it_was_theirs(network):
    nord = await network.add("nord.test")
    friend, evil = Stranger(network, "friend.test"), Stranger(network, "evil.test")
    friend.actor("alice")
    evil.actor("mallory", alsoKnownAs=[friend.id("alice")])
    await friend.is_followed_by(nord)
    await evil.is_followed_by(nord, "mallory")
    kept = await friend.publish(nord)

    stolen = evil.offer("9", by="mallory", title="À moi", alsoKnownAs=[kept.id])
    await evil.send(evil.says("Create", stolen, by="mallory"), nord, by="mallory")

    assert (await nord.find(kept.id)).title == "Remorque"
    assert (await nord.find(stolen["id"])).title == "À moi"


async def test_where_members_write_the_coop_and_the_members_come_along(network):
    """Each Person moves with its own followers; what the coop relays is relayed at the new address."""
    nord = await network.add("nord.test", author_mode=AuthorMode.MEMBER)
    sud = await network.add("sud.test")
    lea = await nord.join("lea")
    await network.befriend(sud, nord)
    masto = Follower(network, "social.test")
    await masto.follow(lea.actor_id)
    await settle(network, masto)
    listing = await nord.publish("Tandem", by=lea)
    await settle(network, masto)
    assert masto.posts.keys() == {listing.id}

    await network.move(nord, "neuf.test")
    await settle(network, masto)
    network.clock.advance(hours=7)
    await settle(network, masto)

    fresh = listing.id.replace(OLD, NEW)
    assert masto.following == {lea.actor_id.replace(OLD, NEW)}
    assert masto.posts.keys() == {fresh}
    assert [one.id for one in await sud.shelf()] == [fresh]
    assert (await sud.find(fresh)).actor_id == lea.actor_id.replace(OLD, NEW)


async def test_a_house_moves_twice_and_the_first_address_still_leads_on(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    listing = await nord.publish("Tandem")
    await network.settle()
    for host in ("neuf.test", "autre.test"):
        nord = await network.move(nord, host)
        await network.settle()
        network.clock.advance(days=8)
        await network.settle()

    us = "https://autre.test/actors/nord"
    assert await heard_by(sud) == {us}
    assert [one.id for one in await sud.shelf()] == [listing.id.replace(OLD, "https://autre.test")]
    for old in (OLD, NEW):
        said = (await nord.http.get(f"{old}/actors/nord", headers={"accept": ACTIVITY})).json()
        assert said["movedTo"] == us
    assert (await nord.get("/actors/nord")).json()["alsoKnownAs"] == [
        f"{OLD}/actors/nord",
        f"{NEW}/actors/nord",
    ]


async def test_a_board_moves_with_the_house_and_its_followers_get_what_stands_on_it(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        board = (await boards.open_category(tx, nord.operator, "bikes.repair", PAIRS[2])).actor_id
    masto = Follower(network, "social.test")
    await masto.follow(board)
    listing = await nord.publish("Révision", category="bikes.repair")
    await settle(network, masto)

    neuf = await network.move(nord, "neuf.test")
    await settle(network, masto)

    there = board.replace(OLD, NEW)
    assert masto.following == {there}
    new_id = listing.id.replace(OLD, NEW)
    boosted = [one["object"] for one in masto.heard if one["type"] == "Announce" and one["actor"] == there]
    assert new_id in boosted
    assert (await neuf.find(new_id)).board == there
    outbox = (await neuf.get(f"{there}/announced")).json()["orderedItems"]
    assert [one["object"]["object"]["audience"] for one in outbox] == [there]
