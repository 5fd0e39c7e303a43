"""Write the JSON examples of FEDERATION.md: made by the house itself, on a database of its own.

    python tools/federation_examples.py           rewrite the fenced blocks behind their markers
    python tools/federation_examples.py --check   say which are out of date, and exit with 1

A block stands behind a line `<!-- example: NAME -->`.  Clock and ids are fixed, so that the same code
gives the same bytes; keys are made anew each time, so what depends on one is left out as `…`.
"""

import asyncio
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from fedicoop import app, meta
from fedicoop.access import Member, Role, operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops
from fedicoop.actors import store as actor_store
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.actors.keyring import Pair
from fedicoop.db import Database, Tx
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.enquiries import actions as enquiries
from fedicoop.enquiries import hearing, strangers
from fedicoop.enquiries.enquiry import Message
from fedicoop.enquiries.messages import COLUMNS
from fedicoop.follows import actions as follows
from fedicoop.follows import federation
from fedicoop.listings import actions as listings
from fedicoop.listings.listing import Photo
from fedicoop.members import actions as members
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings
from fedicoop.signatures import cavage, keys, rfc9421
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import PUBLIC, Actor, Create, Follow, Iri, Key, Note

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "FEDERATION.md"
WIRE = ROOT / "tests" / "wire"
ORIGIN = "https://velo.example"
START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
BLOCK = re.compile(
    r"(?P<mark><!-- example: (?P<name>[a-z0-9-]+) -->\n)```(?P<kind>\w+)\n.*?\n```\n", re.DOTALL
)

RSA_PUBLIC = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA…
-----END PUBLIC KEY-----
"""
ED25519_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

OFFER = {
    "kind": "offer",
    "mode": "sale",
    "title": "Vélo cargo d’occasion",
    "text": "Révisé à l’atelier, freins neufs. **À essayer** le samedi matin.",
    "category": "bikes.cargo-bike",
    "tags": ["velo", "cargo"],
    "price": {"amount": "850", "currency": "EUR"},
    "condition": "bon état",
    "available": {"from": "2026-09-05", "to": "2026-09-30"},
    "place": {"name": "Lille", "latitude": 50.6321, "longitude": 3.0612},
    "language": "fr",
}
LOAN = {
    "kind": "offer",
    "mode": "loan",
    "title": "Perceuse à percussion",
    "deposit": {"amount": "50", "currency": "EUR"},
    "quantity": 2,
    "language": "fr",
}
NEED = {
    "kind": "need",
    "mode": "loan",
    "title": "Remorque pour un déménagement",
    "text": "Un week-end d’octobre.",
    "category": "bikes.trailer",
    "language": "fr",
}
PHOTO = Photo(
    name="3f9c1a7e5b.jpg",
    alt="Le vélo devant l’atelier",
    width=1600,
    height=1200,
    blurhash="LKO2?U%2Tw=w]~RBVZRi};RPxuwH",
)


LISTINGS = ("create-offer", "create-loan", "create-need", "update-closed")
WHOLE = {"create-offer", "actor-coop"}
"""These show their `@context`; elsewhere what stands behind ActivityStreams' own is left out as `…`."""


def pretty(document: dict[str, Any], *, whole: bool) -> str:
    """JSON to be read by people: what fits on a line of 100 signs stands on one."""
    context = document.get("@context")
    if isinstance(context, list) and len(context) > 1 and not whole:
        document = {**document, "@context": [context[0], "…"]}
    if isinstance(proof := document.get("proof"), dict):
        document = {**document, "proof": {**proof, "@context": "…", "proofValue": "z…"}}
    return _pretty(document, 0)


def _pretty(value: object, indent: int, before: int = 0) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent + before <= 100:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, list):
        parts = [_pretty(item, indent + 2) for item in value]
        return "[\n" + ",\n".join(pad + part for part in parts) + "\n" + " " * indent + "]"
    named = [(f"{json.dumps(name, ensure_ascii=False)}: ", item) for name, item in value.items()]
    parts = [name + _pretty(item, indent + 2, len(name)) for name, item in named]
    return "{\n" + ",\n".join(pad + part for part in parts) + "\n" + " " * indent + "}"


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    """A coop at velo.example, one of its members, and what the two have said so far."""

    node: Node
    clock: Clock
    private_key: str
    coop: Actor | None = None
    examples: dict[str, str] = field(default_factory=dict)

    async def do(self, deed: Callable[[Tx], Awaitable[object]]) -> object:
        """One commit, a minute after the last one."""
        self.clock.later(minutes=1)
        async with self.node.db.write() as tx:
            return await deed(tx)

    async def said(self, *kinds: str) -> dict[str, str]:
        """The latest activity of each of these types, as it will be signed."""

        @dataclass(frozen=True)
        class Row:
            type: str
            body: str

        async with self.node.db.read() as tx:
            rows = await tx.all(Row, "SELECT type, body FROM sent WHERE body <> '' ORDER BY id")
        latest = {row.type: row.body for row in rows}
        return {kind: latest[kind] for kind in kinds}

    def keep(self, name: str, body: str | bytes) -> None:
        self.examples[name] = pretty(json.loads(body), whole=name in WHOLE)


