"""A whole house on a disk, and a neighbour that speaks to it: what most benches begin with."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import asking, processes
from bench.processes import Running
from fedicoop.access import operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops, keyring
from fedicoop.actors import store as actor_store
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.assemble import assemble
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.listings import actions
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.settings import Settings
from fedicoop.signatures import cavage, keys
from fedicoop.vocabulary.dates import moment_text
from fedicoop.vocabulary.types import Actor, Iri, Key

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
TEXT = (
    "<p>Perceuse à percussion 750 W, avec ses forets. À rendre propre, merci ! "
    + "Prêt gratuit. " * 90
    + "</p>"
)


@dataclass(frozen=True)
class House:
    """A data folder with one coop in it, and the port where it will answer."""

    folder: Path
    port: int
    allowed: frozenset[str] = frozenset({"127.0.0.1:9"})

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def coop(self) -> str:
        return f"{self.origin}/actors/bench"

    @property
    def settings(self) -> Settings:
        allowed = frozenset({f"127.0.0.1:{self.port}", *self.allowed})
        return Settings(data_dir=self.folder, origin=self.origin, allowed_peers=allowed)

    def served(self, *words: str, workers: int = 0) -> AbstractContextManager[Running]:
        """`fedicoop serve` on it, as a process; it only answers, unless `workers` keep promises."""
        return self._process("serve", "--workers", str(workers), "--bind", f"127.0.0.1:{self.port}", *words)

    def worked(self, workers: int = 16, **environment: str) -> AbstractContextManager[Running]:
        """`fedicoop worker` on it."""
        return self._process("worker", "--workers", str(workers), **environment)

    def _process(self, verb: str, *words: str, **environment: str) -> AbstractContextManager[Running]:
        return processes.running(
            ["-m", "fedicoop", verb, "--data-dir", str(self.folder), *words],
            FEDICOOP_ORIGIN=self.origin,
            FEDICOOP_ALLOWED_PEERS=",".join(sorted(self.settings.allowed_peers)),
            FEDICOOP_LOG_LEVEL="warning",
            **environment,
        )


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[Node]:
    """The node in this process, to put things into its database; made where there is none."""
    house.folder.mkdir(parents=True, exist_ok=True)
    fresh = not house.settings.database_path.exists()
    async with assemble(house.settings, create=fresh) as node:
        if fresh:
            pairs = [await keyring.make() for _ in range(2)]
            async with node.db.write() as tx:
                await actors.create_server(tx, house.origin, pairs[0])
                coop = await actors.create(tx, house.origin, "Organization", "bench", "Bench", pairs[1])
                await coops.put(tx, Coop(coop.id, "lending", "fr", AuthorMode.COOP))
        yield node


class Neighbour:
    """A coop elsewhere that our coop follows, known with its key, so that nothing need be asked."""

    def __init__(self, origin: str = "http://127.0.0.1:9") -> None:
        self.origin, self.id = origin, f"{origin}/actors/neighbour"
        self.private, self.public = keys.generate_rsa()

    async def is_known_to(self, node: Node, coop: str) -> None:
        key = Key(id=Iri(f"{self.id}#main-key"), owner=Iri(self.id), algorithm="rsa", public=self.public)
        actor = Actor(
            id=Iri(self.id),
            type="Organization",
            handle="neighbour",
            name="Neighbour",
            inbox=Iri(f"{self.id}/inbox"),
            followers=Iri(f"{self.id}/followers"),
            keys=(key,),
        )
        async with node.db.write() as tx:
            await actor_store.put(tx, actor)
            await follows.ask(tx, f"{coop}#follows-{self.origin}", coop, self.id, Status.ACCEPTED)

    def create(self, number: str) -> bytes:
        """A Create of an offer, some two kilobytes, as a coop sends it."""
        now = moment_text(datetime.now(UTC))
        listing = {
            "id": f"{self.origin}/listings/{number}",
            "type": "Note",
            "attributedTo": self.id,
            "name": "Perceuse",
            "content": TEXT,
            "published": now,
            "to": [PUBLIC],
            "cc": [f"{self.id}/followers"],
            "purpose": "offer",
            "publishes": {"type": "Intent", "action": "transferCustody", "name": "Perceuse"},
        }
        activity = {
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                {
                    "vf": "https://w3id.org/valueflows/ont/vf#",
                    "purpose": "vf:purpose",
                    "publishes": "vf:publishes",
                },
            ],
            "id": f"{self.origin}/activities/{number}",
            "type": "Create",
            "actor": self.id,
            "published": now,
            "to": [PUBLIC],
            "cc": [f"{self.id}/followers"],
            "object": listing,
        }
        return json.dumps(activity, ensure_ascii=False).encode()

    def letter(self, house_origin: str, body: bytes, path: str = "/inbox") -> bytes:
        """A POST of it, signed now, in bytes."""
        headers = cavage.sign(
            "POST", f"{house_origin}{path}", body, f"{self.id}#main-key", self.private, datetime.now(UTC)
        )
        return asking.post(path, headers["host"], headers, body)


async def published(node: Node, house: House, title: str = "Perceuse à percussion") -> Listing:
    """An offer of our coop, as its operator publishes it."""
    raw = {"kind": "offer", "mode": "loan", "title": title, "text": "Prêt gratuit, à rendre propre. " * 20}
    async with node.db.write() as tx:
        draft = await actions.draft(tx, operator(house.coop), raw, ())
        return await actions.publish(tx, operator(house.coop), draft.id)


async def followed_at(node: Node, house: House, inboxes: list[str]) -> None:
    """Somebody follows our coop at each of these inboxes."""
    async with node.db.write() as tx:
        for number, inbox in enumerate(inboxes):
            id = Iri(f"{inbox.rpartition('/')[0]}/actors/{number}")
            await actor_store.put(
                tx, Actor(id=id, type="Person", handle=f"f{number}", name="F", inbox=Iri(inbox))
            )
            await follows.ask(tx, f"{id}#follow", id, house.coop, Status.ACCEPTED)
