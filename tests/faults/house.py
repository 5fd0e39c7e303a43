"""A house of the fault tests: a data folder, and real processes that serve it and are ill-treated.

It is built in this process, with keys that were made before, because that is not what is tested; from
then on it is only met as the world meets it: over HTTP, by its log, and by its database once it is over.
"""

import asyncio
import itertools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from fedicoop import settings as settings_room
from fedicoop.access import Member, Role, operator
from fedicoop.actors import actions as actors
from fedicoop.actors import coops
from fedicoop.actors import store as actor_store
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.assemble import assemble
from fedicoop.db import Tx
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.members import actions as members
from fedicoop.members import sessions
from fedicoop.settings import Settings
from fedicoop.vocabulary.types import Actor
from fedicoop.web.origin import cookie_name
from tests.conftest import PAIRS

ROOT = Path(__file__).parents[2]
START = 60.0  # seconds that anybody waits for a start; how long it took is looked at apart


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0)) as sock:
        return int(sock.getsockname()[1])


@dataclass
class Process:
    """One life of one process."""

    role: str
    popen: subprocess.Popen[bytes]
    journal: Path
    begun: float = field(default_factory=time.monotonic)
    planned: bool = False  # that it ended was our doing

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """As a power cut does: no word, no time."""
        self.planned = True
        self.popen.kill()
        self.popen.wait()

    async def terminate(self, patience: float = 15.0) -> tuple[int, float]:
        """As systemd does; its exit code, and the seconds until it had gone."""
        self.planned = True
        begun = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self.popen.wait, patience)
        return code, time.monotonic() - begun

    def stop(self) -> None:
        """SIGSTOP: it is there, and does nothing."""
        self.popen.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def memory(self) -> int:
        """What it holds in memory now, in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu(self) -> float:
        """Seconds of computing so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def sockets_to(self, host: str, port: int) -> int:
        """How many TCP connections it holds to that place."""
        wanted = "".join(f"{int(part):02X}" for part in reversed(host.split("."))) + f":{port:04X}"
        table = Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:]
        mine = set()
        for one in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(OSError):
                mine.add(os.readlink(one))
        rows = [line.split() for line in table]
        return sum(row[2] == wanted and row[3] == "01" and f"socket:[{row[9]}]" in mine for row in rows)


