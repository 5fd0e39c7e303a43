"""The same letters to Fedify, on this machine and in the same run: what another server spends on one.

Its inbox (tests/oracles/fedify, Node) verifies the signature, reads the activity and answers 202.  It asks
for the sender's key once, before anything is counted.
"""

import argparse
import secrets
import tempfile
from pathlib import Path

from bench import asking, ingest, measuring, processes
from bench.house import Neighbour
from bench.processes import Compared, Running
from tests.oracles.actor_page import actor_page
from tests.oracles.fedify import judge


async def run(given: argparse.Namespace) -> int:
    if reason := judge.missing():
        print(f"not measured: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        compared = await _measured(Path(temporary), given.letters, given.turns)
    print(f"\n{__doc__}\n{compared.told('Fedify', 'fedicoop')}; the goal is 0.1")
    if given.json:
        print(measuring.verdict_of("ingest --peer fedify", compared))
    return 0


async def _measured(folder: Path, letters: int, turns: int) -> Compared:
    house, near = await ingest.with_neighbours(folder)
    compared, stranger, peer = Compared([], []), Neighbour(), judge.FedifyPeer()
    try:
        with house.served() as ours, actor_page(stranger.public) as actor:
            await processes.answers(house.port, "/healthz")
            stranger.id, stranger.origin = actor, actor.partition("/actors")[0]
            for turn in range(turns + 1):
                floor = await _fedifys(peer, stranger, max(letters // 4, 20))
                value = await ingest.cost(ours, house.port, ingest.letters_of(near, house, letters))
                if turn:
                    compared.floor.append(floor)
                    compared.value.append(value)
    finally:
        peer.stop()
    return compared


async def _fedifys(peer: judge.FedifyPeer, stranger: Neighbour, number: int) -> float:
    """Milliseconds of the processor for each letter that Fedify accepts."""
    port, path = int(peer.origin.rpartition(":")[2]), "/" + peer.inbox.split("/", 3)[3]
    sent = [stranger.letter(peer.origin, stranger.create(secrets.token_hex(10)), path) for _ in range(number)]
    running = Running(peer.pid)
    before = running.processor()
    statuses = await asking.ask_all(port, sent)
    if set(statuses) != {202}:
        raise RuntimeError(f"Fedify did not accept all: {statuses}\n{peer.log()}")
    return (running.processor() - before) / number
