"""How soon the house answers: from the start of the process to the first answer.

`fedicoop serve` on a house that was set up, against a bare Starlette application under the same uvicorn,
started in turns; seconds on the wall's clock, because waiting is what one does. And `fedicoop --help`,
against a Python that does nothing.
"""

import argparse
import compileall
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import measuring, processes
from bench.house import House, free_port, opened
from bench.processes import ROOT, Compared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--turns", type=int, default=7, help="turns (7)")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        serving = await _serving(Path(temporary), given.turns)
    helping = _helping(given.turns)
    print(f"\n{__doc__}\n{serving.told('bare Starlette', 'fedicoop serve', 's')}; the goal is 2\n")
    print(f"{helping.told('python -c pass', 'fedicoop --help', 's')}; the goal is {0.2} s")
    if given.json:
        print(measuring.verdict_of("start --help", helping, "s"))
        print(measuring.verdict_of("start", serving, "s"))
    return 0


async def _serving(folder: Path, turns: int) -> Compared:
    compileall.compile_dir(ROOT / "fedicoop", quiet=1)  # as an installed package is
    house, compared = House(folder, free_port()), Compared([], [])
    async with opened(house):
        pass
    for turn in range(turns + 1):
        bare_port, began = free_port(), time.perf_counter()
        with processes.running(["-m", "bench.barest", str(bare_port)]):
            await processes.answers(bare_port)
            floor = time.perf_counter() - began
        began = time.perf_counter()
        with house.served(workers=2):
            await processes.answers(house.port, "/healthz")
            value = time.perf_counter() - began
        if turn:
            compared.floor.append(floor)
            compared.value.append(value)
    return compared


def _helping(turns: int) -> Compared:
    pairs = [(_took(["-c", "pass"]), _took(["-m", "fedicoop", "--help"])) for _ in range(turns)]
    return Compared([floor for floor, _ in pairs], [value for _, value in pairs])


def _took(words: list[str]) -> float:
    """The median of three starts."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    return median(times)
