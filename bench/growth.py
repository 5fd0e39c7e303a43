"""How the cost of one operation grows with what is stored: 1,000 objects against many.

Objects are listings in the search, activities received, inboxes reached, activities sent and hosts known; the
many are clones of 2,000 drawn ones, written in bulk (100,000; a million with --full, some minutes).  Measured
in turns on both houses: a letter accepted by `fedicoop serve`, a delivery of `fedicoop worker`, both by the
processor's time of those processes; a search by newest (word and category), by that of this process.  Told
beside: the 99th percentile of searches by word, category and 50 km, newest first and nearest first, against
10,000 listings.
"""

import argparse
import asyncio
import secrets
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from bench import deliver, ingest, listings, measuring, processes
from bench.house import House, Neighbour, followed_at, free_port, opened, published
from bench.measuring import Times
from bench.processes import Compared
from fedicoop.db import Tx
from fedicoop.finding import searching
from fedicoop.listings import index, rows
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import Question, read
from fedicoop.node import Node

FEW, MIDDLE, MANY, MOST = 1_000, 10_000, 100_000, 1_000_000
_DRAWN, _BATCH = 2_000, 5_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="a million objects")
    parser.add_argument("--objects", type=int, default=0, help=f"how many ({MANY})")
    parser.add_argument("--turns", type=int, default=5, help="turns (5)")
    parser.add_argument("--questions", type=int, default=200, help="searches for a percentile (200)")


async def run(given: argparse.Namespace) -> int:
    number = given.objects or (MOST if given.full else MANY)
    with tempfile.TemporaryDirectory() as temporary:
        grown, searches = await measured(Path(temporary), number, given.turns, given.questions)
    print(f"\n{__doc__}")
    for name, compared in grown.items():
        print(f"{compared.told(f'{name}, {FEW}', f'{name}, {number}')}; the goal is 1.5\n")
    for name, (few, many) in searches.items():
        print(f"search p99, {name}: {few:.2f} ms at {MIDDLE}, {many:.2f} at {number}: {many / few:.1f} times")
    if given.json:
        for name, (few, many) in searches.items():
            print(measuring.verdict(f"search p99 {name}", few, many))
        for name, compared in sorted(grown.items(), key=lambda one: one[1].ratio):
            print(measuring.verdict_of(f"growth {name}", compared))
    return 0


async def measured(
    folder: Path, number: int, turns: int, questions: int
) -> tuple[dict[str, Compared], dict[str, tuple[float, float]]]:
    grown = {name: Compared([], []) for name in ("inbox", "delivery", "search")}
    voices = [Neighbour(f"http://127.0.0.1:{port}") for port in range(9, 9 + ingest.NEIGHBOURS)]
    allowed = frozenset(one.origin.removeprefix("http://") for one in voices)
    with deliver.neighbours(folder, 60, tls=False) as near:
        await processes.answers(near.first - 1, "/count")
        houses = {
            size: House(folder / str(size), free_port(), near.names | allowed) for size in (FEW, number)
        }
        for size, house in houses.items():
            async with opened(house) as node:
                await filled(node, size)
                await followed_at(node, house, near.inboxes)
                for voice in voices:
                    await voice.is_known_to(node, house.coop)
        for turn in range(turns + 1):
            costs = [await _costs(house, voices, near, turn) for house in houses.values()]
            if turn:
                for name, compared in grown.items():
                    compared.floor.append(costs[0][name])
                    compared.value.append(costs[1][name])
    middle = House(folder / "middle", free_port())
    async with opened(middle) as node:
        await filled(node, MIDDLE)
        few = await _percentiles(node, questions)
    async with opened(houses[number]) as node:
        many = await _percentiles(node, questions)
    return grown, {name: (few[name], many[name]) for name in few}


async def _costs(
    house: House, voices: list[Neighbour], near: deliver.Neighbours, turn: int
) -> dict[str, float]:
    """Milliseconds of the processor for one of each."""
    async with opened(house) as node:
        with house.served() as server:
            await processes.answers(house.port, "/healthz")
            await ingest.cost(server, house.port, ingest.letters_of(voices, house, 100))
            inbox = await ingest.cost(server, house.port, ingest.letters_of(voices, house, 300))
        async with node.db.write() as tx:  # their processing is another matter
            await tx.run("DELETE FROM jobs")
        with house.worked() as worker:
            await asyncio.sleep(2)
            for again in range(2):  # the first brings in what is imported when it is needed
                before, spent = near.taken(), worker.processor()
                await published(node, house, f"Perceuse {turn}.{again}")
                await deliver.brought(node, near, before + len(near.inboxes))
            delivery = (worker.processor() - spent) / len(near.inboxes)
        asked = [read({"q": one["q"], "categorie": "bikes"}) for one in listings.questions(60)]
        times = await _asked(node, asked)
    return {"inbox": inbox, "delivery": delivery, "search": median(times.processor)}


