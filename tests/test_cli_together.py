"""Two houses by hand, as two operators would: every command is typed, every answer is read."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]


def free_ports():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def houses(tmp_path):
    """Velo and objets, made and served by commands alone."""
    ports = free_ports()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FEDICOOP_", "LC_"))}
    peers = ",".join(f"127.0.0.1:{port}" for port in ports)
    environ = plain | {"LANG": "en_GB.UTF-8", "FEDICOOP_ALLOWED_PEERS": peers}
    serving = []

    def house(name, port):
        def type_in(*words, stdin=None):
            done = subprocess.run(
                [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(tmp_path / name)],
                env=environ,
                cwd=ROOT,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=20,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        def serve():
            command = [sys.executable, "-m", "fedicoop", "serve", "--data-dir", str(tmp_path / name)]
            process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{port}"],
                env=environ,
                cwd=ROOT,
                stderr=subprocess.PIPE,
                text=True,
            )
            serving.append(process)
            assert any(" serving " in line for line in process.stderr)

        origin = f"http://127.0.0.1:{port}"
        type_in("init", "--origin", origin, "--name", name.title(), "--handle", name)
        serve()
        return SimpleNamespace(run=type_in, origin=origin, host=f"127.0.0.1:{port}")

    yield house("velo", ports[0]), house("objets", ports[1])
    for process in serving:
        process.terminate()
        process.stderr.read()
        process.stderr.close()
        process.wait(15)


def until(seen, patience=10):
    end = time.monotonic() + patience
    while not (found := seen()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def test_what_one_types_the_other_reads(houses):
    velo, objets = houses

    def shelf(status="published"):
        found = json.loads(objets.run("listing", "list", "--from", "peers", "--json"))
        return [row for row in found if row["status"] == status]

    followed = objets.run("coop", "follow", velo.host)
    offer = {"kind": "offer", "mode": "loan", "title": "Remorque à vélo"}
    made = json.loads(velo.run("listing", "publish", "-", "--json", stdin=json.dumps(offer)))
    [arrived] = until(shelf)
    seen = json.loads(objets.run("inspect", made["id"], "--json"))
    velo.run("listing", "update", made["id"], "-", stdin='{"title": "Remorque pliante"}')
    edited = until(lambda: shelf()[0]["title"] == "Remorque pliante")
    velo.run("listing", "close", made["id"])
    closed = until(lambda: shelf("closed"))
    velo.run("listing", "delete", made["id"])
    gone = until(lambda: not shelf("closed"))

    assert "✓ follow sent and accepted in " in followed
    assert (arrived["id"], arrived["source"]) == (made["id"], f"@velo@{velo.host}")
    assert (seen["becomes"], seen["title"], seen["signature"]) == ("listing", "Remorque à vélo", "not needed")
    assert edited
    assert closed
    assert gone
    assert "follows us  agreed" in velo.run("coop", "list")
    walked = json.loads(objets.run("doctor", "--remote", f"@velo@{velo.host}", "--json"))
    assert walked["verdict"] is None
    assert {step["state"] for step in walked["steps"]} == {"ok"}
    assert "✓ All is well with this server." in objets.run("doctor", "--remote", velo.host)
    told = velo.run("peer", "show", objets.host)
    assert "✓ All is well with this server." in told
    assert "We published" in told
    assert "nothing waits" in velo.run("outbox", "status")
    assert "followed no longer" in objets.run("coop", "unfollow", "@velo@" + velo.host)
