"""All odd objects of fediverse-pasture-inputs, said by a real actor to a coop that really runs.

Each comes three times: for everybody, as an answer to a listing of ours, and to our coop by name.
"""

import pytest

from fedicoop.access import Member, Role
from fedicoop.members import actions as members
from tests import crawling
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS
from tests.oracles.coop import running
from tests.oracles.fedify.judge import wait_for
from tests.seen import BROWSER

pytestmark = pytest.mark.judge
ALL_OF_THEM = 262
AT_LEAST = 250


async def people(house) -> dict[str, Member]:
    """A member and a steward."""
    found = {}
    for handle, role in (("lea", Role.MEMBER), ("karim", Role.STEWARD)):
        async with house.node.db.write() as tx:
            found[handle] = await members.add(
                tx,
                house.operator,
                house.origin,
                handle=handle,
                name=handle.title(),
                pair=PAIRS[0],
                email=f"{handle}@example.org",
                role=role,
            )
    return found


async def browsers(house, known: dict[str, Member]) -> dict[str, Visitor]:
    return {"visitor": Visitor(house)} | {name: await signed_in(house, one) for name, one in known.items()}


async def every_page(house, known: dict[str, Member]) -> tuple[list[str], int]:
    """What answers with a fault of ours, of all that anybody can open; and how much was opened."""
    here = crawling.World(house)
    async with house.node.db.read() as tx:
        rows = await tx.all(crawling._Id, "SELECT id FROM listings")
        threads = await tx.all(crawling._Id, "SELECT id FROM conversations")
    for number, row in enumerate(rows):
        here.listings[f"{number}", "published"] = await house.find(row.id)
    spoken = [f"/moi/messages/{thread.id}" for thread in threads]
    wrong, opened = [], 0
    for who, visitor in (await browsers(house, known)).items():
        pages = [one for route in crawling.routes(house.app) for one in crawling.addresses(route, here)]
        for address in [*pages, *spoken]:
            answer = await house.http.get(
                house.origin + address, headers={"accept": BROWSER} | visitor._cookie_header()
            )
            house.http.cookies.clear()
            opened += 1
            if answer.status_code >= 500:
                wrong.append(f"{who}: {answer.status_code} {address}")
    return wrong, opened


async def test_262_odd_objects_break_nothing_and_every_page_answers_afterwards(pasture, tmp_path):
    with running(tmp_path, pasture.origin) as coop:
        async with coop.opened() as house:
            known = await people(house)
            listing = (await house.publish("Vélo cargo", by=known["lea"])).id
        coop.run("coop", "follow", pasture.actor)
        [follow] = await wait_for(lambda: pasture.seen("Follow", pasture.actor, by=coop.actor))
        said = await pasture.ask("say", verb="accept", about=follow, inbox=coop.inbox, include_activity=True)
        assert said["status"] == 202

        for in_reply_to, mention in (("", False), (listing, False), (listing, True)):
            asked = {"to": coop.actor, "in_reply_to": in_reply_to, "mention": mention}
            answers = await pasture.ask("odd", within=120, page=pasture.origin, **asked)

            assert len(answers) == ALL_OF_THEM
            assert [one for one in answers if one["status"] >= 500] == []
            taken = [one for one in answers if 200 <= one["status"] < 300]
            refused = [one for one in answers if one not in taken]
            assert len(taken) >= AT_LEAST, refused
        await coop.settled(within=90)

        async with coop.opened() as house:
            wrong, opened = await every_page(house, known)
            async with house.node.db.read() as tx:
                questions = await tx.count("SELECT count(*) FROM messages")
        assert wrong == []
        assert opened > 300, "a crawl that opens little proves little"
        assert questions >= 30, "as many as are heard of one source are kept"
