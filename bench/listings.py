"""A house with many listings, as a large network would have them: words, categories, towns over France.

Drawn by lot from a fixed seed, so that two runs measure the same.  Titles and texts are put together from
the words of the trade; towns come as often as people live there; one in ten is ours, the rest are peers'.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fedicoop.db import Database, Tx
from fedicoop.listings import store
from fedicoop.listings.listing import Kind, Listing, Mode, Status, Where
from fedicoop.places.table import Town, table, town_at

NOW = datetime(2030, 5, 1, 9, tzinfo=UTC)
_COMMIT = 2_000
THINGS = {
    "bikes.bicycle": "Vélo de ville,Vélo de course,VTT,Vélo pliant,Vélo hollandais,Vélo d'enfant,Tandem",
    "bikes.cargo-bike": "Vélo cargo,Biporteur,Triporteur,Longtail électrique",
    "bikes.trailer": "Remorque vélo,Remorque pour enfants,Carriole à deux roues",
    "bikes.parts": "Roue avant,Selle en cuir,Dérailleur,Pédales,Jeu de pneus,Chambres à air",
    "bikes.repair": "Réparation de freins,Dévoilage de roues,Atelier de réparation,Réglage des vitesses",
    "tools.power-tools": "Perceuse à percussion,Scie sauteuse,Ponceuse,Visseuse sans fil,Meuleuse,Défonceuse",
    "tools.hand-tools": "Marteau,Jeu de tournevis,Scie à bois,Clé à molette,Serre-joints,Caisse à outils",
    "tools.garden": "Tondeuse,Débroussailleuse,Taille-haie,Brouette,Broyeur de végétaux,Motoculteur",
    "tools.ladders": "Échelle,Escabeau,Échafaudage",
    "tools.cleaning": "Nettoyeur haute pression,Shampouineuse,Aspirateur de chantier",
    "lending.kitchen": "Appareil à raclette,Machine à pain,Robot de cuisine,Crêpière,Pressoir,Stérilisateur",
    "lending.party": "Barnum,Tonnelle,Sono,Guirlandes,Vidéoprojecteur,Tables pliantes,Bancs",
    "lending.camping": "Tente,Sac de couchage,Réchaud,Matelas gonflable,Sac à dos de randonnée",
    "lending.childcare": "Poussette,Lit parapluie,Siège auto,Chaise haute,Écharpe de portage",
    "lending.sewing": "Machine à coudre,Surjeteuse,Tissus,Laine à tricoter",
    "lending.games": "Jeux de société,Puzzle,Jeu de construction en bois",
    "lending.books": "Romans,Bandes dessinées,Livres de cuisine,Guides de voyage",
    "food.vegetables": "Panier de légumes,Pommes de terre,Courges,Tomates anciennes,Salades",
    "food.fruit": "Pommes,Cerises,Prunes,Fraises,Poires",
    "food.bread": "Pain au levain,Brioche,Farine complète",
    "food.preserves": "Confiture de fraises,Miel,Sirop de sureau,Compote",
    "food.seeds": "Graines de courge,Semences de tomates,Plants de basilic",
    "skills.languages": "Cours d'anglais,Conversation en espagnol,Cours de français,Traduction",
    "skills.computing": "Dépannage informatique,Installation de Linux,Aide avec le téléphone",
    "skills.gardening": "Taille de fruitiers,Coup de main au jardin,Conseils de compostage",
    "skills.transport": "Covoiturage,Déménagement,Livraison à vélo",
    "skills.care": "Garde d'enfants,Visite de voisinage,Promenade de chien",
    "places.workshop": "Atelier partagé,Place dans un garage,Établi",
}
_HOW = (
    *("en bon état", "peu servi", "presque neuf", "révisé", "à réparer", "robuste", "léger", "ancien"),
    *("grand modèle", "petit modèle", "pour débuter", "pour la semaine", "pour le week-end", "solidaire"),
)
_SENTENCES = (
    "À venir chercher sur place, de préférence le soir ou le samedi matin.",
    "Je le prête volontiers aux membres de la coopérative et à leurs voisins.",
    "Merci de le rendre propre et de signaler tout ce qui ne va pas.",
    "Convient aussi aux personnes qui n'en ont jamais utilisé, je montre comment faire.",
    "On peut en parler autour d'un café avant de se décider.",
    "Le mode d'emploi est dans la boîte, avec les accessoires et un câble de rechange.",
    "Nous l'avons acheté à plusieurs et il sert trop peu.",
    "Livraison possible à vélo dans le quartier.",
    "Une participation libre aide à entretenir le matériel.",
    "Si possible prévenir deux jours avant.",
    "Cherche aussi des bras pour le chantier participatif de mai.",
    "Works fine, instructions in English are included.",
)
_MODES = {
    "bikes": Mode.LOAN,
    "tools": Mode.LOAN,
    "lending": Mode.LOAN,
    "food": Mode.SALE,
    "skills": Mode.SKILL,
}


async def fill(db: Database, number: int) -> None:
    """Publish so many listings; the search is filled as it is by every listing."""
    made = listings(number)
    async with db.write() as tx:
        await actors(tx)
    left = number
    while left > 0:
        async with db.write() as tx:
            for _ in range(min(_COMMIT, left)):
                await store.put(tx, next(made))
        left -= _COMMIT


def actor_ids() -> tuple[list[str], list[str]]:
    """Ours and the peers'."""
    return ["https://bench.test/actors/coop"], [f"https://peer{n}.test/actors/coop" for n in range(200)]


