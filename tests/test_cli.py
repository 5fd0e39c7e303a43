"""The operator's door: what is typed, what is answered, and with which exit code."""

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from fedicoop.assemble import assemble
from fedicoop.cli import main, serving
from fedicoop.cli.root import root
from fedicoop.db.lock import hold
from fedicoop.jobs import queue
from fedicoop.outbox.say import Deliver
from fedicoop.settings import EXAMPLES, load
from tests.photos import a_phone_photo
from tests.terminal import HOUSE, OFFER, fixtures

ROOT = Path(__file__).parents[1]

terminal, run = fixtures()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "velo"
    assert main(["init", "--data-dir", str(folder), *HOUSE]) == 0
    return folder


@pytest.fixture
def house(built, tmp_path, run):
    """A house of its own for each test, and the way to type commands in it."""
    folder = tmp_path / "velo"
    shutil.copytree(built, folder)

    def type_in(*words):
        return run(*words, "--data-dir", folder)

    type_in.folder = folder
    type_in.json = lambda *words: json.loads(type_in(*words, "--json").out)
    type_in.file = lambda **fields: written(tmp_path, OFFER | fields)
    return type_in


def written(folder, fields, name="offer.json"):
    (folder / name).write_text(json.dumps(fields), encoding="utf-8")
    return folder / name


def in_house(house, work):
    """Do something with the node of a house."""

    async def inside():
        async with assemble(load({"data_dir": house.folder}, {})) as node:
            return await work(node)

    return asyncio.run(inside())


def rows(house, sql):
    with sqlite3.connect(house.folder / "fedicoop.db") as raw:
        found = raw.execute(sql).fetchall()
    raw.close()
    return found


def verbs(command=root, path=()):
    yield path
    for name in command.list_commands(None) if isinstance(command, click.Group) else ():
        yield from verbs(command.get_command(None, name), (*path, name))


# --- help and mistakes ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", list(verbs()), ids=lambda path: " ".join(path) or "fedicoop")
def test_every_command_explains_itself_in_both_languages_with_two_examples(run, monkeypatch, path):
    english = run(*path, "--help")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    french = run(*path, "-h")

    assert (english.code, french.code) == (0, 0)
    assert english.out.startswith("Usage: ")
    assert french.out.startswith("Usage\u00a0: ")
    assert len(english.out.split("Examples:\n")[1].strip().splitlines()) == 2
    assert english.out != french.out
    assert not re.search(r"\bcli\.[a-z]", english.out + french.out), "a text that nobody wrote"


def test_help_waits_for_no_heavy_library():
    heavy = "httpx PIL cryptography jinja2 nh3 aiosqlite uvicorn starlette msgspec structlog markdown_it"
    script = (
        "import sys; from fedicoop.cli import main; main(['--help']);"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_slip_of_the_keyboard_is_told_with_what_was_meant(run):
    answer = run("lisitng", "list")

    assert answer.code == 2
    assert answer.err == (
        "✗ There is no command “lisitng”.  FC-1200\n"
        "  Why: Probably a slip of the keyboard: did you mean `fedicoop listing`?\n"
        "  Do:  `fedicoop --help` shows all commands.\n"
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["coop", "fellow"], "FC-1200"),
        (["xyz"], "FC-1201"),
        (["coop", "list", "--zz"], "FC-1202"),
        (["init", "--nam", "x"], "FC-1203"),
        (["member", "add", "--name", "x"], "FC-1204"),
        (["listing", "list", "--from", "nowhere"], "FC-1215"),
        (["serve", "--workers", "65"], "FC-1216"),
        (["coop", "list", "too", "many"], "FC-1206"),
    ],
)
def test_words_that_cannot_be_understood_are_refused_with_a_remedy(run, words, code):
    answer = run(*words)

    assert answer.code == 2
    assert code in answer.err
    assert answer.err.count("\n") == 3
    assert "--help` " in answer.err.splitlines()[2]


def test_a_family_without_a_verb_shows_its_verbs(run):
    answer = run("coop")

    assert answer.code in (0, 2)
    assert "follow" in answer.out


