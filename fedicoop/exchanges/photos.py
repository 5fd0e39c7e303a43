"""Photos of the thing's state, at the hand-over and when it came back.  The only file that names the table.

Their addresses cannot be guessed, and stand on the page of the exchange alone.
"""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.exchanges.steps import Side, Status
from fedicoop.media import store as pictures
from fedicoop.media.store import Kept

MOST = 24
"""Photos of one exchange: a good look at both ends of a loan."""

_COLUMNS = "name, exchange_id, actor_id, side, during, width, height, taken_at"


@dataclass(frozen=True, slots=True)
class StatePhoto:
    """`during` is the status in which it was taken; sizes are in pixels."""

    name: str
    exchange_id: str
    actor_id: str
    side: Side
    during: Status
    width: int
    height: int
    taken_at: datetime


async def put(tx: Tx, exchange_id: str, picture: Kept, *, actor_id: str, side: Side, during: Status) -> None:
    await tx.run(
        f"""INSERT INTO exchange_photos ({_COLUMNS})
            VALUES (:name, :exchange, :actor, :side, :during, :width, :height, :now)""",
        name=picture.name,
        exchange=exchange_id,
        actor=actor_id,
        side=side,
        during=during,
        width=picture.width,
        height=picture.height,
        now=tx.now,
    )


async def of_exchange(tx: Tx, exchange_id: str) -> list[StatePhoto]:
    sql = f"SELECT {_COLUMNS} FROM exchange_photos WHERE exchange_id = :id ORDER BY taken_at, name"
    return await tx.all(StatePhoto, sql, id=exchange_id)


async def of_actor(tx: Tx, actor_id: str) -> list[StatePhoto]:
    """Everything that somebody took, for their export."""
    sql = f"SELECT {_COLUMNS} FROM exchange_photos WHERE actor_id = :id ORDER BY taken_at, name"
    return await tx.all(StatePhoto, sql, id=actor_id) if actor_id else []


async def disown(tx: Tx, actor_id: str) -> None:
    sql = "UPDATE exchange_photos SET actor_id = '' WHERE actor_id = :id AND actor_id <> ''"
    await tx.run(sql, id=actor_id)


async def forget(tx: Tx, exchange_id: str) -> None:
    """The pictures go too: the hourly sweep removes their files."""
    names = [photo.name for photo in await of_exchange(tx, exchange_id)]
    await tx.run("DELETE FROM exchange_photos WHERE exchange_id = :id", id=exchange_id)
    await pictures.forget(tx, names)
