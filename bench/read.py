"""What reading a listing costs: its object, the same unchanged (304), and its page.

Asked for again and again, as a listing is that travels, so that what is kept answers; `anew` is each
time another address, so that everything is drawn.

Over 8 kept connections from a `fedicoop serve`; the floor is a bare Starlette application that answers
the same bytes. Processor time of the server's process, user and system, in turns.
"""

import argparse
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx

from bench import asking, measuring, processes
from bench.house import House, free_port, opened, published
from bench.processes import Compared, Running

Requests = Callable[[int], list[bytes]]
ACTIVITY = "application/activity+json"
_GOALS = {"object": "2.5", "unchanged": "1.5", "page": "5", "object anew": "none", "page anew": "none"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=1_600, help="requests a turn (1600; a tenth anew)")
    parser.add_argument("--turns", type=int, default=7, help="turns (7)")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        found = await measured(Path(temporary), given.requests, given.turns)
    print(f"\n{__doc__}")
    for name, compared in found.items():
        print(f"{compared.told('bare GET', name)}; the goal is {_GOALS[name]}\n")
    if given.json:
        for name in ("page", "unchanged", "object"):
            print(measuring.verdict_of(f"read {name}", found[name]))
    return 0


async def measured(folder: Path, requests: int, turns: int) -> dict[str, Compared]:
    house, bare_port = House(folder / "house", free_port()), free_port()
    async with opened(house) as node:
        listing = await published(node, house)
    path, page = listing.id.removeprefix(house.origin), f"/l/{listing.key}"
    with house.served() as ours:
        await processes.answers(house.port, "/healthz")
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(listing.id, headers={"accept": ACTIVITY})
        answer.raise_for_status()
        (folder / "object").write_bytes(answer.content)
        host, etag = f"127.0.0.1:{house.port}", answer.headers["etag"]
        asked = {
            "object": _same(asking.get(path, host, accept=ACTIVITY)),
            "unchanged": _same(asking.get(path, host, accept=ACTIVITY, if_none_match=etag)),
            "page": _same(asking.get(page, host, accept="text/html", accept_encoding="gzip")),
            "object anew": _anew(path, host, accept=ACTIVITY),
            "page anew": _anew(page, host, accept="text/html", accept_encoding="gzip"),
        }
        floor = asking.get("/object", f"127.0.0.1:{bare_port}", accept=ACTIVITY)
        found = {name: Compared([], []) for name in asked}
        with processes.running(["-m", "bench.bare", str(bare_port), str(folder / "object")]) as bare:
            await processes.answers(bare_port)
            for turn in range(turns + 1):
                for name, one in asked.items():
                    times = max(requests // 10, 1) if name.endswith(" anew") else requests
                    lowest = await _cost(bare, bare_port, [floor] * requests)
                    value = await _cost(ours, house.port, one(times))
                    if turn:
                        found[name].floor.append(lowest)
                        found[name].value.append(value)
    return found


def _same(request: bytes) -> Requests:
    return lambda number: [request] * number


def _anew(path: str, host: str, **headers: str) -> Requests:
    """The same with a query that nobody asked before: nothing that is kept answers it."""
    asked = itertools.count()
    return lambda number: [asking.get(f"{path}?n={next(asked)}", host, **headers) for _ in range(number)]


async def _cost(server: Running, port: int, requests: list[bytes]) -> float:
    before = server.processor()
    statuses = await asking.ask_all(port, requests, at_once=8)
    if not {*statuses} <= {200, 304}:
        raise RuntimeError(f"not all were answered: {statuses}")
    return (server.processor() - before) / len(requests)
