"""What the process holds: after 5,000 listings and a walk through its pages, and at rest.

`fedicoop serve` with two workers. The floor is a bare Starlette application under the same uvicorn.
Resident memory (VmRSS) in MB.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench import asking, listings, measuring, processes
from bench.house import House, free_port, opened

_PATHS = ("/", "/annonces?q=perceuse", "/annonces?lieu=Lille&rayon=20", "/coops", "/aide", "/entrer")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listings", type=int, default=5_000, help="how many there are (5000)")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        bare, rest, walked = await measured(Path(temporary), given.listings)
    print(
        f"\n{__doc__}\nbare: {bare:.0f} MB\nat rest: {rest:.0f} MB, {rest / bare:.2f} times (the goal is 1.7)"
    )
    print(f"after {given.listings} listings and a walk: {walked:.0f} MB (the goal is 80)")
    if given.json:
        print(measuring.verdict("idle at rest", bare, rest, "MB"))
        print(measuring.verdict("idle", bare, walked, "MB"))
    return 0


async def measured(folder: Path, number: int) -> tuple[float, float, float]:
    house, bare_port = House(folder / "house", free_port()), free_port()
    async with opened(house) as node:
        await listings.fill(node.db, number)
    with processes.running(["-m", "bench.barest", str(bare_port)]) as one:
        await processes.answers(bare_port)
        bare = one.memory()
    with house.served(workers=2) as ours:
        await processes.answers(house.port, "/healthz")
        await asyncio.sleep(3)
        rest = ours.memory()
        host = f"127.0.0.1:{house.port}"
        walk = [asking.get(path, host, accept="text/html") for path in _PATHS] * 20
        await asking.ask_all(house.port, walk, at_once=4)
        await asyncio.sleep(1)
        return bare, rest, ours.memory()
