"""Fifty times `kill -9`, of the server, the worker or both, while people publish and peers speak.

    python -m tests.faults.kill --rounds 50
    python -m tests.faults.kill --rounds 50 --engine postgresql   # a throw-away server, two workers
    FEDICOOP_DATABASE_URL=postgresql://… python -m tests.faults.kill --rounds 50

What a member or a peer was told is done must be there afterwards, once, and have left for everybody.
"""

import argparse
import asyncio
import atexit
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.databases import Cluster
from tests.faults.audit import audit
from tests.faults.house import House, Process, build
from tests.faults.member import Browser
from tests.faults.peer import Peer

PAUSE = 0.05  # seconds between two deeds of somebody
DRAINS = 180.0  # seconds that the queue may take afterwards, on a busy machine
VOICES = 40  # each follows anew in the course of it: answered once each, or it is seen
START = 5.0  # seconds (security, F1), of computing: others may have the machine to share


@dataclass
class Load:
    """People and peers who do not know that anything is wrong; `stop` lets them end what they began."""

    house: House
    peer: Peer
    browser: Browser
    heard: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, who: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            await self.browser.insist(f"Perceuse {who}-{number}")
            await asyncio.sleep(PAUSE)

    async def speak(self, who: int, among: int) -> None:
        for number in range(who, 10**9, among):
            if self.stop.is_set():
                return
            note = self.peer.offer(f"Échelle {number}", number=number % VOICES)
            await self.peer.insist(self.house, self.peer.create(note))
            self.heard.append(note.id)
            if number < VOICES:
                await self.peer.insist(self.house, self.peer.follow(self.house, number))
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.publish(who)) for who in range(2)]
        tasks += [asyncio.create_task(self.speak(who, 4)) for who in range(4)]
        try:
            yield
            self.stop.set()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def rounds(folder: Path, number: int, *, database_url: str = "", seed: int = 0) -> dict[str, object]:
    """So many kills; the figures of the audit.  Raises AssertionError where a promise was broken."""
    luck = random.Random(seed)
    async with Peer(voices=VOICES) as peer:
        house = await build(folder / "house", peers=(peer,), database_url=database_url)
        load = Load(house, peer, Browser(house))
        try:
            alive = {"serve": await house.start("serve", "--workers", "0")}
            for name in ("worker", "other worker") if database_url else ("worker",):
                alive[name] = await house.start("worker")
            starts = list[float]()
            async with load.going_on():
                for _ in range(number):
                    await asyncio.sleep(luck.uniform(0.05, 0.4))
                    starts += await _kill_some(house, alive, luck)
            # whoever was killed three times with the same promise in hand has set it aside: it may be the
            # cause.  Nothing of it is lost, it is shown, and this is the remedy that is shown with it.
            aside = house.log("jobs.buried")
            assert all(line["error"] == "crashes" for line in aside), aside[:3]
            if aside:
                await house.type_in("outbox", "retry")
            kills = sum(life.planned for life in house.lives)
            found = await audit(
                house,
                listings=load.browser.done,
                heard=load.heard,
                peers=(peer,),
                again=2 * kills,
                drains=DRAINS,
                lines=100 + 10 * kills,
            )
            usual = statistics.median(starts)
            assert usual < START, f"a start usually takes {usual:.1f} s of computing"
            recovered = [line["leases_taken_over"] for line in house.log("jobs.recovered")]
            return (
                {"rounds": number, "kills": kills, "start, s of CPU": round(usual, 2)}
                | found
                | {
                    "set aside": len(aside),
                    "leases taken over": sum(recovered),
                    "told in lines": len(recovered),
                }
            )
        finally:
            house.close()
            await house.http.aclose()


async def _kill_some(house: House, alive: dict[str, Process], luck: random.Random) -> list[float]:
    """Kill one or more, start them again, and wait; the seconds of computing that each start took."""
    victims = luck.sample(sorted(alive), luck.randint(1, len(alive)))
    for name in victims:
        alive[name].kill()
    for name in victims:
        alive[name] = house.launch(*(("serve", "--workers", "0") if name == "serve" else ("worker",)))
    for name in victims:
        await house.ready(alive[name])
    return [alive[name].cpu() for name in victims]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    url = os.environ.get("FEDICOOP_DATABASE_URL", "")
    if not url and asked.engine == "postgresql":
        cluster = Cluster(durable=True)
        atexit.register(cluster.destroy)
        url = cluster.url(cluster.empty())
    with tempfile.TemporaryDirectory(prefix="fedicoop-kill-") as folder:
        found = asyncio.run(rounds(Path(folder), asked.rounds, database_url=url, seed=asked.seed))
    print(
        json.dumps({"name": "kill", "seed": asked.seed, "engine": url.partition(":")[0] or "sqlite"} | found)
    )


if __name__ == "__main__":
    main()
