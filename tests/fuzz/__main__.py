"""Feed the doors with bytes for a while: `python -m tests.fuzz [TARGET…] [--seconds 60]`.

Each target runs in a process of its own, for its share of the time. What breaks one is written to the
folder of finds, shown, and makes this end with 1. Needs atheris (the extra `fuzz`, Linux or macOS).
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import SEEDS, TARGETS


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("targets", nargs="*", choices=[[], *TARGETS])
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--finds", type=Path, default=Path("finds"))
    given = arguments.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install -e '.[fuzz]'")
        return 1 if os.environ.get("REQUIRE_JUDGES") == "all" else 0
    chosen = given.targets or list(TARGETS)
    return max([one(name, max(1, given.seconds // len(chosen)), given.finds) for name in chosen])


def one(name: str, seconds: int, finds: Path) -> int:
    finds.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=4096"]
        command = [sys.executable, "-m", "tests.fuzz.one", name, *limits, f"-artifact_prefix={finds}/{name}-"]
        done = subprocess.run([*command, corpus], capture_output=True, text=True, errors="replace")
    last = [line for line in done.stderr.splitlines() if re.match(r"#\d", line)][-1:]
    print(
        f"{'✓' if done.returncode == 0 else '✗'} {name}: {seconds} s, {last[0] if last else ''}", flush=True
    )
    if done.returncode:
        print(done.stderr[done.stderr.find("ERROR:") :][:4000] + done.stdout[-2000:])
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