def test_an_error_speaks_the_language_of_the_terminal(run, monkeypatch, tmp_path):
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")

    answer = run("listing", "publish", tmp_path / "absent.json")

    assert answer.code == 4
    assert answer.err == (
        f"✗ Le fichier {tmp_path}/absent.json n’existe pas.  FC-1230\n"
        "  Pourquoi\u00a0: Le chemin est pris à partir du dossier où vous êtes.\n"
        "  À faire\u00a0: Vérifiez-le avec `ls`, ou donnez - pour lire l’entrée standard.\n"
    )


def test_an_error_for_a_program_is_one_object_on_stderr(run, tmp_path):
    answer = run("listing", "publish", tmp_path / "absent.json", "--json")

    assert answer.out == ""
    assert json.loads(answer.err).keys() == {"code", "error", "why", "do"}
    assert json.loads(answer.err)["code"] == "FC-1230"


def test_what_nobody_foresaw_is_one_sentence_and_no_traceback(house):
    house("listing", "publish", house.file())
    rows(house, "UPDATE listings SET photos = 'no json'")

    answer = house("listing", "list")

    assert answer.code == 1
    assert "FC-1209" in answer.err
    assert "Traceback" not in answer.err


# --- init and what stands beside it ---------------------------------------------------------------


def test_a_new_house_is_private_and_says_what_was_made(run, tmp_path):
    folder = tmp_path / "deep" / "velo"

    answer = run("init", "--data-dir", folder, *HOUSE)

    assert answer.code == 0
    assert "https://velo.example/bienvenue/" in answer.out
    assert "@velo@velo.example, with its keys" in answer.out
    assert f"Next: fedicoop serve --data-dir {folder}" in answer.out
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "fedicoop.toml").stat().st_mode & 0o777 == 0o600
    assert (folder / "fedicoop.db").stat().st_mode & 0o777 == 0o600
    assert tomllib.loads((folder / "fedicoop.toml").read_text()) == {
        "origin": "https://velo.example",
        "locale": "fr",
    }


def test_the_origin_alone_makes_a_house_whose_set_up_asks_for_the_rest(run, tmp_path):
    folder, origin = tmp_path / "velo", ("--origin", "https://velo.example")

    answer = run("init", "--data-dir", folder, *origin, "--json")
    again = run("admin", "link", "--data-dir", folder, "--json")
    doctor = run("doctor", "--data-dir", folder, "--json")

    told = json.loads(answer.out)
    assert (told["actor"], told["handle"], told["name"]) == (None, None, None)
    for link in (told["admin_link"], json.loads(again.out)["url"]):
        assert link.startswith("https://velo.example/bienvenue/")
    assert told["admin_link"] != json.loads(again.out)["url"]
    [keys] = [check for check in json.loads(doctor.out)["checks"] if check["name"] == "keys"]
    assert (keys["state"], "admin link" in keys["do"]) == ("warning", True)


def test_what_init_was_told_is_answered_already(run, tmp_path):
    folder = tmp_path / "velo"

    run("init", "--data-dir", folder, "--origin", "https://velo.example", "--name", "Vélo", "--kind", "food")

    with sqlite3.connect(folder / "fedicoop.db") as raw:
        [(answers,)] = raw.execute("SELECT answers FROM setups").fetchall()
    raw.close()
    assert (json.loads(answers)["name"], json.loads(answers)["kind"]) == ("Vélo", "food")


