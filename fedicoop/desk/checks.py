"""The one registry of checks: `doctor`, `/readyz` and the page of health look at the same things.

| asked of | which | who runs them |
|---|---|---|
| the machine | `checks_machine.CHECKS` | all three |
| the database | `checks_house.CHECKS` | all three; `/readyz` fails where one of `VITAL` does |
| the houses around | `checks_peers.neighbours`, in the words of `peers/verdicts.py` | all three |
| the network | `checks_network.CHECKS` | `doctor`; `serve` each hour, and it keeps what it found |
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.desk import checks_house, checks_machine, checks_network
from fedicoop.desk.checks_network import Look, Place
from fedicoop.desk.findings import Finding, from_kept, kept
from fedicoop.errors import Problem
from fedicoop.node import Node
from fedicoop.peers import store as peers

EVERY = timedelta(hours=1)
BELIEVED = timedelta(hours=3)
_KEY = "looked_around"


async def examine(node: Node, language: str) -> list[Finding]:
    """All that can be known within a moment and without asking anybody outside, the worst first."""
    found = [one for check in checks_machine.CHECKS for one in check(node.settings, language)]
    for ask in checks_house.CHECKS:
        found += await ask(node, language)
    async with node.db.read() as tx:
        found += await _seen_around(tx)
    return sorted(found, key=lambda one: "✗!✓".index(one.mark))


async def vital(node: Node, language: str) -> list[Finding]:
    """What is so wrong that nothing can be served; empty where the house is ready."""
    try:
        found = [one for ask in checks_house.VITAL for one in await ask(node, language)]
    except Problem as problem:
        return [Finding("database", "✗", problem=problem)]
    return [one for one in found if one.mark == "✗"]


async def look_around(node: Node, asked: Sequence[Look] = checks_network.AROUND) -> bool:
    """Ask the network what only it knows, at most once an hour for all processes; whether it was our turn."""
    async with node.db.write() as tx:
        if not await peers.take_turn(tx, "looking around", EVERY):
            return False
        serving_at = await meta.find(tx, "serving_at")
    place = Place(node.settings, node.out.ca_file, node, serving_at)
    found = [one for ask in asked for one in await ask(place)]
    async with node.db.write() as tx:
        told = {"at": tx.now.isoformat(), "found": [kept(one) for one in found]}
        await meta.put(tx, _KEY, json.dumps(told))
    return True


async def _seen_around(tx: Tx) -> list[Finding]:
    """What the last look around found, as long as it is worth anything."""
    last = json.loads(await meta.find(tx, _KEY) or "null")
    if last is None or tx.now - datetime.fromisoformat(last["at"]) > BELIEVED:
        return []
    return [from_kept(one) for one in last["found"]]
