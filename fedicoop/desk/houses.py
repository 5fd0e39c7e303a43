"""What admins decide about other houses.  Each decision is written down with who took it and why."""

from dataclasses import dataclass
from typing import Any

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops, readers
from fedicoop.db import Tx
from fedicoop.errors import Misused
from fedicoop.jobs import queue
from fedicoop.members import store as members
from fedicoop.members.keeping import plain
from fedicoop.peers import decisions
from fedicoop.peers.peer import EVERYBODY, Policy
from fedicoop.vocabulary.hosts import normal_host

LONGEST_REASON = 500
LANE = "houses"


@dataclass(frozen=True, slots=True)
class SettleHouse:
    """Bring what is here of a house, and beneath it, in line with how we treat it now."""

    host: str


async def require(tx: Tx, who: Member) -> None:
    """Raises Forbidden for anybody but an admin of the first coop of this house."""
    first = await coops.first(tx)
    access.require(who, Act.HOUSE_POLICY, OfCoop(first.actor_id))


def named(text: str, own_host: str) -> str:
    """The normal host that somebody typed: a domain, an address, `@name@domain`.

    Raises Misused for our own house, for what is no host, and for a whole top-level domain.
    """
    typed = text.strip()
    bare = typed.partition("://")[2].partition("/")[0] if "://" in typed else typed.rpartition("@")[2]
    if not bare:
        raise Misused("houses.no_host", typed[:100], host=typed[:100])
    host = normal_host(bare.rstrip("/"))
    if "." not in host and not host.startswith("["):
        raise Misused("houses.too_wide", host, host=host)
    if host == own_host:
        raise Misused("houses.ourselves", host, host=host)
    return host


async def decide(tx: Tx, who: Member, host: str, policy: Policy, reason: str) -> None:
    """Treat a house so from now on.  Its doors close in this commit; what is here follows in the next ones.

    `host` is a normal one.  The same decision again changes the reason alone.
    """
    await require(tx, who)
    by = who.id if await members.exists(tx, who.id) else None
    await decisions.decide(tx, host, policy, reason[:LONGEST_REASON], by)
    await queue.enqueue(tx, SettleHouse(host), lane=LANE, thread=host)


async def choose(tx: Tx, who: Member, *, listed_only: bool, signed_only: bool) -> None:
    """Who is let in at all, and who may read ActivityPub documents.

    Raises Forbidden.  What does not change is not written down again.
    """
    await require(tx, who)
    by = who.id if await members.exists(tx, who.id) else None
    await readers.require_signatures(tx, signed_only, by)
    if listed_only != await decisions.listed_only(tx):
        await decisions.set_listed_only(tx, listed_only, by)
        await queue.enqueue(tx, SettleHouse(EVERYBODY), lane=LANE, thread=EVERYBODY)


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    names = ("host", "was", "became", "reason", "decided_at")
    return {"houses": [plain(one, *names) for one in await decisions.by_member(tx, who.id)]}


async def forget(tx: Tx, who: Member) -> None:
    await decisions.forget_member(tx, who.id)