@dataclass
class House:
    """`folder` is everything; `environ` is what its processes inherit."""

    folder: Path
    port: int
    coop: Actor
    lea: Member
    secret: str  # of Léa's session
    database_url: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    lives: list[Process] = field(default_factory=list)
    count: Iterator[int] = field(default_factory=itertools.count)
    journals: Path | None = None  # where their logs go; None: beside the folder
    prefix: tuple[str, ...] = ()  # what its processes are started by: prlimit, ip netns exec …
    http: httpx.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.http = self.client()

    @property
    def paths(self) -> str:
        """Where its processes find this program."""
        return str(ROOT)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def actors(self) -> list[Actor]:
        """As a peer, for the house beside it."""
        return [self.coop]

    @property
    def cookies(self) -> dict[str, str]:
        """What Léa's browser holds."""
        return {cookie_name(self.origin): self.secret}

    @property
    def database(self) -> Path:
        return self.folder / "fedicoop.db"

    def client(self, **more: Any) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=20, keepalive_expiry=2)
        return httpx.AsyncClient(limits=limits, timeout=30, trust_env=False, **more)

    def launch(self, role: str = "serve", *flags: str, **environ: str) -> Process:
        """Start a process, and do not wait for it."""
        journals = self.journals or self.folder.parent
        journal = journals / f"{self.folder.name}-{role}-{next(self.count)}.log"
        command = [sys.executable, "-m", "fedicoop", role, "--data-dir", str(self.folder), *flags]
        with journal.open("ab") as log:
            popen = subprocess.Popen(
                [*self.prefix, *command],
                env=self._environ() | environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        life = Process(role, popen, journal)
        self.lives.append(life)
        return life

    def _environ(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("FEDICOOP_")}
        ours = {"FEDICOOP_LOG_FORMAT": "json", "FEDICOOP_BIND": f"127.0.0.1:{self.port}"}
        if self.database_url:
            ours["FEDICOOP_DATABASE_URL"] = self.database_url
        return plain | ours | {"PYTHONPATH": str(ROOT)} | self.environ

    async def start(self, role: str = "serve", *flags: str, **environ: str) -> Process:
        """Start a process and wait until it is at work; what it said last is told if it is not."""
        life = self.launch(role, *flags, **environ)
        await self.ready(life)
        return life

    async def ready(self, life: Process) -> float:
        """Wait for a process that was launched; the seconds that it took from its first breath."""
        event = "serving" if life.role == "serve" else "worker.working"
        while life.alive and time.monotonic() - life.begun < START:
            if any(line.get("event") == event for line in _lines(life.journal)):
                return time.monotonic() - life.begun
            await asyncio.sleep(0.01)
        raise AssertionError(f"{life.role} did not start: {life.journal.read_text()[-3000:]}")

    async def refusal(self, role: str = "serve", *flags: str, **environ: str) -> str:
        """Start a process that should refuse to; what it says, after its exit code."""
        life = self.launch(role, *flags, **environ)
        self.lives.remove(life)  # its words are no log
        code = await asyncio.to_thread(life.popen.wait, START)
        return f"exit {code}: {life.journal.read_text()}"

    async def type_in(self, *words: str, code: int = 0) -> str:
        """A command of the operator's; what it printed, stdout and stderr."""
        command = [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(self.folder)]
        run = partial(
            subprocess.run, command, env=self._environ(), cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        done = await asyncio.to_thread(run)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return str(done.stdout + done.stderr)

    def close(self) -> None:
        for life in self.lives:
            if life.alive:
                life.go_on()
                life.kill()

    def log(self, event: str | None = None) -> list[dict[str, Any]]:
        """What its processes said, in order; of one kind, or all."""
        lines = [line for life in self.lives for line in _lines(life.journal)]
        return [line for line in lines if event is None or line.get("event") == event]

    def words(self) -> str:
        """Everything that was written to the log, as it stands there."""
        return "".join(life.journal.read_text(errors="replace") for life in self.lives)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the database beside the house, without writing to it."""
        if self.database_url:
            import psycopg

            with psycopg.connect(self.database_url) as raw:
                return raw.execute(sql).fetchall()
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True, timeout=10)) as raw:
            return raw.execute(sql).fetchall()

    def change(self, sql: str, rows: list[dict[str, Any]] | None = None) -> None:
        """Put something into the database that would take long to bring about (SQLite alone)."""
        with closing(sqlite3.connect(self.database, timeout=10)) as raw, raw:
            if rows is None:
                raw.executescript(sql)
            else:
                raw.executemany(sql, rows)

    async def drained(self, patience: float = 60.0) -> float:
        """Wait until nothing is promised any more; the seconds that it took."""
        begun = time.monotonic()
        while self.rows("SELECT count(*) FROM jobs WHERE NOT dead") != [(0,)]:
            if time.monotonic() - begun > patience:
                left = self.rows("SELECT lane, kind, attempts, last_error FROM jobs WHERE NOT dead LIMIT 5")
                raise AssertionError(f"still waiting after {patience} s: {left}")
            await asyncio.sleep(0.1)
        return time.monotonic() - begun


def _lines(journal: Path) -> list[dict[str, Any]]:
    found = []
    for line in journal.read_text(errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append({"event": "(not a line of the log)", "text": line})
    return [line for line in found if isinstance(line, dict)]


async def build(
    folder: Path,
    *,
    port: int = 0,
    peers: tuple[Any, ...] = (),
    allowed: tuple[str, ...] = (),
    database_url: str = "",
    pair: int = 0,
    **more: Any,
) -> House:
    """A house with one coop and one member, Léa, who is signed in; `peers` follow it and are followed.

    `allowed` are hosts that it may talk with later on, `more` are settings.
    """
    folder.mkdir(mode=0o700, parents=True)
    port = port or free_port()
    origin = f"http://127.0.0.1:{port}"
    known = {f"127.0.0.1:{port}", *allowed, *(peer.host for peer in peers)}
    given = {"origin": origin, "locale": "fr", "allowed_peers": frozenset(known), **more}
    settings = Settings(data_dir=folder, database_url=database_url, **given)
    settings_room.write_file(folder / settings_room.FILE, given)
    (folder / "media").mkdir(mode=0o700)
    async with assemble(settings, create=True) as node, node.db.write() as tx:
        await actors.create_server(tx, origin, PAIRS[pair])
        coop = await actors.create(tx, origin, "Organization", "velo", "Atelier Vélo", PAIRS[pair + 1])
        await coops.put(tx, Coop(coop.id, "bike-repair", "fr", AuthorMode.COOP))
        lea = await members.add(
            tx,
            operator(coop.id),
            origin,
            handle="lea",
            name="Léa Martin",
            pair=PAIRS[3],
            email=None,
            role=Role.ADMIN,
        )
        secret = await sessions.begin(tx, lea.id, "Firefox")
        for peer in peers:
            await _meet(tx, coop, peer)
    return House(folder, port, coop, lea, secret, database_url)


async def introduce(house: House, *peers: Any) -> None:
    """Peers that came later: they follow the house, and it follows them.  It must not run just now."""
    settings = settings_room.load({"data_dir": house.folder}, {})
    async with assemble(settings) as node, node.db.write() as tx:
        for peer in peers:
            await _meet(tx, house.coop, peer)


async def _meet(tx: Tx, coop: Actor, peer: Any) -> None:
    for them in peer.actors:
        await actor_store.put(tx, them)
        await follows.ask(tx, f"{them.id}/follows/1", them.id, coop.id, Status.ACCEPTED)
        ours = f"{coop.id.partition('/actors/')[0]}/activities/{tx.new_id()}"
        await follows.ask(tx, ours, coop.id, them.id, Status.ACCEPTED)