def test_a_house_is_never_built_over_another(house):
    before = sorted((path, path.stat().st_mtime_ns) for path in house.folder.rglob("*"))

    answer = house("init", *HOUSE)

    assert (answer.code, "FC-1210" in answer.err) == (1, True)
    assert sorted((path, path.stat().st_mtime_ns) for path in house.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("--handle", "Vélo"), "FC-3001"),
        (("--name", " \u200b "), "FC-1212"),
        (("--origin", "https://velo.example/path"), "FC-1002"),
        (("--origin", "http://velo.example"), "FC-1003"),
    ],
)
def test_an_init_that_fails_leaves_nothing(run, tmp_path, wrong, code):
    folder = tmp_path / "deep" / "velo"

    answer = run("init", "--data-dir", folder, *HOUSE, *wrong)

    assert answer.code in (1, 2)
    assert code in answer.err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_taken_and_so_is_one_that_a_killed_init_left(run, tmp_path):
    (tmp_path / "velo" / ".fedicoop-x1y2" / "media").mkdir(parents=True)

    answer = run("init", "--data-dir", tmp_path / "velo", *HOUSE, "--json")

    assert answer.code == 0
    told = json.loads(answer.out)
    assert told.keys() == {"data_dir", "origin", "actor", "handle", "name", "admin_link"}
    assert sorted(path.name for path in (tmp_path / "velo").iterdir()) == [
        "fedicoop.db",
        "fedicoop.toml",
        "media",
    ]


