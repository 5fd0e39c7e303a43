"""What it costs to bring one activity to one inbox: claimed, signed, posted, noted.

A `fedicoop worker` brings an activity to many hosts, each met for the first time (every port of a
neighbour that takes all is a house of its own). The floor is one RSA signature and one raw POST on a new
connection. With --tls over HTTPS; with --memory the most that the worker held over 1,500 HTTPS hosts
against what it held before; with --dead how much longer live hosts wait where one in ten is dead.
Processor time of the worker's process.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import measuring, processes
from bench.certificate import certificate_for
from bench.house import House, followed_at, free_port, opened, published
from bench.processes import ROOT, Compared, Running
from fedicoop.node import Node

_PATIENCE = 300.0  # seconds for all to arrive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=int, default=300, help="how many hosts (300; --memory: 1500)")
    parser.add_argument("--turns", type=int, default=5, help="turns (5)")
    parser.add_argument("--tls", action="store_true", help="over HTTPS, each host for the first time")
    parser.add_argument("--memory", action="store_true", help="the most that is held over 1,500 HTTPS hosts")
    parser.add_argument("--dead", action="store_true", help="time with one host in ten dead, against none")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if given.memory:
            before, most = await _memory(folder, max(given.hosts, 1_500))
            told = (
                f"idle: {before:.0f} MB, at most: {most:.0f} MB, {most / before:.2f} times (the goal is 1.6)"
            )
            line = measuring.verdict("deliver --memory", before, most, "MB")
        elif given.dead:
            live, mixed = await _dead(folder, given.hosts)
            told = f"none dead: {live:.2f} s, one in ten: {mixed:.2f} s, {mixed / live:.2f} times"
            told += " (the goal is 1.2)"
            line = measuring.verdict("deliver --dead", live, mixed, "s")
        else:
            compared = await measured(folder, given.hosts, given.turns, tls=given.tls)
            goal = 1.25 if given.tls else 1.5
            told = f"{compared.told('signature and raw POST', 'delivery')}; the goal is {goal}"
            line = measuring.verdict_of("deliver --tls" if given.tls else "deliver", compared)
    print(f"\n{__doc__}\n{told}")
    if given.json:
        print(line)
    return 0


@dataclass(frozen=True)
class Neighbours:
    """So many houses that take all, on neighbouring ports; `inboxes` are theirs."""

    first: int
    ports: int
    certificate: Path | None

    @property
    def inboxes(self) -> list[str]:
        scheme = "https" if self.certificate else "http"
        return [f"{scheme}://127.0.0.1:{port}/inbox" for port in range(self.first, self.first + self.ports)]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(f"127.0.0.1:{port}" for port in range(self.first, self.first + self.ports))

    def taken(self) -> int:
        return int(httpx.get(f"http://127.0.0.1:{self.first - 1}/count", trust_env=False).text)

    def floor(self, times: int) -> float:
        words = [
            str(self.first),
            str(self.ports),
            str(times),
            *([str(self.certificate)] if self.certificate else []),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "bench.knock", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)


@contextmanager
def neighbours(folder: Path, ports: int, *, tls: bool) -> Iterator[Neighbours]:
    first = _free_range(ports + 1) + 1
    certificate = certificate_for(folder, "127.0.0.1") if tls else None
    words = [str(one) for one in certificate] if certificate else []
    with processes.running(["-m", "bench.sink", str(first), str(ports), *words]):
        yield Neighbours(first, ports, certificate[0] if certificate else None)


def _free_range(size: int) -> int:
    """Ports of which none is used by somebody else, as far as one can tell."""
    return 20_000 + (free_port() % 1_000) * 7 % max(1, 11_000 - size)


async def measured(folder: Path, hosts: int, turns: int, *, tls: bool) -> Compared:
    compared = Compared([], [])
    with neighbours(folder, hosts, tls=tls) as near:
        await processes.answers(near.first - 1, "/count")
        house = House(folder / "house", free_port(), near.names)
        async with opened(house) as node:
            await followed_at(node, house, near.inboxes)
        with _working(house, near) as worker:
            await asyncio.sleep(2)
            for turn in range(turns + 1):
                floor = near.floor(hosts)
                before = near.taken()
                spent = worker.processor()
                async with opened(house) as node:
                    await published(node, house, f"Perceuse {turn}")
                    await brought(node, near, before + hosts)
                if turn:
                    compared.floor.append(floor)
                    compared.value.append((worker.processor() - spent) / hosts)
    return compared


def _working(house: House, near: Neighbours) -> AbstractContextManager[Running]:
    environment = {"SSL_CERT_FILE": str(near.certificate)} if near.certificate else {}
    return house.worked(**environment)


async def brought(node: Node, near: Neighbours, number: int) -> None:
    """Wait until so many letters came and nothing is left to do."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        await asyncio.sleep(0.25)
        async with node.db.read() as tx:
            waiting = await tx.count(
                "SELECT count(*) FROM jobs WHERE kind IN ('FanOut', 'Deliver') AND NOT dead"
            )
        if waiting == 0 and near.taken() >= number:
            return
    raise TimeoutError(f"{near.taken()} of {number} letters came")


async def _memory(folder: Path, hosts: int) -> tuple[float, float]:
    with neighbours(folder, hosts, tls=True) as near:
        await processes.answers(near.first - 1, "/count")
        house = House(folder / "house", free_port(), near.names)
        async with opened(house) as node:
            await followed_at(node, house, near.inboxes[:1])
        with _working(house, near) as worker:
            await asyncio.sleep(2)
            async with opened(house) as node:  # the first letter brings in what is imported when it is needed
                await published(node, house, "Première")
                await brought(node, near, 1)
                before = worker.memory()
                worker.reset_peak()
                await followed_at(node, house, near.inboxes)
                await published(node, house, "Seconde")
                await brought(node, near, near.taken() + 1)
            return before, worker.memory("VmHWM")


async def _dead(folder: Path, hosts: int) -> tuple[float, float]:
    """Seconds until the live hosts have it: with none dead, and with one in ten that refuses connections."""
    times = []
    for dead in (0, hosts // 10):
        with neighbours(folder, hosts - dead, tls=False) as near:
            await processes.answers(near.first - 1, "/count")
            gone = [f"http://127.0.0.1:{free_port()}/inbox" for _ in range(dead)]
            names = near.names | {inbox.split("/")[2] for inbox in gone}
            house = House(folder / f"house-{dead}", free_port(), names)
            async with opened(house) as node:
                await followed_at(node, house, [*gone, *near.inboxes])
            with _working(house, near):
                await asyncio.sleep(2)
                async with opened(house) as node:
                    began = time.perf_counter()
                    await published(node, house)
                    while near.taken() < hosts - dead:  # noqa: ASYNC110 - it is told over HTTP
                        await asyncio.sleep(0.05)
                    times.append((time.perf_counter() - began) / (hosts - dead))
    return times[0] * hosts, times[1] * hosts
