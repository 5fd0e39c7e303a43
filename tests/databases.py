"""The database that a test runs on: SQLite, or with FEDICOOP_TEST_DATABASE=postgresql a PostgreSQL.

Each process of the tests then starts a throw-away cluster of its own, which goes with it, and each house
gets a database of its own, copied from one that has the schema.  The cluster's language is French, as a
coop's may be, so that nothing rests on a locale by chance.
"""

import asyncio
import atexit
import ctypes
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from fedicoop.db import Database, Engine
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine

ON_POSTGRES = os.environ.get("FEDICOOP_TEST_DATABASE", "sqlite").startswith("postgres")
SQLITES_OWN = pytest.mark.skipif(ON_POSTGRES, reason="this is about SQLite's own file")
"""For what has to do with the file, its log beside it, its locks or its copies."""


def _refusals() -> tuple[type[Exception], ...]:
    try:
        from psycopg import IntegrityError
    except ImportError:
        return (sqlite3.IntegrityError,)
    return (sqlite3.IntegrityError, IntegrityError)


REFUSED = _refusals()
"""What a database says of a row that breaks a constraint or meets a trigger."""

_TEMPLATE = "template_fedicoop"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_ALWAYS = (
    "listen_addresses=",
    "shared_buffers=64MB",
    "max_connections=300",
    "wal_level=minimal",
    "max_wal_senders=0",
    "log_min_messages=warning",
)


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None where it is not installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -int(one.parent.name))
    return next((one for one in found if (one / "postgres").exists() and (one / "pg_isready").exists()), None)


def require_postgres() -> Path:
    """Skip the test where there is no PostgreSQL, unless everything must be tried."""
    found = programs()
    if found is None:
        missing = "needs PostgreSQL (Debian: sudo apt install postgresql)"
        if os.environ.get("REQUIRE_JUDGES") == "all":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


class Cluster:
    """A PostgreSQL server in a folder of its own, heard on a Unix socket alone.

    `durable` ones wait for the disk like a coop's; the others do not, for the sake of speed.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = require_postgres()
        self._user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="fedicoop-pg-", dir="/tmp"))
        if self._user:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._names = itertools.count(1)
        self._durable = durable
        self._server: subprocess.Popen[bytes] | None = None
        french = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr")
        self._run(
            "initdb", "-D", self._data, "-U", "fedicoop", "-A", "trust", "-E", "UTF8", *french, "--no-sync"
        )
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        assert self._server
        return self._server.pid

    def _run(self, program: str, *words: object) -> None:
        command = [self._bin / program, *map(str, words)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **self._user)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Begin to serve, and come back when it answers.  The server ends with this process."""
        settings = (*_ALWAYS, *(() if self._durable else _FAST), f"unix_socket_directories={self.folder}")
        words = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, *words],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent,
                **self._user,
            )
        until = time.monotonic() + 30
        while subprocess.run(
            [self._bin / "pg_isready", "-q", "-h", self.folder], cwd=self.folder, check=False
        ).returncode:
            assert self._server.poll() is None, self.log
            assert time.monotonic() < until, self.log
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT as a power cut would."""
        if self._server:
            self._server.send_signal(how)
            self._server.wait(30)
            self._server = None

    def destroy(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def url(self, name: str) -> str:
        return f"postgresql://fedicoop@/{name}?host={self.folder}"

    def ask(self, sql: str, database: str = "postgres") -> list[tuple]:
        """Run a statement as the server's owner."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as raw:
            answer = raw.execute(sql.encode())
            return answer.fetchall() if answer.description else []

    def empty(self) -> str:
        """The name of a new database with nothing in it."""
        name = f"empty_{next(self._names)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    async def copy(self) -> str:
        """The name of a new database that has the schema."""
        name = f"house_{next(self._names)}"
        await asyncio.to_thread(self.ask, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY {_STRATEGY}")
        return name


_STRATEGY = "FILE_COPY"


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


@cache
def cluster() -> Cluster:
    """This process's cluster, with a template that has the schema."""
    made = Cluster()
    atexit.register(made.destroy)
    return made


_ready: set[str] = set()


async def template() -> None:
    if _ready:
        return
    from fedicoop.db.postgres import PostgresEngine

    cluster().ask(f"CREATE DATABASE {_TEMPLATE}")
    engine = await PostgresEngine.open(cluster().url(_TEMPLATE))
    await migrate(Database(engine, lambda: datetime.now(UTC), lambda: "0"), backup=None)
    await engine.close()
    _ready.add(_TEMPLATE)


async def house_engine(folder: Path, *, schema: bool = True, patience: float = 5.0) -> Engine:
    """An engine on a new database, which goes when the engine is closed; with our tables, or empty."""
    if not ON_POSTGRES:
        return await SqliteEngine.open(folder / "fedicoop.db", durable=False, patience=patience)
    return await postgres_engine(schema=schema, patience=patience)


def url_of(engine: Engine) -> str:
    """What the settings of a house on that engine say; "" for a file beside them."""
    return str(getattr(engine, "_url", ""))


async def postgres_engine(*, schema: bool = True, patience: float = 5.0) -> Engine:
    from fedicoop.db.postgres import PostgresEngine

    class Fleeting(PostgresEngine):
        """One whose database goes with it."""

        async def close(self) -> None:
            await super().close()
            await asyncio.to_thread(cluster().ask, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    if schema:
        await template()
        name = await cluster().copy()
    else:
        name = await asyncio.to_thread(cluster().empty)
    return await Fleeting.open(cluster().url(name), patience=patience)


async def tables(db: Database) -> list[str]:
    """The names of all tables, in order."""
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
    }
    async with db.engine.transaction(write=False) as raw:
        return [row[0] for row in (await raw.execute(sql[db.engine.dialect], {})).rows]


async def columns(db: Database, table: str) -> list[str]:
    async with db.engine.transaction(write=False) as raw:
        return list((await raw.execute(f'SELECT * FROM "{table}" LIMIT 0', {})).columns)


async def written(db: Database) -> str:
    """Everything that stands in the database, a row a line: `INSERT INTO "meta" VALUES ('key', 'value')`."""
    lines = []
    for table in await tables(db):
        async with db.engine.transaction(write=False) as raw:
            rows = (await raw.execute(f'SELECT * FROM "{table}"', {})).rows
        lines += [f'INSERT INTO "{table}" VALUES ({", ".join(map(_literal, row))})' for row in rows]
    return "\n".join(lines)


def _literal(value: object) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def refusing(db: Database, event: str) -> tuple[list[str], list[str]]:
    """The statements that make a database refuse an event (`INSERT ON sent`), and those that end it."""
    event, _, when = event.partition(" WHEN ")
    if db.engine.dialect == "sqlite":
        when = f"WHEN {when}" if when else ""
        made = f"CREATE TRIGGER full BEFORE {event} {when} BEGIN SELECT RAISE(ABORT, 'no room'); END"
        return [made], ["DROP TRIGGER full"]
    when = f"WHEN ({when})" if when else ""
    return (
        [
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
               $$BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '23000'; END$$""",
            f'CREATE TRIGGER "full" BEFORE {event} FOR EACH ROW {when} EXECUTE FUNCTION full_disk()',
        ],
        ["DROP FUNCTION full_disk CASCADE"],
    )
