"""Servers that are measured from outside: started, asked, and their processor time read from /proc.

Processor time (user and system, all threads) is what a busy machine leaves true; the wall's clock is not
used for any ratio.  Linux only.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 30.0  # seconds until a server must answer


@dataclass(frozen=True)
class Running:
    """A process that was started to be measured."""

    pid: int

    def processor(self) -> float:
        """Milliseconds of the processor that it and its children took so far."""
        return sum(_of_process(pid) for pid in (self.pid, *_children(self.pid)))

    def memory(self, what: str = "VmRSS") -> float:
        """MB that it holds now; `VmHWM` is the most that it ever held."""
        return sum(_status(pid, what) for pid in (self.pid, *_children(self.pid))) / 1024

    def reset_peak(self) -> None:
        """Let `VmHWM` begin anew (proc(5), clear_refs)."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def _of_process(pid: int) -> float:
    """By the scheduler's own count, in nanoseconds; of threads that ended only /proc/PID/stat knows."""
    threads = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            threads += int((task / "schedstat").read_text().split()[0])
        except (OSError, IndexError):
            continue
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return threads / 1e6
    ticks = (int(fields[11]) + int(fields[12])) * 1000 / _TICKS
    return max(threads / 1e6, ticks - 1000 / _TICKS)


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _status(pid: int, what: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1])
    return 0


@contextmanager
def running(command: Sequence[str], **environment: str) -> Iterator[Running]:
    """A Python process with these arguments, in the middle of which the block runs."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    log = subprocess.DEVNULL if "BENCH_LOG" not in os.environ else None
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        yield Running(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def answers(port: int, path: str = "/", *, host: str = "127.0.0.1") -> float:
    """Wait until something answers there; the seconds that it took."""
    began = time.perf_counter()
    while time.perf_counter() - began < _PATIENCE:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            told = await reader.read(64)
            writer.close()
            if told.startswith(b"HTTP/1.1 "):
                return time.perf_counter() - began
        except OSError:
            await asyncio.sleep(0.002)
    raise TimeoutError(f"nothing answers on port {port}")


@dataclass(frozen=True)
class Compared:
    """One thing and its floor, each measured again and again in turn: milliseconds an operation."""

    floor: list[float]
    value: list[float]

    @property
    def ratio(self) -> float:
        """The median of the ratios of neighbours: what disturbs the machine disturbs both."""
        return median(value / floor for floor, value in zip(self.floor, self.value, strict=True))

    def told(self, floor: str, value: str, unit: str = "ms of the processor") -> str:
        return (
            f"{floor}: {median(self.floor):.3f} {unit}\n{value}: {median(self.value):.3f} {unit}\n"
            f"ratio {self.ratio:.2f} ({len(self.value)} turns, from "
            f"{min(v / f for f, v in zip(self.floor, self.value, strict=True)):.2f} to "
            f"{max(v / f for f, v in zip(self.floor, self.value, strict=True)):.2f})"
        )
