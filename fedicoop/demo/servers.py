"""The processes of the demonstration: each house is a real `fedicoop serve`, as on any server."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fedicoop.demo.houses import House
from fedicoop.demo.looking import look
from fedicoop.errors import Unavailable

PATIENCE = 20.0  # seconds for a house to open
FAREWELL = 12.0  # seconds for it to close: it promises less than ten


@dataclass(slots=True)
class Server:
    """A house, and the process that serves it while there is one."""

    house: House
    process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready.  Raises Unavailable with its last words if it is not."""
        journal = self.house.folder / "serve.log"
        process = self.process = _serve(self.house, journal)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            if await self._is_ready():
                return
            await asyncio.sleep(0.05)
        words = journal.read_text(errors="replace").strip().splitlines()[-4:]
        shown = {"name": self.house.coop.name, "words": " ".join(words) or "…"}
        raise Unavailable("demo.not_open", self.house.origin, **shown)

    async def _is_ready(self) -> bool:
        try:
            return (await look(f"{self.house.origin}/readyz")).status == 200
        except OSError:
            return False

    async def stop(self) -> None:
        """Ask this very process to stop, and see that it did."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
        try:
            await asyncio.to_thread(process.wait, FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)


def _serve(house: House, journal: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "fedicoop", "serve", "--data-dir", str(house.folder)]
    with journal.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own program, and no word of a stranger
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(os.environ)
        )


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What a house of the demonstration inherits: nothing that the operator set for another house."""
    kept = {name: value for name, value in ours.items() if not name.startswith("FEDICOOP_")}
    return kept | {"FEDICOOP_LOG_LEVEL": ours.get("FEDICOOP_LOG_LEVEL", "warning")}
