"""What it costs to accept a signed activity: checked, kept on the disk, answered 202.

A neighbour's Creates of 2 KB come over 16 kept connections to a `fedicoop serve` that only answers
(processing is a job, and measured by `growth`). SQLite waits for the disk at each commit
(synchronous=FULL). The floor is a bare Starlette application that reads the JSON of the very same bytes
and verifies one RSA signature. Processor time of the server's process, user and system, in turns.
"""

import argparse
import itertools
import os
import secrets
import tempfile
from pathlib import Path

from bench import asking, measuring, processes
from bench.house import House, Neighbour, free_port, opened
from bench.processes import Compared, Running

NEIGHBOURS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--letters", type=int, default=400, help="letters a turn (400)")
    parser.add_argument("--turns", type=int, default=7, help="turns (7)")
    parser.add_argument("--peer", choices=("fedify",), help="compare with another server of the fediverse")


async def run(given: argparse.Namespace) -> int:
    if given.peer:
        from bench import fedify

        return await fedify.run(given)
    with tempfile.TemporaryDirectory() as temporary:
        compared = await measured(Path(temporary), given.letters, given.turns)
    print(f"\n{__doc__}\n{compared.told('bare Starlette and one verification', 'accepted letter')}")
    if given.json:
        print(measuring.verdict_of("ingest", compared))
    return 0


async def measured(folder: Path, letters: int, turns: int) -> Compared:
    house, near = await with_neighbours(folder)
    compared, bare_port = Compared([], []), free_port()
    with house.served() as ours, processes.running(["-m", "bench.bare", str(bare_port)]) as bare:
        await processes.answers(house.port, "/healthz")
        await processes.answers(bare_port)
        for turn in range(turns + 1):
            sent = letters_of(near, house, letters)
            floor = await cost(bare, bare_port, sent)
            value = await cost(ours, house.port, sent)
            if turn:  # the first one warms up
                compared.floor.append(floor)
                compared.value.append(value)
    return compared


async def with_neighbours(folder: Path) -> tuple[House, list[Neighbour]]:
    """A house, and the neighbours that it knows."""
    near = [Neighbour(f"http://127.0.0.1:{port}") for port in range(9, 9 + NEIGHBOURS)]
    house = House(folder, free_port(), frozenset(one.origin.removeprefix("http://") for one in near))
    async with opened(house) as node:
        for one in near:
            await one.is_known_to(node, house.coop)
    return house, near


def letters_of(near: list[Neighbour], house: House, number: int) -> list[bytes]:
    """So many letters, from each neighbour in turn: one alone would be asked to speak more slowly."""
    turns = itertools.islice(itertools.cycle(near), number)
    return [one.letter(house.origin, one.create(secrets.token_hex(10))) for one in turns]


async def cost(server: Running, port: int, letters: list[bytes]) -> float:
    """Milliseconds of the processor for each letter, all of which are accepted."""
    before = server.processor()
    statuses = await asking.ask_all(port, letters)
    if set(statuses) != {202}:
        raise RuntimeError(f"not all were accepted: {statuses}")
    os.sched_yield()
    return (server.processor() - before) / len(letters)
