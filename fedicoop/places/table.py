"""The table of towns that travels with the program, and how it is held in memory.

`communes.tsv.gz` holds every commune of France (with former communes and arrondissements), the towns
of the French-speaking neighbours, and the larger ones of Europe.  See `tools/build_gazetteer.py`.

It stays the bytes that it is (2 MB) and is searched as text: its names, folded, stand one a line, the
largest town first, so that the first hits of `str.find` are already the answer in its order.  Measured:
loaded in 0.08 s, 17 MB; as a dictionary of 45 000 towns 0.24 s, 38 MB.
"""

import functools
import gzip
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate

from fedicoop.places.folding import fold
from fedicoop.places.geometry import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town, and a point in it.  `approximate`: the point is the middle of its neighbours', some 5 km off.

    `code` is INSEE's for France, and `G` with GeoNames' number elsewhere; `population` 0 is unknown.
    """

    code: str
    name: str
    country: str  # ISO 3166-1, two letters
    postcodes: tuple[str, ...]
    population: int
    latitude: float
    longitude: float
    approximate: bool

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude

    @property
    def department(self) -> str:
        """`59`, `2A`, `974` in France, nothing elsewhere."""
        if self.country != "FR":
            return ""
        return self.code[:3] if self.code.startswith(("97", "98")) else self.code[:2]

    @property
    def label(self) -> str:
        """The name with what tells it from its namesakes, as `find_town` reads it: `Saint-Denis (93)`."""
        return f"{self.name} ({self.department or self.country})"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of ASCII text that can be searched whole, each belonging to a row of the table."""

    text: str  # starts with a line break
    starts: "array[int]"
    rows: "array[int]"

    @classmethod
    def of(cls, text: str, rows: Iterable[int]) -> "Lines":
        starts = array("I", accumulate((len(line) + 1 for line in text.split("\n")), initial=1))
        return cls(f"\n{text}\n", starts, array("I", rows))

    def holding(self, words: str) -> Iterator[int]:
        """The rows of the lines in which `words` occurs, in the table's order; a row may come twice."""
        at = self.text.find(words)
        while at >= 0:
            line = bisect_right(self.starts, at + 1) - 1
            yield self.rows[line]
            at = self.text.find(words, max(at + 1, self.starts[line + 1] - 1))


@dataclass(frozen=True, slots=True)
class Table:
    lines: list[bytes]
    names: Lines
    postcodes: Lines


@functools.cache
def table() -> Table:
    """Read the table at first use: nobody pays for it who names no town."""
    packed = resources.files(__package__).joinpath("communes.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).split(b"\n")[1:-1]
    names, rows, postcodes = [], array("I"), []
    for row, line in enumerate(lines):
        name, also, _, _, codes, _ = line.split(b"\t", 5)
        postcodes.append(codes)
        for called in (name, *also.split(b"|")) if also else (name,):
            names.append(called)
            rows.append(row)
    return Table(
        lines,
        Lines.of(fold(b"\n".join(names).decode()), rows),
        Lines.of(" " + b"\n ".join(postcodes).decode(), range(len(lines))),
    )


def town_at(row: int) -> Town:
    name, _, code, country, postcodes, population, latitude, longitude, approximate = (
        table().lines[row].decode().split("\t")
    )
    return Town(
        code=code,
        name=name,
        country=country,
        postcodes=tuple(postcodes.split()),
        population=int(population),
        latitude=float(latitude),
        longitude=float(longitude),
        approximate=bool(approximate),
    )


@functools.cache
def positions() -> "tuple[array[float], array[float], array[int]]":
    """Latitudes (ascending), longitudes and rows of the towns that are exactly placed."""
    places = []
    for row, line in enumerate(table().lines):
        latitude, longitude, approximate = line.rsplit(b"\t", 3)[1:]
        if not approximate:
            places.append((float(latitude), float(longitude), row))
    places.sort()
    return (
        array("d", (p[0] for p in places)),
        array("d", (p[1] for p in places)),
        array("I", (p[2] for p in places)),
    )