async def actors(tx: Tx) -> None:
    ours, theirs = actor_ids()
    sql = """INSERT INTO actors (id, local, type, handle, host, name, inbox, fetched_at)
             VALUES (:id, :local, 'Organization', :handle, :host, :name, :inbox, :now)"""
    rows = [
        {
            "id": id,
            "local": id in ours,
            "handle": "coop",
            "host": id.split("/")[2],
            "name": f"Coop {id.split('/')[2]}",
            "inbox": f"{id}/inbox",
            "now": NOW,
        }
        for id in (*ours, *theirs)
    ]
    await tx.run_many(sql, rows)


def listings(number: int) -> Iterator[Listing]:
    """So many listings, the oldest first."""
    lot = random.Random(20300501)
    towns = [town_at(row) for row in range(len(table().lines))]
    towns = [town for town in towns if town.country == "FR" and not town.name[-1:].isdigit()]
    weights = [max(town.population, 200) for town in towns]
    drawn = lot.choices(towns, weights, k=number)
    for at, town in enumerate(drawn):
        yield _listing(lot, at, town, NOW - timedelta(days=60) * (1 - at / number))


def _listing(lot: random.Random, at: int, town: Town, published: datetime) -> Listing:
    ours, theirs = actor_ids()
    local = lot.random() < 0.1
    actor = ours[0] if local else lot.choice(theirs)
    category = lot.choice(list(THINGS))
    thing = lot.choice(THINGS[category].split(","))
    free = lot.random()
    key = f"01bench{at:019}"
    return Listing(
        id=f"{actor.partition('/actors')[0]}/listings/{key}",
        key=key,
        actor_id=actor,
        coop_id=actor if local else None,
        local=local,
        kind=Kind.NEED if lot.random() < 0.3 else Kind.OFFER,
        mode=_MODES.get(category.partition(".")[0], Mode.GIFT) if lot.random() < 0.7 else Mode.GIFT,
        title=f"{thing} {lot.choice(_HOW)}",
        text=" ".join(lot.sample(_SENTENCES, lot.randint(1, 5))),
        category=category if lot.random() < 0.9 else None,
        where=Where(town.name, town.latitude, town.longitude),
        available_from=NOW + timedelta(days=lot.randint(1, 40)) if free < 0.1 else None,
        available_to=NOW + timedelta(days=lot.randint(2, 40)) if 0.1 < free < 0.2 else None,
        status=Status.PUBLISHED,
        created_at=published,
        published_at=published,
        expires_at=published + timedelta(days=90),
    )


def questions(number: int) -> list[dict[str, str]]:
    """Searches as people make them: words, a category, a town and a radius."""
    lot = random.Random(1)
    towns = [town_at(row) for row in range(300)]
    towns = [town for town in towns if town.country == "FR"][:100]
    words = [
        "vélo",
        "perceuse",
        "réparer",
        "outil",
        "machine à coudre",
        "jardin",
        "cours",
        "remorque",
        "bike",
    ]
    words += [
        "confiture",
        "tente",
        "échelle",
        "garde d'enfants",
        "pommes",
        "aide",
        "drill",
        "livre",
        "légume",
    ]
    found = []
    for _ in range(number):
        town = lot.choice(towns)
        asked = {"q": lot.choice(words), "lieu": town.label, "rayon": lot.choice(["5", "20", "50", "100"])}
        if lot.random() < 0.5:
            asked["categorie"] = lot.choice(["bikes", "tools", "lending", "food", "skills"])
        if lot.random() < 0.2:
            asked["tri"] = lot.choice(["recent", "melange"])
        if lot.random() < 0.2:
            asked["libre"] = "semaine"
        found.append(asked)
    return found
