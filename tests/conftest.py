"""Whole instances on a network without wires: real HTTP semantics, real signatures, real SQL.

Nothing of ours is mocked.  What a test decides is what an operator's world decides: who is plugged
in, and what time it is.
"""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from fedicoop import app as house
from fedicoop import meta
from fedicoop.access import Member, Role, operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops, names
from fedicoop.actors import store as actor_store
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.actors.keyring import Pair
from fedicoop.db import Database, inside
from fedicoop.db.migrate import migrate
from fedicoop.desk import house_moving
from fedicoop.follows import actions as follows
from fedicoop.jobs.worker import run_one
from fedicoop.listings import actions as listings
from fedicoop.listings import store as listing_store
from fedicoop.listings.listing import Listing
from fedicoop.log import configure
from fedicoop.members import actions as members
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings
from fedicoop.signatures import keys
from fedicoop.vocabulary.types import Actor
from tests.databases import house_engine, url_of

PAIRS = [Pair(keys.generate_rsa(), keys.generate_ed25519()) for _ in range(4)]
"""Keys are slow to make, and a test about listings does not care which they are."""


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class Switchboard(httpx.AsyncBaseTransport):
    """A network made of the instances of this test.  Unplugged hosts do not answer."""

    def __init__(self) -> None:
        self.plugged: dict[str, httpx.AsyncBaseTransport] = {}
        self.asked: list[tuple[str, str]] = []

    def plug(self, host: str, app: object) -> None:
        self.plugged[host] = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert not inside.get(), f"{request.url} was asked for inside a transaction"
        self.asked.append((request.method, str(request.url)))
        if request.url.host not in self.plugged:
            raise httpx.ConnectError(f"{request.url.host} is not plugged in", request=request)
        return await self.plugged[request.url.host].handle_async_request(request)


@dataclass
class Instance:
    """A whole fedicoop on the switchboard, with one coop and its operator."""

    node: Node
    app: Starlette
    coop: Actor
    operator: Member
    http: httpx.AsyncClient = field(repr=False)

    @property
    def origin(self) -> str:
        return self.node.settings.origin

    async def settle(self) -> bool:
        worked = False
        while await run_one(self.node, house.WORK):
            worked = True
        return worked

    async def publish(
        self, title: str = "Vélo cargo", *, by: Member | None = None, **fields: object
    ) -> Listing:
        raw = {"kind": "offer", "mode": "loan", "title": title, **fields}
        async with self.node.db.write() as tx:
            draft = await listings.draft(tx, by or self.operator, raw, ())
            return await listings.publish(tx, by or self.operator, draft.id)

    async def update(self, listing: Listing, **fields: object) -> Listing:
        async with self.node.db.write() as tx:
            return await listings.update(tx, self.operator, listing.id, fields, None)

    async def join(
        self, handle: str = "lea", *, name: str = "", email: str | None = None, role: Role = Role.MEMBER
    ) -> Member:
        """Somebody becomes a member (or more), with a voice of their own outside."""
        async with self.node.db.write() as tx:
            return await members.add(
                tx,
                self.operator,
                self.origin,
                handle=handle,
                name=name or f"{handle.title()} Martin",
                pair=PAIRS[3],
                email=email,
                role=role,
            )

    async def follow(self, other: "Instance") -> None:
        them = await names.by_name(self.node, other.coop.id)
        async with self.node.db.write() as tx:
            await follows.follow(tx, self.operator, self.coop, them)

    async def shelf(self, *, limit: int = 24, **wanted: object) -> list[Listing]:
        """The listings of other coops that a visitor finds here, newest first."""
        filter = listing_store.Filter(**({"source": "peers"} | wanted))
        async with self.node.db.read() as tx:
            return await listing_store.latest(tx, filter, limit=limit)

    async def find(self, id: str) -> Listing | None:
        async with self.node.db.read() as tx:
            return await listing_store.find(tx, id)

    async def words_heard(self) -> int:
        """How many words about listings came here."""
        async with self.node.db.read() as tx:
            return await tx.count(
                "SELECT count(*) FROM received WHERE type IN ('Create', 'Update', 'Delete', 'Announce')"
            )

    async def get(
        self, path: str, accept: str = "application/activity+json", **headers: str
    ) -> httpx.Response:
        """What anybody gets from this instance, straight from its application."""
        url = path if path.startswith("https://") else f"{self.origin}{path}"
        return await self.http.get(url, headers={"accept": accept, **headers})


