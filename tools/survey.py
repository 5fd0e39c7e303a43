"""Where each French commune lies: INSEE's list joined with GeoNames' places."""

import math
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from fedicoop.places.folding import fold

Record = dict[str, Any]
Point = tuple[float, float]

# fmt: off
OVERSEAS = {
    "GP": "01", "MQ": "02", "GF": "03", "RE": "04", "YT": "06",
    "PM": "975", "BL": "977", "MF": "978", "WF": "986", "PF": "987", "NC": "988",
}
# fmt: on
"""GeoNames counts these as countries, INSEE as regions."""
FAR = 10_000.0
ALIKE = 1.6  # log of the ratio of two populations: up to five times


def km(a: Point, b: Point) -> float:
    """Flat distance, good enough within a département."""
    return math.hypot((a[0] - b[0]) * 111.2, (a[1] - b[1]) * 111.2 * math.cos(math.radians(a[0])))


def middle(points: Iterable[Point]) -> Point:
    latitudes, longitudes = zip(*points, strict=True)
    return statistics.median(latitudes), statistics.median(longitudes)


def at(place: Record) -> Point:
    return float(place["latitude"]), float(place["longitude"])


def unlikeness(place: Record, commune: Record) -> float:
    """How much the two populations differ, as the log of their ratio; middling where one is not known."""
    if not place["population"] or not commune.get("population"):
        return 1.0
    return abs(math.log((place["population"] + 100) / (commune["population"] + 100)))


def shortened(commune: Record) -> list[str]:
    """`vire normandie` may stand in the atlas as `vire`, `le mont dore` as `mont dore`."""
    name = fold(commune["nom"])
    words = name.split()
    bare = re.sub(r"^(?:le|la|les|l) ", "", name)
    starts = [" ".join(words[:n]) for n in range(len(words) - 1, 0, -1)]
    return [start for start in (*([bare] if bare != name else ()), *starts) if len(start) > 3]


class Atlas:
    """GeoNames' French places by region and folded name, each given away at most once."""

    def __init__(self, places: Iterable[Record]) -> None:
        self.named: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.also: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.taken: set[int] = set()
        for place in places:
            region = OVERSEAS.get(place["countrycode"], place["admin1code"])
            self.named[region, fold(place["name"])].append(place)
            for other in {fold(name) for name in place["alternatenames"]}:
                self.also[region, other].append(place)

    def take(
        self, commune: Record, candidates: list[Record], near: Point | None, reach: float, unlike: float
    ) -> Record | None:
        """The likeliest of these: free, within `reach` km of `near`, and of about the same size."""
        found = []
        for place in candidates:
            far = km(at(place), near) if near else 0.0
            size = unlikeness(place, commune)
            if place["geonameid"] not in self.taken and far <= reach and size < unlike:
                found.append((size + far / 20, place["geonameid"], place))
        if not found:
            return None
        place = min(found, key=lambda item: item[:2])[2]
        self.taken.add(place["geonameid"])
        return place


class Survey:
    """Where each current commune lies, as far as the two sources together know."""

    def __init__(self, communes: list[Record], groups: list[Record], atlas: Atlas) -> None:
        self.communes, self.atlas = communes, atlas
        self.group = {m["code"]: g["code"] for g in groups for m in g["membres"]}
        self.exact: dict[str, Point] = {}
        self.called: dict[str, str] = {}  # GeoNames' name where it is another: `Cherbourg`, `Évry`

    def place_all(self, former: dict[str, list[str]]) -> None:
        """From the surest to the least sure; `former` gives the names of the villages of each commune."""
        self.place_unmistakable()
        self.drop_outliers()
        named, also = self.atlas.named, self.atlas.also
        self.match((named,), lambda c: [fold(c["nom"])], 40, ALIKE)
        self.match((also,), lambda c: [fold(c["nom"])], 20, ALIKE)
        self.match((named, also), shortened, 12, ALIKE)
        self.match((named,), lambda c: former.get(c["code"], []), 15, FAR)
        self.drop_outliers()

    def place_unmistakable(self) -> None:
        """A name that is alone in its region on both sides."""
        count: dict[tuple[str, str], int] = defaultdict(int)
        for commune in self.communes:
            count[commune["region"], fold(commune["nom"])] += 1
        for commune in self.communes:
            key = commune["region"], fold(commune["nom"])
            places = self.atlas.named[key]
            if count[key] == len(places) == 1 and (
                found := self.atlas.take(commune, places, None, FAR, ALIKE)
            ):
                self.exact[commune["code"]] = at(found)

    def drop_outliers(self) -> None:
        """A namesake taken by mistake lies far from the commune's own group."""
        groups = self.by_group()
        for commune in self.communes:
            code = commune["code"]
            spot = groups.get(self.group.get(code, ""))
            if commune["zone"] == "metro" and code in self.exact and spot and km(self.exact[code], spot) > 45:
                del self.exact[code]
                self.called.pop(code, None)

    def match(
        self,
        tables: tuple[dict[tuple[str, str], list[Record]], ...],
        names: Callable[[Record], list[str]],
        reach: float,
        unlike: float,
    ) -> None:
        """Give each commune still without a place the likeliest one near its neighbours."""
        groups, districts = self.by_group(), self.by_district()
        for commune in sorted(self.communes, key=lambda c: (-c.get("population", 0), c["code"])):
            if (code := commune["code"]) in self.exact:
                continue
            near = groups.get(self.group.get(code, "")) or districts.get(commune.get("arrondissement", ""))
            if commune["zone"] != "metro":
                near = None  # archipelagos: the middle of a group lies in the sea
            places = [
                p for table in tables for name in names(commune) for p in table[commune["region"], name]
            ]
            if found := self.atlas.take(commune, places, near, reach, unlike):
                self.exact[code] = at(found)
                self.called[code] = found["name"]

    def guess(self) -> dict[str, Point]:
        """The middle of the postcode, else of the group, the district or the département, for the rest."""
        postcodes = self.neighbours(lambda c: c.get("codesPostaux", []))
        groups, districts = self.by_group(), self.by_district()
        departments = self.neighbours(lambda c: [c.get("departement", c["code"][:3])])
        found: dict[str, Point] = {}
        for commune in self.communes:
            code = commune["code"]
            spots = [postcodes[p] for p in commune.get("codesPostaux", []) if p in postcodes]
            spots += [groups[key] for key in (self.group.get(code),) if key in groups]
            spots += [districts[key] for key in (commune.get("arrondissement"),) if key in districts]
            spots += [
                departments[key] for key in (commune.get("departement", code[:3]),) if key in departments
            ]
            if code not in self.exact and spots:
                found[code] = spots[0]
        return found

    def by_group(self) -> dict[str, Point]:
        return self.neighbours(lambda c: [self.group[c["code"]]] if c["code"] in self.group else [])

    def by_district(self) -> dict[str, Point]:
        return self.neighbours(lambda c: [c["arrondissement"]] if "arrondissement" in c else [])

    def neighbours(self, keys: Callable[[Record], list[str]]) -> dict[str, Point]:
        """The middle of the exactly placed communes that share a key."""
        points: dict[str, list[Point]] = defaultdict(list)
        for commune in self.communes:
            if commune["code"] in self.exact:
                for key in keys(commune):
                    points[key].append(self.exact[commune["code"]])
        return {key: middle(found) for key, found in points.items()}
