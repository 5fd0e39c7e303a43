"""A coop's actor document on the loopback, where a judge can fetch our key."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def _document(actor: str, public_pem: str, multibase: str = "") -> bytes:
    page = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": actor,
        "type": "Organization",
        "preferredUsername": "velo",
        "inbox": f"{actor}/inbox",
        "outbox": f"{actor}/outbox",
        "publicKey": {"id": f"{actor}#main-key", "owner": actor, "publicKeyPem": public_pem},
    }
    if multibase:
        id = f"{actor}#ed25519-key"
        key = {"id": id, "type": "Multikey", "controller": actor, "publicKeyMultibase": multibase}
        page |= {
            "@context": [
                *page["@context"],
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
            ],
            "assertionMethod": [key],
        }
    return json.dumps(page).encode()


@contextmanager
def actor_page(public_pem: str, multibase: str = "") -> Iterator[str]:
    """Serve an actor with that key from a thread of its own, so any event loop may be busy; gives its id."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = _document(actor, public_pem, multibase)
            self.send_response(200)
            self.send_header("Content-Type", "application/activity+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        actor = f"http://localhost:{server.server_port}/actors/velo"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield actor
        finally:
            server.shutdown()
            thread.join()
