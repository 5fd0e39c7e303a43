"""Fedify and we check each other's proofs (FEP-8b32), whole and broken."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from fedicoop.signatures import proofs
from fedicoop.signatures.keys import generate_ed25519, generate_rsa
from tests.oracles.actor_page import actor_page

pytestmark = pytest.mark.judge

CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v1",
    {"vf": "https://w3id.org/valueflows/ont/vf#", "purpose": "vf:purpose"},
]


@pytest.fixture(scope="module")
def coop():
    """An actor whose page lists an Ed25519 key, and that key's secret."""
    secret, multibase = generate_ed25519()
    with actor_page(generate_rsa()[1], multibase) as actor:
        yield actor, secret


def said(actor: str, secret: str) -> dict:
    activity = {
        "@context": CONTEXT,
        "id": f"{actor}/activities/1",
        "type": "Create",
        "actor": actor,
        "object": {
            "id": f"{actor}/listings/1",
            "type": "Note",
            "attributedTo": actor,
            "content": "Vélo « cargo » \u2028 été",
            "purpose": "offer",
            "location": {"type": "Place", "latitude": 50.0, "longitude": 1e-7},
        },
    }
    return {**activity, "proof": proofs.prove(activity, f"{actor}#ed25519-key", secret, datetime.now(UTC))}


async def test_fedify_believes_what_we_proved(fedify, coop):
    assert await fedify.proves(json.dumps(said(*coop)).encode())


async def test_fedify_does_not_believe_it_once_a_word_was_changed(fedify, coop):
    changed = said(*coop)
    changed["object"]["purpose"] = "need"

    assert not await fedify.proves(json.dumps(changed).encode())


async def test_fedify_does_not_believe_another_key(fedify, coop):
    forged = said(coop[0], generate_ed25519()[0])

    assert not await fedify.proves(json.dumps(forged).encode())


@contextmanager
def letter_box(bodies: list[bytes]) -> Iterator[str]:
    class Box(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Box) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/inbox"
        finally:
            server.shutdown()
            thread.join()


async def test_we_believe_what_fedify_proved_and_not_a_changed_word_of_it(fedify):
    letters: list[bytes] = []
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{fedify.origin}/creates/7",
        "type": "Create",
        "actor": fedify.actor,
        "to": "https://www.w3.org/ns/activitystreams#Public",
        "object": {
            "id": f"{fedify.origin}/notes/7",
            "type": "Note",
            "attributedTo": fedify.actor,
            "content": "<p>Été à Lille</p>",
            "location": {"type": "Place", "latitude": 50.63, "longitude": 3.0},
        },
    }
    with letter_box(letters) as inbox:
        assert (await fedify.send(inbox, activity))["accepted"]
    async with httpx.AsyncClient() as http:
        page = (await http.get(fedify.actor, headers={"accept": "application/activity+json"})).json()
    listed = (
        page["assertionMethod"] if isinstance(page["assertionMethod"], list) else [page["assertionMethod"]]
    )
    keys = {key["id"]: key["publicKeyMultibase"] for key in listed}

    found = proofs.claimed(letters[0])
    changed = proofs.claimed(letters[0].replace("Été".encode(), b"Ete"))

    assert found.holds(keys[found.key_id])
    assert not changed.holds(keys[found.key_id])
