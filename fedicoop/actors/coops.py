"""What a coop of ours decides about itself: its kind, its language, who writes, how it looks."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.web.colours import usual_hue
from fedicoop.web.face import Face


class Joining(StrEnum):
    INVITATION = "invitation"  # who is invited
    REQUEST = "request"  # who asks, and is accepted by a steward
    OPEN = "open"  # who wishes


class AuthorMode(StrEnum):
    COOP = "coop"  # the coop writes; its members' names stay inside
    MEMBER = "member"  # the member writes, the coop boosts


@dataclass(frozen=True, slots=True)
class Coop:
    """The decisions of a coop; a field is a column."""

    actor_id: str
    kind: str
    locale: str
    author_mode: AuthorMode
    hue: int | None = None  # one of colours.HUES; None: the host's usual one
    logo: str | None = None  # the name of a picture of ours
    banner: str | None = None  # the wide picture above its page, the name of a picture of ours
    sentence: str = ""  # Markdown; the actor's summary is its HTML
    place_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_km: int | None = None
    contact: str = ""
    hours: str = ""
    rules: str = ""  # Markdown
    joining: Joining = Joining.INVITATION
    joining_text: str = ""  # what joining means here: price, charter; Markdown
    members_invite: bool = False  # any member may invite, not stewards alone


_NAMES = tuple(field.name for field in fields(Coop))
_COLUMNS = ", ".join(_NAMES)


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
    changes = ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name != "actor_id")
    await tx.run(
        f"""INSERT INTO coops ({_COLUMNS}, created_at)
            VALUES ({", ".join(f":{name}" for name in _NAMES)}, :now)
            ON CONFLICT (actor_id) DO UPDATE SET {changes}""",
        **asdict(coop),
        now=tx.now,
    )


async def set_author_mode(tx: Tx, actor_id: str, mode: AuthorMode) -> None:
    await tx.run("UPDATE coops SET author_mode = :mode WHERE actor_id = :id", mode=mode, id=actor_id)


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    sentence: str
    hue: int | None
    logo: str | None
    locale: str


async def face(tx: Tx, host: str) -> Face:
    """How the house looks: as its coop; where several live in it, by the host's name, the oldest's colour."""
    looks = await tx.all(
        _Look,
        """SELECT a.name, c.sentence, c.hue, c.logo, c.locale FROM coops c JOIN actors a ON a.id = c.actor_id
           ORDER BY c.created_at, c.actor_id LIMIT 2""",
    )
    if not looks:
        return Face(name=host, hue=usual_hue(host), is_open=False)
    oldest, alone = looks[0], len(looks) == 1
    return Face(
        name=oldest.name if alone else host,
        hue=usual_hue(host) if oldest.hue is None else oldest.hue,
        logo=oldest.logo if alone else None,
        locale=oldest.locale,
        sentence=oldest.sentence if alone else "",
    )
