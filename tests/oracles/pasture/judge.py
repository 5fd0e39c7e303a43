"""fediverse-pasture beside the tests: actors made of pasture's and bovine's own code (see server.py)."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.oracles.fedify.judge import is_required
from tests.oracles.running import RunningPeer

HERE = Path(__file__).resolve().parent
PYTHON = Path(os.environ.get("BOVINE_PYTHON", HERE.parents[2] / ".venv-judges" / "bin" / "python"))


class PasturePeer(RunningPeer):
    """A running pasture."""

    name = "pasture"

    def __init__(self) -> None:
        super().__init__([str(PYTHON), str(HERE / "server.py")], Path.cwd())

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
