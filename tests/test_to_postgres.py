"""A coop moves from its file to a PostgreSQL server, lives there, and comes back out of a backup."""

import asyncio
import json
import re

import pytest

from fedicoop.assemble import assemble
from fedicoop.db.lock import hold
from fedicoop.finding import searching
from fedicoop.listings import question
from fedicoop.settings import load
from tests.databases import cluster, require_postgres
from tests.terminal import HOUSE, OFFER, fixtures

terminal, run = fixtures()


@pytest.fixture(autouse=True)
def server():
    require_postgres()


@pytest.fixture
def house(tmp_path, run):
    """A coop with a member and a listing, in its file."""
    folder = tmp_path / "velo"
    assert run("init", "--data-dir", folder, *HOUSE).code == 0

    def type_in(*words):
        return run(*words, "--data-dir", folder)

    type_in.folder = folder
    type_in.json = lambda *words: json.loads(type_in(*words, "--json").out)
    (tmp_path / "offer.json").write_text(json.dumps(OFFER), encoding="utf-8")
    assert type_in("member", "add", "--handle", "lea", "--name", "Léa Martin").code == 0
    assert type_in("listing", "publish", tmp_path / "offer.json").code == 0
    return type_in


def address():
    return cluster().url(cluster().empty())


def found(folder, words):
    """The titles that a visitor's search finds."""

    async def search():
        async with assemble(load({"data_dir": folder}, {})) as node, node.db.read() as tx:
            answer = await searching.search(tx, question.read({"q": words}), seen_by=None)
            return [listing.title for listing in answer.listings]

    return asyncio.run(search())


def test_a_coop_moves_with_all_it_has(house):
    before, url = house.json("listing", "list"), address()

    moved = house.json("db", "to-postgres", url)

    assert {moved["rows"][table] for table in ("members", "listings")} == {1}
    assert moved["rows"]["actors"] == 3, "the server, the coop and its member"
    assert moved["settings_written"]
    assert not (house.folder / "fedicoop.db").exists(), "nobody writes to the old one by mistake"
    assert f'database_url = "{url}"' in (house.folder / "fedicoop.toml").read_text()
    status = house.json("db", "status")
    assert status["postgresql"].startswith("1")
    assert status["pending"] == []
    assert house.json("listing", "list") == before
    assert found(house.folder, "perceuse") == ["Perceuse à percussion"]


def test_it_does_not_move_while_it_is_at_work(house):
    with hold(house.folder, "worker"):
        refused = house("db", "to-postgres", address())

    assert refused.code == 75
    assert "FC-6919" in refused.err
    assert (house.folder / "fedicoop.db").exists()


def test_it_does_not_move_into_somebody_elses_place(house):
    url = address()
    cluster().ask("CREATE TABLE things (id TEXT)", re.search(r"/(empty_\d+)", url)[1])

    refused = house("db", "to-postgres", url)

    assert "FC-6915" in refused.err
    assert "database_url =" not in re.sub("#.*", "", (house.folder / "fedicoop.toml").read_text())
    assert house.json("db", "status")["path"] == str(house.folder / "fedicoop.db")


def test_what_is_no_server_is_no_place_to_move_to(house):
    assert "FC-6909" in house("db", "to-postgres", "sqlite:////tmp/other.db").err
    assert "FC-6911" in house("db", "to-postgres", cluster().url("nobody_made_it")).err
    away = house("db", "to-postgres", "postgresql://fedicoop@/fedicoop?host=/nonexistent")
    assert "FC-6910" in away.err
    assert "FC-1005" in house("db", "to-postgres", "mysql://localhost/coop").err


def test_a_backup_of_a_server_opens_without_one(house, tmp_path, run):
    url = address()
    assert house("db", "to-postgres", url).code == 0

    made = house("backup", "create", tmp_path / "velo.tar.gz")
    verified = run("backup", "verify", tmp_path / "velo.tar.gz")
    restored = run("restore", tmp_path / "velo.tar.gz", "--data-dir", tmp_path / "again")

    assert [made.code, verified.code, restored.code] == [0, 0, 0], made.err + verified.err + restored.err
    status = json.loads(run("db", "status", "--data-dir", tmp_path / "again", "--json").out)
    assert status["path"] == str(tmp_path / "again" / "fedicoop.db")
    listed = json.loads(run("listing", "list", "--data-dir", tmp_path / "again", "--json").out)
    assert listed == house.json("listing", "list")
    assert run("db", "reindex", "--data-dir", tmp_path / "again").code == 0
    assert found(tmp_path / "again", "perceuse") == ["Perceuse à percussion"]


def test_a_coop_may_begin_on_a_server(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FEDICOOP_DATABASE_URL", address())

    made = run("init", "--data-dir", tmp_path / "velo", *HOUSE)
    again = run("init", "--data-dir", tmp_path / "other", *HOUSE)

    assert made.code == 0, made.err
    assert "PostgreSQL" in made.out
    assert not (tmp_path / "velo" / "fedicoop.db").exists()
    assert "FC-6915" in again.err, "one house, one database"
    assert not (tmp_path / "other").exists()
    assert run("coop", "list", "--data-dir", tmp_path / "velo", "--json").code == 0


def test_an_empty_server_is_told_to_be_one(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FEDICOOP_DATABASE_URL", address())
    monkeypatch.setenv("FEDICOOP_ORIGIN", "https://velo.example")

    refused = run("coop", "list", "--data-dir", tmp_path)

    assert "FC-1011" in refused.err


def test_the_doctor_examines_a_house_on_a_server(house):
    assert house("db", "to-postgres", address()).code == 0

    said = house("doctor", "--json")

    assert "Traceback" not in said.err
    found = {one["name"]: one["state"] for one in json.loads(said.out)["checks"]}
    assert found["database"] == "ok"
