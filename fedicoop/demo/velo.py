"""Vélo Fives: a bike repair shop of its members, in the east of Lille.  Nobody of them exists."""

from fedicoop.demo.seeds import Coop, Person, need, offer

ABOUT = (
    "Atelier vélo coopératif de Fives : on répare ensemble, on se prête ce qui roule, on ne jette rien. "
    "Ouvert le mercredi et le samedi, 12 rue du Long-Pot."
)

OFFERS = (
    offer(
        "loan",
        "Vélo cargo biporteur pour un déménagement ou les courses",
        "Biporteur de 2021, caisse en bois de 80 × 60 cm, jusqu’à **100 kg**. Assistance électrique, batterie "
        "chargée au retrait.\n\nPrise en main de vingt minutes à l’atelier la première fois. Casque et sangles "
        "fournis.",
        "bikes.cargo-bike",
        "Lille-Fives",
        deposit=150,
        condition="bon état, révisé en octobre",
        tags=["velocargo", "demenagement", "pret"],
        picture="cargo-bike",
    ),
    offer(
        "service",
        "Révision complète de votre vélo",
        "Freins, dérailleurs, roues, transmission : une heure et demie avec vous, **vous repartez en sachant "
        "faire**. Pièces d’occasion de l’atelier à prix coûtant.",
        "bikes.repair",
        "Lille-Fives",
        price=15,
        tags=["reparation", "atelier"],
        picture="repair-stand",
    ),
    offer(
        "gift",
        "Vélo d’enfant 16 pouces, remis en état",
        "Notre fille a grandi. Pneus neufs, freins réglés, petites roues dans le carton. À donner à un enfant "
        "du quartier, en échange d’un grand sourire.",
        "bikes.child-bike",
        "Hellemmes",
        condition="quelques rayures",
        tags=["enfant", "don"],
        picture="child-bike",
    ),
    offer(
        "loan",
        "Outils de l’atelier à emporter le week-end",
        "Pied d’atelier, clés, démonte-pneus, dérive-chaîne, extracteur de manivelles. À prendre le vendredi, à "
        "rapporter le lundi, propres et au complet.",
        "tools.hand-tools",
        "Lille-Fives",
        deposit=40,
        tags=["outils", "pret"],
        picture="tools-wall",
    ),
    offer(
        "sale",
        "Vélo de ville Peugeot des années 80, taille 54",
        "Cadre acier, six vitesses, porte-bagages, éclairage refait à neuf. Remonté entièrement à l’atelier par "
        "nos apprentis ; garanti trois mois.",
        "bikes.bicycle",
        "Lille-Fives",
        price=120,
        condition="remonté à neuf",
        tags=["occasion"],
    ),
    offer(
        "skill",
        "Apprendre à réparer une crevaison (et à ne plus en avoir peur)",
        "Atelier d’une heure, tous les premiers samedis du mois, à partir de 10 ans. Venez avec votre roue ou "
        "prenez l’une des nôtres.",
        "skills.lessons",
        "Lille-Fives",
        quantity=8,
        tags=["atelier", "debutants"],
        days=(5, 5),
    ),
    offer(
        "loan",
        "Remorque à vélo pour deux enfants",
        "Thule à deux places, harnais et capote de pluie. Se fixe sur presque tous les vélos ; l’attache est "
        "dans la poche. Jusqu’à deux semaines.",
        "bikes.trailer",
        "Mons-en-Barœul",
        deposit=100,
        condition="très bon état",
        tags=["enfant", "remorque", "vacances"],
    ),
    offer(
        "exchange",
        "Roues 28 pouces contre selle en cuir",
        "Paire de roues 700C, moyeu dynamo à l’avant, voile de 1 mm. Je cherche une selle en cuir, même usée.",
        "bikes.parts",
        "Lille-Saint-Maurice",
        counterpart="une selle en cuir",
        tags=["pieces", "troc"],
    ),
    offer(
        "service",
        "Marquage de votre vélo contre le vol",
        "Gravure et inscription au fichier national, dix minutes. Apportez une pièce d’identité.",
        "bikes.repair",
        "Lille-Fives",
        price=6,
        tags=["vol", "marquage"],
    ),
    offer(
        "gift",
        "Chambres à air à rustiner, par dizaines",
        "Toutes tailles, percées une seule fois. Pour réparer, pour lier les tomates ou pour bricoler.",
        "bikes.parts",
        "Lille-Fives",
        quantity=3,
        unit="dozen",
        tags=["don", "reemploi"],
    ),
    offer(
        "loan",
        "Vélo à assistance électrique, pour essayer deux semaines",
        "Pour savoir si l’électrique vous va avant d’acheter. Autonomie de 60 km, cadre mixte, de 1,55 m à "
        "1,85 m. Réservé aux adhérentes et adhérents des coopératives du réseau.",
        "bikes.electric-bike",
        "Lille-Fives",
        deposit=200,
        tags=["electrique", "essai"],
        days=(3, 45),
    ),
    offer(
        "service",
        "Réparation à domicile pour les personnes âgées",
        "Karim passe chez vous avec sa caisse à outils : pneus, freins, éclairage, hauteur de selle. Prix libre.",
        "bikes.repair",
        "Villeneuve-d’Ascq",
        tags=["domicile", "solidaire"],
    ),
    offer(
        "sale",
        "Sacoches étanches, la paire",
        "20 litres chacune, fixations rapides. Elles ont fait Lille–Bruges deux fois et n’ont jamais pris l’eau.",
        "bikes.accessories",
        "Lambersart",
        price=35,
        condition="bon état",
        tags=["voyage"],
    ),
    offer(
        "skill",
        "Remise en selle pour adultes",
        "Vous n’avez pas roulé depuis vingt ans, ou jamais ? Quatre séances au calme du parc de la Citadelle, vélo "
        "prêté, en petit groupe.",
        "skills.lessons",
        "Lille-Vauban",
        price=20,
        quantity=6,
        tags=["vacavelo", "debutants"],
    ),
)

