"""Times in milliseconds, and how they are told."""

import gc
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.processes import Compared


@dataclass
class Times:
    """What one thing took, again and again: on the wall's clock, and of the processor."""

    name: str
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    async def take(self, work: Callable[[], Awaitable[object]]) -> object:
        """Do it once, and note how long it took."""
        processor, wall = time.process_time(), time.perf_counter()
        result = await work()
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.processor.append((time.process_time() - processor) * 1000)
        return result

    def at(self, share: float) -> float:
        """The time within which this share of them was done."""
        return quantile(self.wall, share)


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(times: Iterable[Times]) -> str:
    """Milliseconds; the processor's are those that a busy machine leaves true."""
    heads = ("n", "p50", "p95", "p99", "CPU p50", "CPU p95", "CPU p99")
    lines = [f"{'':34}{heads[0]:>6}" + "".join(f"{head:>9}" for head in heads[1:])]
    for one in times:
        shares = (0.5, 0.95, 0.99)
        numbers = [quantile(values, share) for values in (one.wall, one.processor) for share in shares]
        lines.append(f"{one.name:34}{len(one.wall):>6}" + "".join(f"{number:>9.2f}" for number in numbers))
    return "\n".join(lines)


def verdict(name: str, floor: float, value: float, unit: str = "ms") -> str:
    """The line of JSON that two runs are compared by."""
    ratio = round(value / floor, 2) if floor else None
    return json.dumps(
        {"name": name, "floor": round(floor, 3), "value": round(value, 3), "ratio": ratio, "unit": unit}
    )


def verdict_of(name: str, compared: "Compared", unit: str = "ms") -> str:
    """The same line for a thing and its floor that were measured in turns; the ratio is theirs."""
    floor, value = median(compared.floor), median(compared.value)
    return json.dumps(
        {
            "name": name,
            "floor": round(floor, 4),
            "value": round(value, 4),
            "ratio": round(compared.ratio, 3),
            "unit": unit,
        }
    )


def settled() -> None:
    """Before measuring: what was left over is collected now, and not in somebody's time."""
    gc.collect()
    gc.freeze()