async def _percentiles(node: Node, number: int) -> dict[str, float]:
    found = {}
    for name, order in (("newest", "recent"), ("nearest", "proche")):
        asked = [
            read(
                {**one, "categorie": one.get("categorie", "tools"), "rayon": "50", "tri": order, "libre": ""}
            )
            for one in listings.questions(number)
        ]
        times = await _asked(node, asked)
        found[name] = measuring.quantile(times.processor, 0.99)
    return found


async def _asked(node: Node, asked: list[Question]) -> Times:
    times = Times("searches")
    for question in asked[:20]:
        await _search(node, question)
    measuring.settled()
    for question in asked:
        await times.take(lambda question=question: _search(node, question))
    return times


async def _search(node: Node, question: Question) -> None:
    async with node.db.read() as tx:
        await searching.search(tx, question, seen_by=None)


async def filled(node: Node, number: int) -> None:
    """So many of everything, in bulk."""
    drawn = list(listings.listings(min(_DRAWN, number)))
    began = time.perf_counter()
    async with node.db.write() as tx:
        await listings.actors(tx)
    tokens = {one.id: " ".join(index.tokens_of(one)) for one in drawn}
    for start in range(0, number, _BATCH):
        async with node.db.write() as tx:
            clones = [
                (_clone(drawn[at % len(drawn)], at, number), tokens[drawn[at % len(drawn)].id])
                for at in range(start, min(start + _BATCH, number))
            ]
            await _put(tx, clones)
            await _put_letters(tx, range(start, min(start + _BATCH, number)))
    async with node.db.write() as tx:  # the index is whole: else the worker would take all in anew meanwhile
        await index.note_taken_in(tx, None)
    print(f"{number} of everything in {time.perf_counter() - began:.0f} s")


def _clone(one: Listing, at: int, number: int) -> Listing:
    key = f"01bulk{at:020}"
    published_at = listings.NOW - timedelta(days=60) * (1 - at / number)
    id = f"{one.id.rpartition('/')[0]}/{key}"
    return replace(one, id=id, key=key, created_at=published_at, published_at=published_at)


async def _put(tx: Tx, clones: list[tuple[Listing, str]]) -> None:
    values = [rows.values_of(one) for one, _ in clones]
    names = list(values[0])
    marks = ", ".join(f":{name}" for name in names)
    await tx.run_many(f"INSERT INTO listings ({', '.join(names)}) VALUES ({marks})", values)
    entries = [index.entry_of(one) for one, _ in clones]
    await tx.run_many(
        """INSERT INTO search_listings (number, listing_id, owner, x, y, z, available_from, available_to)
           VALUES (:number, :listing, :owner, :x, :y, :z, :begins, :ends)""",
        [
            {
                "number": one.number,
                "listing": one.listing_id,
                "owner": one.owner,
                **dict(zip("xyz", one.place or (None, None, None), strict=True)),
                "begins": one.available_from,
                "ends": one.available_to,
            }
            for one in entries
        ],
    )
    await tx.run_many(
        "INSERT INTO search_tokens (rowid, tokens) VALUES (:number, :tokens)",
        [{"number": one.number, "tokens": words} for one, (_, words) in zip(entries, clones, strict=True)],
    )


async def _put_letters(tx: Tx, numbers: range) -> None:
    ours, theirs = listings.actor_ids()
    await tx.run_many(
        """INSERT INTO received (id, actor_id, type, body, received_at, outcome)
           VALUES (:id, :actor, 'Create', '', :now, 'done')""",
        [
            {
                "id": f"https://peer.test/a/{secrets.token_hex(8)}",
                "actor": theirs[at % len(theirs)],
                "now": tx.now,
            }
            for at in numbers
        ],
    )
    await tx.run_many(
        "INSERT INTO reached (object_id, inbox) VALUES (:object, :inbox)",
        [
            {"object": f"https://bench.test/l/{at // 50}", "inbox": f"https://h{at % 50}.test/i"}
            for at in numbers
        ],
    )
    await tx.run_many(
        """INSERT INTO sent (id, actor_id, type, object_id, public, body, created_at)
           VALUES (:id, :actor, 'Create', :object, TRUE, '{}', :now)""",
        [
            {
                "id": f"https://bench.test/a/{at}",
                "actor": ours[0],
                "object": f"https://bench.test/l/{at}",
                "now": tx.now,
            }
            for at in numbers
        ],
    )
    await tx.run_many(
        """INSERT INTO peers (host, first_seen_at, last_heard_at) VALUES (:host, :now, :now)
           ON CONFLICT DO NOTHING""",
        [{"host": f"h{at // 10}.test", "now": tx.now} for at in numbers],
    )
