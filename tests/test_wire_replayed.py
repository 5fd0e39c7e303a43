"""What Mastodon, GoToSocial, Misskey, Lemmy, snac and Mobilizon send, as recorded, signed into a house.

The files of tests/wire are replayed by a house of that name, with keys made here; our own things that they
speak of are put into the place of those of coop.example.
"""

import json
from typing import Any, NamedTuple

import pytest

from fedicoop.reactions import store as reactions
from tests.browsing import Visitor
from tests.enquiring import kept
from tests.seen import BROWSER
from tests.wire.documents import NAMES, document
from tests.wire.recorded import Recorded

COOP, LISTING = "https://coop.example/actors/coop", "https://coop.example/listings/01J9Z3K7Q4"
ALICE = "https://coop.example/actors/alice"
CAVAGE, RFC = "cavage", "rfc9421"


class Peer(NamedTuple):
    """One kind of server: its host, who speaks there, the key that signs, and its files."""

    host: str
    actor: str
    key: str
    shows: tuple[str, ...]


PEERS = {
    "mastodon": Peer("masto.example", "users/bob", "#main-key", ("mastodon_actor", "mastodon_server_actor")),
    "gotosocial": Peer("gts.example", "users/ana", "/main-key", ("gotosocial_actor",)),
    "misskey": Peer("key.example", "users/9abc", "#main-key", ("misskey_actor",)),
    "lemmy": Peer("lemmy.example", "u/nutomic", "#main-key", ("lemmy_person", "lemmy_community")),
    "snac": Peer("snac.example", "lou", "#main-key", ("snac_actor",)),
    "mobilizon": Peer("mobilizon.example", "relay", "#main-key", ("mobilizon_relay",)),
}
ALL = pytest.mark.parametrize("name", PEERS)


class Neighbour:
    """A server of that kind beside our house, which has one listing."""

    def __init__(self, network: Any, name: str, nord: Any, listing: Any) -> None:
        self.peer, self.nord, self.listing = PEERS[name], nord, listing
        self.house = Recorded(network, self.peer.host)
        for shown in self.peer.shows:
            self.house.show(shown)
        self.actor = f"{self.house.origin}/{self.peer.actor}"
        if name == "gotosocial":
            self._stub()

    def _stub(self) -> None:
        """GoToSocial's key has a document of its own."""
        actor = json.loads(self.house.served[f"/{self.peer.actor}"].body)
        stub = {name: actor[name] for name in ("@context", "id", "preferredUsername", "publicKey", "type")}
        self.house.serve(f"/{self.peer.actor}/main-key", stub)

    def written(self, name: str) -> dict[str, Any]:
        """A recorded activity that speaks of our own coop and listing."""
        text = document(name).decode().replace(LISTING, self.listing.id)
        ours = self.nord.coop.id
        return dict(json.loads(text.replace(COOP, ours).replace(ALICE, ours)))

    async def says(self, name: str, *, form: str = CAVAGE) -> dict[str, Any]:
        said = self.written(name)
        key = f"{said['actor']}{self.peer.key}"
        answer = await self.house.tells(self.nord, said, key_id=key, form=form)
        assert answer.status_code == 202, answer.text
        return said

    def can_say(self, name: str) -> bool:
        """Whether it is an activity of somebody whose key we hold."""
        actor = json.loads(document(name)).get("actor")
        return isinstance(actor, str) and actor.removeprefix(self.house.origin) in self.house.served

    async def counts(self) -> tuple[int, int]:
        async with self.nord.node.db.read() as tx:
            found = await reactions.counts(tx, self.listing.id)
        return found.likes, found.shares

    async def follows(self) -> bool:
        answer = await self.nord.get(f"{self.nord.coop.id}/followers")
        return bool(answer.json()["totalItems"])


@pytest.fixture
async def nord(network):
    nord = await network.add("nord.test")
    yield nord
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0


@pytest.fixture
async def neighbour(network, nord, name):
    return Neighbour(network, name, nord, await nord.publish("Vélo cargo"))


FOLLOWS = {
    "mastodon": "mastodon_follow_coop",
    "gotosocial": "gotosocial_follow",
    "snac": "snac_follow",
    "mobilizon": "mobilizon_follow",
}


@pytest.mark.parametrize("name", FOLLOWS)
async def test_it_follows_is_answered_with_its_own_words_and_hears_a_listing(nord, neighbour, name):
    follow = await neighbour.says(FOLLOWS[name])

    assert await neighbour.follows()
    [accept] = [one for one in neighbour.house.heard if one["type"] == "Accept"]
    assert accept["object"]["id"] == follow["id"]
    assert accept["object"]["actor"] == neighbour.actor
    await nord.publish("Remorque")
    await neighbour.house.network.settle()
    assert (
        "Remorque"
        in [one for one in neighbour.house.heard if one["type"] == "Create"][-1]["object"]["content"]
    )


REPLIES = {
    "mastodon": ("mastodon_reply_public", "Encore disponible ?"),
    "gotosocial": ("gotosocial_create_reply", "Est-ce qu’il a des freins à disque ?"),
    "misskey": ("misskey_create_reply", "かわいい自転車"),
    "lemmy": ("lemmy_create_comment", "Quelle charge maximale ?"),
    "snac": ("snac_create_reply", "deux"),
}


