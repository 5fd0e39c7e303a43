"""What a coop of ours decides about itself: its kind, its language, who writes."""

from dataclasses import dataclass
from enum import StrEnum

from fedicoop.db import Tx
from fedicoop.errors import NotFound


class AuthorMode(StrEnum):
    COOP = "coop"  # the coop writes; its members' names stay inside
    MEMBER = "member"  # the member writes, the coop boosts


@dataclass(frozen=True, slots=True)
class Coop:
    actor_id: str
    kind: str
    locale: str
    author_mode: AuthorMode


_COLUMNS = "actor_id, kind, locale, author_mode"


async def get(tx: Tx, actor_id: str) -> Coop:
    """The decisions of a coop of ours.  Raises NotFound."""
    return await tx.one(Coop, f"SELECT {_COLUMNS} FROM coops WHERE actor_id = :id", id=actor_id)


async def first(tx: Tx) -> Coop:
    """The coop that is meant when none is named: the oldest.  Raises NotFound before `init`."""
    found = await tx.maybe(Coop, f"SELECT {_COLUMNS} FROM coops ORDER BY created_at, actor_id LIMIT 1")
    if found is None:
        raise NotFound("coop.none")
    return found


async def put(tx: Tx, coop: Coop) -> None:
    await tx.run(
        """INSERT INTO coops (actor_id, kind, locale, author_mode, created_at)
           VALUES (:id, :kind, :locale, :author, :now)
           ON CONFLICT (actor_id) DO UPDATE SET kind = excluded.kind, locale = excluded.locale,
               author_mode = excluded.author_mode""",
        id=coop.actor_id,
        kind=coop.kind,
        locale=coop.locale,
        author=coop.author_mode,
        now=tx.now,
    )


async def set_author_mode(tx: Tx, actor_id: str, mode: AuthorMode) -> None:
    await tx.run("UPDATE coops SET author_mode = :mode WHERE actor_id = :id", mode=mode, id=actor_id)
