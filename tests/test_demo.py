"""The demonstration: what it shows is true, and nothing of it is left behind."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from fedicoop.cli.listing_files import check
from fedicoop.demo import pictures, proving, seeds, stage
from fedicoop.demo.servers import environment

ROOT = Path(__file__).parents[1]


@contextmanager
def demo(*words):
    """A demonstration that runs; what a test leaves of it is stopped."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FEDICOOP_", "LC_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "fedicoop", "demo", *words],
        env=plain | {"LANG": "fr_FR.UTF-8"},
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def left_behind(folder):
    """Folders of demonstrations, and the processes that work in them."""
    running = subprocess.run(["ps", "-Awwo", "args"], capture_output=True, text=True, check=True).stdout
    return [path.name for path in Path(folder).glob("fedicoop-demo-*")] + re.findall(
        rf"serve .*{folder}.*", running
    )


@pytest.mark.parametrize(("handle", "offers", "needs"), [("velo", 14, 5), ("objets", 22, 3)])
def test_the_made_up_coops_have_listings_that_anybody_could_have_typed(handle, offers, needs):
    coop = seeds.coop(handle, date(2026, 11, 23))

    assert (coop.count("offer"), coop.count("need")) == (offers, needs)
    assert len({seed.fields["title"] for seed in coop.seeds}) == offers + needs
    for seed in coop.seeds:
        check(seed.fields, fresh=True)
        assert seed.fields["text"]
        assert seed.picture is None or seed.picture in pictures.NAMES
    assert len({seed.fields["mode"] for seed in coop.seeds}) >= 5
    assert sum(seed.picture is not None for seed in coop.seeds) >= 4


def test_a_demonstration_inherits_nothing_that_was_set_for_a_real_house():
    ours = {"PATH": "/bin", "FEDICOOP_ORIGIN": "https://real.example", "FEDICOOP_DATA_DIR": "/srv"}

    assert environment(ours) == {"PATH": "/bin", "FEDICOOP_LOG_LEVEL": "warning"}


def test_each_exchange_is_proved_from_the_other_side_and_nothing_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)

    with demo("--check") as process:
        said, remarked = process.communicate(timeout=60)

    assert process.returncode == 0, said + remarked
    for sentence in (
        "✓ Vélo Fives           http://127.0.0.1:",
        "14 offres, 5 besoins",
        "✓ elles se suivent\u00a0: 36 offres et 8 besoins échangés",
        "✓ une offre arrive, avec sa photo",
        "✓ une offre dite pendant que l’autre dort arrive à son réveil",
        f"{len(proving.STEPS)} preuves sur {len(proving.STEPS)}",
    ):
        assert sentence in said
    assert "✗" not in said
    assert left_behind(tmp_path) == []


def test_ctrl_c_stops_both_houses_and_forgets_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    with demo() as process:
        for line in process.stdout:
            if line.startswith("  ✓ Objets"):
                break
        while_it_runs = left_behind(tmp_path)
        process.send_signal(signal.SIGINT)
        _, remarked = process.communicate(timeout=20)

    assert len(while_it_runs) == 3
    assert process.returncode == 130
    assert "tout est oublié" in remarked
    assert left_behind(tmp_path) == []


def test_a_port_that_is_taken_and_a_folder_that_is_kept_are_refused_before_anything_is_built(tmp_path):
    import socket

    (tmp_path / "kept" / "velo").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo("--port", str(port)) as busy:
            _, said = busy.communicate(timeout=20)
    with demo("--keep", str(tmp_path / "kept")) as kept:
        _, told = kept.communicate(timeout=20)

    assert (busy.returncode, "FC-1282" in said) == (1, True)
    assert (kept.returncode, "FC-1281" in told) == (1, True)
    assert [path.name for path in (tmp_path / "kept").rglob("*")] == ["velo"]


async def test_a_proof_that_is_not_seen_is_told_and_ends_the_story(monkeypatch, tmp_path):
    monkeypatch.setattr(proving, "PATIENCE", 0.2)
    peers = frozenset({"127.0.0.1:9"})
    nobody = [
        stage.Server(stage.House(seeds.coop(handle, date.today()), tmp_path / handle, 9, peers))
        for handle in stage.HANDLES
    ]

    started = time.monotonic()
    proofs = [proof async for proof in proving.prove(stage.Stage(*nobody))]

    assert [(proof.name, proof.seen) for proof in proofs] == [("they_follow_each_other", False)]
    assert proofs[0].reason
    assert time.monotonic() - started < 5
