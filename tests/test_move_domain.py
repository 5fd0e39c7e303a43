"""`fedicoop move-domain`: what it says and refuses, and what is left when it is killed half-way."""

import asyncio
import json

import pytest

from fedicoop import meta
from fedicoop.assemble import assemble
from fedicoop.cli import move_domain
from fedicoop.db.lock import hold
from fedicoop.desk import house_moving
from fedicoop.settings import load
from tests.terminal import HOUSE, OFFER, fixtures

terminal, run = fixtures()
OLD, NEW = "https://velo.example", "https://neuf.example"


@pytest.fixture
def house(tmp_path, run):
    """A coop with a member and a listing."""
    folder = tmp_path / "velo"
    assert run("init", "--data-dir", folder, *HOUSE).code == 0

    def type_in(*words):
        return run(*words, "--data-dir", folder)

    type_in.folder = folder
    (tmp_path / "offer.json").write_text(json.dumps(OFFER), encoding="utf-8")
    assert type_in("member", "add", "--handle", "lea", "--name", "Léa Martin").code == 0
    assert type_in("listing", "publish", tmp_path / "offer.json").code == 0
    return type_in


def ids(house) -> list[str]:
    return [one["id"] for one in json.loads(house("listing", "list", "--json").out)]


def promised(folder) -> int:
    async def count() -> int:
        async with assemble(load({"data_dir": folder}, {})) as node, node.db.read() as tx:
            return await tx.count("SELECT count(*) FROM jobs WHERE kind = 'SayMoved'")

    return asyncio.run(count())


def test_a_dry_run_tells_the_numbers_and_changes_nothing(house):
    before = ids(house)
    said = house("move-domain", NEW, "--dry-run")
    assert said.code == 0
    assert f"From {OLD} to {NEW}" in said.out
    assert "Nothing was changed." in said.out
    told = json.loads(house("move-domain", NEW, "--dry-run", "--json").out)
    assert (told["listings"], told["members"], told["moved"]) == (1, 1, False)
    unsure = house("move-domain", NEW)
    assert unsure.code == 2
    assert "move-domain https://neuf.example --yes" in unsure.err
    assert ids(house) == before


def test_it_moves_once_and_writes_the_settings(house):
    [before] = ids(house)
    said = house("move-domain", NEW, "--yes")

    assert said.code == 0, said.err
    assert ids(house) == [before.replace(OLD, NEW)]
    assert f'origin = "{NEW}"' in (house.folder / "fedicoop.toml").read_text()
    assert promised(house.folder) == 1
    assert list((house.folder / "backups").glob("before-move-domain-*"))
    again = house("move-domain", NEW, "--yes")
    assert again.code == 1
    assert "lives at https://neuf.example already" in again.err
    found = json.loads(house("doctor", "--json").out)
    assert not [one for one in str(found).split() if one == "settings.origin_changed"]


def test_nobody_works_on_it_meanwhile(house):
    with hold(house.folder, "serve"):
        assert house("move-domain", NEW, "--yes").code == 75
        assert house("move-domain", NEW, "--dry-run").code == 0


@pytest.mark.parametrize(
    "origin", ["neuf.example", "ftp://neuf.example", "https://neuf.example/a", "http://neuf.example"]
)
def test_what_is_no_address_is_refused(house, origin):
    assert house("move-domain", origin, "--yes").code == 1
    assert ids(house)[0].startswith(OLD)


def test_killed_before_the_settings_were_written_it_lives_at_the_new_address_and_ends_when_asked_again(
    house, monkeypatch
):
    """The commit is the move: the database knows, and the settings follow."""
    with monkeypatch.context() as killed:
        killed.setattr(move_domain, "_point_to", _die)
        assert house("move-domain", NEW, "--yes").code != 0
    assert f'origin = "{OLD}"' in (house.folder / "fedicoop.toml").read_text()

    assert ids(house)[0].startswith(NEW), "every command already finds it at its new address"
    assert promised(house.folder) == 1
    assert house("move-domain", NEW, "--yes").code == 0
    assert f'origin = "{NEW}"' in (house.folder / "fedicoop.toml").read_text()
    assert promised(house.folder) == 1, "and promises nothing twice"


def test_killed_within_the_commit_nothing_has_happened(house, monkeypatch):
    before = ids(house)
    with monkeypatch.context() as killed:
        killed.setattr(house_moving.index, "begin_anew", _die)
        assert house("move-domain", NEW, "--yes").code != 0
    assert ids(house) == before

    async def origin() -> str | None:
        async with assemble(load({"data_dir": house.folder}, {})) as node, node.db.read() as tx:
            return await meta.find(tx, "origin")

    assert asyncio.run(origin()) == OLD
    assert promised(house.folder) == 0
    assert house("move-domain", NEW, "--yes").code == 0


def test_another_origin_in_the_settings_is_still_no_move(house):
    file = house.folder / "fedicoop.toml"
    file.write_text(file.read_text().replace(OLD, "https://ailleurs.example"))
    refused = house("listing", "list")
    assert refused.code == 1
    assert "move-domain" in refused.err


def _die(*_: object) -> None:
    raise KeyboardInterrupt
