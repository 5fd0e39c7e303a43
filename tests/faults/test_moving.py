"""A house takes another address while it is killed again and again: real processes, real sockets."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.faults.house import ROOT, free_port

KILLS = 5
PATIENCE = 60.0  # seconds


@dataclass
class Moving:
    """A data folder with a coop, and the process that serves it."""

    folder: Path
    port: int
    environ: dict[str, str]
    serving: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    async def run(self, *words: str) -> str:
        command = [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]
        done = await asyncio.to_thread(
            subprocess.run, command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def serve(self) -> None:
        command = [sys.executable, "-m", "fedicoop", "serve", "--bind", f"127.0.0.1:{self.port}"]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as journal:
            self.serving = subprocess.Popen(
                [*command, "--data-dir", str(self.folder)], env=self.environ, cwd=ROOT, stderr=journal
            )
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as visitor:
            while True:
                with suppress(httpx.HTTPError):
                    if (await visitor.get(f"http://127.0.0.1:{self.port}/healthz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        assert self.serving is not None
        self.serving.kill()
        self.serving.wait()

    async def listings(self) -> list[tuple[str, str]]:
        told = json.loads(await self.run("listing", "list", "--json"))
        return sorted((one["title"], one["id"]) for one in told)

    async def heard(self) -> list[tuple[str, str, str]]:
        told = json.loads(await self.run("coop", "list", "--json"))
        return sorted((one["direction"], one["status"], one["id"]) for one in told)


@asynccontextmanager
async def leads(port: int, to: int) -> AsyncIterator[None]:
    """Another name for a house: whoever knocks at `port` is let in at `to`."""

    talks = set[asyncio.Task[None]]()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                while data := await reader.read(65_536):
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far, away = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            writer.close()
            return
        both = [asyncio.ensure_future(talk) for talk in (pipe(reader, away), pipe(far, writer))]
        talks.update(both)
        await asyncio.wait(both)

    server = await asyncio.start_server(met, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Moving, Moving, int]]:
    """Two coops that follow each other, three offers in one of them; and a port that is free."""
    ports = [free_port() for _ in range(3)]
    peers = ",".join(f"127.0.0.1:{port}" for port in ports)
    known = {name: value for name, value in os.environ.items() if not name.startswith("FEDICOOP_")}
    environ = known | {"FEDICOOP_ALLOWED_PEERS": peers, "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8"}
    houses = [Moving(tmp_path / name, port, environ) for name, port in zip("ab", ports, strict=False)]
    for house, handle in zip(houses, ("velo", "objets"), strict=True):
        origin = f"http://127.0.0.1:{house.port}"
        await house.run("init", "--origin", origin, "--name", handle, "--handle", handle, "--kind", "lending")
    offer = {"kind": "offer", "mode": "loan", "place": {"name": "Lille"}}
    for number in range(3):
        (tmp_path / "offer.json").write_text(json.dumps(offer | {"title": f"Perceuse {number}"}))
        await houses[0].run("listing", "publish", str(tmp_path / "offer.json"))
    try:
        for house in houses:
            await house.serve()
        for one, other, handle in ((*houses, "objets"), (*houses[::-1], "velo")):
            await one.run("coop", "follow", f"http://127.0.0.1:{other.port}/actors/{handle}")
        yield houses[0], houses[1], ports[2]
    finally:
        for house in houses:
            if house.serving:
                house.kill()


async def test_a_house_that_is_killed_while_it_moves_arrives_with_all_it_has(two):
    """Counts before are counts after, at both ends, and nobody has anything twice."""
    velo, objets, port = two
    old, new = f"http://127.0.0.1:{velo.port}", f"http://127.0.0.1:{port}"
    async with asyncio.timeout(PATIENCE):
        while len(await objets.listings()) < 3:
            await asyncio.sleep(0.3)
    before = await objets.listings(), await velo.listings(), await objets.heard(), await velo.heard()
    velo.kill()
    await velo.run("move-domain", new, "--yes")
    await velo.serve()
    async with leads(port, velo.port):
        for number in range(KILLS):
            await asyncio.sleep(0.1 + 0.15 * number)
            velo.kill()
            await velo.serve()
        expected = json.loads(json.dumps(before).replace(f"{old}/", f"{new}/"))
        expected = [[tuple(row) for row in rows] for rows in expected]
        async with asyncio.timeout(PATIENCE):
            while [*await _all(velo, objets)] != expected:
                await asyncio.sleep(0.5)
        await asyncio.sleep(1)
        assert [*await _all(velo, objets)] == expected, "and it stays so"


async def _all(velo: Moving, objets: Moving) -> list[list[tuple[str, ...]]]:
    return [await objets.listings(), await velo.listings(), await objets.heard(), await velo.heard()]