@pytest.mark.parametrize("form", [CAVAGE, RFC])
@pytest.mark.parametrize("name", REPLIES)
async def test_its_reply_is_a_question_under_the_listing(nord, neighbour, name, form):
    """Said by a stranger it waits; a house that somebody of us follows is known."""
    file, words = REPLIES[name]
    await _known(neighbour)

    await neighbour.says(file, form=form)

    [(conversation, message)] = await kept(nord)
    assert (conversation.public, conversation.listing_id) == (True, neighbour.listing.id)
    shown = await Visitor(nord).open(f"/l/{neighbour.listing.key}")
    assert words in shown.words
    assert neighbour.peer.host in shown.words
    assert message.actor_id == neighbour.actor


async def _known(neighbour) -> None:
    """Its actor follows our coop, in whatever words."""
    follow = {"id": f"{neighbour.actor}/follows/1", "type": "Follow", "object": neighbour.nord.coop.id}
    said = {"@context": "https://www.w3.org/ns/activitystreams", "actor": neighbour.actor} | follow
    key = f"{neighbour.actor}{neighbour.peer.key}"
    assert (await neighbour.house.tells(neighbour.nord, said, key_id=key)).status_code == 202


@pytest.mark.parametrize("name", ["mastodon"])
async def test_mastodons_private_reply_is_a_conversation_and_on_no_page(nord, neighbour, name):
    await neighbour.says("mastodon_inquiry_private")

    [(conversation, _)] = await kept(nord)
    assert not conversation.public
    assert "samedi" not in (await nord.get(f"/l/{neighbour.listing.key}", BROWSER)).text


@pytest.mark.parametrize("name", ["mastodon"])
async def test_mastodons_edit_and_deletion_of_a_reply_are_followed(nord, neighbour, name):
    await _known(neighbour)
    await neighbour.says("mastodon_reply_public")
    await neighbour.says("mastodon_update_reply")
    assert "samedi" in (await Visitor(nord).open(f"/l/{neighbour.listing.key}")).words

    await neighbour.says("mastodon_delete_reply")
    assert "samedi" not in (await Visitor(nord).open(f"/l/{neighbour.listing.key}")).words


@pytest.mark.parametrize("name", ["lemmy"])
async def test_lemmys_deletion_by_a_bare_id_is_followed(nord, neighbour, name):
    await _known(neighbour)
    await neighbour.says("lemmy_create_comment")
    await neighbour.says("lemmy_delete_comment")

    assert "charge maximale" not in (await Visitor(nord).open(f"/l/{neighbour.listing.key}")).words


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("mastodon", "mastodon_like"),
        ("gotosocial", "gotosocial_like"),
        ("misskey", "misskey_like"),
        ("snac", "snac_like"),
    ],
)
async def test_its_like_is_counted(nord, neighbour, name, like):
    await neighbour.says(like)
    assert await neighbour.counts() == (1, 0)


@pytest.mark.parametrize(
    ("name", "like", "undo"),
    [("mastodon", "mastodon_like", "mastodon_undo_like"), ("misskey", "misskey_like", "misskey_undo_like")],
)
async def test_its_like_is_taken_back(nord, neighbour, name, like, undo):
    await neighbour.says(like)
    await neighbour.says(undo)
    assert await neighbour.counts() == (0, 0)


@pytest.mark.parametrize(
    ("name", "boost"), [("mastodon", "mastodon_announce"), ("misskey", "misskey_announce")]
)
async def test_its_boost_is_counted(nord, neighbour, name, boost):
    await neighbour.says(boost)
    assert await neighbour.counts() == (0, 1)


@pytest.mark.parametrize("name", ["mastodon"])
async def test_mastodons_boost_is_taken_back(nord, neighbour, name):
    await neighbour.says("mastodon_announce")
    await neighbour.says("mastodon_undo_announce")
    assert await neighbour.counts() == (0, 0)


@pytest.mark.parametrize("name", ["mastodon"])
async def test_mastodons_report_waits_for_the_stewards_and_names_nobody(nord, neighbour, name):
    await neighbour.says("mastodon_flag")

    async with nord.node.db.read() as tx:
        assert (
            await tx.count("SELECT count(*) FROM reports WHERE text = 'Cette annonce me semble fausse'") == 1
        )


@pytest.mark.parametrize("name", ["mastodon"])
async def test_mastodons_block_ends_the_follow(nord, neighbour, name):
    await _known(neighbour)
    await neighbour.says("mastodon_block")

    assert not await neighbour.follows()


@pytest.mark.parametrize("name", ["lemmy"])
async def test_a_vote_that_a_community_of_lemmy_passes_on_is_no_error(nord, neighbour, name):
    """The Like inside is said by another than who signs, and has no id that one could ask for: ignored."""
    await neighbour.says("lemmy_announce_like")
    assert await neighbour.counts() == (0, 0)


@pytest.mark.parametrize("name", ["snac"])
async def test_a_profile_that_snac_changes_is_read_anew_at_its_house(nord, neighbour, name):
    await _known(neighbour)
    actor = json.loads(neighbour.house.served["/lou"].body) | {"name": "Lou (en vélo)"}
    neighbour.house.serve("/lou", actor)
    await neighbour.says("snac_update_actor")

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM actors WHERE name = 'Lou (en vélo)'") == 1


@ALL
async def test_every_file_of_a_peer_is_taken_and_leaves_every_page_standing(nord, neighbour, name):
    """Twice over, the end of its actor last: what was heard once has no second effect."""
    files = [one for one in NAMES if one.startswith(f"{name}_") and not one.endswith("delete_actor")]
    sent = [file for _ in range(2) for file in files if neighbour.can_say(file)]
    for file in sent:
        await neighbour.says(file)

    assert len(sent) >= 2
    for path in ("/", f"/l/{neighbour.listing.key}", f"/listings/{neighbour.listing.key}/replies"):
        assert (await nord.get(path, BROWSER)).status_code == 200
