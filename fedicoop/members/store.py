"""Members at rest.  The only file that names the table.

Who has left keeps a row without words, so that nobody else ever has the same name here (security case
139); every question but `exists` and `get` passes it by.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.errors import NotFound

_COLUMNS = "id, coop_id, actor_id, handle, name, role"
_ACCOUNT = f"{_COLUMNS}, email, password, language, suspended_at, left_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Member):
    """A member with what signing in asks of them; stays within this room."""

    email: str | None
    password: str | None  # PHC string
    language: str | None
    suspended_at: datetime | None
    left_at: datetime | None


async def find_by_handle(tx: Tx, handle: str) -> Member | None:
    sql = f"SELECT {_COLUMNS} FROM members WHERE handle = :handle AND left_at IS NULL"
    return await tx.maybe(Member, sql, handle=handle)


async def get_by_handle(tx: Tx, handle: str) -> Member:
    """Raises NotFound, naming the handle that was typed."""
    if found := await find_by_handle(tx, handle):
        return found
    raise NotFound("member.unknown", handle, handle=handle)


async def get(tx: Tx, id: str) -> Member:
    return await tx.one(Member, f"SELECT {_COLUMNS} FROM members WHERE id = :id", id=id)


async def speaking_as(tx: Tx, actor_id: str) -> Member | None:
    """The member whose voice outside that actor is."""
    sql = f"SELECT {_COLUMNS} FROM members WHERE actor_id = :id AND left_at IS NULL"
    return await tx.maybe(Member, sql, id=actor_id)


async def account(tx: Tx, id: str) -> Account:
    """Raises NotFound, also for who has left."""
    sql = f"SELECT {_ACCOUNT} FROM members WHERE id = :id AND left_at IS NULL"
    return await tx.one(Account, sql, id=id)


async def find_by_login(tx: Tx, login: str) -> Account | None:
    """Who signs in under this name or with this address; suspended ones are found too."""
    return await tx.maybe(
        Account,
        f"SELECT {_ACCOUNT} FROM members WHERE (email = :login OR handle = :login) AND left_at IS NULL",
        login=login.strip().removeprefix("@").lower()[:254],
    )


async def find_by_email(tx: Tx, email: str) -> Account | None:
    sql = f"SELECT {_ACCOUNT} FROM members WHERE email = :email AND left_at IS NULL"
    return await tx.maybe(Account, sql, email=email.lower())


async def exists(tx: Tx, id: str) -> bool:
    return bool(await tx.count("SELECT count(*) FROM members WHERE id = :id", id=id))


async def of_coop(tx: Tx, coop_id: str) -> list[Member]:
    return await tx.all(
        Member,
        f"SELECT {_COLUMNS} FROM members WHERE coop_id = :coop AND left_at IS NULL ORDER BY handle",
        coop=coop_id,
    )


async def every(tx: Tx) -> list[Member]:
    """All members of all coops of this house, those who care for a coop first."""
    return await tx.all(
        Member,
        f"""SELECT {_COLUMNS} FROM members WHERE left_at IS NULL
            ORDER BY CASE role WHEN 'admin' THEN 0 WHEN 'steward' THEN 1 ELSE 2 END, handle LIMIT 1000""",
    )


async def stewards(tx: Tx, coop_id: str) -> list[Member]:
    """Who cares for a coop, admins included, and can sign in."""
    return await tx.all(
        Member,
        f"""SELECT {_COLUMNS} FROM members WHERE coop_id = :coop AND role IN ('steward', 'admin')
            AND left_at IS NULL AND suspended_at IS NULL ORDER BY handle""",
        coop=coop_id,
    )


async def admins(tx: Tx, coop_id: str, *, but: str) -> int:
    """How many others are admins of a coop and can sign in."""
    return await tx.count(
        """SELECT count(*) FROM members WHERE coop_id = :coop AND role = 'admin' AND id <> :but
           AND left_at IS NULL AND suspended_at IS NULL""",
        coop=coop_id,
        but=but,
    )


async def present(tx: Tx, id: str) -> Member | None:
    """A member who can sign in; None for who left, or is shut out."""
    return await tx.maybe(
        Member,
        f"SELECT {_COLUMNS} FROM members WHERE id = :id AND left_at IS NULL AND suspended_at IS NULL",
        id=id,
    )


async def count(tx: Tx) -> int:
    return await tx.count("SELECT count(*) FROM members WHERE left_at IS NULL")


async def email_taken(tx: Tx, email: str) -> bool:
    return bool(await tx.count("SELECT count(*) FROM members WHERE email = :email", email=email))


async def put(tx: Tx, member: Member, *, email: str | None = None) -> None:
    await tx.run(
        """INSERT INTO members (id, coop_id, actor_id, handle, name, email, role, created_at)
           VALUES (:id, :coop, :actor, :handle, :name, :email, :role, :now)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role""",
        id=member.id,
        coop=member.coop_id,
        actor=member.actor_id,
        handle=member.handle,
        name=member.name,
        email=email,
        role=Role(member.role),
        now=tx.now,
    )


async def set_password(tx: Tx, id: str, phc: str | None) -> None:
    await tx.run("UPDATE members SET password = :phc WHERE id = :id", phc=phc, id=id)


async def set_email(tx: Tx, id: str, email: str | None) -> None:
    await tx.run("UPDATE members SET email = :email WHERE id = :id", email=email, id=id)


async def set_language(tx: Tx, id: str, language: str | None) -> None:
    await tx.run("UPDATE members SET language = :language WHERE id = :id", language=language, id=id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a member says of themselves and chose for themselves; theirs alone to see, but for the name."""

    name: str
    about: str = ""  # Markdown, one sentence
    place_name: str | None = None  # where they look from
    latitude: float | None = None
    longitude: float | None = None
    radius_km: int | None = None
    language: str | None = None
    theme: str | None = None
    email: str | None = None
    away_until: datetime | None = None
    created_at: datetime | None = None
    has_password: bool = False

    @property
    def last_day_away(self) -> datetime | None:
        """A moment of the last day; `away_until` is the midnight after it."""
        return self.away_until - timedelta(minutes=1) if self.away_until else None


