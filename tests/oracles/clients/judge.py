"""`toot` and Mastodon.py, each in a process of the judges' environment, and a member's browser."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from justhtml import JustHTML

from tests.browsing import filled_in
from tests.oracles.fedify.judge import is_required

HERE = Path(__file__).parent
BIN = HERE.parents[2] / ".venv-judges" / "bin"
PATIENCE = 30.0


def missing() -> str:
    """What keeps these judges from sitting, with its remedy; empty when they can."""
    absent = [name for name in ("toot", "python") if not (BIN / name).is_file()]
    return f"{', '.join(absent)} is not installed: run tests/oracles/install.sh" if absent else ""


@pytest.fixture
def clients_present() -> None:
    if (why := missing()) and is_required("clients"):
        pytest.fail(why)
    elif why:
        pytest.skip(why)


class Browser:
    """A member at a browser, over the wire: opens pages, fills in their forms, says yes."""

    def __init__(self, sign_in_link: str) -> None:
        self.http = httpx.Client(
            follow_redirects=True, headers={"accept": "text/html", "accept-language": "en"}
        )
        self._submit(self.http.get(sign_in_link))

    def _submit(self, page: httpx.Response, button: tuple[str, str] | None = None) -> httpx.Response:
        forms = JustHTML(page.text, sanitize=False).query("main form")
        form = next(one for one in forms if (one.attrs.get("method") or "").lower() == "post")
        values = dict([*filled_in(form), *([button] if button else [])])
        origin = str(page.url.copy_with(path="/", query=None)).rstrip("/")
        target = urljoin(str(page.url), form.attrs.get("action") or str(page.url))
        answer = self.http.post(target, data=values, headers={"origin": origin})
        assert answer.status_code == 200, answer.text
        return answer

    def allow(self, url: str) -> str:
        """Say yes to an application that has no address of its own; the code that the page shows."""
        page = self._submit(self.http.get(url), ("answer", "yes"))
        return str(JustHTML(page.text, sanitize=False).query("input#code")[0].attrs["value"])


class MastodonPy:
    """The library in a process of its own; each method of its class is one of ours."""

    def __init__(self, origin: str) -> None:
        self._process = subprocess.Popen(
            [str(BIN / "python"), str(HERE / "mastodon_py.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.do("create_app", client_name="A script", api_base_url=origin)

    def do(self, method: str, **arguments: object) -> Any:
        told = self.tried(method, **arguments)
        assert "error" not in told, f"{method}: {told['error']}"
        return told["value"]

    def tried(self, method: str, **arguments: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([method, arguments]) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        assert ready, f"Mastodon.py is silent after {method}"
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def log_in(self, browser: Browser) -> None:
        url = self.do("auth_request_url", allow_http=True)
        self.do("log_in", code=browser.allow(url), allow_http=True)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Toot:
    """The command, with a folder of its own for what it keeps."""

    def __init__(self, origin: str, folder: Path) -> None:
        self.origin = origin
        self.environ = os.environ | {"XDG_CONFIG_HOME": str(folder), "NO_COLOR": "1"}

    def log_in(self, browser: Browser) -> str:
        """`toot login`: it prints an address, and waits for the code that is found there."""
        running = subprocess.Popen(
            [str(BIN / "toot"), "login", "--instance", self.origin],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert running.stdin is not None
        try:
            said = "".join(self._until(running, "Open link"))
            [url] = [line for line in said.splitlines() if line.startswith(f"{self.origin}/oauth/authorize")]
            code = browser.allow(url)
            rest, _ = running.communicate(f"n\n{code}\n".encode(), timeout=PATIENCE)
        finally:
            running.kill()
            running.wait(10)
            for stream in (running.stdin, running.stdout):
                if stream is not None:
                    stream.close()
        assert running.returncode == 0, said + rest.decode()
        return said + rest.decode()

    @staticmethod
    def _until(running: "subprocess.Popen[bytes]", words: str) -> Iterator[str]:
        assert running.stdout is not None
        seen, deadline = "", time.monotonic() + PATIENCE
        while words not in seen:
            assert time.monotonic() < deadline, seen
            ready, _, _ = select.select([running.stdout], [], [], 1)
            if ready:
                piece = os.read(running.stdout.fileno(), 4096).decode()
                assert piece, f"toot left: {seen}"
                seen += piece
                yield piece

    def __call__(self, *words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [str(BIN / "toot"), *words], env=self.environ, capture_output=True, text=True, timeout=PATIENCE
        )
        assert (done.returncode != 0) == fails, f"{words}: {done.stdout} {done.stderr}"
        return done.stdout + done.stderr
