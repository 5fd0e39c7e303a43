"""What the README tells a newcomer to paste, pasted."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PART = re.compile(r"<!-- two coops by hand: from here -->(.*)<!-- two coops by hand: to here -->", re.DOTALL)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now; asked for together, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def to_paste(name: str) -> str:
    """All that a part of the README tells to paste, one block after the other."""
    [part] = PART.findall((ROOT / name).read_text(encoding="utf-8"))
    return "".join(re.findall(r"```sh\n(.*?)```\n", part, re.DOTALL))


@pytest.fixture
def pasted(tmp_path: Path) -> str:
    """The README's commands on ports that are free here, in a folder that is the test's."""
    script = to_paste("README.md").replace("/tmp/two-coops", str(tmp_path / "two-coops"))
    for written, free in zip(("8011", "8012"), free_ports(2), strict=True):
        assert f"127.0.0.1:{written}" in script
        script = script.replace(written, str(free))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return f"trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n{script}"


def test_two_coops_by_hand_exchange_an_offer_as_the_readme_says(pasted, tmp_path):
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", pasted],
        cwd=tmp_path,
        env=environ | {"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    arrived = [
        line.strip() for line in done.stdout.splitlines() if "@velo@127.0.0.1" in line and "/l/" not in line
    ]
    listed = [line for line in arrived if "Vélo cargo" in line]
    assert [line.rpartition("  ")[2] for line in listed] == ["Vélo cargo", "Vélo cargo bleu"], done.stdout


def test_both_languages_paste_the_same():
    assert to_paste("README.fr.md") == to_paste("README.md")


def test_what_is_to_be_pasted_has_no_comments():
    """The shell of macOS takes `#` for a command when it is typed."""
    assert "#" not in to_paste("README.md")
