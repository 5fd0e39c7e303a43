"""A coop that really runs beside a judge: processes, sockets, files."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
from PIL import Image

from fedicoop.access import operator
from fedicoop.actors import store as actors
from fedicoop.app import build
from fedicoop.assemble import assemble
from fedicoop.settings import Settings
from tests.conftest import Instance
from tests.oracles.fedify.judge import wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Coop:
    """A coop as a volunteer runs it: `init`, `serve`, and the command line beside it.

    `peers` are the origins on the loopback that it may speak to.
    """

    def __init__(self, folder: Path, *peers: str) -> None:
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.folder = folder / "coop"
        allowed = ",".join([f"localhost:{self.port}", *(peer.partition("://")[2] for peer in peers)])
        self.environ = os.environ | {"FEDICOOP_ALLOWED_PEERS": allowed, "FEDICOOP_LOG_LEVEL": "warning"}
        self.run("init", "--origin", self.origin, "--name", "Vélo Fives", "--handle", "velo")
        self.server = subprocess.Popen(
            [*self.command("serve"), "--bind", f"127.0.0.1:{self.port}"], env=self.environ
        )

    @property
    def actor(self) -> str:
        return f"{self.origin}/actors/velo"

    @property
    def inbox(self) -> str:
        return f"{self.actor}/inbox"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]

    def run(self, *words: str, given: str | None = None) -> str:
        done = subprocess.run(
            self.command(*words), env=self.environ, input=given, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def awake(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 30
        with httpx.Client(trust_env=False) as http:
            while time.monotonic() < deadline:
                with suppress(httpx.HTTPError):
                    if http.get(f"{self.origin}/readyz").status_code == 200:
                        return
                time.sleep(0.05)
        raise AssertionError("the coop did not wake within 30 s")

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(15)

    async def asked(self, url: str) -> httpx.Response:
        """What any server gets at an address."""
        async with httpx.AsyncClient() as http:
            return await http.get(url, headers={"accept": "application/activity+json"})

    async def followers(self) -> int:
        return int((await self.asked(f"{self.actor}/followers")).json()["totalItems"])

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Instance]:
        """Its database, to look into and to sign people in; `http` goes to the running server."""
        settings = Settings(data_dir=self.folder, origin=self.origin)
        async with assemble(settings) as node, httpx.AsyncClient(timeout=30, trust_env=False) as http:
            async with node.db.read() as tx:
                [ours] = await actors.coops(tx)
            yield Instance(node, build(node), ours, operator(ours.id), http)

    async def settled(self, within: float = 60) -> None:
        """Wait until every letter has come to its effect; none may have broken a job."""
        async with self.opened() as house:

            async def nothing_waits() -> bool:
                async with house.node.db.read() as tx:
                    return not await tx.count("SELECT count(*) FROM received WHERE outcome = 'waiting'")

            await wait_for(nothing_waits, timeout=within)
            async with house.node.db.read() as tx:
                assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0


@contextmanager
def running(folder: Path, *peers: str) -> Iterator[Coop]:
    coop = Coop(folder, *peers)
    try:
        coop.awake()
        yield coop
    finally:
        coop.stop()


def a_photo(folder: Path) -> str:
    image = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(image, "JPEG")
    (folder / "velo.jpg").write_bytes(image.getvalue())
    return "velo.jpg"


def an_offer(folder: Path, **changes: object) -> dict[str, object]:
    """What `listing publish` takes: a cargo bike with a photo."""
    return {
        "kind": "offer",
        "mode": "loan",
        "title": "Vélo cargo",
        "text": "Pour vos **déménagements**",
        "photos": [{"file": a_photo(folder), "alt": "Un vélo cargo bleu"}],
        "place": {"name": "Lille"},
    } | changes
