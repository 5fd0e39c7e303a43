"""The tables `peers` and `cooldowns`.  Every `host` here is a normal one (vocabulary/hosts.py)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.peers.peer import EVERYBODY, Form, Peer
from fedicoop.peers.policies import of_host, of_policy, policies, policy, set_policy

__all__ = [
    "all_heard",
    "all_reached",
    "cool",
    "cooling",
    "find",
    "forget_silent",
    "latest",
    "of_host",
    "of_policy",
    "policies",
    "policy",
    "pull_back",
    "remember_signature",
    "runs",
    "seen",
    "set_policy",
    "signature_form",
    "signature_forms",
    "take_one_of",
    "take_turn",
    "warm",
]
_COLUMNS = "host, policy, signature, software, first_seen_at, last_heard_at, last_reached_at"


@dataclass(frozen=True, slots=True)
class _Turn:
    name: str


async def find(tx: Tx, host: str) -> Peer | None:
    return await tx.maybe(Peer, f"SELECT {_COLUMNS} FROM peers WHERE host = :host", host=host)


async def latest(tx: Tx, *, limit: int = 100) -> list[Peer]:
    """Who we talked with, the last one first."""
    return await tx.all(
        Peer,
        f"""SELECT {_COLUMNS} FROM peers WHERE host <> :everybody
            ORDER BY COALESCE(last_heard_at, last_reached_at, first_seen_at) DESC, host LIMIT :limit""",
        limit=limit,
        everybody=EVERYBODY,
    )


async def signature_form(tx: Tx, host: str) -> Form | None:
    """The form of signature that a host took last; None if we never reached it."""
    peer = await find(tx, host)
    return peer.signature if peer else None


@dataclass(frozen=True, slots=True)
class _Form:
    host: str
    signature: Form


async def signature_forms(tx: Tx, hosts: Collection[str]) -> dict[str, Form]:
    """The form of signature that each of these hosts took last; not for those that we never reached."""
    places, names = among(sorted(hosts))
    sql = f"SELECT host, signature FROM peers WHERE signature IS NOT NULL AND host IN ({places})"
    return {row.host: row.signature for row in await tx.all(_Form, sql, **names)}


async def remember_signature(tx: Tx, host: str, form: str) -> None:
    """Note which form a host took, so that the next letter knocks once ("double knock")."""
    await tx.run(
        """INSERT INTO peers (host, signature, first_seen_at) VALUES (:host, :form, :now)
           ON CONFLICT (host) DO UPDATE SET signature = excluded.signature""",
        host=host,
        form=form,
        now=tx.now,
    )


async def runs(tx: Tx, host: str, software: str) -> None:
    """Note what a host runs, by its own words: at most 100 characters of them."""
    await tx.run(
        """INSERT INTO peers (host, software, first_seen_at) VALUES (:host, :software, :now)
           ON CONFLICT (host) DO UPDATE SET software = excluded.software""",
        host=host,
        software=software[:100],
        now=tx.now,
    )


async def seen(tx: Tx, host: str) -> None:
    """A host exists: we read something of it, though it did not speak to us yet."""
    await tx.run(
        """INSERT INTO peers (host, first_seen_at) VALUES (:host, :now)
           ON CONFLICT (host) DO NOTHING""",
        host=host,
        now=tx.now,
    )


async def all_heard(tx: Tx, hosts: Iterable[str]) -> None:
    """Hosts said something that was signed well."""
    await tx.run_many(
        """INSERT INTO peers (host, first_seen_at, last_heard_at) VALUES (:host, :now, :now)
           ON CONFLICT (host) DO UPDATE SET last_heard_at = excluded.last_heard_at""",
        [{"host": host, "now": tx.now} for host in hosts],
    )


async def all_reached(tx: Tx, hosts: Iterable[str]) -> None:
    """Hosts took something from us."""
    await tx.run_many(
        """INSERT INTO peers (host, first_seen_at, last_reached_at) VALUES (:host, :now, :now)
           ON CONFLICT (host) DO UPDATE SET last_reached_at = excluded.last_reached_at""",
        [{"host": host, "now": tx.now} for host in hosts],
    )


async def forget_silent(tx: Tx, before: datetime) -> int:
    """Forget open peers that neither spoke nor were reached since `before`; how many.

    Anybody can invent hosts, so what we remember of them must end.  Policies are kept for ever.
    """
    return await tx.run(
        """DELETE FROM peers WHERE policy = 'open' AND NOT listed AND first_seen_at < :before
           AND COALESCE(last_heard_at, first_seen_at) < :before
           AND COALESCE(last_reached_at, first_seen_at) < :before""",
        before=before,
    )


async def cooling(tx: Tx, name: str) -> bool:
    """Whether something must not be asked again yet (`key:https://…`, `actor:https://…`)."""
    sql = "SELECT COUNT(*) FROM cooldowns WHERE name = :name AND until > :now"
    return bool(await tx.count(sql, name=name, now=tx.now))


async def cool(tx: Tx, name: str, duration: timedelta) -> None:
    """Let something rest for `duration` from now, whatever was said before; forget what has rested."""
    await tx.run("DELETE FROM cooldowns WHERE until <= :now", now=tx.now)
    await tx.run(
        """INSERT INTO cooldowns (name, until) VALUES (:name, :until)
           ON CONFLICT (name) DO UPDATE SET until = excluded.until""",
        name=name,
        until=tx.now + duration,
    )


async def take_turn(tx: Tx, name: str, duration: timedelta) -> bool:
    """Cool something unless it is cooling already; True for the one who may go and ask.

    One statement, so that of a hundred letters with one unknown key a single one fetches it.
    """
    touched = await tx.run(
        """INSERT INTO cooldowns (name, until) VALUES (:name, :until)
           ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE cooldowns.until <= :now""",
        name=name,
        until=tx.now + duration,
        now=tx.now,
    )
    return bool(touched)


async def pull_back(tx: Tx) -> None:
    """Nothing rests for longer than a day: what seems to, began before the clock went back."""
    await tx.run("DELETE FROM cooldowns WHERE until > :ahead", ahead=tx.now + timedelta(days=1))


async def take_one_of(tx: Tx, name: str, most: int, duration: timedelta) -> bool:
    """Take one of `most` turns within `duration`; False where all are taken."""
    slots = [f"{name} {number}" for number in range(most)]
    places, named = among(slots)
    sql = f"SELECT name FROM cooldowns WHERE until > :now AND name IN ({places})"
    taken = {row.name for row in await tx.all(_Turn, sql, now=tx.now, **named)}
    free = next((slot for slot in slots if slot not in taken), None)
    return free is not None and await take_turn(tx, free, duration)


async def warm(tx: Tx, name: str) -> None:
    """It may be asked at once again."""
    await tx.run("DELETE FROM cooldowns WHERE name = :name", name=name)
