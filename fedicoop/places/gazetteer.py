"""The towns that people name, found without asking anybody."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from fedicoop.errors import NotFound
from fedicoop.places.folding import fold, fold_query
from fedicoop.places.geometry import Point, distance_km, point
from fedicoop.places.table import Town, positions, table, town_at

__all__ = ["Town", "close_names", "find_town", "get_town", "nearest_town", "suggest"]

_LONGEST_QUERY = 100
_QUALIFIER = re.compile(r"\(([^()]*)\)\s*$")
_POSTCODE = re.compile(r"\b[0-9]{5}\b")
_CEDEX = re.compile(r"\bcedex\b.*", re.IGNORECASE)
_LIKENESS = 0.75


def find_town(name: str, *, near: Point | None = None, country: str | None = None) -> Town | None:
    """The town of this name: the one nearest to `near`, else the largest.  None if there is none.

    Understands what people type and what `Town.label` gives: `lille`, `St Etienne`, `Lyon 7ème`,
    `59000`, `59000 Lille`, `Saint-Denis (93)`, `Liège (BE)`.  Accents, capitals and hyphens are free.
    """
    towns = [town for town in _candidates(name[:_LONGEST_QUERY]) if country in (None, town.country)]
    if near is None:
        return next(iter(towns), None)
    return min(towns, key=lambda town: distance_km(near, town.point), default=None)


def get_town(name: str, *, near: Point | None = None) -> Town:
    """Like `find_town`; raises NotFound `place.unknown`, or `place.misspelt` with what may be meant."""
    if town := find_town(name, near=near):
        return town
    if guesses := close_names(name):
        raise NotFound("place.misspelt", name=name[:_LONGEST_QUERY], guesses=", ".join(guesses))
    raise NotFound("place.unknown", name=name[:_LONGEST_QUERY])


def suggest(prefix: str, limit: int = 8, *, country: str | None = None) -> list[Town]:
    """Towns whose name, or a word of it, or whose postcode starts so; exact names first, then the largest.

    Outside the French-speaking countries a tenth of the population counts: `Li` means Lille before Lisbon.
    """
    words = fold(" ".join(prefix[:_LONGEST_QUERY].split()))
    if not words:
        return []
    towns = (town for town in map(town_at, _starting(words)) if country in (None, town.country))
    return list(islice((town for town in towns if _asked(town, words)), limit))


def _starting(words: str) -> Iterator[int]:
    if words.isdigit():
        yield from table().postcodes.holding(f" {words}")
        return
    patterns = (f"\n{fold_query(words)}\n", f"\n{words}\n", f"\n{words}", f" {words}")
    yield from _once(row for pattern in patterns for row in table().names.holding(pattern))


def _asked(town: Town, words: str) -> bool:
    """Arrondissements are for those who typed their city or their postcode, not for all who typed `ma`."""
    city, _, number = town.name.partition(" ")
    return not number[:1].isdigit() or words.isdigit() or len(words) >= len(city)


def nearest_town(latitude: float, longitude: float) -> Town:
    """The town (of at least some 500 people) whose middle is nearest; raises `place.not_on_earth`."""
    here = point(latitude, longitude)
    latitudes, longitudes, rows = positions()
    reach = 0.1
    while True:
        low, high = bisect_right(latitudes, here[0] - reach), bisect_right(latitudes, here[0] + reach)
        found = min(
            ((distance_km(here, (latitudes[i], longitudes[i])), rows[i]) for i in range(low, high)),
            default=None,
        )
        if found and (found[0] < reach * 111 or reach > 180):
            return town_at(found[1])
        reach *= 4


def close_names(name: str, limit: int = 3) -> list[str]:
    """Labels of towns whose names look like this one: “did you mean …?”, the likeliest first."""
    import difflib

    words = fold_query(_QUALIFIER.sub("", name[:_LONGEST_QUERY]))
    matcher = difflib.SequenceMatcher(b=words)
    found = []
    for line in _alike(words):
        matcher.set_seq1(line)
        if matcher.quick_ratio() >= _LIKENESS and (ratio := matcher.ratio()) >= _LIKENESS:
            found.append((-round(ratio, 1), next(table().names.holding(f"\n{line}\n"))))
    return [town_at(row).label for row in islice(_once(row for _, row in sorted(found)), limit)]


def _alike(words: str) -> set[str]:
    """The folded names worth a closer look: of about this length, and beginning or ending alike.

    Comparing all 46 000 would take a second; this takes 30 ms at most.
    """
    if len(words) < 3:
        return set()
    return {
        line
        for line in table().names.text.split("\n")
        if abs(len(line) - len(words)) <= 2 and (line[:1] == words[:1] or line[-3:] == words[-3:])
    }


def _candidates(name: str) -> list[Town]:
    """The towns that a query may mean, the likeliest first."""
    qualifier = found[1].strip().upper() if (found := _QUALIFIER.search(name)) else ""
    bare = _QUALIFIER.sub("", name)
    postcode = found[0] if (found := _POSTCODE.search(bare)) else ""
    words = fold_query(_CEDEX.sub("", _POSTCODE.sub(" ", bare)))
    if not postcode:
        towns = _named(words)
    elif not words:
        towns = _served_by(postcode)
    else:  # `75011 Paris` is Paris 11e; `59011 Lille Cedex` is served by no town, and Lille
        towns = [town for town in _served_by(postcode) if fold(town.name).startswith(words)]
        towns += [town for town in _named(words) if town.department in _departments(postcode)]
    if qualifier:
        towns = [town for town in towns if qualifier in (town.department, town.country, *town.postcodes)]
    return towns


def _named(words: str) -> list[Town]:
    return [town_at(row) for row in _once(table().names.holding(f"\n{words}\n"))] if words else []


def _served_by(postcode: str) -> list[Town]:
    return [town_at(row) for row in table().postcodes.holding(f" {postcode}")]


def _departments(postcode: str) -> tuple[str, ...]:
    """Where a postcode may lie: its first two digits, three overseas, and Corsica's two halves under 20."""
    return (postcode[:2], postcode[:3], *(("2A", "2B") if postcode.startswith("20") else ()))


def _once(rows: Iterable[int]) -> Iterator[int]:
    """Each row at its first place, without waiting for the last."""
    seen: set[int] = set()
    for row in rows:
        if row not in seen:
            seen.add(row)
            yield row
