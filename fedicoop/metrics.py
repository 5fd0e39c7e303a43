"""What this process counts, for whoever watches the machine: numbers, and never a name from outside.

A label is a word of ours (a room, a kind of job, the key of a problem): never a path, a host or an id,
else strangers could fill the memory by asking for things that are not there.  What is counted is bounded
all the same: beyond `MOST` series of one name, the rest is counted as `other`.

Counting costs less than a microsecond and waits for nothing.  The text is that of Prometheus, version
0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

MOST = 400
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds between which durations are counted."""

Labels = tuple[str, ...]


class Counter:
    """How often something happened."""

    def __init__(self, name: str, help: str, *labels: str) -> None:
        self.name, self.help, self.labels = name, help, labels
        self.numbers: dict[Labels, float] = {}
        _ALL.append(self)

    def add(self, *values: str, by: float = 1) -> None:
        key = _bounded(values, self.numbers)
        self.numbers[key] = self.numbers.get(key, 0) + by

    def lines(self) -> Iterator[str]:
        yield from head(self.name, self.help, "counter")
        for values, number in sorted(self.numbers.items()):
            yield line(self.name, dict(zip(self.labels, values, strict=True)), number)


class Timer:
    """How long something took, in seconds, as a histogram."""

    def __init__(self, name: str, help: str, *labels: str) -> None:
        self.name, self.help, self.labels = name, help, labels
        self.found: dict[Labels, list[float]] = {}  # one number a bucket, then the sum
        _ALL.append(self)

    def took(self, seconds: float, *values: str) -> None:
        key = _bounded(values, self.found)
        row = self.found.get(key)
        if row is None:
            row = self.found[key] = [0.0] * (len(SECONDS) + 2)
        row[bisect_left(SECONDS, seconds)] += 1
        row[-1] += seconds

    def lines(self) -> Iterator[str]:
        yield from head(self.name, self.help, "histogram")
        for values, row in sorted(self.found.items()):
            labels, many = dict(zip(self.labels, values, strict=True)), 0.0
            for bound, number in zip([*map(str, SECONDS), "+Inf"], row, strict=False):
                many += number
                yield line(f"{self.name}_bucket", {**labels, "le": bound}, many)
            yield line(f"{self.name}_sum", labels, row[-1])
            yield line(f"{self.name}_count", labels, many)


_ALL: list[Counter | Timer] = []


def _bounded(values: Labels, known: Mapping[Labels, object]) -> Labels:
    if len(known) < MOST or values in known:
        return values
    return ("other",) * len(values)


def head(name: str, help: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"


def line(name: str, labels: Mapping[str, str], number: float) -> str:
    written = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return f"{name}{'{' + written + '}' if written else ''} {number:.10g}"


def gauge(name: str, help: str, rows: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    """A number as it stands now, for each set of labels."""
    yield from head(name, help, "gauge")
    for labels, number in rows:
        yield line(name, labels, number)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def written() -> Iterator[str]:
    """All that was counted since this process began."""
    for one in _ALL:
        yield from one.lines()


requests = Counter("fedicoop_requests_total", "Requests answered, by room and status.", "room", "status")
request_seconds = Timer("fedicoop_request_seconds", "From the request to the end of its answer.", "room")
letters = Counter("fedicoop_inbox_total", "Letters of peers: accepted, or the reason why not.", "outcome")
heard = Counter("fedicoop_activities_total", "What became of accepted letters.", "outcome")
jobs = Counter("fedicoop_jobs_total", "Tries of background jobs, by kind and outcome.", "kind", "outcome")
job_seconds = Timer("fedicoop_job_seconds", "How long a try took.", "kind")
outbound = Counter("fedicoop_outbound_total", "Requests to other houses.", "method", "outcome")
outbound_seconds = Timer("fedicoop_outbound_seconds", "How long other houses took.", "method")
database_waits = Timer("fedicoop_database_wait_seconds", "Waiting for a transaction to begin.", "sort")
errors = Counter("fedicoop_errors_total", "Errors in the log, by event.", "event")
