import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedicoop.db import Database, migrate
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import statements
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Misconfigured, Unavailable
from tests.databases import cluster, postgres_engine, require_postgres

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Named:
    name: str


async def sqlite(folder):
    return await SqliteEngine.open(folder / "house.db", durable=False)


async def postgres(folder):
    return await postgres_engine(schema=False)


ENGINES = [sqlite, postgres]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
async def db(request, tmp_path):
    database = Database(await request.param(tmp_path), lambda: NOW, new_ulid_source())
    yield database
    await database.engine.close()


@pytest.fixture
def folder(tmp_path):
    """A folder with one migration."""
    (folder := tmp_path / "migrations").mkdir()
    (folder / "0001_start.sql").write_text("CREATE TABLE things (id TEXT PRIMARY KEY);\n")
    return folder


async def things(db):
    async with db.read() as tx:
        return await tx.count("SELECT count(*) FROM things")


async def test_the_schema_is_whole_and_is_made_once(db):
    first = await migrate.migrate(db, backup=None)
    again = await migrate.migrate(db, backup=None)

    assert first[0] == "0001_start.sql"
    assert first == sorted(first)
    assert again == []
    async with db.read() as tx:
        for table in ("actors", "listings", "follows", "sent", "received", "jobs", "lanes", "meta"):
            assert await tx.count(f"SELECT count(*) FROM {table}") == 0


async def test_each_migration_is_applied_once_and_in_order(db, folder):
    (folder / "0003_last.sql").write_text("INSERT INTO things (id) SELECT id || 'c' FROM things")
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")
    (folder / "README.md").write_text("not SQL")

    applied = await migrate.migrate(db, backup=None, folder=folder)

    assert applied == ["0001_start.sql", "0002_next.sql", "0003_last.sql"]
    assert await things(db) == 2


async def test_a_database_with_something_in_it_is_backed_up_before_it_changes(db, folder):
    asked = []

    async def back_up(reason):
        asked.append((reason, await things(db)))
        return Path(reason)

    await migrate.migrate(db, backup=back_up, folder=folder)
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")
    await migrate.migrate(db, backup=back_up, folder=folder)
    await migrate.migrate(db, backup=back_up, folder=folder)

    assert asked == [("0002_next", 0)]
    assert await things(db) == 1


async def test_without_its_backup_nothing_changes(db, folder):
    async def no_room(reason):
        raise Unavailable("storage.no_room", needed="2", free="1")

    await migrate.migrate(db, backup=None, folder=folder)
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")

    with pytest.raises(Unavailable):
        await migrate.migrate(db, backup=no_room, folder=folder)

    assert await things(db) == 0


async def test_a_migration_that_fails_leaves_nothing_of_itself(db, folder):
    (folder / "0002_next.sql").write_text(
        "INSERT INTO things (id) VALUES ('a'); CREATE TABEL wrong (id TEXT);"
    )

    with pytest.raises(Misconfigured) as refused:
        await migrate.migrate(db, backup=None, folder=folder)

    assert refused.value.key == "storage.migration_failed"
    assert refused.value.values == {"name": "0002_next.sql"}
    assert await things(db) == 0
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")
    assert await migrate.migrate(db, backup=None, folder=folder) == ["0002_next.sql"]


async def test_a_migration_that_was_edited_after_it_was_applied_is_refused(db, folder):
    await migrate.migrate(db, backup=None, folder=folder)
    (folder / "0001_start.sql").write_text("CREATE TABLE things (id TEXT PRIMARY KEY, name TEXT);\n")

    with pytest.raises(Misconfigured) as refused:
        await migrate.migrate(db, backup=None, folder=folder)

    assert refused.value.key == "storage.migration_changed"
    assert refused.value.values == {"name": "0001_start.sql"}


async def test_a_database_of_a_newer_program_is_refused(db, folder):
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")
    await migrate.migrate(db, backup=None, folder=folder)
    (folder / "0002_next.sql").unlink()

    with pytest.raises(Misconfigured) as refused:
        await migrate.migrate(db, backup=None, folder=folder)

    assert refused.value.key == "storage.newer"
    assert refused.value.values == {"name": "0002_next.sql"}


async def test_a_database_that_belongs_to_another_program_is_refused(db, folder):
    async with db.write() as tx:
        await tx.run("CREATE TABLE things (shopping TEXT)")

    with pytest.raises(Misconfigured) as refused:
        await migrate.migrate(db, backup=None, folder=folder)

    assert refused.value.key == "storage.migration_failed"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_processes_that_start_together_migrate_once(tmp_path, folder, kind):
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('a')")
    engines = [await sqlite(tmp_path) for _ in range(4)] if kind == "sqlite" else await four_on_one_server()
    all_of_them = [Database(engine, lambda: NOW, new_ulid_source()) for engine in engines]

    applied = await asyncio.gather(*(migrate.migrate(db, backup=None, folder=folder) for db in all_of_them))

    assert sorted(name for one in applied for name in one) == ["0001_start.sql", "0002_next.sql"]
    assert await things(all_of_them[0]) == 1
    for engine in engines:
        await engine.close()


async def four_on_one_server():
    require_postgres()
    from fedicoop.db.postgres import PostgresEngine

    url = cluster().url(cluster().empty())
    return [await PostgresEngine.open(url) for _ in range(4)]


async def test_a_step_in_the_words_of_postgresql_stands_beside_the_one_of_sqlite(db, folder):
    (folder / "0002_next.sql").write_text("INSERT INTO things (id) VALUES ('sqlite')")
    (folder / "0002_next.postgres.sql").write_text("INSERT INTO things (id) VALUES ('postgresql')")

    applied = await migrate.migrate(db, backup=None, folder=folder)
    again = await migrate.migrate(db, backup=None, folder=folder)

    assert (applied, again) == (["0001_start.sql", "0002_next.sql"], [])
    async with db.read() as tx:
        assert await tx.count("SELECT count(*) FROM things WHERE id = :id", id=db.engine.dialect) == 1


async def test_text_sorts_by_its_bytes_whatever_the_language_of_the_database(db, folder):
    await migrate.migrate(db, backup=None, folder=folder)
    async with db.write() as tx:
        await tx.run_many("INSERT INTO things (id) VALUES (:id)", [{"id": id} for id in "éaZz_-1"])
        found = await tx.all(Named, "SELECT id AS name FROM things ORDER BY id")

    assert "".join(one.name for one in found) == "-1Z_azé"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ;; \n;", []),
        ("-- nothing; at all\n", []),
        ("/* nothing; \n at all */ ;", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'l''eau; vive'; SELECT 2", ["SELECT 'l''eau; vive'", "SELECT 2"]),
        ('SELECT ";"";"; SELECT 2', ['SELECT ";"";"', "SELECT 2"]),
        ("SELECT 1 -- one; 'two\n; SELECT 2", ["SELECT 1 -- one; 'two", "SELECT 2"]),
        ("SELECT 1 /* one; 'two */; SELECT 2", ["SELECT 1 /* one; 'two */", "SELECT 2"]),
        ("SELECT '--'; SELECT '/*'; SELECT 2", ["SELECT '--'", "SELECT '/*'", "SELECT 2"]),
        ("SELECT $$;$$; SELECT $a$ ; $$ $a$", ["SELECT $$;$$", "SELECT $a$ ; $$ $a$"]),
        ("SELECT 1 - -1; SELECT 4/2", ["SELECT 1 - -1", "SELECT 4/2"]),
    ],
)
def test_a_script_is_cut_where_its_statements_end(script, expected):
    assert [*statements(script)] == expected
