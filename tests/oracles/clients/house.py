"""A coop as a volunteer runs it, on the loopback: `init`, `serve`, and the command line beside it."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.oracles.clients.judge import Browser

START = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """One `serve` process; `allowed` are the ports of its neighbours."""

    def __init__(
        self, folder: Path, handle: str, name: str, *, port: int, allowed: tuple[int, ...] = ()
    ) -> None:
        self.folder, self.handle, self.port = folder / handle, handle, port
        self.origin = f"http://localhost:{port}"
        peers = ",".join(f"localhost:{one}" for one in (port, *allowed))
        self.environ = os.environ | {"FEDICOOP_ALLOWED_PEERS": peers, "FEDICOOP_LOG_LEVEL": "warning"}
        self.browsers: list[Browser] = []
        self.run("init", "--origin", self.origin, "--name", name, "--handle", handle)
        self.server = subprocess.Popen(
            [*self.command("serve"), "--bind", f"127.0.0.1:{port}"], env=self.environ
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words), env=self.environ, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def awake(self) -> None:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.origin}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{self.origin} does not wake up")

    def add(self, handle: str, role: str = "member") -> Browser:
        """Somebody joins; their browser, signed in by the link that the operator hands out."""
        self.run("member", "add", "--handle", handle, "--name", f"{handle.title()} Martin", "--role", role)
        link = json.loads(self.run("member", "link", handle, "--json"))["url"]
        self.browsers.append(Browser(link))
        return self.browsers[-1]

    def publish(self, **fields: object) -> dict[str, object]:
        path = self.folder.parent / f"{self.handle}-{time.monotonic_ns()}.json"
        path.write_text(json.dumps({"kind": "offer", "mode": "loan"} | fields), encoding="utf-8")
        made: dict[str, object] = json.loads(self.run("listing", "publish", str(path), "--json"))
        return made

    def stop(self) -> None:
        for browser in self.browsers:
            browser.http.close()
        self.server.terminate()
        self.server.wait(15)