NEEDS = (
    need(
        "gift",
        "Cherche vélos abîmés, même en morceaux",
        "On démonte, on trie, on remonte. On vient chercher avec la remorque dans toute la métropole.",
        "bikes.bicycle",
        "Lille-Fives",
        tags=["recup", "reemploi"],
    ),
    need(
        "loan",
        "Besoin d’un nettoyeur haute pression pour un samedi",
        "Grand nettoyage de printemps des vélos du stock. Une journée suffit, nous venons le prendre.",
        "tools.cleaning",
        "Lille-Fives",
        tags=["nettoyage"],
        days=(12, 19),
    ),
    need(
        "skill",
        "Cherche quelqu’un qui sait souder l’acier",
        "Deux cadres à reprendre et une béquille de biporteur. Contre une révision, un repas, ou les deux.",
        "skills.handiwork",
        "Lille-Fives",
        counterpart="une révision complète",
        tags=["soudure"],
    ),
    need(
        "service",
        "Besoin d’un coup de main pour refaire notre site",
        "Quelques pages, les horaires, les annonces. Nous avons les textes et les photos, pas les doigts.",
        "skills.computing",
        "Lille-Fives",
        tags=["site", "benevolat"],
    ),
    need(
        "gift",
        "Cherche établis et étagères solides",
        "L’atelier s’agrandit dans l’ancienne boulangerie d’à côté. Démontage et transport par nos soins.",
        "lending.furniture",
        "Lille-Fives",
        tags=["atelier", "mobilier"],
    ),
)

VELO = Coop(
    handle="velo",
    name="Vélo Fives",
    kind="bike-repair",
    about=ABOUT,
    people=(Person("camille", "Camille Duthoit", "admin"), Person("karim", "Karim Benali", "steward")),
    seeds=(*OFFERS, *NEEDS),
)