async def main_examples(folder: Path) -> dict[str, str]:
    """Every example by its name, as the text that stands in its block."""
    clock, count = Clock(), itertools.count(1)
    engine = await SqliteEngine.open(folder / "fedicoop.db", durable=False)
    db = Database(engine, clock, lambda: f"01K42M9RZ0{next(count):016}")
    settings = Settings(data_dir=folder, origin=ORIGIN)
    out = Outward(allowed_peers=frozenset(), user_agent="fedicoop", own_origin=ORIGIN)
    house = House(Node(settings, db, out), clock, keys.generate_rsa()[0])
    try:
        await migrate(db, backup=None)
        await _settle_in(house)
        await _listings(house)
        await _member_writes(house)
        await _follows(house)
        await _served(house)
        await _talks(house)
        _signed(house)
    finally:
        await out.close()
        await engine.close()
    for name in ("note-with-proposal", "flohmarkt-create", "maid-offer", "bonfire-intent"):
        file = {"maid-offer": "mutual_aid_offer"}.get(name, name.replace("-", "_"))
        house.keep(name, (WIRE / f"{file}.json").read_text(encoding="utf-8"))
    return house.examples


def _pair(house: House) -> Pair:
    return Pair((house.private_key, RSA_PUBLIC), (house.private_key, ED25519_PUBLIC))


async def _settle_in(house: House) -> None:
    async with house.node.db.write() as tx:
        await meta.put(tx, "origin", ORIGIN)
        await actors.create_server(tx, ORIGIN, _pair(house))
        house.coop = await actors.create(tx, ORIGIN, "Organization", "velo", "Vélo Fives", _pair(house))
        await coops.put(tx, Coop(house.coop.id, "bike-repair", "fr", AuthorMode.COOP))
        await actor_store.put(
            tx, _peer("https://objets.example/actors/objets", "Organization", "objets", "Objets de Wazemmes")
        )
        await actor_store.put(tx, _peer("https://social.example/users/lea", "Person", "lea", "Léa"))


def _peer(id: str, type: str, handle: str, name: str) -> Actor:
    key = Key(id=Iri(f"{id}#main-key"), owner=Iri(id), algorithm="rsa", public=RSA_PUBLIC)
    return Actor(id=Iri(id), type=type, handle=handle, name=name, inbox=Iri(f"{id}/inbox"), keys=(key,))


async def _publish(house: House, raw: dict[str, object], who: Member, photos: tuple[Photo, ...] = ()) -> str:
    async def deed(tx: Tx) -> object:
        draft = await listings.draft(tx, who, raw, photos)
        return (await listings.publish(tx, who, draft.id)).id

    return str(await house.do(deed))


async def _listings(house: House) -> None:
    assert house.coop is not None
    us = operator(house.coop.id)
    need = await _publish(house, NEED, us)
    house.keep("create-need", (await house.said("Create"))["Create"])
    await _publish(house, LOAN, us)
    house.keep("create-loan", (await house.said("Create"))["Create"])
    offer = await _publish(house, OFFER, us, (PHOTO,))
    house.keep("create-offer", (await house.said("Create"))["Create"])
    house.keep("needs-page", await _get(house, f"{house.coop.id}/needs?page=1"))
    await house.do(lambda tx: listings.close(tx, us, offer))
    house.keep("update-closed", (await house.said("Update"))["Update"])
    await house.do(lambda tx: listings.delete(tx, us, need))
    house.keep("delete", (await house.said("Delete"))["Delete"])
    house.keep("tombstone", await _get(house, need, status=410))


async def _member_writes(house: House) -> None:
    coop = house.coop
    assert coop is not None
    us = operator(coop.id)
    async with house.node.db.write() as tx:
        await coops.set_author_mode(tx, coop.id, AuthorMode.MEMBER)
        alice = await members.add(
            tx, us, ORIGIN, handle="alice", name="Alice", pair=_pair(house), email=None, role=Role.MEMBER
        )
    await _publish(house, {"kind": "offer", "mode": "skill", "title": "Apprendre à régler ses freins"}, alice)
    house.keep("announce", (await house.said("Announce"))["Announce"])


async def _follows(house: House) -> None:
    coop = house.coop
    assert coop is not None
    us = operator(coop.id)
    async with house.node.db.read() as tx:
        objets = await actor_store.get(tx, "https://objets.example/actors/objets")
        lea = await actor_store.get(tx, "https://social.example/users/lea")
    asked = Follow(id=Iri("https://social.example/follows/1"), actor=lea.id, object=coop.id)
    await house.do(lambda tx: follows.follow(tx, us, coop, objets))
    await house.do(lambda tx: follows.unfollow(tx, us, coop, objets))
    await house.do(lambda tx: federation.on_follow(tx, Received(asked, lea, coop)))
    await house.do(lambda tx: follows.decide(tx, us, coop, lea, accept=False))
    said = await house.said("Follow", "Undo", "Accept", "Reject")
    for name in said:
        house.keep({"Undo": "undo-follow"}.get(name, name.lower()), said[name])


