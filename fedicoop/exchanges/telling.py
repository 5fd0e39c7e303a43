"""Who is told of what happens in an exchange.  Each move is a notice, `notice.exchange.<what>`."""

from collections.abc import Iterable

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.exchanges.exchange import Exchange, Party
from fedicoop.exchanges.steps import Side
from fedicoop.members import store as members
from fedicoop.notices.tell import tell


def path_of(exchange: Exchange) -> str:
    return f"/echanges/{exchange.id}"


async def people(tx: Tx, exchange: Exchange, side: Side) -> list[str]:
    """The members who stand on a side: the person, or the stewards of the coop; nobody, elsewhere."""
    if side is Side.STEWARD:
        return [id for id in await stewards(tx, exchange.coop_id) if id not in _persons(exchange)]
    party = exchange.party(side)
    if party.member_id:
        return [party.member_id]
    other = exchange.party(side.other).member_id
    return [id for id in await stewards(tx, party.actor_id) if id != other]


async def stewards(tx: Tx, coop_id: str) -> list[str]:
    return [member.id for member in await members.stewards(tx, coop_id)]


def _persons(exchange: Exchange) -> set[str | None]:
    return {side.member_id for side in exchange.sides}


async def called(tx: Tx, party: Party) -> str:
    """What the other calls a party: a person by their first name, a coop by its whole one."""
    name = await name_of(tx, party)
    return name.split()[0] if party.member_id and name.strip() else name


async def name_of(tx: Tx, party: Party) -> str:
    """A party's whole name; "" for a member who left."""
    if party.member_id and await members.exists(tx, party.member_id):
        return (await members.get(tx, party.member_id)).name
    found = await actors.find(tx, party.actor_id) if party.actor_id else None
    return found.name or found.handle if found else ""


async def tell_side(
    tx: Tx, exchange: Exchange, sides: Iterable[Side], what: str, *, key: str = "", by: Side | None = None
) -> None:
    """Let these sides know.  `{who}` in the words is who moved (`by`), else who is across from the reader."""
    for side in sides:
        across = by if by in (Side.PROPOSER, Side.RESPONDER) and by is not side else side.other
        await tell(
            tx,
            await people(tx, exchange, side),
            f"exchange.{what}",
            path=path_of(exchange),
            key=key or f"{exchange.id} {exchange.version} {exchange.reminded}",
            who=await called(tx, exchange.party(across)),
            title=exchange.title,
        )
