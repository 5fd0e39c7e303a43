"""The towns outside France that the gazetteer knows, and what French speakers call them."""

from collections.abc import Iterator
from typing import Any

FRENCH_SPEAKING = {"FR", "BE", "CH", "LU", "MC", "CA"}
SMALLEST = {"BE": 3_000, "CH": 3_000, "LU": 1_000, "MC": 500, "AD": 1_000, "CA": 5_000}
SMALLEST_ELSEWHERE = 15_000
EUROPE = frozenset(
    """AL AT BA BG CY CZ DE DK EE ES FI FO GB GG GI GR HR HU IE IM IS IT JE LI LT LV MD ME MK MT NL NO PL PT
    RO RS SE SI SK SM UA XK""".split()
)
QUEBEC = "10"

FRENCH_NAMES = """
BE Brussels = Bruxelles, Brussel
BE Antwerp = Anvers, Antwerpen
BE Gent = Gand, Ghent
BE Brugge = Bruges
BE Leuven = Louvain
BE Mechelen = Malines
BE Ostend = Ostende, Oostende
BE Kortrijk = Courtrai
BE Ieper = Ypres
BE Aalst = Alost
BE Roeselare = Roulers
BE Tournai = Tournai, Doornik
BE Mouscron = Mouscron, Moeskroen
CH Geneva = Genève, Genf
CH Basel = Bâle
CH Bern = Berne
CH Luzern = Lucerne
CH Sankt Gallen = Saint-Gall
CH Solothurn = Soleure
CH Fribourg = Fribourg, Freiburg
CH Biel/Bienne = Bienne, Biel
CH Sitten = Sion
CH Schaffhausen = Schaffhouse
CH Chur = Coire
CH Thun = Thoune
DE Köln = Cologne, Köln
DE Aachen = Aix-la-Chapelle
DE Freiburg = Fribourg-en-Brisgau, Freiburg im Breisgau
DE Frankfurt am Main = Francfort, Frankfurt
DE Munich = Munich, München
DE Hamburg = Hambourg
DE Saarbrücken = Sarrebruck
DE Trier = Trèves
DE Mainz = Mayence
DE Bremen = Brême
DE Hannover = Hanovre
DE Nuremberg = Nuremberg, Nürnberg
DE Dresden = Dresde
DE Koblenz = Coblence
DE Göttingen = Göttingen, Gottingue
DE Tübingen = Tübingen, Tubingue
DE Regensburg = Ratisbonne
GB London = Londres
GB Edinburgh = Édimbourg
GB Dover = Douvres
GB Canterbury = Cantorbéry
ES Barcelona = Barcelone
ES Donostia / San Sebastián = Saint-Sébastien, San Sebastián, Donostia
ES Zaragoza = Saragosse
ES Sevilla = Séville
ES Córdoba = Cordoue
ES Granada = Grenade
ES Valencia = Valencia, Valence d’Espagne
ES Pamplona = Pampelune, Iruña
ES Girona = Gérone
ES Lleida = Lérida
ES Figueres = Figueras
ES Málaga = Malaga
ES Irun = Irun, Irún
PT Lisbon = Lisbonne, Lisboa
PT Coimbra = Coimbra, Coïmbre
IT Milan = Milan, Milano
IT Turin = Turin, Torino
IT Genoa = Gênes, Genova
IT Florence = Florence, Firenze
IT Venice = Venise, Venezia
IT Naples = Naples, Napoli
IT Bologna = Bologne
IT Rome = Rome, Roma
IT Verona = Vérone
IT Padua = Padoue, Padova
IT Parma = Parme
IT Pisa = Pise
IT Mantua = Mantoue, Mantova
IT Modena = Modène
IT Trento = Trente
IT Ventimiglia = Vintimille
IT Cuneo = Coni
IT Aosta = Aoste
NL The Hague = La Haye, Den Haag
NL Groningen = Groningue
NL Nijmegen = Nimègue
AT Vienna = Wien, Vienne d’Autriche
AT Salzburg = Salzbourg
PL Warsaw = Varsovie, Warszawa
PL Kraków = Cracovie
DK Copenhagen = Copenhague, København
GR Athens = Athènes
GR Thessaloníki = Thessalonique
RO Bucharest = Bucarest, București
SE Gothenburg = Göteborg
RS Belgrade = Belgrade, Beograd
CZ Prague = Prague, Praha
UA Kyiv = Kyiv, Kiev
"""
"""Country, GeoNames' name = the name shown, others to be found by."""


def french_names() -> dict[tuple[str, str], list[str]]:
    names = {}
    for line in FRENCH_NAMES.strip().splitlines():
        place, _, shown = line.partition(" = ")
        country, _, name = place.partition(" ")
        names[country, name] = shown.split(", ")
    return names


def wanted(place: dict[str, Any]) -> bool:
    """Large enough, and a town: GeoNames writes quarters as `Zürich (Kreis 11)`."""
    country = place["countrycode"]
    if country not in EUROPE and country not in SMALLEST:
        return False
    if country == "CA" and place["admin1code"] != QUEBEC:
        return False
    return place["population"] >= SMALLEST.get(country, SMALLEST_ELSEWHERE) and "(" not in place["name"]


def foreign_rows(places: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every town large enough, as keyword arguments of a row of the table."""
    names = french_names()
    for place in filter(wanted, places):
        called = [*names.pop((place["countrycode"], place["name"]), []), place["name"]]
        shown, *also = dict.fromkeys(called)
        yield {
            "name": shown,
            "also": also,
            "code": f"G{place['geonameid']}",
            "country": place["countrycode"],
            "at": (place["latitude"], place["longitude"]),
            "population": place["population"],
        }
    if names:
        raise SystemExit(f"GeoNames does not know: {sorted(names)}")
