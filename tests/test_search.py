"""What a search finds, for whom, how far away, and what it does when there is nothing."""

from fedicoop.listings import searching
from fedicoop.listings.question import read


async def find(instance, seen_by=None, limit=24, **query):
    async with instance.node.db.read() as tx:
        return await searching.search(tx, read(query), seen_by=seen_by, limit=limit)


def titles(found):
    return [listing.title for listing in found.listings]


async def test_the_nearest_come_first_and_distances_are_told_in_steps(network):
    nord = await network.add("nord.test")
    await nord.publish("Loin", place="Marseille")
    await nord.publish("Voisine", place="Roubaix")
    await nord.publish("Ici", place="Lille")
    await nord.publish("Nulle part")

    found = await find(nord, lieu="Lille", rayon="20")

    assert titles(found) == ["Ici", "Voisine"]
    assert list(found.distances_km.values()) == [1, 15]
    assert found.total == 2
    assert not found.more


async def test_a_search_that_finds_nothing_goes_farther_and_says_so(network):
    nord = await network.add("nord.test")
    await nord.publish("Perceuse", place="Roubaix")

    found = await find(nord, q="perceuse", lieu="Lille", rayon="5")

    assert titles(found) == ["Perceuse"]
    assert found.widened.asked.radius_km == 5
    assert found.widened.question.radius_km == 20
    assert found.widened.radius


async def test_then_it_leaves_out_words_and_then_dates(network):
    nord = await network.add("nord.test")
    await nord.publish("Perceuse", available={"to": "2030-05-02"})

    worded = await find(nord, q="perceuse jaune")
    dated = await find(nord, q="perceuse", du="2030-06-01")

    assert worded.widened.words == ("jaune",)
    assert dated.widened.dates
    assert titles(worded) == titles(dated) == ["Perceuse"]


async def test_what_is_for_the_coop_is_found_by_its_members_alone(network):
    nord = await network.add("nord.test")
    await nord.publish("Réunion", visibility="coop")

    assert (await find(nord)).total == 0
    assert (await find(nord, seen_by="https://elsewhere.test/actors/x")).total == 0
    assert titles(await find(nord, seen_by=nord.coop.id)) == ["Réunion"]


async def test_pages_follow_each_other_without_gap_or_repetition(network):
    nord = await network.add("nord.test")
    for number in range(7):
        network.clock.advance(minutes=1)
        await nord.publish(f"Objet {number}", place="Lille")

    for query in ({}, {"lieu": "Lille"}, {"tri": "melange"}):
        seen, after = [], ""
        for _ in range(4):
            found = await find(nord, limit=3, apres=after, **query)
            seen += titles(found)
            after = found.next
            if not after:
                break
        assert sorted(seen) == [f"Objet {number}" for number in range(7)], query
        assert found.total == 7