def test_a_house_for_trials_remembers_whom_it_may_reach_by_plain_http(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FEDICOOP_ALLOWED_PEERS", "127.0.0.1:8001,127.0.0.1:8002")
    plain = ("--origin", "http://127.0.0.1:8001")
    assert run("init", "--data-dir", tmp_path / "velo", *HOUSE, *plain).code == 0
    monkeypatch.delenv("FEDICOOP_ALLOWED_PEERS")

    answer = run("config", "show", "--data-dir", tmp_path / "velo", "--json")

    assert json.loads(answer.out)["allowed_peers"]["value"] == "127.0.0.1:8001, 127.0.0.1:8002"


def test_commands_without_a_house_say_how_to_make_one(run, tmp_path):
    answer = run("listing", "list", "--data-dir", tmp_path / "absent")

    assert answer.code == 1
    assert f"fedicoop init --data-dir {tmp_path}/absent" in answer.err
    assert not (tmp_path / "absent").exists()


def test_the_data_folder_may_be_named_before_the_verb_or_by_the_environment(house, run, monkeypatch):
    before = run("--data-dir", house.folder, "listing", "list", "--json")
    monkeypatch.setenv("FEDICOOP_DATA_DIR", str(house.folder))
    without = run("listing", "list", "--json")

    assert (before.code, without.code) == (0, 0)


def test_another_origin_is_refused(house, monkeypatch):
    monkeypatch.setenv("FEDICOOP_ORIGIN", "https://other.example")

    answer = house("listing", "list")

    assert answer.code == 1
    assert "FC-1012" in answer.err


def test_a_new_link_voids_the_one_before(house):
    first, second = house.json("admin", "link"), house.json("admin", "link")

    assert first["url"].startswith("https://velo.example/bienvenue/")
    assert first["url"] != second["url"]
    assert rows(house, "SELECT count(*) FROM links") == [(1,)]


def test_the_settings_are_shown_with_who_gave_them_and_without_passwords(house, monkeypatch):
    monkeypatch.setenv("FEDICOOP_LOG_LEVEL", "warning")

    answer = house("config", "show", "--origin")

    assert re.search(r"^origin +https://velo\.example +\S+fedicoop\.toml$", answer.out, re.MULTILINE)
    assert re.search(r"^log_level +warning +FEDICOOP_LOG_LEVEL$", answer.out, re.MULTILINE)
    assert house("config", "path").out == f"{house.folder}/fedicoop.toml\n"


def test_the_examples_of_settings_name_every_setting_and_no_other():
    variables = re.findall(r"^#?(FEDICOOP_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    names = re.findall(r"^#(\w+) =", (ROOT / "fedicoop.example.toml").read_text(), re.MULTILINE)

    assert sorted(variables) == sorted(f"FEDICOOP_{name.upper()}" for name in EXAMPLES)
    assert sorted([*names, "data_dir"]) == sorted(EXAMPLES)


# --- listings -------------------------------------------------------------------------------------


def test_a_listing_goes_through_its_life_by_whatever_name_it_is_called(house):
    made = house.json("listing", "publish", house.file())
    [row] = house.json("listing", "list")
    assert {"id", "url", "kind", "title", "status", "source"} <= row.keys()
    assert (row["id"], row["url"], row["source"]) == (made["id"], made["url"], "local")

    by_id = house.json("listing", "pause", made["id"])["status"]
    by_url = house.json("listing", "resume", made["url"])["status"]
    by_key = house.json("listing", "renew", made["id"].rpartition("/")[2])["status"]
    by_its_end = house.json("listing", "close", made["id"][-8:])["status"]

    assert (by_id, by_url, by_key, by_its_end) == ("paused", "published", "published", "closed")
    assert house.json("listing", "delete", made["id"])["status"] == "deleted"
    assert house.json("listing", "list") == []
    again = house("listing", "close", made["url"])
    assert (again.code, "FC-1241" in again.err) == (4, True)


def test_an_edit_changes_what_it_names_and_nothing_else(house, tmp_path):
    made = house.json("listing", "publish", house.file(tags=["outils"]))

    answer = house("listing", "update", made["id"], written(tmp_path, {"title": "Perceuse Bosch"}))

    assert "changed: Perceuse Bosch" in answer.out
    [row] = house.json("listing", "list", "--from", "local", "--kind", "offer")
    assert (row["title"], row["tags"], row["place"]) == ("Perceuse Bosch", ["outils"], "Lille")
    assert house.json("listing", "list", "--kind", "need") == []


def test_a_listing_comes_from_standard_input_too(house, monkeypatch, tmp_path):
    with written(tmp_path, OFFER).open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        answer = house("listing", "publish", "-")

    assert answer.code == 0
    assert answer.out.startswith("✓ published: Perceuse à percussion\n")
    assert "It leaves as soon as `fedicoop serve` runs." in answer.err


def test_photos_are_taken_in_from_beside_the_file(house, tmp_path):
    (tmp_path / "a.jpg").write_bytes(a_phone_photo())

    made = house.json("listing", "publish", house.file(photos=[{"file": "a.jpg", "alt": "Une perceuse"}]))

    assert made["photos"] == 1
    kept = [path.read_bytes() for path in (house.folder / "media").iterdir()]
    assert len(kept) == 2
    assert not any(b"SERIAL-4711" in data for data in kept)


def test_a_rehearsal_checks_everything_and_keeps_nothing(house, tmp_path):
    (tmp_path / "a.jpg").write_bytes(a_phone_photo())
    file = house.file(photos=[{"file": "a.jpg"}])

    good = house("listing", "publish", file, "--dry-run")
    bad = house("listing", "publish", house.file(mode="theft"), "--dry-run")

    assert (good.code, bad.code) == (0, 2)
    assert "Nothing was kept." in good.err
    assert house.json("listing", "list") == []
    assert list((house.folder / "media").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code", "exit_code", "words"),
    [
        (b'{"kind": "offer",\n "mode": }', "FC-1233", 2, "line 2, column 10"),
        (b"[1]", "FC-1236", 2, "single JSON object"),
        (b'{"kind": "offer", "kind": "need"}', "FC-1235", 2, "kind × 2"),
        (b'{"quantity": NaN}', "FC-1235", 2, "NaN"),
        (b"[" * 100_000, "FC-1235", 2, ""),
        (b"\xff\xfe", "FC-1234", 2, "UTF-8"),
        (b" " * 1_048_577, "FC-1232", 2, "1 MiB"),
        (b'{"kind": "offer", "mode": "loan", "title": "x", "colour": 1}', "FC-2010", 2, "colour"),
        (b'{"kind": "offer", "mode": "loan"}', "FC-2012", 2, "title"),
        (
            b'{"kind": "offer", "mode": "loan", "title": "x", "photos": [{"file": "no.jpg"}]}',
            "FC-1237",
            4,
            "no.jpg",
        ),
        (
            b'{"kind": "offer", "mode": "loan", "title": "x", "photos": [{"file": "bad.json"}]}',
            "FC-1238",
            2,
            "bad.json",
        ),
    ],
)
def test_a_file_that_is_no_listing_is_refused_and_nothing_is_kept(
    house, tmp_path, content, code, exit_code, words
):
    (tmp_path / "bad.json").write_bytes(content)

    answer = house("listing", "publish", tmp_path / "bad.json")

    assert answer.code == exit_code
    assert code in answer.err
    assert words in answer.err
    assert rows(house, "SELECT count(*) FROM listings") == [(0,)]


def test_a_folder_is_no_file(house, tmp_path):
    assert house("listing", "publish", tmp_path).code == 2


def test_a_member_writes_in_their_own_name(house):
    assert house("member", "add", "--handle", "camille", "--name", "Camille").code == 0

    house("listing", "publish", house.file(), "--as", "camille")

    assert rows(house, "SELECT m.handle FROM listings l JOIN members m ON m.id = l.member_id") == [
        ("camille",)
    ]
    assert house("listing", "publish", house.file(), "--as", "nobody").code == 4


# --- people, coops, keys --------------------------------------------------------------------------


def test_members_are_added_once_and_listed(house):
    words = ("member", "add", "--handle", "camille", "--name", "Camille D", "--email", "c@mail.example")

    added, again = house(*words, "--role", "admin"), house(*words)

    assert added.out == "✓ Camille D (@camille) is in: admin\n"
    assert again.code == 1
    [row] = house.json("member", "list")
    assert (row["handle"], row["role"]) == ("camille", "admin")
    assert row["actor"] == "https://velo.example/actors/camille"


def test_a_second_coop_lives_in_the_same_house(house):
    made = house.json("coop", "create", "--handle", "outils", "--name", "Outils", "--kind", "tools")

    published = house.json("listing", "publish", house.file(), "--coop", "outils")

    assert made["actor"] == published["actor"] == "https://velo.example/actors/outils"
    assert house("listing", "publish", house.file(), "--coop", "none").code == 4


def test_following_where_we_may_not_go_is_refused_and_nothing_is_promised(house):
    answer = house("coop", "follow", "https://10.0.0.1/actors/x")

    assert (answer.code, "FC-3033" in answer.err) == (5, True)
    assert house("coop", "follow", "@velo@velo.example").code == 5, "ourselves"
    assert rows(house, "SELECT count(*) FROM follows") == [(0,)]
    assert "Nobody yet" in house("coop", "list").out


def test_new_keys_replace_the_old_ones_and_are_announced(house):
    before = rows(house, "SELECT id, public_key FROM keys WHERE id LIKE '%velo#%' ORDER BY id")

    answer = house("keys", "rotate")

    after = rows(house, "SELECT id, public_key FROM keys WHERE id LIKE '%velo#%' ORDER BY id")
    assert answer.out == "✓ @velo@velo.example has new keys\n"
    assert [id for id, _ in before] == [id for id, _ in after]
    assert not {key for _, key in before} & {key for _, key in after}
    assert rows(house, "SELECT type, object_id FROM sent") == [("Update", "https://velo.example/actors/velo")]
    assert house("keys", "rotate", "--actor", "nobody").code == 4


def test_our_own_listing_is_inspected_without_asking_anybody(house):
    made = house.json("listing", "publish", house.file(price={"amount": "12.50", "currency": "EUR"}))

    told = house.json("inspect", made["url"])

    assert (told["becomes"], told["kind"], told["mode"], told["signature"]) == (
        "listing",
        "offer",
        "loan",
        "ours",
    )
    assert told["price"] == {"amount": "12.5", "currency": "EUR"}
    assert "a listing: Offer · Loan" in house("inspect", made["id"]).out
    assert house("inspect", "https://velo.example/l/nothing").code == 4


# --- the outbox -----------------------------------------------------------------------------------


@pytest.fixture
def silent_peer(house):
    """A delivery that was tried once in vain, and another that was given up."""

    async def promise(node):
        async with node.db.write() as tx:
            await queue.enqueue(
                tx, Deliver("a", "b", "b", "https://objets.example/inbox"), lane="to objets.example"
            )
        async with node.db.write() as tx:
            job = await queue.claim(tx)
            error = "peer.silent (https://objets.example/inbox)"
            await queue.retry(tx, job, error, lane_closed=True, random=lambda: 1.0)
        async with node.db.write() as tx:
            id = await queue.enqueue(
                tx, Deliver("c", "d", "d", "https://x.example/inbox"), lane="to x.example"
            )
            await queue.bury(tx, await queue.claim(tx, after="to objets.example"), "ValueError('ours')")
            return id

    return in_house(house, promise)


def test_the_outbox_says_in_words_what_waits_why_and_until_when(house, silent_peer, monkeypatch):
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")

    said = house("outbox", "status").out

    assert "! objets.example\u00a0: 1 envoi attend (à l’instant)" in said
    assert "Pourquoi\u00a0: objets.example est injoignable." in said
    assert "fedicoop outbox retry objets.example" in said
    assert "✗ x.example\u00a0: 1 abandonné" in said
    assert "une erreur de notre côté\u00a0: ValueError('ours')" in said
    assert silent_peer in said


def test_the_outbox_tells_programs_the_same(house, silent_peer):
    [lane] = house.json("outbox", "status", "objets.example")

    assert (lane["host"], lane["way"], lane["waiting"], lane["dead"]) == ("objets.example", "to", 1, 0)
    assert lane["why"] == "objets.example cannot be reached."
    assert lane["next_try"] > lane["failing_since"]


def test_what_is_dropped_must_be_named(house, silent_peer):
    assert house("outbox", "drop").code == 2
    assert house("outbox", "drop", "--all").code == 2
    assert house("outbox", "drop", "unknown.example").code == 4

    assert house.json("outbox", "drop", "--job", silent_peer)["jobs"] == 1
    assert house.json("outbox", "drop", "objets.example")["jobs"] == 1
    assert "nothing waits" in house("outbox", "status").out


# --- health, backup -------------------------------------------------------------------------------


def test_the_doctor_finds_a_new_house_well_but_without_backup(house):
    told = house.json("doctor")

    states = {check["name"]: check["state"] for check in told["checks"]}
    assert states["database"] == states["keys"] == states["folder"] == "ok"
    assert states["backup"] == "warning"
    assert all(check["code"] and check["do"] for check in told["checks"] if check["state"] != "ok")


def test_the_doctor_exits_with_3_when_something_is_broken(house, monkeypatch):
    file = house.folder / "fedicoop.db"
    file.write_bytes(file.read_bytes()[:8192] + b"\0" * 8192 + file.read_bytes()[16384:])

    answer = house("doctor")

    assert answer.code == 3
    assert re.search(r"✗ database .*FC-1105", answer.out)
    monkeypatch.setenv("FEDICOOP_WORKERS", "many")
    assert house("doctor").code == 3


def test_errors_are_shown_with_what_to_do_and_forgotten_when_asked(house):
    assert house.json("errors") == {"errors": [], "forgotten": False}
    at = "2030-01-01T00:00:00.000000+00:00"
    with sqlite3.connect(house.folder / "fedicoop.db") as raw:
        row = ("f", "jobs.buried", "peer.silent", "Deliver", "peer.silent (POST …)", "", 3, at, at)
        raw.execute(f"INSERT INTO troubles VALUES ({', '.join('?' * len(row))})", row)
    raw.close()

    [told] = house.json("errors")["errors"]
    assert (told["event"], told["times"]) == ("jobs.buried", 3)
    assert "outbox" in told["do"]
    assert "peer.silent" in house("errors", "--forget").out
    assert house.json("errors")["errors"] == []


def test_a_backup_brings_the_whole_house_back(house, run, tmp_path):
    (tmp_path / "a.jpg").write_bytes(a_phone_photo())
    made = house.json("listing", "publish", house.file(photos=[{"file": "a.jpg"}]))

    created = house.json("backup", "create", tmp_path / "velo.tar.gz")
    restored = run("restore", tmp_path / "velo.tar.gz", "--data-dir", tmp_path / "again")

    assert (created["listings"], created["pictures"]) == (1, 2)
    assert restored.code == 0
    assert (tmp_path / "velo.tar.gz").stat().st_mode & 0o777 == 0o600
    [row] = json.loads(run("listing", "list", "--data-dir", tmp_path / "again", "--json").out)
    assert row == made
    again = SimpleNamespace(folder=tmp_path / "again")
    [(source,)] = rows(again, "SELECT value FROM meta WHERE key = 'restored_from'")
    assert json.loads(source)["file"] == "velo.tar.gz"
    assert len(list((tmp_path / "again" / "media").iterdir())) == 2
    assert house("doctor").out.count("✓ backup") == 1


def test_nothing_is_written_over_by_a_backup_or_a_restore(house, tmp_path):
    file = tmp_path / "velo.tar.gz"
    house("backup", "create", file)

    twice, over = house("backup", "create", file), house("restore", file)
    forced = house("restore", file, "--force", "--json")

    assert (twice.code, "FC-1120" in twice.err) == (1, True)
    assert (over.code, "FC-1273" in over.err) == (1, True)
    aside = Path(json.loads(forced.out)["set_aside"])
    assert (aside / "fedicoop.db").exists()
    assert house.json("member", "list") == []
    assert house("backup", "create", tmp_path / "absent" / "x.tar.gz").code == 4


@pytest.mark.parametrize("harm", ["cut", "changed", "stranger"])
def test_a_backup_that_is_not_as_it_was_made_is_refused(house, run, tmp_path, harm):
    file, bad = tmp_path / "velo.tar.gz", tmp_path / "bad.tar.gz"
    house("backup", "create", file)
    if harm == "cut":
        bad.write_bytes(file.read_bytes()[:-2000])
    else:
        with tarfile.open(file) as good, tarfile.open(bad, "w:gz") as tar:
            for member in good:
                data = good.extractfile(member).read()
                if harm == "changed" and member.name == "fedicoop.toml":
                    data = data.replace(b"velo.example", b"evil.example")
                if harm == "stranger" and member.name == "fedicoop.toml":
                    member.name = "../evil.toml"
                member.size = len(data)
                with (path := tmp_path / "member").open("wb") as out:
                    out.write(data)
                with path.open("rb") as content:
                    tar.addfile(member, content)

    verified = run("backup", "verify", bad)
    restored = run("restore", bad, "--data-dir", tmp_path / "again")

    assert verified.code == restored.code == 1
    assert not (tmp_path / "again").exists()
    assert not (tmp_path / "evil.toml").exists()
    assert run("backup", "verify", file).code == 0


def test_the_database_says_whether_it_is_up_to_date(house):
    status = house.json("db", "status")

    assert status["pending"] == []
    assert status["applied"][0] == "0001_start.sql"
    assert house.json("db", "migrate") == {"applied": []}


def test_the_version_and_the_completion_are_there(run):
    assert json.loads(run("version", "--json").out).keys() == {"fedicoop", "python", "sqlite"}
    assert "_FEDICOOP_COMPLETE=fish_complete" in run("completion", "fish").out


# --- the processes that stay ----------------------------------------------------------------------


def wait_for(process, words):
    """The lines of a process until one of them has these words."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError("".join(lines))


@pytest.fixture
def start(house):
    """Start a process that stays; what a test leaves behind is stopped."""
    started = []

    def begin(*words):
        command = [sys.executable, "-m", "fedicoop", *words, "--data-dir", str(house.folder)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def test_systemd_hears_when_a_house_is_open_and_when_it_closes(house, start, tmp_path, monkeypatch):
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        process = start("serve", "--bind", "127.0.0.1:0")

        opened = systemd.recv(100)
        process.terminate()
        closed = systemd.recv(100)

    assert (opened, closed) == (b"READY=1", b"STOPPING=1")


def test_one_house_is_served_once_and_stops_when_it_is_told(house, start, tmp_path):
    first = start("serve", "--bind", "127.0.0.1:0", "--workers", "0")
    [*_, line] = wait_for(first, " serving ")
    port = re.search(r"address=http://127\.0\.0\.1:(\d+)", line)[1]
    working = start("worker")
    wait_for(working, "worker.working")
    file = tmp_path / "velo.tar.gz"
    assert house("backup", "create", file).code == 0, "a house is copied while it is open"

    restored = house("restore", file, "--force")
    second = start("serve", "--bind", f"127.0.0.1:{port}")
    checks = {check["name"]: check["state"] for check in house.json("doctor")["checks"]}
    first.send_signal(signal.SIGTERM)
    working.send_signal(signal.SIGINT)

    assert (restored.code, "FC-1274" in restored.err) == (75, True)
    assert checks["webfinger"] == "ok"
    assert (first.wait(10), working.wait(10)) == (0, 130)
    assert wait_for(second, " serving "), "it waited for the first to leave"


def test_a_second_process_on_the_same_house_is_refused_with_the_number_of_the_first(house, monkeypatch):
    monkeypatch.setattr(serving, "PATIENCE", 0.1)

    with hold(house.folder, "serve"):
        answer = house("serve", "--bind", "127.0.0.1:0")

    assert answer.code == 75
    assert f"(process {os.getpid()})" in answer.err


def test_an_address_that_cannot_be_had_is_told_before_anything_else(house):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = house("serve", "--bind", f"127.0.0.1:{port}")
    foreign = house("serve", "--bind", "192.0.2.7:8080")

    assert (answer.code, "FC-1220" in answer.err) == (1, True)
    assert f"--bind 127.0.0.1:{8080}" in foreign.err


def test_not_even_the_most_detailed_log_tells_what_is_in_the_database(house, start, monkeypatch):
    [(secret,)] = rows(house, "SELECT private_key FROM keys WHERE id LIKE '%/velo#main-key'")

    working = start("worker", "--log-level", "debug")
    wait_for(working, "worker.working")
    house("keys", "rotate")
    time.sleep(1.2)
    working.terminate()
    told = working.stderr.read()

    assert "SELECT" not in told
    assert secret.splitlines()[1] not in told


def test_the_doors_of_a_coop_are_worked_from_the_machine(house, monkeypatch):
    house("member", "add", "--handle", "camille", "--name", "Camille", "--role", "admin")
    house("member", "add", "--handle", "mallory", "--name", "Mallory")

    invited = house.json("member", "invite", "--uses", "30", "--days", "30")
    link = house.json("member", "link", "@camille")
    assert invited["url"].startswith("https://velo.example/invitation/")
    assert link["url"].startswith("https://velo.example/entrer/lien/")
    assert rows(house, "SELECT most_uses FROM links WHERE purpose = 'invitation'") == [(30,)]
    assert [kind for (kind,) in rows(house, "SELECT kind FROM notices")] == ["account.link"]

    assert house.json("member", "suspend", "mallory")["status"] == "suspended"
    assert rows(house, "SELECT handle FROM members WHERE suspended_at IS NOT NULL") == [("mallory",)]
    assert house("member", "restore", "mallory").out == "✓ Mallory (@mallory) can sign in again.\n"
    last = house("member", "suspend", "camille")
    assert (last.code, "FC-6137" in last.err) == (1, True)
    assert house("member", "suspend", "nobody").code == 4


def test_a_password_is_piped_in_and_never_on_the_command_line(house, monkeypatch):
    import io

    house("member", "add", "--handle", "camille", "--name", "Camille")

    monkeypatch.setattr("sys.stdin", io.StringIO("quatre mots au hasard\n"))
    assert house.json("member", "password", "camille")["status"] == "password_set"
    [(kept,)] = rows(house, "SELECT password FROM members")
    assert kept.startswith("$argon2id$")
    for typed, code in (("court\n", "FC-6102"), ("\n", "FC-6004")):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        answer = house("member", "password", "camille")
        assert (answer.code, code in answer.err) == (2, True)
    assert rows(house, "SELECT password FROM members") == [(kept,)]
