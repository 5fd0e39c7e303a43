"""A stranger on the switchboard: a house that says exactly what a test tells it to, however wrong.

It signs with the same public functions as we do (what those would never write, hostile_letters.py
puts together), and remembers what it was asked and what was brought to it.
"""

import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from fedicoop.actors import names
from fedicoop.follows import actions as follows
from fedicoop.listings.listing import Listing
from fedicoop.signatures import cavage, rfc9421
from fedicoop.vocabulary.dates import moment_text
from tests.conftest import Instance, Network
from tests.hostile_letters import Letter, key_pair

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = "application/activity+json"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"vf": "https://w3id.org/valueflows/ont/vf#", "purpose": "vf:purpose", "publishes": "vf:publishes"},
]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Served:
    status: int
    headers: dict[str, str]
    body: bytes


class Stranger:
    """A scripted house with as many actors as it likes; `alice` is a coop, the others are people."""

    def __init__(self, network: Network, host: str) -> None:
        self.network, self.host, self.origin = network, host, f"https://{host}"
        self.served: dict[str, Served] = {}
        self.asked: list[str] = []
        self.heard: list[dict[str, Any]] = []
        network.switchboard.plug(host, self)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        target = (scope["path"] + "?" + scope["query_string"].decode()).removesuffix("?")
        self.asked.append(f"{scope['method']} {target}")
        answer = self.served.get(target, Served(404, {}, b""))
        if scope["method"] == "POST":
            body, more = b"", True
            while more:
                part = await receive()
                body, more = body + part.get("body", b""), part.get("more_body", False)
            self.heard.append(json.loads(body))
            answer = Served(202, {}, b"")
        raw = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    # What it serves

    def serve(
        self,
        path: str,
        document: Any,
        *,
        status: int = 200,
        media_type: str | None = ACTIVITY,
        **headers: str,
    ) -> str:
        """Put a document at a path, and give its address."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        kind = {"content-type": media_type} if media_type else {}
        path = path.removeprefix(self.origin)
        self.served[path] = Served(status, kind | headers, body)
        return f"{self.origin}{path}"

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.serve(path, b"", status=status, location=to)

    def id(self, name: str) -> str:
        return f"{self.origin}/actors/{name}"

    def actor(self, name: str, /, *, key: str = "", **fields: Any) -> str:
        """Serve an actor with a key of its own (or that of `key`), and give its id."""
        id = self.id(name)
        document = {
            "@context": CONTEXT,
            "id": id,
            "type": "Organization" if name == "alice" else "Person",
            "preferredUsername": name,
            "inbox": f"{id}/inbox",
            "followers": f"{id}/followers",
            "publicKey": {"id": f"{id}#main-key", "owner": id, "publicKeyPem": key_pair(key or name)[1]},
        }
        return self.serve(f"/actors/{name}", document | fields)

    def finger(self, name: str, to: object, **fields: Any) -> None:
        """Let WebFinger say that `name@host` is the actor `to`."""
        link = {"rel": "self", "type": ACTIVITY, "href": to}
        body = {"subject": f"acct:{name}@{self.host}", "links": [link]} | fields
        path = f"/.well-known/webfinger?resource={quote(f'acct:{name}@{self.host}', safe='')}"
        self.serve(path, body, media_type="application/jrd+json")

    # What it says

    def offer(
        self, key: str = "1", *, by: str = "alice", title: str = "Remorque", **fields: Any
    ) -> dict[str, Any]:
        return {
            "@context": CONTEXT,
            "id": f"{self.origin}/listings/{key}",
            "type": "Note",
            "attributedTo": self.id(by),
            "content": f"<p>{title}</p>",
            "published": moment_text(self.network.clock()),
            "to": [PUBLIC],
            "purpose": "offer",
            "publishes": {"type": "Intent", "action": "transferCustody", "name": title},
        } | fields

    def says(self, kind: str, object: Any, *, by: str = "alice", **fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        return {
            "@context": CONTEXT,
            "id": f"{self.origin}/activities/{number}",
            "type": kind,
            "actor": self.id(by),
            "object": object,
            "to": [PUBLIC],
        } | fields

    def letter(
        self,
        said: Any,
        instance: Instance,
        *,
        by: str = "alice",
        key_id: str | None = None,
        form: str = "cavage",
        path: str = "/inbox",
        **signing: Any,
    ) -> Letter:
        """`said` (a document or bytes), honestly signed by one of its actors."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        url = f"{instance.origin}{path}"
        sign = {"cavage": cavage.sign, "rfc9421": rfc9421.sign}[form]
        now = signing.get("now") or self.network.clock()
        headers = sign("POST", url, body, key_id or f"{self.id(by)}#main-key", key_pair(by)[0], now)
        return Letter(url, list(headers.items()), body)

    async def send(self, said: Any, instance: Instance, **how: Any) -> httpx.Response:
        """Bring a signed letter and let the instance do all that follows from it."""
        answer = await self.letter(said, instance, **how).to(instance)
        await self.network.settle()
        return answer

    async def publish(self, instance: Instance, key: str = "1", **fields: Any) -> Listing | None:
        """Alice publishes an offer; what the instance then has of it."""
        offer = self.offer(key, **fields)
        assert (await self.send(self.says("Create", offer), instance)).status_code == 202
        return await instance.find(offer["id"])

    async def is_followed_by(self, instance: Instance, name: str = "alice") -> str:
        """Our coop follows alice (or `name`), who says yes; the id of the Follow."""
        await self.is_asked_by(instance, name)
        await self.send(self.says("Accept", self.heard[-1], by=name), instance, by=name)
        return str(self.heard[-1]["id"])

    async def is_asked_by(self, instance: Instance, name: str = "alice") -> str:
        """Our coop asks to follow alice, who has not answered yet; the id of the Follow."""
        them = await names.by_name(instance.node, self.id(name))
        async with instance.node.db.write() as tx:
            await follows.follow(tx, instance.operator, instance.coop, them)
        await self.network.settle()
        return str(self.heard[-1]["id"])


class Village(NamedTuple):
    nord: Instance
    friend: Stranger
    evil: Stranger


async def village(network: Network) -> AsyncIterator[Village]:
    """Our house; a friend whose coop alice we hear, and where bob lives; mallory's, whom nobody knows.

    Whatever was refused, it was refused on purpose: no job broke.
    """
    nord = await network.add("nord.test")
    friend, evil = Stranger(network, "friend.test"), Stranger(network, "evil.test")
    for house, name in ((friend, "alice"), (friend, "bob"), (evil, "mallory")):
        house.actor(name)
    await friend.is_followed_by(nord)
    yield Village(nord, friend, evil)
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0


def fixtures() -> tuple[Any, ...]:
    """`village`, and its three houses each by its own name, for a module that wants them."""
    return (
        pytest.fixture(village),
        pytest.fixture(lambda village: village.nord),
        pytest.fixture(lambda village: village.friend),
        pytest.fixture(lambda village: village.evil),
    )
