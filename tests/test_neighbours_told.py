"""A coop that wishes it tells everybody which coops it follows; another reads that list and chooses."""

from fedicoop.access import Role
from fedicoop.desk import houses
from fedicoop.peers.peer import Policy
from fedicoop.watches import neighbours, pack_reading, packs
from tests.browsing import Visitor, signed_in


async def told(instance, *, yes=True):
    async with instance.node.db.write() as tx:
        await neighbours.publish(tx, instance.operator, yes)


async def three(network):
    """Sud hears nord and est."""
    nord, sud, est = [await network.add(f"{name}.test") for name in ("nord", "sud", "est")]
    await network.befriend(sud, nord)
    await network.befriend(sud, est)
    return nord, sud, est


async def test_there_is_no_list_until_the_coop_wishes_it(network):
    _, sud, _ = await three(network)

    for path in ("/voisines", "/neighbours", "/.well-known/fedicoop"):
        assert (await sud.get(path, accept="text/html")).status_code == 404
    assert (await sud.get("/voisines")).status_code == 404

    await told(sud)
    assert (await sud.get("/voisines", accept="text/html")).status_code == 200
    await told(sud, yes=False)
    assert (await sud.get("/voisines", accept="text/html")).status_code == 404


async def test_the_list_is_a_page_a_collection_and_a_pack(network):
    nord, sud, est = await three(network)
    await told(sud)

    page = await Visitor(sud).open("/voisines")
    collection = (await sud.get("/voisines")).json()
    pack = (await sud.get("/.well-known/fedicoop", accept="application/json")).json()

    for name in ("Coop Nord", "Coop Sud", "Coop Est"):
        assert name in page.words
    assert page.words.count("Comprend les offres et les besoins") == 2
    ids = [sud.coop.id, est.coop.id, nord.coop.id]
    assert (collection["type"], collection["totalItems"]) == ("OrderedCollection", 3)
    assert collection["orderedItems"] == ids
    assert [one["address"] for one in pack["coops"]] == ids


async def test_a_house_that_was_closed_and_people_are_not_in_it(network):
    nord, sud, _ = await three(network)
    await told(sud)
    async with sud.node.db.write() as tx:
        await houses.decide(tx, sud.operator, "est.test", Policy.CLOSED, "…")
    await network.settle()

    assert (await sud.get("/voisines")).json()["orderedItems"] == [sud.coop.id, nord.coop.id]


async def test_another_coop_reads_it_by_the_domain_and_nobody_is_followed_by_itself(network):
    nord, sud, est = await three(network)
    await told(sud)
    ouest = await network.add("ouest.test")
    karim = await ouest.join("k", name="K", role=Role.STEWARD)

    id = await pack_reading.read(ouest.node, ouest.operator, "sud.test")
    await network.settle()

    async with ouest.node.db.read() as tx:
        assert [one.address for one in await packs.entries(tx, id)] == [
            sud.coop.id,
            est.coop.id,
            nord.coop.id,
        ]
        assert await tx.count("SELECT count(*) FROM follows") == 0
    visitor = await signed_in(ouest, karim)
    await visitor.open(f"/admin/reseau/listes/{id}")
    await visitor.submit(f"/admin/reseau/listes/{id}", do="one", place="1")
    await network.settle()
    async with ouest.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM follows WHERE status = 'accepted'") == 1


async def test_a_coop_says_that_its_house_understands_offers_and_needs(network):
    """FEP-844e: on the server's actor, and on a coop by its `generator`."""
    nord, _, _ = await three(network)

    server = (await nord.get("/actor")).json()
    coop = (await nord.get(nord.coop.id)).json()

    assert neighbours.MARKET in [one["href"] for one in server["implements"]]
    assert neighbours.MARKET in [one["href"] for one in coop["generator"]["implements"]]


async def test_stewards_see_beside_a_coop_what_its_house_understands(network):
    nord, sud, _ = await three(network)
    karim = await sud.join("k", name="K", role=Role.STEWARD)

    page = await (await signed_in(sud, karim)).open("/admin/reseau")

    assert nord.coop.name in page.words
    assert page.words.count("Comprend les offres et les besoins") == 2
