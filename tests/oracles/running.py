"""A judge that runs beside the tests in a process of its own, says where it is, and ends with us."""

import json
import os
import select
import subprocess
import tempfile
from pathlib import Path
from typing import Any

START_SECONDS = 30.0


class RunningPeer:
    """A peer of other people's code: `origin` and `actor` are its addresses (`http://localhost:PORT/…`)."""

    name = "the peer"

    def __init__(self, command: list[str], folder: Path) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the peer
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,  # its end is the peer's end, so a killed test leaves no peer behind
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        try:
            self.ready = self._first_line()
        except BaseException:
            self.stop()
            raise
        self.origin: str = self.ready["origin"]
        self.actor: str = self.ready["actor"]

    def _first_line(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        readable, _, _ = select.select([stdout], [], [], START_SECONDS)
        line = stdout.readline() if readable else b""
        if not line:
            raise RuntimeError(f"{self.name} did not start within {START_SECONDS:g} s:\n{self.log()}")
        return dict(json.loads(line))

    @property
    def pid(self) -> int:
        """Its process, for whoever measures it."""
        return self._process.pid

    def log(self) -> str:
        """The end of what it wrote to its log: why it refused (FEDIFY_LOG or PASTURE_LOG=debug says more)."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 8000))
        text = self._log.read().decode(errors="replace")
        self._log.seek(0, os.SEEK_END)
        return text

    def stop(self) -> None:
        """End the process that we started, and no other."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                pipe.close()
