"""How we treat a house: its own row, those of the domains above it, and the rule for everybody."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.peers.peer import EVERYBODY, Peer, Policy, covering

_COLUMNS = "host, policy, signature, software, first_seen_at, last_heard_at, last_reached_at"
_STRICTEST = (Policy.CLOSED, Policy.LIMITED, Policy.OPEN)


@dataclass(frozen=True, slots=True)
class _Policy:
    host: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Standing:
    """How we treat a house; `unlisted` where it is closed only because nobody here opened it by name."""

    policy: Policy
    unlisted: bool = False


async def of_policy(tx: Tx, policy: Policy) -> list[Peer]:
    return await tx.all(
        Peer,
        f"SELECT {_COLUMNS} FROM peers WHERE policy = :policy AND host <> :everybody ORDER BY host",
        policy=policy,
        everybody=EVERYBODY,
    )


async def of_host(tx: Tx, host: str) -> list[Peer]:
    """The peers that a policy on `host` covers: itself, its other ports and all beneath it."""
    condition, values = covered("host", host)
    sql = f"SELECT {_COLUMNS} FROM peers WHERE {condition} AND host <> :nobody ORDER BY host"
    return await tx.all(Peer, sql, nobody=EVERYBODY, **values)


def covered(column: str, host: str) -> tuple[str, dict[str, Any]]:
    """The condition that a column names a host that is covered by `host`, as SQL with its values."""
    if host == EVERYBODY:
        return "TRUE", {}
    end = host.replace("!", "!!").replace("_", "!_").replace("%", "!%")
    return (
        f"""({column} = :host OR {column} LIKE :port ESCAPE '!'
            OR {column} LIKE :beneath ESCAPE '!' OR {column} LIKE :beneath_port ESCAPE '!')""",
        {"host": host, "port": f"{end}:%", "beneath": f"%.{end}", "beneath_port": f"%.{end}:%"},
    )


async def policy(tx: Tx, host: str) -> Policy:
    """How we treat a host: the strictest of what stands for it, for any port and for the domains above.

    So a closed house does not come back as a subdomain.  Who is unknown is open, unless only listed
    houses are.
    """
    return (await policies(tx, {host}))[host]


async def policies(tx: Tx, hosts: Collection[str]) -> dict[str, Policy]:
    """The same of many hosts at once."""
    return {host: standing.policy for host, standing in (await standings(tx, hosts)).items()}


async def standings(tx: Tx, hosts: Collection[str]) -> dict[str, Standing]:
    """The same, and whether it is by the rule for everybody."""
    above = {host: covering(host) for host in hosts}
    places, names = among(sorted({EVERYBODY, *(one for some in above.values() for one in some)}))
    sql = f"SELECT host, policy FROM peers WHERE (policy <> 'open' OR listed) AND host IN ({places})"
    said = {row.host: row.policy for row in await tx.all(_Policy, sql, **names)}
    rest = Standing(Policy.CLOSED, unlisted=True) if EVERYBODY in said else Standing(Policy.OPEN)
    found = dict[str, Standing]()
    for host, some in above.items():
        named = {said[name] for name in some if name in said}
        strictest = next((one for one in _STRICTEST if one in named), None)
        found[host] = Standing(strictest) if strictest else rest
    return found


async def set_policy(tx: Tx, host: str, policy: Policy) -> None:
    """Treat a host, known already or not, so from now on."""
    await tx.run(
        """INSERT INTO peers (host, policy, first_seen_at, listed) VALUES (:host, :policy, :now, :yes)
           ON CONFLICT (host) DO UPDATE SET policy = excluded.policy, listed = excluded.listed""",
        host=host,
        policy=policy,
        now=tx.now,
        yes=True,
    )
