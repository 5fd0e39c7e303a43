"""fediverse-pasture beside the tests: actors made of pasture's and bovine's own code (see server.py)."""

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.oracles.fedify.judge import is_required

HERE = Path(__file__).resolve().parent
PYTHON = Path(os.environ.get("BOVINE_PYTHON", HERE.parents[2] / ".venv-judges" / "bin" / "python"))
START_SECONDS = 30.0


class PasturePeer:
    """A running pasture: `origin` and `actor` are its addresses (`http://localhost:PORT/actor`)."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the peer
        self._process = subprocess.Popen(
            [str(PYTHON), str(HERE / "server.py")],
            stdin=subprocess.PIPE,  # its end is the peer's end, so a killed test leaves no peer behind
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        try:
            ready = self._first_line()
        except BaseException:
            self.stop()
            raise
        self.origin: str = ready["origin"]
        self.actor: str = ready["actor"]

    def _first_line(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        readable, _, _ = select.select([stdout], [], [], START_SECONDS)
        line = stdout.readline() if readable else b""
        if not line:
            raise RuntimeError(f"pasture did not start within {START_SECONDS:g} s:\n{self.log()}")
        return dict(json.loads(line))

    def log(self) -> str:
        """The end of what it wrote: why it refused (PASTURE_LOG=debug says more)."""
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 8000))
        return self._log.read().decode(errors="replace")

    def stop(self) -> None:
        """End the process that we started, and no other."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        for pipe in (self._process.stdout, self._log):
            if pipe is not None:
                pipe.close()

    async def ask(self, control: str, *, within: float = 30, **asked: Any) -> Any:
        """One of the controls of server.py.  What bovine says to it; raises where bovine failed."""
        async with httpx.AsyncClient(trust_env=False, timeout=within) as client:
            answer = await client.post(f"{self.origin}/__{control}", json=asked)
        if answer.status_code != 200:
            raise AssertionError(f"pasture's {control} failed:\n{answer.text}\n{self.log()}")
        return answer.json()["said"]

    async def seen(self, type: str = "", about: str = "", *, by: str = "") -> list[dict[str, Any]]:
        """What came to its inbox under a signature that bovine verified, oldest first."""
        found = await self.ask("seen")
        return [
            one
            for one in found
            if type in ("", one["type"]) and about in ("", object_id(one)) and by in ("", one["actor"])
        ]


def object_id(activity: dict[str, Any]) -> str:
    """The id of what an activity is about, embedded or not."""
    about = activity.get("object")
    return str(about["id"] if isinstance(about, dict) else about)


def missing() -> str:
    """What keeps this judge from sitting, in a sentence with its remedy; empty when it can."""
    if not PYTHON.is_file():
        return "the pasture judge is not installed: run tests/oracles/install.sh"
    found = subprocess.run([str(PYTHON), "-c", "import fediverse_pasture_inputs"], capture_output=True)
    return "" if found.returncode == 0 else "fediverse-pasture is not installed: run tests/oracles/install.sh"


@pytest.fixture(scope="session")
def pasture() -> Iterator[PasturePeer]:
    """One pasture for the whole run; skipped where it is not installed, unless it is required."""
    if reason := missing():
        if is_required("pasture"):
            pytest.fail(reason)
        pytest.skip(reason)
    peer = PasturePeer()
    yield peer
    peer.stop()
