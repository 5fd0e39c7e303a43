"""What a click costs where many follow: publishing to 10,000 inboxes against publishing to 10.

In this process: the commit of the click, which names the audience, and the job that spells it out, for
each inbox. Processor time of the process, in turns.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import measuring
from bench.house import House, followed_at, free_port, opened, published
from bench.processes import Compared
from fedicoop.app import WORK
from fedicoop.jobs.worker import run_one
from fedicoop.node import Node


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--inboxes", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--turns", type=int, default=7, help="turns (7)")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        click, each = await measured(Path(temporary), given.inboxes, given.turns)
    print(f"\n{__doc__}\n{click.told('click, 10 inboxes', f'click, {given.inboxes}')}; the goal is 1.2\n")
    print(f"{each.told('each of 10 inboxes', f'each of {given.inboxes}')}; the goal is 1.2")
    if given.json:
        print(measuring.verdict_of("publish each", each))
        print(measuring.verdict_of("publish", click))
    return 0


async def measured(folder: Path, inboxes: int, turns: int) -> tuple[Compared, Compared]:
    click, each = Compared([], []), Compared([], [])
    few, many = House(folder / "few", free_port()), House(folder / "many", free_port())
    async with opened(few) as small, opened(many) as large:
        for node, house, number in ((small, few, 10), (large, many, inboxes)):
            hosts = [f"https://h{one}.test/inbox" for one in range(number)]
            for at in range(0, number, 500):
                await followed_at(node, house, hosts[at : at + 500])
        for turn in range(turns + 1):
            costs = [await _costs(small, few, 10), await _costs(large, many, inboxes)]
            if turn:
                click.floor.append(costs[0][0])
                click.value.append(costs[1][0])
                each.floor.append(costs[0][1])
                each.value.append(costs[1][1])
    return click, each


async def _costs(node: Node, house: House, inboxes: int) -> tuple[float, float]:
    """Of the click, and of spelling it out for each inbox; milliseconds."""
    began = time.process_time()
    await published(node, house)
    clicked = time.process_time()
    while await _first(node) != "FanOut":
        await run_one(node, WORK)
    between = time.process_time()
    await run_one(node, WORK)
    spelt = time.process_time()
    async with node.db.write() as tx:
        await tx.run("DELETE FROM jobs")
    return (clicked - began) * 1000, (spelt - between) * 1000 / inboxes


@dataclass(frozen=True)
class _Kind:
    kind: str


async def _first(node: Node) -> str:
    """The kind of the job that is due next."""
    async with node.db.read() as tx:
        kinds = await tx.all(_Kind, "SELECT kind FROM jobs ORDER BY lane, id LIMIT 1")
    return kinds[0].kind
