"""Members at rest.  The only file that names the table."""

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.errors import NotFound

_COLUMNS = "id, coop_id, actor_id, handle, name, role"


async def find_by_handle(tx: Tx, handle: str) -> Member | None:
    return await tx.maybe(Member, f"SELECT {_COLUMNS} FROM members WHERE handle = :handle", handle=handle)


async def get_by_handle(tx: Tx, handle: str) -> Member:
    """Raises NotFound, naming the handle that was typed."""
    if found := await find_by_handle(tx, handle):
        return found
    raise NotFound("member.unknown", handle, handle=handle)


async def get(tx: Tx, id: str) -> Member:
    return await tx.one(Member, f"SELECT {_COLUMNS} FROM members WHERE id = :id", id=id)


async def exists(tx: Tx, id: str) -> bool:
    return bool(await tx.count("SELECT count(*) FROM members WHERE id = :id", id=id))


async def of_coop(tx: Tx, coop_id: str) -> list[Member]:
    return await tx.all(
        Member, f"SELECT {_COLUMNS} FROM members WHERE coop_id = :coop ORDER BY handle", coop=coop_id
    )


async def every(tx: Tx) -> list[Member]:
    """All members of all coops of this house, those who care for a coop first."""
    return await tx.all(
        Member,
        f"""SELECT {_COLUMNS} FROM members
            ORDER BY CASE role WHEN 'admin' THEN 0 WHEN 'steward' THEN 1 ELSE 2 END, handle LIMIT 1000""",
    )


async def count(tx: Tx) -> int:
    return await tx.count("SELECT count(*) FROM members")


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
