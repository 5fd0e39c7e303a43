"""`/metrics`: what was counted, and how the house stands, for Prometheus.  Not for strangers."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedicoop import __version__, meta, metrics
from fedicoop.app import insiders
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.lanes import Lane
from fedicoop.jobs.told import way_and_host
from fedicoop.metrics import gauge
from fedicoop.node import Node

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Measured:
    """Counts each answer by the room that made it: never by its path, which strangers choose."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), "500"

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            room = room_of(scope)
            metrics.requests.add(room, status)
            metrics.request_seconds.took(perf_counter() - began, room)


def room_of(scope: Scope) -> str:
    """`inbox.door`, `showing.show_pages`: the file that answered; `none` where no route fits."""
    module: str = getattr(scope.get("endpoint"), "__module__", "") or ""
    return module.removeprefix("fedicoop.") or "none"


@dataclass(slots=True)
class _Way:
    """All lanes of one way (`to`, `from`, `read`, `own`) together."""

    waiting: int = 0
    dead: int = 0
    closed: int = 0
    oldest: datetime | None = None

    def take(self, lane: Lane, now: datetime) -> None:
        self.waiting += lane.waiting
        self.dead += lane.dead
        self.closed += bool(lane.closed_until and lane.closed_until > now)
        if lane.oldest and (self.oldest is None or lane.oldest < self.oldest):
            self.oldest = lane.oldest


@dataclass(slots=True)
class _State:
    now: datetime
    backup_at: str | None
    skew: str | None
    ways: dict[str, _Way] = field(default_factory=dict)


async def _state(tx: Tx) -> _State:
    state = _State(tx.now, await meta.find(tx, "backup_at"), await meta.find(tx, "clock_skew"))
    for lane in await queue.lanes(tx):
        state.ways.setdefault(way_and_host(lane.lane)[0], _Way()).take(lane, tx.now)
    return state


def _of_queue(state: _State) -> Iterator[str]:
    ways = sorted(state.ways.items())
    age = [({"way": way}, (state.now - one.oldest).total_seconds()) for way, one in ways if one.oldest]
    yield from gauge(
        "fedicoop_jobs_waiting", "Promises that wait.", [({"way": w}, one.waiting) for w, one in ways]
    )
    yield from gauge(
        "fedicoop_jobs_dead", "Promises that were given up.", [({"way": w}, one.dead) for w, one in ways]
    )
    yield from gauge("fedicoop_jobs_oldest_seconds", "Since when the oldest waits.", age)
    yield from gauge(
        "fedicoop_lanes_closed", "Houses that do not answer.", [({"way": w}, one.closed) for w, one in ways]
    )
    if state.backup_at:
        made = datetime.fromisoformat(state.backup_at).timestamp()
        yield from gauge("fedicoop_backup_timestamp_seconds", "When the last backup was made.", [({}, made)])
    if state.skew:
        seconds = float(state.skew.partition(" ")[0])
        yield from gauge(
            "fedicoop_clock_skew_seconds", "How far peers' clocks are ahead of ours.", [({}, seconds)]
        )


def _of_process(node: Node) -> Iterator[str]:
    yield from gauge("fedicoop_info", "The program.", [({"version": __version__}, 1)])
    yield from metrics.head(
        "fedicoop_commits_total", "Commits of this process that changed anything.", "counter"
    )
    yield metrics.line("fedicoop_commits_total", {}, node.db.commits)
    yield from metrics.head("process_cpu_seconds_total", "Time on the processor.", "counter")
    yield metrics.line("process_cpu_seconds_total", {}, time.process_time())
    try:
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
        handles = len(os.listdir("/proc/self/fd"))
    except (OSError, ValueError, IndexError):  # not a Linux
        return
    yield from gauge("process_resident_memory_bytes", "Memory in use.", [({}, resident)])
    yield from gauge("process_open_fds", "Open files and connections.", [({}, handles)])


async def measures(request: Request) -> Response:
    """Everything that was counted, in the text that Prometheus reads."""
    node: Node = request.app.state.node
    if refusal := insiders.refused(request, node.settings):
        return refusal
    async with node.db.read() as tx:
        state = await _state(tx)
    lines = [*metrics.written(), *_of_queue(state), *_of_process(node)]
    return PlainTextResponse("\n".join([*lines, ""]), headers={"cache-control": "no-store"}, media_type=TYPE)


routes = [Route("/metrics", measures)]
