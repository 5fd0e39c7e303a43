"""Private words appear nowhere but with those between whom they were said (Must show 6).

Two houses and three coops with private conversations, each with a word of its own in it; everybody is sent
to every address of both houses, and a peer asks for each of them, signed.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import pytest

from fedicoop.access import Member, Role
from fedicoop.actors import keyring
from fedicoop.app.keeps import KEEPS
from fedicoop.clients.refs import Ref, Sort
from fedicoop.enquiries import actions, sorting, strangers
from fedicoop.enquiries.strangers import Quarantine
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.members import store as members
from fedicoop.signatures import cavage
from tests import crawling
from tests.clients import App, app_of
from tests.crawling import World
from tests.enquiring import kept, note
from tests.hostile import Stranger
from tests.test_visibility_grid import look

ACTIVITY = "application/activity+json"


def word(name: str) -> str:
    return f"marktalk{name}kram"


@dataclass
class Told:
    """Two houses, and who in them may meet which word."""

    nord: World
    est: World
    allowed: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # by house and word

    def of(self, world: World) -> dict[str, set[str]]:
        host = world.house.node.settings.host
        return {name: who for (where, name), who in self.allowed.items() if where == host}


async def _ask(here: World, who: str, listing: Listing, name: str) -> str:
    async with here.house.node.db.write() as tx:
        said = await actions.ask(
            tx, here.people[who], listing, f"Bonjour {word(name)}", public=False, once=f"once {name}"
        )
    return said.conversation_id


async def _answer(here: World, who: str | Member, conversation_id: str, name: str) -> None:
    speaker = here.people[who] if isinstance(who, str) else who
    async with here.house.node.db.write() as tx:
        await actions.answer(tx, speaker, conversation_id, f"Oui {word(name)}", once=f"answer {name}")


async def told(network) -> Told:
    nord = await crawling.world(network, [(Visibility.PUBLIC, Status.PUBLISHED)])
    await crawling.neighbour(network, nord)
    est = World(network.instances[-1])
    for handle, role in (("eva", Role.MEMBER), ("emil", Role.STEWARD), ("ali", Role.MEMBER)):
        who = await est.house.join(handle)
        async with est.house.node.db.write() as tx:
            await members.set_role(tx, who.id, role)
            est.people[handle] = await members.get(tx, who.id)
    friend, evil = Stranger(network, "friend.test"), Stranger(network, "evil.test")
    friend.actor("bob")
    evil.actor("mallory")
    made = Told(nord, est)
    await _within(made)
    await _from_outside(made, friend, evil)
    await _next_door(network, made)
    await network.settle()
    for world in (nord, est):
        await _note_addresses(world)
    return made


async def _within(made: Told) -> None:
    """Chloé of another coop asks about what léa wrote for hers; a second time she calls her stewards."""
    nord, lea = made.nord, made.nord.people["lea"]
    listing = nord.listings[Visibility.PUBLIC, Status.PUBLISHED]
    talk = await _ask(nord, "chloe", listing, "within")
    await _answer(nord, "lea", talk, "within")
    made.allowed["nord.test", word("within")] = {"chloe", "lea", "zoe"}
    talk = await _ask(nord, "chloe", await nord.house.publish("Scie", by=lea), "reported")
    async with nord.house.node.db.write() as tx:
        await sorting.report(tx, nord.people["chloe"], talk)
    made.allowed["nord.test", word("reported")] = {"chloe", "lea", "zoe", "max"}


async def _from_outside(made: Told, friend: Stranger, evil: Stranger) -> None:
    """Somebody on Mastodon writes to the coop and to a member; two others wait for a steward."""
    nord, listing = made.nord, made.nord.listings[Visibility.PUBLIC, Status.PUBLISHED]
    bob, coop = nord.people["bob"].actor_id, nord.house.coop.id
    sent = [
        (friend, "bob", "outside", coop, listing.id, {"lea", "zoe"}),
        (friend, "bob", "member", bob, None, {"bob"}),
        (evil, "mallory", "waiting", coop, None, {"zoe"}),
        (evil, "mallory", "sealed", bob, None, set()),
    ]
    for house, by, name, to, answers, who in sent:
        if house is evil:
            async with nord.house.node.db.write() as tx:
                await strangers.choose(tx, coop, Quarantine.ALL)
        said = note(house, name, word(name), by=by, to=[to], inReplyTo=answers)
        letter = house.says("Create", said, by=by, to=[to], cc=[])
        assert (await house.send(letter, nord.house, by=by)).status_code == 202
        made.allowed["nord.test", word(name)] = who
    [talk] = [one.id for one, said in await kept(nord.house) if word("outside") in said.html]
    await _answer(nord, "lea", talk, "answered")
    made.allowed["nord.test", word("answered")] = {"lea", "zoe"}


async def _next_door(network, made: Told) -> None:
    """Bob asks the coop next door about what éva wrote, and gets an answer."""
    nord, est = made.nord, made.est
    theirs = await est.house.publish("Perceuse", by=est.people["eva"])
    await network.settle()
    copy = await nord.house.find(theirs.id)
    assert copy is not None
    await _ask(nord, "bob", copy, "asked")
    await network.settle()
    [talk] = [one.id for one, said in await kept(est.house) if word("asked") in said.html]
    await _answer(est, "eva", talk, "back")
    for name in ("asked", "back"):
        made.allowed["nord.test", word(name)] = {"bob"}
        made.allowed["est.test", word(name)] = {"eva", "emil"}


@dataclass(frozen=True)
class _Id:
    id: str


async def _note_addresses(world: World) -> None:
    said = await kept(world.house)
    world.talks = sorted({conversation.id for conversation, _ in said})
    world.notes = [message.key for _, message in said]
    async with world.house.node.db.read() as tx:
        rows = await tx.all(_Id, "SELECT id FROM sent")
    world.activities = [row.id.rpartition("/")[2] for row in rows]


def asked(world: World):
    """Every address of a house, and a search for each word."""
    for route in crawling.routes(world.house.app):
        yield from crawling.addresses(route, world)
    yield "/?q=marktalkwithinkram"
    yield "/annonces?q=marktalkoutsidekram"


VIEWERS = [
    *(("nord", who) for who in ("a visitor", "a program", "lea", "bob", "zoe", "chloe", "max")),
    *(("est", who) for who in ("a visitor", "a program", "eva", "emil", "ali")),
]


@pytest.mark.parametrize(("where", "who"), VIEWERS)
async def test_nobody_meets_private_words_that_are_not_theirs(network, capsys, where, who):
    made = await told(network)
    world: World = getattr(made, where)
    allowed, seen = made.of(world), Counter[str]()
    visitor = await world.browser(who)

    for address in asked(world):
        status, text = await look(visitor, address, *([ACTIVITY] if who == "a program" else []))
        assert status < 500, (address, text[:300])
        for name, who_may in allowed.items():
            if name in text and name not in address:
                assert who in who_may, f"{who} met {name} at {address}"
                seen[name] += 1

    may = {name for name, who_may in allowed.items() if who in who_may}
    assert set(seen) == may, "who is in a conversation reads it"
    assert "marktalk" not in capsys.readouterr().err, "nothing private stands in a log"


MEMBERS = [viewer for viewer in VIEWERS if not viewer[1].startswith("a ")]


@pytest.mark.parametrize(("where", "who"), [*MEMBERS, ("nord", "nobody"), ("est", "nobody")])
async def test_no_application_gets_private_words_that_are_not_its_members(network, where, who):
    made = await told(network)
    world: World = getattr(made, where)
    allowed, seen = made.of(world), set[str]()
    app = await app_of(world.house, world.people[who]) if who in world.people else App(world.house)
    ids = [str(Ref(message.kept_at, Sort.MESSAGE, message.key)) for _, message in await kept(world.house)]
    async with world.house.node.db.read() as tx:
        found = await listings.latest(tx, listings.Filter())
    ids += [str(Ref(one.published_at, Sort.LISTING, one.key)) for one in found if one.published_at]
    doors = [route.path for route in crawling.routes(world.house.app) if route.path.startswith("/api/")]
    paths = {re.sub(r"\{[^}]+\}", id, door) for door in doors for id in (ids if "{" in door else [""])}
    paths |= {f"/api/v2/search?q={name}&resolve=true" for name in allowed}

    for path in sorted(paths):
        answer = await app.get(path)
        assert answer.status_code < 500, path
        for name, who_may in allowed.items():
            if name in answer.text and name not in path:
                assert who in who_may, f"{who} met {name} at {path}"
                seen.add(name)

    waits = {word("waiting"), word("sealed")}  # read at the desk, where it is decided
    assert seen == {name for name, who_may in allowed.items() if who in who_may} - waits


@pytest.mark.parametrize("where", ["nord", "est"])
async def test_a_peer_that_asks_signed_gets_no_private_word(network, where):
    made = await told(network)
    world: World = getattr(made, where)
    asker = (made.est if where == "nord" else made.nord).house
    async with asker.node.db.read() as tx:
        signer = (await keyring.signers(tx, {asker.coop.id}))[asker.coop.id]

    for address in asked(world):
        url, now = f"{world.house.origin}{address}", network.clock()
        signed = cavage.sign("GET", url, b"", signer.key_id, signer.private_key, now)
        answer = await world.house.http.get(
            url, headers={**signed, "accept": ACTIVITY}, follow_redirects=False
        )
        heads = " ".join(answer.headers.values())
        for name in made.of(world):
            assert name in address or name not in f"{heads}\n{answer.text}", (address, name)


async def test_an_archive_holds_what_one_wrote_oneself_and_no_word_of_anybody_else(network):
    made = await told(network)
    wrote = {
        "chloe": {word("within"), word("reported")},
        "lea": {word("within"), word("answered")},
        "bob": {word("asked")},
    }

    for handle, who in made.nord.people.items():
        async with made.nord.house.node.db.read() as tx:
            rooms = [await keep.take_along(tx, who) for keep in KEEPS]
        found = {name for name in made.of(made.nord) if name in str(rooms)}
        assert found == wrote.get(handle, set()), handle


async def test_who_leaves_takes_their_words_along_here_and_elsewhere(network):
    made = await told(network)
    nord, bob = made.nord.house, made.nord.people["bob"]

    for keep in KEEPS[:-1]:
        async with nord.node.db.write() as tx:
            await keep.forget(tx, bob)
    await network.settle()

    for instance in (nord, made.est.house):
        assert word("asked") not in str([said.html for _, said in await kept(instance)])
        async with instance.node.db.read() as tx:
            assert await tx.count("SELECT count(*) FROM sent WHERE body LIKE '%marktalkasked%'") == 0
    async with nord.node.db.read() as tx:
        left = "SELECT count(*) FROM conversations WHERE asker_member_id = :id OR owner_member_id = :id"
        assert await tx.count(left, id=bob.id) == 0
