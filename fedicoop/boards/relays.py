"""Relays at rest: servers that pass public listings on.  The only file that writes the table."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from fedicoop.db import Tx


class Style(StrEnum):
    """How a relay is asked, and what it is brought (FEP-ae0c)."""

    MASTODON = "mastodon"  # follow everybody through it; it gets what is said, as it was said
    LITEPUB = "litepub"  # follow its actor; it gets an Announce by our server's


class Standing(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """`id` is that of the Follow which asked for it; `address` is as it was given."""

    id: str
    address: str
    style: Style
    actor_id: str
    inbox: str
    status: Standing
    asked_at: datetime
    decided_at: datetime | None = None
    heard_at: datetime | None = None
    kept: int = 0  # listings that came through it


NAMES = (
    "id",
    "address",
    "style",
    "actor_id",
    "inbox",
    "status",
    "asked_at",
    "decided_at",
    "heard_at",
    "kept",
)
_COLUMNS = ", ".join(NAMES)


async def find(tx: Tx, id: str) -> Relay | None:
    return await tx.maybe(Relay, f"SELECT {_COLUMNS} FROM relays WHERE id = :id", id=id)


async def by_actor(tx: Tx, actor_id: str) -> Relay | None:
    return await tx.maybe(Relay, f"SELECT {_COLUMNS} FROM relays WHERE actor_id = :id", id=actor_id)


async def every(tx: Tx, *, status: Standing | None = None) -> list[Relay]:
    """Oldest first."""
    where = "WHERE status = :status" if status else ""
    values = {"status": status} if status else {}
    return await tx.all(Relay, f"SELECT {_COLUMNS} FROM relays {where} ORDER BY asked_at, id", **values)


async def put(tx: Tx, relay: Relay) -> None:
    changes = ", ".join(f"{name} = excluded.{name}" for name in NAMES if name != "actor_id")
    await tx.run(
        f"""INSERT INTO relays ({_COLUMNS}) VALUES ({", ".join(f":{name}" for name in NAMES)})
            ON CONFLICT (actor_id) DO UPDATE SET {changes}""",
        **asdict(relay),
    )


async def remove(tx: Tx, relay: Relay) -> None:
    await tx.run("DELETE FROM relays WHERE id = :id", id=relay.id)
