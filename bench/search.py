"""How long a search takes among many listings: the query alone, and with --pages the whole page.

Questions have words, half of them a category, all a town and a radius; one after the other, as one reader
asks.  The floor is a bare Starlette page of the same number of bytes, asked in the same run between the
searches.  Everything runs in this process: no socket, no network, SQLite on the disk of this machine.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bench import listings, measuring
from bench.measuring import Times
from fedicoop import app as house
from fedicoop import meta
from fedicoop.actors import coops
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.db import Database, Engine
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.finding import searching
from fedicoop.listings.question import Home, Question, read
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings

ORIGIN = "https://bench.test"
_WARM_UP = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pages", action="store_true", help="measure GET /annonces, HTML included")
    parser.add_argument("--listings", type=int, default=100_000, help="how many there are (100000)")
    parser.add_argument("--questions", type=int, default=400, help="how many are asked (400)")
    parser.add_argument("--database", help="an empty PostgreSQL database (postgresql://…), instead of SQLite")
    parser.add_argument("--folder", type=Path, help="keep the filled database here, and use it again")


async def run(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        async with filled(folder, given.listings, given.database) as node:
            times = await (_pages(node, given.questions) if given.pages else _queries(node, given.questions))
    print(f"\n{__doc__}\nListings: {given.listings}\n")
    print(measuring.table(times))
    floor, value = times[0], times[-1]
    print(f"\np95 is {value.at(0.95) / floor.at(0.95):.1f} times the floor's ({floor.name})")
    if given.json:
        name = "search --pages p95" if given.pages else "search p95"
        print(measuring.verdict(name, floor.at(0.95), value.at(0.95)))
    return 0


@asynccontextmanager
async def filled(folder: Path, number: int, url: str | None = None) -> AsyncIterator[Node]:
    """A node on a database with so many listings; filled once, if the folder is kept."""
    path = folder / f"listings-{number}.db"
    fresh = url is not None or not path.exists()
    count = itertools.count(1)
    engine = await _server(url) if url else await SqliteEngine.open(path)
    db = Database(engine, lambda: listings.NOW, lambda: f"01{next(count):024}")
    settings = Settings(data_dir=folder, origin=ORIGIN)
    node = Node(settings, db, Outward(allowed_peers=frozenset(), user_agent="bench", own_origin=ORIGIN))
    try:
        await migrate(db, backup=None)
        if fresh:
            began = time.perf_counter()
            await listings.fill(db, number)
            async with db.write() as tx:
                await meta.put(tx, "origin", ORIGIN)
                await coops.put(tx, Coop(listings.actor_ids()[0][0], "lending", "fr", AuthorMode.COOP))
                if url:
                    await tx.run("ANALYZE")
            each = (time.perf_counter() - began) / number * 1000
            print(f"{number} listings taken in, {each:.2f} ms each")
        yield node
    finally:
        await node.out.close()
        await db.engine.close()


async def _server(url: str) -> Engine:
    from fedicoop.db.postgres import PostgresEngine

    return await PostgresEngine.open(url)


async def _pages(node: Node, number: int) -> list[Times]:
    floor, page, query = Times("bare page of the same size"), Times("GET /annonces"), Times("the query alone")
    asked = listings.questions(number)
    transport = httpx.ASGITransport(house.build(node))
    headers = {"accept": "text/html", "accept-encoding": "gzip", "host": "bench.test"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
        for params in asked[:_WARM_UP]:
            (await http.get("/annonces", params=params)).raise_for_status()
        answer = await http.get("/annonces", params=asked[0])
        async with _bare(int(answer.headers["content-length"])) as bare:
            measuring.settled()
            for params in asked:
                await floor.take(lambda: bare.get("/annonces", headers=headers))
                found = await page.take(lambda params=params: http.get("/annonces", params=params))
                assert isinstance(found, httpx.Response)
                found.raise_for_status()
                await query.take(lambda params=params: _ask(node, read(params)))
    return [floor, query, page]


@asynccontextmanager
async def _bare(size: int) -> AsyncIterator[httpx.AsyncClient]:
    """A site of one page that costs nothing to make."""
    body = b"x" * size

    async def page(_: Request) -> Response:
        return HTMLResponse(body)

    transport = httpx.ASGITransport(Starlette(routes=[Route("/annonces", page)]))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield http


async def _queries(node: Node, number: int) -> list[Times]:
    """The floor is reading one row."""
    floor, newest, nearest, everywhere = map(
        Times, ("one row", "newest, no place", "nearest without end", "words, category, radius")
    )
    asked = listings.questions(number)
    home = Home((48.86, 2.35))
    for params in asked[:_WARM_UP]:
        await _ask(node, read(params))
    measuring.settled()
    for params in asked:
        question = read(params)
        far = read({"q": params["q"], "tri": "proche"}, home=home)
        await floor.take(lambda: _one_row(node))
        await newest.take(lambda params=params: _ask(node, read({"q": params["q"]})))
        await nearest.take(lambda far=far: _ask(node, far))
        await everywhere.take(lambda question=question: _ask(node, question))
    return [floor, newest, nearest, everywhere]


async def _ask(node: Node, question: Question) -> None:
    async with node.db.read() as tx:
        await searching.search(tx, question, seen_by=None)


async def _one_row(node: Node) -> None:
    async with node.db.read() as tx:
        await tx.count("SELECT count(*) FROM coops")
