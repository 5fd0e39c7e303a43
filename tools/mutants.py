"""Take out each guard in turn, in a copy, and see the test that then fails: `make mutants`.

The guards stand in `tools/mutants.toml`: a file, the words to be replaced, what stands there instead, and
the test that must notice. It is an error if the words are not there any more (the guard moved: move the
entry), if the test fails without any change, or if it passes although the guard is gone.

`python tools/mutants.py [NAME…]` tries some.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tools" / "mutants.toml"
COPIED = ("fedicoop", "templates", "tests", "bench", "tools", "docs", "deploy", "pyproject.toml", "README.md")
LONGEST = 90  # seconds for one test
AT_ONCE = 2


@dataclass(frozen=True)
class Guard:
    """`case` is the security case or invariant that it stands for."""

    name: str
    case: str
    file: str
    find: str
    put: str
    test: str

    def taken_out(self, text: str) -> str:
        """The file without the guard.  Raises ValueError where its words are not there exactly once."""
        if text.count(self.find) != 1:
            raise ValueError(f"{self.file}: the guard's words stand there {text.count(self.find)} times")
        return text.replace(self.find, self.put)


def guards() -> list[Guard]:
    return [Guard(**one) for one in tomllib.loads(TABLE.read_text())["guard"]]


def copy_to(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules", "shots", ".hypothesis")
            shutil.copytree(source, folder / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def tried(folder: Path, *tests: str) -> tuple[bool, str]:
    """Whether the tests pass there, and what pytest said."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-rf",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *tests,
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return False, "it took too long"
    if done.returncode not in (0, 1):
        raise RuntimeError(
            f"pytest could not run {' '.join(tests)}:\n{done.stdout[-1500:]}{done.stderr[-500:]}"
        )
    return done.returncode == 0, done.stdout


def noticed(folder: Path, guard: Guard) -> str:
    """The line that tells how it went; it begins with ✓ where the removal was noticed."""
    path = folder / guard.file
    kept = path.read_text()
    try:
        path.write_text(guard.taken_out(kept))
        passes, said = tried(folder, guard.test)
    except (ValueError, RuntimeError) as error:
        return f"✗ {guard.name}: {error}"
    finally:
        path.write_text(kept)
    if passes:
        return f"✗ {guard.name} ({guard.case}): nobody noticed; {guard.test} passes without it"
    failed = next((line.split()[1] for line in said.splitlines() if line.startswith("FAILED")), guard.test)
    return f"✓ {guard.name} ({guard.case}): {failed}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args(arguments)
    chosen = [one for one in guards() if not given.names or one.name in given.names]
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(AT_ONCE):
            (folder := Path(temporary) / str(number)).mkdir()
            copies.put(copy_to(folder))
        whole = copies.get()
        passes, said = tried(whole, *dict.fromkeys(one.test for one in chosen))
        copies.put(whole)
        if not passes:
            print(f"The tests fail without any change:\n{said[-3000:]}")
            return 1

        def one(guard: Guard) -> str:
            folder = copies.get()
            try:
                return noticed(folder, guard)
            finally:
                copies.put(folder)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            lines = []
            for line in pool.map(one, chosen):
                print(line, flush=True)
                lines.append(line)
    missed = [line for line in lines if not line.startswith("✓")]
    print(f"\n{len(lines)} guards taken out, {len(lines) - len(missed)} noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
