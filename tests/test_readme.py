"""What the README tells a newcomer to paste, pasted."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

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


def paste(folder: Path, patience: int) -> subprocess.CompletedProcess[str]:
    """The README's commands, in a folder of ours, on free ports, with so many times its patience."""
    ports = dict(zip(("8011", "8012"), map(str, free_ports(2)), strict=True))
    script = to_paste("README.md").replace("/tmp/two-coops", str(folder / "two-coops"))
    script = re.sub(r"\b801[12]\b", lambda written: ports[written[0]], script)
    leaving = "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"
    waiting = f"sleep() {{ command sleep $(($1 * {patience})); }}"
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{leaving}\n{waiting}\n{script}"],
        cwd=folder,
        env=environ | {"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def arrived(told: str) -> list[str]:
    """The titles that the library listed as the workshop's, in order."""
    return re.findall(r"^\w+ +Offer .* @velo@127\S+ +(.+)$", told, re.MULTILINE)


def test_two_coops_by_hand_exchange_an_offer_as_the_readme_says(tmp_path):
    done = paste(tmp_path / "quick", 1)
    if done.returncode or len(arrived(done.stdout)) != 2:  # a busy machine: once more, with more patience
        done = paste(tmp_path / "slow", 4)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert arrived(done.stdout) == ["Vélo cargo", "Vélo cargo bleu"], done.stdout


def test_both_languages_paste_the_same():
    assert to_paste("README.fr.md") == to_paste("README.md")


def test_what_is_to_be_pasted_has_no_comments():
    """The shell of macOS takes `#` for a command when it is typed."""
    assert "#" not in to_paste("README.md")