async def profile(tx: Tx, id: str) -> Profile:
    return await tx.one(
        Profile,
        """SELECT name, about, place_name, latitude, longitude, radius_km, language, theme, email, away_until,
                  created_at, password IS NOT NULL AS has_password
           FROM members WHERE id = :id""",
        id=id,
    )


async def put_profile(tx: Tx, id: str, profile: Profile) -> None:
    """Keep what the form of the profile changes; address, absence and password have ways of their own."""
    await tx.run(
        """UPDATE members SET name = :name, about = :about, place_name = :place, latitude = :latitude,
               longitude = :longitude, radius_km = :radius, language = :language, theme = :theme
           WHERE id = :id""",
        id=id,
        name=profile.name,
        about=profile.about,
        place=profile.place_name,
        latitude=profile.latitude,
        longitude=profile.longitude,
        radius=profile.radius_km,
        language=profile.language,
        theme=profile.theme,
    )


async def set_away(tx: Tx, id: str, until: datetime | None) -> None:
    await tx.run("UPDATE members SET away_until = :until WHERE id = :id", until=until, id=id)


async def back_by_now(tx: Tx) -> list[Member]:
    return await tx.all(
        Member, f"SELECT {_COLUMNS} FROM members WHERE away_until <= :now ORDER BY id LIMIT 100", now=tx.now
    )


async def set_role(tx: Tx, id: str, role: Role) -> None:
    await tx.run("UPDATE members SET role = :role WHERE id = :id", role=role, id=id)


async def set_suspended(tx: Tx, id: str, suspended: bool) -> None:
    await tx.run(
        "UPDATE members SET suspended_at = :at WHERE id = :id", at=tx.now if suspended else None, id=id
    )


async def close(tx: Tx, id: str) -> None:
    """They left: from now on nobody signs in as them."""
    await tx.run("UPDATE members SET left_at = :now WHERE id = :id AND left_at IS NULL", id=id, now=tx.now)


async def blank(tx: Tx, id: str) -> None:
    """Of who has left, nothing stays but the handle, which nobody else may have (security case 139)."""
    await tx.run(
        """UPDATE members SET name = '', email = NULL, password = NULL, role = 'member', language = NULL,
               theme = NULL, about = '', place_name = NULL, latitude = NULL, longitude = NULL,
               radius_km = NULL, away_until = NULL, suspended_at = NULL
           WHERE id = :id AND left_at IS NOT NULL""",
        id=id,
    )
