"""Two members and a listing between them: what the tests of exchanges begin with."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from fedicoop.access import Member, Role
from fedicoop.exchanges import actions, asking, keeping, store, words
from fedicoop.exchanges.exchange import Exchange, Party, Plan
from fedicoop.exchanges.steps import Side, Status, Step
from fedicoop.listings.listing import Kind, Listing, Mode
from fedicoop.members import store as members
from fedicoop.notices import store as notices
from tests.conftest import Instance, Network

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
WEEKEND = Plan(starts_on=TODAY + timedelta(days=3), ends_on=TODAY + timedelta(days=5))


def day(number: int) -> date:
    """So many days from the first of May."""
    return TODAY + timedelta(days=number)


def days(first: int, last: int, **more: object) -> Plan:
    return Plan(starts_on=day(first), ends_on=day(last), **more)


def an_exchange(status: Status = Status.ASKED, **more: object) -> Exchange:
    """A loan that Zoé asks of Léa for the weekend, standing so."""
    blank = Exchange(
        id="e1",
        listing_id="https://nord.test/listings/l1",
        listing_key="l1",
        title="Vélo cargo",
        kind=Kind.OFFER,
        mode=Mode.LOAN,
        coop_id="https://nord.test/actors/nord",
        proposer=Party(actor_id="https://nord.test/actors/lea", member_id="lea"),
        responder=Party(actor_id="https://nord.test/actors/zoe", member_id="zoe"),
        plan=WEEKEND,
        status=status,
        asked_at=NOW,
        changed_at=NOW,
    )
    return replace(blank, **more)


@dataclass
class Village:
    """A house with Léa, whose listings they are, Zoé, who asks, and Sacha, who is a steward."""

    network: Network
    nord: Instance
    lea: Member
    zoe: Member
    sacha: Member

    async def publish(self, title: str = "Vélo cargo", **fields: object) -> Listing:
        return await self.nord.publish(title, by=self.lea, **fields)

    async def ask(
        self, listing: Listing, plan: Plan = WEEKEND, *, by: Member | None = None, once: str = "a", **more
    ):
        async with self.nord.node.db.write() as tx:
            return await asking.ask(tx, by or self.zoe, listing.key, plan, once=once, **more)

    async def step(
        self, exchange: Exchange, step: Step, by: Member | None = None, **more: object
    ) -> Exchange:
        """Take a step from how it stands now; Léa does unless somebody else is named."""
        async with self.nord.node.db.write() as tx:
            now = await store.find(tx, exchange.id)
            seen = more.pop("seen", now.version)
            return await actions.take_step(tx, by or self.lea, exchange.id, step, seen=seen, **more)

    async def agreed(self, listing: Listing, plan: Plan = WEEKEND, **more: object) -> Exchange:
        return await self.step(await self.ask(listing, plan, **more), Step.ACCEPT)

    async def now(self, exchange: Exchange) -> Exchange:
        async with self.nord.node.db.read() as tx:
            return await store.find(tx, exchange.id)

    async def told(self, who: Member) -> list[str]:
        """The kinds of notices that somebody got about exchanges, oldest first."""
        async with self.nord.node.db.read() as tx:
            found = await notices.of_member(tx, who.id, limit=200)
        return [
            one.kind.removeprefix("exchange.") for one in reversed(found) if one.kind.startswith("exchange.")
        ]

    async def thread(self, exchange: Exchange) -> list[tuple[Side, str, str]]:
        async with self.nord.node.db.read() as tx:
            return [(one.side, one.step, one.text) for one in await words.of_exchange(tx, exchange.id)]

    async def pass_time(self, **by: float) -> None:
        """Time goes on, and the house keeps it."""
        self.network.clock.advance(**by)
        while await keeping.keep_time(self.nord.node):
            pass


async def a_village(network: Network) -> Village:
    nord = await network.add("nord.test")
    lea, zoe, sacha = [await nord.join(handle) for handle in ("lea", "zoe", "sacha")]
    steward = replace(sacha, role=Role.STEWARD)
    async with nord.node.db.write() as tx:
        await members.put(tx, steward)
    return Village(network, nord, lea, zoe, steward)
