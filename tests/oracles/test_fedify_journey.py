"""A Fedify server follows a coop that really runs, and sees its offer come, change and go."""

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from PIL import Image

from fedicoop.access import operator
from fedicoop.actors import store as actors
from fedicoop.assemble import assemble
from fedicoop.listings import actions
from fedicoop.settings import Settings
from tests.oracles.fedify.judge import FedifyPeer, wait_for

pytestmark = pytest.mark.judge


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Coop:
    """A coop as a volunteer runs it: `init`, `serve`, and the command line beside it."""

    def __init__(self, folder: Path, fedify: FedifyPeer) -> None:
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.folder = folder / "coop"
        allowed = f"localhost:{self.port},{fedify.origin.partition('://')[2]}"
        self.environ = os.environ | {"FEDICOOP_ALLOWED_PEERS": allowed, "FEDICOOP_LOG_LEVEL": "warning"}
        self.run("init", "--origin", self.origin, "--name", "Vélo Fives", "--handle", "velo")
        self.server = subprocess.Popen(
            [*self.command("serve"), "--bind", f"127.0.0.1:{self.port}"], env=self.environ
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]

    def run(self, *words: str, given: str | None = None) -> str:
        done = subprocess.run(
            self.command(*words), env=self.environ, input=given, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def awake(self) -> None:
        async def alive() -> bool:
            async with httpx.AsyncClient() as http:
                try:
                    return (await http.get(f"{self.origin}/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

        await wait_for(alive)

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(15)


@pytest.fixture
async def coop(fedify, tmp_path):
    running = Coop(tmp_path, fedify)
    try:
        await running.awake()
        yield running
    finally:
        running.stop()


def a_photo(folder: Path) -> str:
    image = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(image, "JPEG")
    (folder / "velo.jpg").write_bytes(image.getvalue())
    return "velo.jpg"


async def heard(fedify: FedifyPeer, type: str, object_id: str) -> dict:
    """The first activity of that sort about that object which Fedify verified."""
    found: list[dict] = []

    async def arrived() -> bool:
        found[:] = await fedify.seen(type, object_id)
        return bool(found)

    await wait_for(arrived, timeout=20)
    return found[0]


async def test_a_fedify_server_follows_a_coop_and_sees_an_offer_come_change_and_go(fedify, coop, tmp_path):
    await fedify.follow(f"{coop.origin}/actors/velo")
    await wait_for(lambda: _followers(coop))

    offer = {
        "kind": "offer",
        "mode": "loan",
        "title": "Vélo cargo",
        "text": "Pour vos **déménagements**",
        "photos": [{"file": a_photo(tmp_path), "alt": "Un vélo cargo bleu"}],
        "place": {"name": "Lille"},
    }
    (tmp_path / "offer.json").write_text(json.dumps(offer))
    published = json.loads(coop.run("listing", "publish", str(tmp_path / "offer.json"), "--json"))

    create = (await heard(fedify, "Create", published["id"]))["object"]
    assert create["type"] == "Note"
    assert "Vélo cargo" in create["content"]
    [photo] = create["attachments"]
    assert (photo["media_type"], photo["alt"]) == ("image/jpeg", "Un vélo cargo bleu")
    async with httpx.AsyncClient() as http:
        assert (await http.get(photo["url"])).headers["content-type"] == "image/jpeg"
    assert (await fedify.lookup(published["id"]))["found"], "Fedify reads the listing at its address"

    offer["title"] = "Vélo cargo bleu"
    (tmp_path / "offer.json").write_text(json.dumps(offer))
    coop.run("listing", "update", published["id"], str(tmp_path / "offer.json"))
    update = (await heard(fedify, "Update", published["id"]))["object"]
    assert "Vélo cargo bleu" in update["content"]
    assert update["updated"] > create["published"]

    coop.run("listing", "delete", published["id"])
    delete = await heard(fedify, "Delete", published["id"])
    assert delete["object"]["type"] == "Tombstone"
    async with httpx.AsyncClient() as http:
        gone = await http.get(published["id"], headers={"accept": "application/activity+json"})
    assert gone.status_code == 410


async def test_fedify_goes_through_a_search_page_after_page(fedify, coop):
    settings = Settings(data_dir=coop.folder, origin=coop.origin)
    async with assemble(settings) as node, node.db.write() as tx:
        [ours] = await actors.coops(tx)
        for number in range(25):
            raw = {"kind": "offer", "mode": "loan", "title": f"Vélo {number}", "place": "Lille"}
            draft = await actions.draft(tx, operator(ours.id), raw, ())
            await actions.publish(tx, operator(ours.id), draft.id)

    found = await fedify.traverse(f"{coop.origin}/annonces?q=bicyclette&lieu=Lille&rayon=5")

    assert found["type"] == "OrderedCollection"
    assert found["total"] == 25
    assert {item["type"] for item in found["items"]} == {"Note"}
    assert len({item["id"] for item in found["items"]}) == 25


async def _followers(coop: Coop) -> bool:
    async with httpx.AsyncClient() as http:
        answer = await http.get(
            f"{coop.origin}/actors/velo/followers", headers={"accept": "application/activity+json"}
        )
    return answer.json()["totalItems"] == 1