async def _talks(house: House) -> None:
    """Léa asks from social.example, once for everybody and once in private; the coop answers both."""
    coop = house.coop
    assert coop is not None
    async with house.node.db.write() as tx:
        await coops.set_author_mode(tx, coop.id, AuthorMode.COOP)
    listing = await _publish(house, LOAN, operator(coop.id))
    for name, to, text in (
        ("answer-public", PUBLIC, "Oui, jusqu’à dix-huit heures."),
        ("answer-private", coop.id, "Oui, samedi à dix heures."),
    ):
        await house.do(lambda tx, to=to: _asks(tx, listing, to))
        talk = (await house.do(_last_asked)).conversation_id
        await house.do(
            lambda tx, talk=talk, text=text: enquiries.answer(tx, operator(coop.id), talk, text, once=text)
        )
        house.keep(name, (await house.said("Create"))["Create"])


async def _asks(tx: Tx, listing: str, to: str) -> None:
    lea = await actor_store.get(tx, "https://social.example/users/lea")
    note = Note(
        id=Iri(f"{lea.id}/statuses/{115 if to == PUBLIC else 116}"),
        by=lea.id,
        content="<p>Encore disponible ?</p>",
        published=tx.now,
        to=(Iri(to),),
        in_reply_to=Iri(listing),
        conversation="tag:social.example,2026-09-01:objectId=9:objectType=Conversation",
    )
    await strangers.choose(tx, f"{ORIGIN}/actors/velo", strangers.Quarantine.NONE)
    asked = Create(id=Iri(f"{note.id}/activity"), actor=lea.id, object=note, to=note.to)
    await hearing.on_create(tx, Received(asked, lea, note))


async def _last_asked(tx: Tx) -> Message:
    [last] = await tx.all(Message, f"SELECT {COLUMNS} FROM messages ORDER BY key DESC LIMIT 1")
    return last


async def _served(house: House) -> None:
    """What anybody gets from the application itself."""
    for name, path in (
        ("actor-server", "/actor"),
        ("actor-coop", "/actors/velo"),
        ("actor-member", "/actors/alice"),
        ("webfinger", "/.well-known/webfinger?resource=acct:velo@velo.example"),
        ("nodeinfo-links", "/.well-known/nodeinfo"),
        ("nodeinfo", "/nodeinfo/2.1"),
        ("offers", "/actors/velo/offers"),
        ("followers", "/actors/velo/followers"),
        ("featured", "/actors/velo/featured"),
    ):
        house.keep(name, await _get(house, f"{ORIGIN}{path}"))


async def _get(house: House, url: str, status: int = 200) -> bytes:
    transport = httpx.ASGITransport(app.build(house.node), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport) as http:
        answer = await http.get(url, headers={"accept": "application/activity+json"})
    assert answer.status_code == status, f"{url}: {answer.status_code}"
    return answer.content


def _signed(house: House) -> None:
    """The head of one POST in each form; only what the key of the day decides is left out."""
    inbox, body = "https://objets.example/inbox", json.dumps({"type": "Create"}).encode()
    for name, sign in (("signed-cavage", cavage.sign), ("signed-rfc9421", rfc9421.sign)):
        headers = sign("POST", inbox, body, f"{ORIGIN}/actors/velo#main-key", house.private_key, START)
        lines = [f"{name}: {_shortened(value)}" for name, value in headers.items()]
        house.examples[name] = "\n".join(["POST /inbox HTTP/1.1", *lines])


def _shortened(value: str) -> str:
    return re.sub(r'(signature="|sig1=:)[A-Za-z0-9+/=]+', r"\1…", value)


def notes() -> list[dict[str, Any]]:
    """The listings among the examples, as objects: a full offer, a loan, a need, a closed one."""
    found = examples()
    return [json.loads(found[name])["object"] for name in LISTINGS]


def rewritten(text: str, examples: dict[str, str]) -> str:
    """The document with every block as the code makes it now; an unknown name is a KeyError."""

    def block(found: re.Match[str]) -> str:
        return f"{found['mark']}```{found['kind']}\n{examples[found['name']]}\n```\n"

    return BLOCK.sub(block, text)


def examples() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(main_examples(Path(folder)))


def main() -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    now = rewritten(text, examples())
    if "--check" in sys.argv:
        old = {found["name"]: found[0] for found in BLOCK.finditer(text)}
        stale = [found["name"] for found in BLOCK.finditer(now) if found[0] != old[found["name"]]]
        print("\n".join(f"out of date: {name}" for name in stale) or "FEDERATION.md tells what the code says")
        return 1 if stale else 0
    DOCUMENT.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