class Network:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.switchboard = folder, Clock(), Switchboard()
        self.instances: list[Instance] = []
        self.pairs = itertools.cycle(PAIRS)

    async def add(
        self, host: str, *, author_mode: AuthorMode = AuthorMode.COOP, **settings: object
    ) -> Instance:
        node = await self._built(host, **settings)
        async with node.db.write() as tx:
            name, origin = host.partition(".")[0], node.settings.origin
            coop = await actors.create(
                tx, origin, "Organization", name, f"Coop {name.title()}", next(self.pairs)
            )
            await coops.put(tx, Coop(coop.id, "bike-repair", "fr", author_mode))
        return self._opened(node, coop)

    async def add_empty(self, host: str, **settings: object) -> Instance:
        """A house whose set-up is not over: its server speaks, and there is no coop yet."""
        node = await self._built(host, **settings)
        async with node.db.read() as tx:
            return self._opened(node, await actor_store.get(tx, f"{node.settings.origin}/actor"))

    async def _built(self, host: str, **settings: object) -> Node:
        (folder := self.folder / host).mkdir()
        engine = await house_engine(folder)
        count = itertools.count(1)
        db = Database(engine, self.clock, lambda: f"01{next(count):024}")
        await migrate(db, backup=None)
        settings = {"database_url": url_of(engine)} | settings
        settings = Settings(data_dir=folder, origin=f"https://{host}", **settings)
        out = Outward(
            allowed_peers=frozenset(),
            user_agent="test",
            transport=self.switchboard,
            own_origin=settings.origin,
            clock=self.clock,
        )
        node = Node(settings, db, out)
        async with db.write() as tx:
            await meta.put(tx, "origin", settings.origin)
            await actors.create_server(tx, settings.origin, next(self.pairs))
        return node

    def _opened(self, node: Node, coop: Actor) -> Instance:
        host = node.settings.host
        app = house.build(node)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False))
        instance = Instance(node, app, coop, operator(coop.id), http)
        self.switchboard.plug(host, app)
        self.instances.append(instance)
        return instance

    async def befriend(self, follower: Instance, followed: Instance) -> None:
        await follower.follow(followed)
        await self.settle()

    async def settle(self) -> None:
        """Let every instance do all that is due, until none has anything left to say."""
        for _ in range(6):
            if not any([await instance.settle() for instance in self.instances]):
                return

    async def move(self, instance: Instance, host: str) -> Instance:
        """The same house under another name, started again; its old name still leads to it."""
        before = instance.node
        origin = f"https://{host}"
        async with before.db.write() as tx:
            await house_moving.move(tx, before.settings.origin, origin)
        return await self.start_at(instance, origin)

    async def start_at(self, instance: Instance, origin: str) -> Instance:
        before = instance.node
        settings = replace(before.settings, origin=origin)
        out = Outward(
            allowed_peers=frozenset(),
            user_agent="test",
            transport=self.switchboard,
            own_origin=origin,
            clock=self.clock,
        )
        async with before.db.read() as tx:
            coop = (await actor_store.coops(tx))[0]
        self.instances.remove(instance)
        await instance.http.aclose()
        moved = self._opened(Node(settings, before.db, out), coop)
        self.switchboard.plug(before.settings.host, moved.app)
        return moved

    def unplug(self, instance: Instance) -> None:
        self.switchboard.plugged.pop(instance.node.settings.host)

    def plug(self, instance: Instance) -> None:
        self.switchboard.plug(instance.node.settings.host, instance.app)

    async def close(self) -> None:
        for instance in self.instances:
            await instance.http.aclose()
            await instance.node.out.close()
            await instance.node.db.engine.close()


@pytest.fixture(autouse=True)
def quiet_log() -> None:
    """What a command of an earlier test decided about the log is forgotten."""
    configure()


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    network = Network(tmp_path)
    yield network
    await network.close()


@pytest.fixture
async def pair(network: Network) -> tuple[Instance, Instance]:
    """Two coops: sud follows nord."""
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    return nord, sud


async def actor(instance: Instance, id: str) -> Actor | None:
    async with instance.node.db.read() as tx:
        return await actor_store.find(tx, id)
