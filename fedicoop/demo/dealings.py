"""What the people of a demonstration have asked each other for, and about.

One request that waits, one loan under way, one that ended with thanks: all of things that are lent, so
that every listing stays as it was written.  One question in public, answered, and one in private that waits.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from fedicoop.access import Member
from fedicoop.enquiries import actions as enquiries
from fedicoop.exchanges import actions, asking
from fedicoop.exchanges.exchange import Exchange, Plan
from fedicoop.exchanges.steps import Step
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Kind, Listing, Mode
from fedicoop.listings.store import Filter
from fedicoop.node import Node

_DAY = timedelta(days=1)


async def deal(node: Node, people: Sequence[Member], pass_time: Callable[[timedelta], None]) -> None:
    """Three exchanges on the first three things that are lent, each asked for by whoever comes next."""
    async with node.db.read() as tx:
        lent = await listings.latest(tx, Filter(kind=Kind.OFFER, mode=Mode.LOAN, source="local"), limit=3)
    by_id = {person.id: person for person in people}
    order = list(people)
    for number, listing in enumerate(lent):
        owner = by_id.get(listing.member_id or "")
        if owner is None or len(order) < 2:
            continue
        asker = order[(order.index(owner) + 1) % len(order)]
        await _STORIES[number](node, listing, owner, asker)
        await _talk(node, listing, owner, asker, public=number == 0)
        pass_time(timedelta(minutes=7))


async def _talk(node: Node, listing: Listing, owner: Member, asker: Member, *, public: bool) -> None:
    """A public question has its answer; a private one waits for it."""
    question = _QUESTIONS[0 if public else 1]
    async with node.db.write() as tx:
        said = await enquiries.ask(
            tx, asker, listing, question, public=public, once=f"demo {listing.key}", language="fr"
        )
        if public:
            await enquiries.answer(
                tx, owner, said.conversation_id, _ANSWER, once=f"demo {listing.key}", language="fr"
            )


_QUESTIONS = (
    "Bonjour ! Est-ce que cela se transporte à vélo, ou faut-il une voiture ?",
    "Bonjour ! Je peux passer après 18 heures, ou seulement en journée ?",
)
_ANSWER = "À vélo, sans souci : cela tient dans une grande sacoche."


async def _ask(node: Node, listing: Listing, asker: Member, first: int, last: int, message: str) -> Exchange:
    async with node.db.write() as tx:
        plan = Plan(starts_on=tx.today + first * _DAY, ends_on=tx.today + last * _DAY, at="10:30")
        return await asking.ask(tx, asker, listing.key, plan, message=message, once=f"demo {listing.key}")


async def _step(node: Node, exchange: Exchange, who: Member, step: Step, text: str = "") -> Exchange:
    async with node.db.write() as tx:
        return await actions.take_step(tx, who, exchange.id, step, seen=exchange.version, text=text)


async def _waits(node: Node, listing: Listing, owner: Member, asker: Member) -> None:  # noqa: ARG001
    await _ask(node, listing, asker, 3, 5, "Bonjour ! C’est pour un déménagement, à deux rues d’ici.")


async def _under_way(node: Node, listing: Listing, owner: Member, asker: Member) -> None:
    asked = await _ask(
        node, listing, asker, 0, 4, "Bonjour ! J’en aurais besoin jusqu’à la fin de la semaine."
    )
    agreed = await _step(node, asked, owner, Step.ACCEPT, "Avec plaisir, passez quand vous voulez.")
    await _step(node, agreed, owner, Step.HAND_OVER)


async def _ended_well(node: Node, listing: Listing, owner: Member, asker: Member) -> None:
    asked = await _ask(node, listing, asker, 0, 1, "Bonjour ! Est-ce libre ce soir ?")
    agreed = await _step(node, asked, owner, Step.ACCEPT)
    lent = await _step(node, agreed, owner, Step.HAND_OVER)
    back = await _step(node, lent, asker, Step.GIVE_BACK)
    await _step(node, back, owner, Step.TAKE_BACK)
    async with node.db.write() as tx:
        await actions.thank(tx, asker, asked.id, "Merci, cela m’a rendu grand service !")


_STORIES = (_waits, _under_way, _ended_well)
